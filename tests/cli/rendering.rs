//! What is rendered: formatted whatever the names are, and as the snapshots say.

use std::process::Command;

use cloudapp::embed::Templates;
use cloudapp::field::{FieldKind, parse_all};
use cloudapp::render::DELIMITERS;
use proptest::prelude::*;

use crate::sandbox::{Sandbox, cases, run};

/// Asserts that rustfmt would change nothing in the app.
fn assert_formatted(sandbox: &Sandbox) {
    let files: Vec<String> = sandbox
        .tree()
        .into_keys()
        .filter(|path| path.ends_with(".rs") && !path.contains(".cloudapp/"))
        .filter(|path| path.starts_with("shop/src/") || path.starts_with("shop/tests/"))
        .collect();
    assert!(files.len() > 5);
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--check", "--edition", "2024"]);
    rustfmt.args(files.iter().map(|file| sandbox.path(file)));
    let answer = run(rustfmt);
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
}

#[test]
fn all_types_and_options_are_formatted() {
    let sandbox = Sandbox::with_app(&[]);
    let mut arguments = vec![
        "add".to_owned(),
        "module".to_owned(),
        "every_type".to_owned(),
    ];
    for (index, kind) in FieldKind::NAMES.iter().enumerate() {
        for (mark, suffix) in [("plain", ""), ("null", "?"), ("need", "!")] {
            arguments.push(format!("--field={mark}_{index}:{kind}{suffix}"));
        }
    }
    for spec in [
        "d_s:string(9)=a \"b\"",
        "d_t:text=x",
        "d_i:int=-7",
        "d_b:bigint=1",
        "d_o:bool=true",
        "d_d:decimal(9,2)=-1.5",
        "u_s:string:unique",
        "i_d:date?:index",
        "u_u:uuid:unique",
    ] {
        arguments.push(format!("--field={spec}"));
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    sandbox.in_app(&arguments).ok();
    sandbox.in_app(&["migrate", "new", "next"]).ok();
    assert_formatted(&sandbox);
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn names_of_any_length_are_formatted(
        app in "[a-z]{1,20}-[a-z0-9]{1,18}",
        module in "[a-z]{1,14}_[a-z0-9]{1,14}",
        fields in prop::collection::btree_map("[a-z]{1,14}_[a-z0-9]{1,14}", 0_usize..14, 1..5),
    ) {
        let types = ["string(2000)?", "text", "int=-2147483648", "bigint=9223372036854775807",
            "decimal(28,10)=-123456789012345678.0123456789", "bool?", "date?:index", "datetime?",
            "json?", "uuid:unique", "string(700):unique", "decimal(28,28)", "datetime?:unique",
            "string=a default that is as long as a default can ever be allowed!!"];
        let specs: Vec<String> =
            fields.iter().map(|(name, kind)| format!("{name}:{}", types[*kind])).collect();
        prop_assume!(parse_all(&specs).is_ok());
        let sandbox = Sandbox::new();
        let new = sandbox.cloudapp(&["new", "shop", "--name", &app, "--modules", "none"]);
        prop_assume!(new.code == 0);
        let specs: Vec<String> = specs.iter().map(|spec| format!("--field={spec}")).collect();
        let mut arguments = vec!["add", "module", &module];
        arguments.extend(specs.iter().map(String::as_str));
        let add = sandbox.in_app(&arguments);
        prop_assume!(add.code == 0);
        assert_formatted(&sandbox);
    }
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn units_of_any_length_are_formatted(
        app in "[a-z]{1,20}-[a-z0-9]{1,18}",
        name in "[a-z]{1,14}_[a-z0-9]{1,14}",
    ) {
        let sandbox = Sandbox::new();
        let new = sandbox.cloudapp(&["new", "shop", "--name", &app, "--modules", "none"]);
        prop_assume!(new.code == 0);
        let module = "//! Tasks.\n\npub fn module() {}\n";
        sandbox.write("shop/src/modules/task/mod.rs", module);
        sandbox.in_app(&["sync"]).ok();
        for kind in ["job", "task"] {
            prop_assume!(sandbox.in_app(&["add", kind, &name]).code == 0);
        }
        assert_formatted(&sandbox);
    }
}

#[test]
fn a_custom_module_is_as_expected() {
    let sandbox = Sandbox::with_app(&["--modules", "none"]);
    sandbox
        .in_app(&[
            "add",
            "module",
            "gift_card",
            "--field",
            "code:string(32):unique",
            "--field",
            "worth:decimal(10,2)=12.50",
            "--field",
            "note:text?",
        ])
        .ok();
    for file in [
        "dto",
        "entity",
        "migration",
        "mod",
        "service",
        "handlers/client",
    ] {
        let text = sandbox.read(&format!("shop/src/modules/gift_card/{file}.rs"));
        insta::assert_snapshot!(format!("gift_card_{}", file.replace('/', "_")), text);
    }
    insta::assert_snapshot!("gift_card_tests", sandbox.read("shop/tests/gift_card.rs"));
    insta::assert_snapshot!(
        "gift_card_registry",
        sandbox.read("shop/src/modules/mod.rs")
    );
    insta::assert_snapshot!("gift_card_manifest", sandbox.read("shop/cloudapp.toml"));
}

#[test]
fn a_template_can_be_shadowed_and_a_typing_error_is_told() {
    let sandbox = Sandbox::new();
    sandbox.write("own/app/README.md.tera", "# «app.title», our way\n");
    sandbox
        .cloudapp(&["new", "shop", "--templates", "own"])
        .ok();
    assert_eq!(sandbox.read("shop/README.md"), "# Shop, our way\n");

    let new = ["new", "other", "--templates", "own"];
    sandbox.write("own/app/REDME.md.tera", "x\n");
    sandbox.unchanged_by(|| {
        sandbox
            .cloudapp(&new)
            .refused(&["REDME", "shadows no template"])
    });
    std::fs::remove_file(sandbox.path("own/app/REDME.md.tera")).unwrap();
    for (text, word) in [
        ("«app.titel»\n", "titel"),
        ("[% if %]\n", "README.md.tera"),
        ("no end of line", "line end"),
        ("left «\"«\"»\n", "delimiter"),
    ] {
        sandbox.write("own/app/README.md.tera", text);
        sandbox.unchanged_by(|| sandbox.cloudapp(&new).refused(&["README.md.tera", word]));
    }
    sandbox.write("own/app/README.md.tera", "ok\n");
    sandbox.write("own/app/src/app.rs.tera", "fn {\n");
    sandbox.unchanged_by(|| sandbox.cloudapp(&new).refused(&["app.rs.tera", "not Rust"]));
    sandbox.unchanged_by(|| {
        sandbox
            .cloudapp(&["new", "other", "--templates", "nowhere"])
            .refused(&["nowhere"]);
    });
}

#[test]
fn plain_files_hold_no_delimiter() {
    let templates = Templates::embedded();
    for path in templates.paths().filter(|path| !path.ends_with(".tera")) {
        let text = templates.get(path).unwrap();
        for delimiter in DELIMITERS {
            assert!(!text.contains(delimiter), "{path} holds {delimiter}");
        }
    }
}
