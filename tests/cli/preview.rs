//! `--dry-run` and `--json`: nothing is written, and what is shown is what happens.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::sandbox::{Sandbox, cases};

/// Times of last change of everything in a folder.
fn times(folder: &Path, times_of: &mut BTreeMap<String, SystemTime>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        let modified = entry.metadata().unwrap().modified().unwrap();
        times_of.insert(path.display().to_string(), modified);
        if path.is_dir() {
            times(&path, times_of);
        }
    }
}

fn hex(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Asserts that a command changes the app exactly as the plan that it prints says.
fn assert_plan_is_effect(sandbox: &Sandbox, arguments: &[&str]) {
    let with = |options: &[&'static str]| -> Vec<&str> {
        let all = arguments.iter().chain(options);
        all.copied().collect()
    };
    let mut before = BTreeMap::new();
    times(&sandbox.path("."), &mut before);
    let dry = sandbox.unchanged_by(|| sandbox.in_app(&with(&["--dry-run", "--json"])).ok());
    let mut after = BTreeMap::new();
    times(&sandbox.path("."), &mut after);
    assert_eq!(before, after, "a dry run touched something");

    let tree = sandbox.tree();
    let plan: Value = serde_json::from_str(&dry.out).unwrap();
    assert_eq!(plan["ok"], true);
    assert_eq!(plan["dry_run"], true);
    let done = sandbox.in_app(&with(&["--json"])).ok();
    let done: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(plan["changes"], done["changes"]);

    let mut expected = tree;
    for change in plan["changes"].as_array().unwrap() {
        let path = format!("shop/{}", change["path"].as_str().unwrap());
        if change["action"] == "delete" {
            assert!(expected.remove(&path).is_some(), "{path}");
            assert!(!sandbox.path(&path).exists(), "{path}");
        } else {
            let content = fs::read(sandbox.path(&path)).unwrap();
            assert_eq!(change["sha256"], hex(&content), "{path}");
            assert_eq!(change["bytes"], content.len(), "{path}");
            expected.insert(path, (0o100_644, content));
        }
    }
    let files = |tree: BTreeMap<String, (u32, Vec<u8>)>| -> Vec<_> {
        tree.into_iter()
            .filter(|(_, (mode, _))| mode & 0o170_000 == 0o100_000)
            .collect()
    };
    assert!(
        files(expected) == files(sandbox.tree()),
        "the effect is not the plan"
    );
}

#[test]
fn the_plan_is_the_effect() {
    let sandbox = Sandbox::with_app(&[]);
    assert_plan_is_effect(
        &sandbox,
        &["add", "module", "note", "--field", "title:string"],
    );
    assert_plan_is_effect(&sandbox, &["remove", "module", "note"]);
    assert_plan_is_effect(&sandbox, &["remove", "module", "friend_link"]);
    assert_plan_is_effect(&sandbox, &["add", "module", "friend_link"]);
    assert_plan_is_effect(&sandbox, &["add", "job", "ship_order"]);
    assert_plan_is_effect(&sandbox, &["remove", "job", "ship_order"]);
}

#[test]
fn the_diff_can_be_applied_by_git() {
    let sandbox = Sandbox::with_app(&[]);
    sandbox.commit();
    let add = ["add", "module", "note", "--field", "title:string"];
    let dry: Vec<&str> = add.iter().copied().chain(["--dry-run"]).collect();
    let diff = sandbox.in_app(&dry).ok().out;
    sandbox.write("plan.diff", &diff);
    sandbox.git(&["apply", "../plan.diff"]);
    sandbox.git(&["add", "--all"]);
    let by_git = sandbox.git(&["write-tree"]);
    sandbox.git(&["reset", "--quiet", "--hard"]);
    sandbox.in_app(&add).ok();
    sandbox.git(&["add", "--all"]);
    assert_eq!(by_git, sandbox.git(&["write-tree"]));
}

#[test]
fn a_dry_run_of_new_writes_nothing() {
    let sandbox = Sandbox::new();
    let answer = sandbox.unchanged_by(|| sandbox.cloudapp(&["new", "shop", "--dry-run"]).ok());
    assert!(answer.out.contains("+++ b/src/main.rs"));
    let answer = sandbox
        .cloudapp(&["new", "shop", "--dry-run", "--json"])
        .ok();
    let plan: Value = serde_json::from_str(&answer.out).unwrap();
    assert!(plan["changes"].as_array().unwrap().len() > 60);
}

#[test]
fn a_refusal_is_json_too() {
    let sandbox = Sandbox::with_app(&[]);
    let answer = sandbox.in_app(&["add", "module", "fn", "--json", "--field", "a:int"]);
    let value: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(answer.code, 1);
    assert_eq!(value["ok"], false);
    assert!(value["error"].as_str().unwrap().contains("fn"));
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn the_plan_is_the_effect_for_any_module(
        name in "[a-z]{3,8}_[a-z0-9]{1,12}",
        fields in prop::collection::btree_map("[a-z]{2,9}_[a-z]{1,9}", 0_usize..10, 1..6),
    ) {
        let types = ["string(9)", "text?", "int=3", "bigint", "decimal(9,2)?", "bool=true", "date",
            "datetime?", "json", "uuid:unique"];
        let fields: Vec<String> =
            fields.iter().map(|(name, kind)| format!("--field={name}:{}", types[*kind])).collect();
        let sandbox = Sandbox::with_app(&["--modules", "none"]);
        let mut arguments = vec!["add", "module", &name];
        arguments.extend(fields.iter().map(String::as_str));
        assert_plan_is_effect(&sandbox, &arguments);
        assert_plan_is_effect(&sandbox, &["remove", "module", &name]);
    }
}
