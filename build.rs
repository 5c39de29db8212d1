//! Packs the templates and the sources of the two library crates into the binary, so that
//! `cloudapp new` needs no checkout and no network.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=Cargo.toml");

    let workspace: DocumentMut = fs::read_to_string(root.join("Cargo.toml"))?.parse()?;
    let mut code = String::new();

    let mut templates = BTreeMap::new();
    collect(&root.join("templates"), "", &mut templates)?;
    table(&mut code, "TEMPLATES", &templates)?;

    let mut vendor = BTreeMap::new();
    for (folder, name) in [
        ("runtime", "cloudapp-runtime"),
        ("migrations", "cloudapp-migrations"),
    ] {
        let from = root.join(folder);
        println!("cargo::rerun-if-changed={folder}/Cargo.toml");
        let manifest =
            standalone_manifest(&fs::read_to_string(from.join("Cargo.toml"))?, &workspace)?;
        let path = out.join(format!("{name}.toml"));
        fs::write(&path, manifest)?;
        vendor.insert(format!("{name}/Cargo.toml"), path);
        collect(&from.join("src"), &format!("{name}/src/"), &mut vendor)?;
    }
    table(&mut code, "VENDOR", &vendor)?;
    versions(&mut code, &workspace)?;
    fs::write(out.join("embedded.rs"), code)?;
    Ok(())
}

/// Every file below `folder`, under its path relative to it, behind `prefix`.
fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, entry.path());
        }
    }
    Ok(())
}

fn table(code: &mut String, name: &str, files: &BTreeMap<String, PathBuf>) -> Result<(), Failure> {
    writeln!(code, "pub(crate) static {name}: &[(&str, &str)] = &[")?;
    for (path, source) in files {
        writeln!(
            code,
            "    ({path:?}, include_str!({:?})),",
            source.display().to_string()
        )?;
    }
    writeln!(code, "];")?;
    Ok(())
}

/// Versions of the workspace's dependencies: name → version requirement.
fn versions(code: &mut String, workspace: &DocumentMut) -> Result<(), Failure> {
    writeln!(code, "pub(crate) static VERSIONS: &[(&str, &str)] = &[")?;
    let dependencies = workspace["workspace"]["dependencies"]
        .as_table()
        .ok_or("no dependencies")?;
    for (name, item) in dependencies.iter() {
        let version = item
            .as_str()
            .or_else(|| item.get("version").and_then(Item::as_str));
        let version = version.ok_or_else(|| format!("`{name}` has no version"))?;
        writeln!(code, "    ({name:?}, {version:?}),")?;
    }
    for key in ["edition", "rust-version"] {
        let value = workspace["workspace"]["package"][key]
            .as_str()
            .ok_or("no package key")?;
        writeln!(code, "    ({key:?}, {value:?}),")?;
    }
    writeln!(code, "];")?;
    Ok(())
}

/// A member's manifest with everything it inherits written out, so that it stands alone in an app.
fn standalone_manifest(member: &str, workspace: &DocumentMut) -> Result<String, Failure> {
    let mut manifest: DocumentMut = member.parse()?;
    let shared = &workspace["workspace"];

    let package = manifest["package"].as_table_mut().ok_or("no [package]")?;
    for (key, value) in shared["package"]
        .as_table()
        .ok_or("no workspace package")?
        .iter()
    {
        if package.get(key).is_some_and(inherits) {
            package.insert(key, value.clone());
        }
    }
    package.insert("publish", toml_edit::value(false));

    manifest.remove("dev-dependencies");
    manifest.remove("test");
    manifest.remove("bench");
    let mut lib = Table::new();
    lib.insert("doctest", toml_edit::value(false));
    lib.insert("test", toml_edit::value(false));
    manifest.insert("lib", Item::Table(lib));
    manifest.insert("lints", shared["lints"].clone());

    let dependencies = manifest["dependencies"]
        .as_table_mut()
        .ok_or("no [dependencies]")?;
    let names: Vec<String> = dependencies
        .iter()
        .map(|(name, _)| name.to_owned())
        .collect();
    for name in names {
        let own = dependencies[&name].as_table_like().ok_or("not inherited")?;
        let resolved = resolve(&name, own, &shared["dependencies"][&name])?;
        dependencies.insert(&name, toml_edit::value(resolved));
    }
    Ok(manifest.to_string())
}

fn inherits(item: &Item) -> bool {
    item.get("workspace").and_then(Item::as_bool) == Some(true)
}

fn resolve(name: &str, own: &dyn TableLike, shared: &Item) -> Result<InlineTable, Failure> {
    let mut resolved = InlineTable::new();
    if name.starts_with("cloudapp-") {
        resolved.insert("path", format!("../{name}").into());
    }
    let version = shared
        .as_str()
        .or_else(|| shared.get("version").and_then(Item::as_str));
    resolved.insert(
        "version",
        version
            .ok_or_else(|| format!("`{name}`: no version"))?
            .into(),
    );
    if let Some(default) = shared.get("default-features").and_then(Item::as_bool) {
        resolved.insert("default-features", default.into());
    }
    if own.get("optional").and_then(Item::as_bool) == Some(true) {
        resolved.insert("optional", true.into());
    }
    let mut features: Vec<&str> = Vec::new();
    for item in [shared.get("features"), own.get("features")]
        .into_iter()
        .flatten()
    {
        features.extend(
            item.as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str),
        );
    }
    if !features.is_empty() {
        resolved.insert("features", Value::Array(features.into_iter().collect()));
    }
    Ok(resolved)
}
