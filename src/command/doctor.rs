//! `cloudapp doctor`: one line per thing that must be right, with what to do when it is not.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Outcome;
use super::change::app_root;
use crate::cli::DoctorArgs;
use crate::embed;
use crate::plan::{self, Snapshot};
use crate::unit::UnitKind;
use crate::{app_dir, apply, cargo, fs, ui};

/// One check: what it found, or why it failed.
struct Check {
    name: String,
    result: Result<String>,
}

pub(super) fn run(arguments: &DoctorArgs) -> Result<Outcome> {
    let root = app_root()?;
    apply::recover(&root)?;
    let snapshot = app_dir::snapshot(&root)?;
    let check = |name: &str, result| Check {
        name: name.to_owned(),
        result,
    };
    let mut checks = vec![
        check("toolchain", toolchain(&root)),
        check("registries", registries(&snapshot)),
        check("registry calls", registry_calls(&snapshot)),
        check("vendored crates", vendor(&root)),
        check("config files", config_files(&root)),
    ];
    checks.extend(app_checks(&root, &snapshot.manifest.app.name));
    let is_well = checks.iter().all(|check| check.result.is_ok());
    if arguments.json {
        let checks: Vec<Value> = checks.iter().map(check_json).collect();
        ui::answer_json(&json!({ "ok": is_well, "checks": checks }))?;
    } else {
        let mut text = String::new();
        for Check { name, result } in &checks {
            text.push_str(&match result {
                Ok(detail) => format!("ok    {name}: {detail}\n"),
                Err(error) => format!("FAIL  {name}: {error:#}\n"),
            });
        }
        ui::answer(&text)?;
    }
    Ok(if is_well {
        Outcome::Done
    } else {
        Outcome::Refused
    })
}

fn check_json(check: &Check) -> Value {
    match &check.result {
        Ok(detail) => json!({ "name": check.name, "ok": true, "detail": detail }),
        Err(error) => json!({ "name": check.name, "ok": false, "detail": format!("{error:#}") }),
    }
}

fn toolchain(root: &Path) -> Result<String> {
    let version = cargo::version(root)?;
    let needed = embed::version("rust-version").context("no rust-version")?;
    let numbers = |text: &str| -> Vec<u32> {
        text.split(['.', '-'])
            .map_while(|part| part.parse().ok())
            .collect()
    };
    let found = version.split_whitespace().nth(1).unwrap_or_default();
    if numbers(found) < numbers(needed) {
        bail!("{version} is older than {needed}: run `rustup update`");
    }
    Ok(version)
}

fn registries(snapshot: &Snapshot) -> Result<String> {
    plan::check_registries(snapshot)?;
    let mut found = format!("{} modules", snapshot.module_folders().len());
    for kind in UnitKind::ALL {
        found.push_str(&format!(
            ", {} {}",
            snapshot.units(kind).len(),
            kind.title()
        ));
    }
    Ok(found)
}

fn registry_calls(snapshot: &Snapshot) -> Result<String> {
    for (path, _) in snapshot.registries() {
        let name = path.trim_start_matches("src/").trim_end_matches("/mod.rs");
        let call = format!("{name}::register(");
        if snapshot.bytes(path).is_some() && !snapshot.calls(&call) {
            bail!("nothing below `src/` calls `{call}&mut app)`: put it back into `src/app.rs`");
        }
    }
    Ok("called".to_owned())
}

fn vendor(root: &Path) -> Result<String> {
    let list = root.join(".cloudapp/vendor.sha256");
    if !fs::exists(&list)? {
        return Ok("not used".to_owned());
    }
    let text = fs::read_to_string(&list)?;
    let mut count = 0;
    for line in text.lines() {
        let (digest, path) = line
            .split_once("  ")
            .context("`.cloudapp/vendor.sha256` is damaged")?;
        let content = String::from_utf8_lossy(&fs::read(&root.join(path))?).replace("\r\n", "\n");
        let found: String = Sha256::digest(&content)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        if found != digest {
            bail!("`{path}` was edited: put it back, or change what it does from `src/`");
        }
        count += 1;
    }
    Ok(format!("{count} files as generated"))
}

fn config_files(root: &Path) -> Result<String> {
    let folder = root.join("config");
    let mut names = Vec::new();
    for name in fs::list(&folder)? {
        let path = folder.join(&name);
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let text = fs::read_to_string(&path)?;
            toml::from_str::<toml::Table>(&text)
                .with_context(|| format!("`config/{}` is not TOML", name.to_string_lossy()))?;
            names.push(name.to_string_lossy().into_owned());
        }
    }
    Ok(names.join(", "))
}

/// What only the app itself can tell: its configuration, database and schema version.
fn app_checks(root: &Path, name: &str) -> Vec<Check> {
    let check = |name: &str, result| Check {
        name: name.to_owned(),
        result,
    };
    let report = || -> Result<Value> {
        let Some(binary) = cargo::built_binary(root, name)? else {
            bail!("the app is not built yet: run `cargo build`");
        };
        let output = cargo::clean_command(&binary, root)
            .args(["check", "--json"])
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("`{}` can't be run", binary.display()))?;
        serde_json::from_slice(&output.stdout).with_context(|| {
            format!(
                "its `check` said: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            )
        })
    };
    let report = match report() {
        Ok(report) => report,
        Err(error) => return vec![check("app", Err(error))],
    };
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    if findings.is_empty() {
        let said =
            anyhow!("its `check --json` names no findings: is the runtime of another version?");
        return vec![check("app", Err(said))];
    }
    let of = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let result = match finding["ok"].as_bool() {
            Some(true) => Ok(text("detail")),
            _ => Err(anyhow::Error::msg(text("detail"))),
        };
        check(&format!("app: {}", text("subject")), result)
    };
    findings.iter().map(of).collect()
}
