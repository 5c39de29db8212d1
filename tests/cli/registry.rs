//! Registries and manifest: derived, owned by the tool, mended by `sync`.

use crate::sandbox::Sandbox;

const REGISTRY: &str = "shop/src/modules/mod.rs";
const ADD: [&str; 5] = ["add", "module", "note", "--field", "title:string"];

#[test]
fn an_edited_registry_stops_everything_and_loses_nothing() {
    let sandbox = Sandbox::with_app(&[]);
    let own = "pub fn mine() {}\n";
    sandbox.write(REGISTRY, &format!("{}{own}", sandbox.read(REGISTRY)));
    let words = ["src/modules/mod.rs", "+pub fn mine", "cloudapp sync"];
    sandbox.unchanged_by(|| sandbox.in_app(&ADD).refused(&words));
    sandbox.unchanged_by(|| {
        sandbox
            .in_app(&["sync"])
            .refused(&["-pub fn mine", "--force"])
    });
    sandbox.in_app(&["sync", "--force"]).ok();
    sandbox.in_app(&ADD).ok();
}

#[test]
fn sync_mends_a_merge_conflict() {
    let sandbox = Sandbox::with_app(&[]);
    sandbox.in_app(&ADD).ok();
    let good = sandbox.read(REGISTRY);
    let line = "    app.module(note::module());\n";
    let conflict =
        format!("<<<<<<< ours\n{line}=======\n    app.module(other::module());\n>>>>>>> theirs\n");
    sandbox.write(REGISTRY, &good.replace(line, &conflict));
    sandbox
        .in_app(&["remove", "module", "note"])
        .refused(&["sync"]);
    sandbox.in_app(&["sync"]).ok();
    assert_eq!(sandbox.read(REGISTRY), good);
    sandbox.unchanged_by(|| sandbox.in_app(&["sync"]).ok());
}

#[test]
fn sync_registers_a_module_made_by_hand() {
    let sandbox = Sandbox::with_app(&[]);
    sandbox.write("shop/src/modules/own_one/mod.rs", "//! Mine.\n");
    sandbox.in_app(&ADD).refused(&["own_one"]);
    sandbox.in_app(&["sync"]).ok();
    assert!(
        sandbox
            .read(REGISTRY)
            .contains("app.module(own_one::module());")
    );
    let remove = ["remove", "module", "own_one"];
    sandbox.unchanged_by(|| sandbox.in_app(&remove).refused(&["not generated"]));
}

#[test]
fn the_manifest_must_be_there_unedited_and_known() {
    let sandbox = Sandbox::with_app(&[]);
    let manifest = "shop/cloudapp.toml";
    let good = sandbox.read(manifest);

    sandbox.write(
        manifest,
        &good.replace("name = \"shop\"", "name = \"shop\"\nnmae = \"x\""),
    );
    sandbox.unchanged_by(|| sandbox.in_app(&ADD).refused(&["nmae"]));
    sandbox.write(manifest, "not toml [");
    sandbox.unchanged_by(|| sandbox.in_app(&ADD).refused(&["cloudapp.toml"]));
    sandbox.write(manifest, &format!("{good}\n# a remark\n"));
    sandbox.unchanged_by(|| sandbox.in_app(&ADD).refused(&["+# a remark", "sync"]));
    sandbox.write(
        manifest,
        &good.replace("version = \"0.1.0\"", "version = \"99.0.0\""),
    );
    sandbox.unchanged_by(|| sandbox.in_app(&ADD).refused(&["99.0.0"]));
    sandbox.write(manifest, &good);
    std::fs::remove_dir_all(sandbox.path("shop/src/modules/friend_link")).unwrap();
    sandbox.unchanged_by(|| sandbox.in_app(&ADD).refused(&["friend_link", "gone"]));
    sandbox.unchanged_by(|| {
        sandbox
            .in_app(&["sync"])
            .refused(&["friend_link", "--force"])
    });
    sandbox.in_app(&["sync", "--force"]).ok();

    std::fs::remove_file(sandbox.path(manifest)).unwrap();
    for command in [
        &ADD[..],
        &["sync"],
        &["remove", "module", "x"],
        &["doctor"],
        &["migrate", "up"],
    ] {
        sandbox.unchanged_by(|| sandbox.in_app(command).refused(&["cloudapp.toml"]));
    }
}

#[test]
fn a_new_migration_is_registered() {
    let sandbox = Sandbox::with_app(&[]);
    sandbox.in_app(&["migrate", "new", "add_colour"]).ok();
    let registry = sandbox.read("shop/src/migrations/mod.rs");
    let name = registry
        .split("pub mod ")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert!(
        name.starts_with("m20") && name.ends_with("_add_colour"),
        "{name}"
    );
    assert!(registry.contains(&format!("app.migrations(vec![{name}::migration()]);")));
    assert!(
        sandbox
            .read(&format!("shop/src/migrations/{name}.rs"))
            .contains(&name)
    );
    sandbox.unchanged_by(|| {
        sandbox
            .in_app(&["migrate", "new", "add_colour"])
            .refused(&["add_colour", "another name"]);
        sandbox
            .in_app(&["migrate", "new", "1bad"])
            .refused(&["1bad", "try `"]);
        assert_eq!(sandbox.in_app(&["migrate", "new"]).code, 2);
    });
}
