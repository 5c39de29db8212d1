//! `cloudapp new --modules`: presets, names, and both together.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// The modules of a new app that is made with this choice.
fn modules(arguments: &[&str]) -> BTreeSet<String> {
    let sandbox = Sandbox::with_app(arguments);
    let manifest: toml::Table = sandbox.read("shop/cloudapp.toml").parse().unwrap();
    let modules = manifest.get("module").and_then(toml::Value::as_array);
    let modules = modules.into_iter().flatten();
    modules
        .map(|module| module["name"].as_str().unwrap().to_owned())
        .collect()
}

fn chosen(choice: &str) -> BTreeSet<String> {
    modules(&["--modules", choice])
}

fn catalogue(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let command = [&["list", "modules", "--json"], arguments].concat();
    let listed: Value = serde_json::from_str(&sandbox.cloudapp(&command).ok().out).unwrap();
    listed["modules"].clone()
}

#[test]
fn each_preset_holds_the_smaller_ones() {
    let all: BTreeSet<String> = catalogue(&Sandbox::new(), &[])
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let [minimal, campaign] = ["minimal", "campaign"].map(chosen);
    assert!(chosen("none").is_empty() && chosen("").is_empty());
    assert!(!minimal.is_empty());
    assert!(minimal.is_subset(&campaign) && minimal != campaign);
    assert_eq!(chosen("all"), all);
    assert!(campaign.is_subset(&all));
    assert_eq!(modules(&[]), campaign, "the default");
}

#[test]
fn presets_and_names_go_together() {
    let mut expected = chosen("minimal");
    expected.insert("cms".to_owned());
    expected.insert("goods".to_owned());
    assert_eq!(chosen("minimal, cms,goods"), expected);
    assert_eq!(chosen("goods,minimal,cms,minimal,none"), expected);
    let goods = chosen("goods");
    assert_eq!(goods.into_iter().collect::<Vec<_>>(), ["goods"]);
    let sandbox = Sandbox::new();
    sandbox.unchanged_by(|| {
        sandbox
            .cloudapp(&["new", "shop", "--modules", "minimal,nosuch"])
            .refused(&["no module `nosuch`", "friend_link"]);
    });
}

#[test]
fn what_is_in_a_preset_its_modules_say() {
    let sandbox = Sandbox::new();
    let module = |name: &str, rest: &str| {
        let toml = format!("title = \"{name}\"\ndescription = \"d\"\n{rest}");
        sandbox.write(&format!("own/modules/{name}/module.toml"), &toml);
        let code = format!("own/modules/{name}/src/modules/__module__/mod.rs");
        sandbox.write(&code, "//! Module.\n");
    };
    module("low_one", "");
    module("base_one", "minimal = true\nneeds = [\"low_one\"]\n");
    module("usual_one", "default = true\n");
    module("rare_one", "");
    let made = |name: &str, choice: &str| {
        let own = ["--templates", "own"];
        sandbox
            .cloudapp(&["new", name, "--modules", choice, own[0], own[1]])
            .ok();
        let has = |module: &str| {
            sandbox
                .path(&format!("{name}/src/modules/{module}"))
                .exists()
        };
        ["low_one", "base_one", "usual_one", "rare_one"].map(has)
    };
    assert_eq!(made("small", "minimal"), [true, true, false, false]);
    assert_eq!(made("usual", "campaign"), [true, true, true, false]);
    assert_eq!(made("large", "all"), [true; 4]);
    let listed = sandbox.cloudapp(&["list", "modules", "--templates", "own"]);
    let listed = listed.ok().out;
    let line = |name: &str| listed.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(line("base_one").ends_with("(needs low_one) [minimal]"));
    assert!(line("usual_one").ends_with("[campaign]"));
    assert!(line("rare_one").ends_with("rare_one"));

    module("minimal", "");
    sandbox
        .cloudapp(&["new", "shop", "--templates", "own"])
        .refused(&["minimal", "preset"]);
}
