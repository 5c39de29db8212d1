//! `add module` and `remove module`.

use std::fs;

use crate::sandbox::Sandbox;

const FIELDS: [&str; 4] = ["--field", "title:string(100)", "--field", "body:text?"];

fn add(sandbox: &Sandbox, name: &str) -> crate::sandbox::Answer {
    let arguments: Vec<&str> = ["add", "module", name].into_iter().chain(FIELDS).collect();
    sandbox.in_app(&arguments)
}

#[test]
fn adding_and_removing_leaves_nothing() {
    let sandbox = Sandbox::with_app(&["--modules", "none"]);
    sandbox.commit();
    let before = sandbox.tree();

    add(&sandbox, "note").ok();
    assert!(
        sandbox
            .read("shop/src/modules/mod.rs")
            .contains("app.module(note::module());")
    );
    assert!(
        sandbox
            .read("shop/cloudapp.toml")
            .contains("\"title:string(100)\"")
    );
    sandbox.in_app(&["remove", "module", "note"]).ok();
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");

    sandbox.in_app(&["add", "module", "friend_link"]).ok();
    sandbox.in_app(&["remove", "module", "friend_link"]).ok();
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    let without_git = |tree: std::collections::BTreeMap<String, _>| -> Vec<_> {
        tree.into_iter()
            .filter(|(path, _)| !path.starts_with("shop/.git/"))
            .collect()
    };
    assert!(without_git(before) == without_git(sandbox.tree()));
}

#[test]
fn a_module_twice_or_under_a_like_name_is_refused() {
    let sandbox = Sandbox::with_app(&[]);
    add(&sandbox, "post").ok();
    for name in [
        "post",
        "posts",
        "Post",
        "POST",
        "friend_link",
        "friendlinks",
    ] {
        sandbox.unchanged_by(|| add(&sandbox, name).refused(&[name]));
    }
    sandbox.unchanged_by(|| {
        sandbox
            .in_app(&["add", "module", "friend_link"])
            .refused(&["friend_link"]);
    });
}

#[test]
fn hostile_names_are_refused_with_a_legal_one() {
    let sandbox = Sandbox::with_app(&[]);
    let long = "x".repeat(300);
    let names = [
        "gen",
        "self",
        "Self",
        "crate",
        "fn",
        "std",
        "serde",
        "tokio",
        "cloudapp_runtime",
        "select",
        "order",
        "group",
        "1abc",
        "../x",
        "a b",
        "a-b",
        "con",
        "nul",
        "",
        "app",
        "modules",
        "mod",
        "nоte",
        "a__b",
        "_a",
        "a_",
        &long,
    ];
    for name in names {
        let answer = sandbox
            .unchanged_by(|| add(&sandbox, name))
            .refused(&["try `"]);
        let suggestion = answer
            .err
            .split("try `")
            .nth(1)
            .unwrap()
            .split('`')
            .next()
            .unwrap();
        let arguments = ["add", "module", suggestion, "--field", "a:int", "--dry-run"];
        sandbox.in_app(&arguments).ok();
    }
}

#[test]
fn bad_fields_are_refused_with_what_would_be_legal() {
    let sandbox = Sandbox::with_app(&[]);
    let cases = [
        ("title", "name:type"),
        ("title:strin", "string, text"),
        ("title:string(0)", "1 to 2000"),
        ("title:string(9999)", "text"),
        ("title:string(5", "not closed"),
        ("title:int(5)", "no length"),
        ("price:decimal(29,2)", "28"),
        ("price:decimal(2,3)", "decimal"),
        ("title:string!?", "one of"),
        ("title:string?=x", "not both"),
        ("count:int=many", "32-bit"),
        ("count:int=2147483648", "32-bit"),
        ("on_sale:bool=yes", "true"),
        ("price:decimal(4,2)=123.4", "fit"),
        ("day:date=today", "no default"),
        ("title:string(3)=abcd", "longer"),
        ("body:text:unique", "indexed"),
        ("data:json:index", "indexed"),
        ("id:int", "id"),
        ("app_id:int", "app_id"),
        ("type:int", "try `"),
        ("Order:int", "try `"),
        ("select:int", "try `"),
        ("1a:int", "try `"),
        ("naïve:int", "try `"),
        (":int", "try `"),
    ];
    for (field, word) in cases {
        let arguments = ["add", "module", "note", "--field", field];
        sandbox.unchanged_by(|| sandbox.in_app(&arguments).refused(&["field", word]));
    }
    for pair in [["a:int", "a:text"], ["a1:int", "a_1:int"]] {
        let arguments = [
            "add", "module", "note", "--field", pair[0], "--field", pair[1],
        ];
        sandbox.unchanged_by(|| sandbox.in_app(&arguments).refused(&["collides"]));
    }
}

#[test]
fn a_name_that_is_not_in_the_catalogue_needs_fields() {
    let sandbox = Sandbox::with_app(&[]);
    sandbox.unchanged_by(|| {
        sandbox
            .in_app(&["add", "module", "nosuch"])
            .refused(&["nosuch", "--field"]);
    });
    sandbox.unchanged_by(|| {
        sandbox
            .cloudapp(&["add", "module", "x"])
            .refused(&["cloudapp new"])
    });
}

#[test]
fn an_edited_module_is_not_removed() {
    let sandbox = Sandbox::with_app(&[]);
    add(&sandbox, "note").ok();
    let file = "shop/src/modules/note/service.rs";
    let edited = sandbox.read(file).replace("Creates a row", "Makes a row");
    sandbox.write(file, &edited);
    let remove = ["remove", "module", "note"];
    let words = ["edited", "-/// Creates a row", "+/// Makes a row"];
    sandbox.unchanged_by(|| sandbox.in_app(&remove).refused(&words));

    sandbox.write(file, &edited.replace("Makes a row", "Creates a row"));
    sandbox.write("shop/src/modules/note/extra.rs", "// mine\n");
    sandbox.unchanged_by(|| sandbox.in_app(&remove).refused(&["extra.rs"]));
    fs::remove_file(sandbox.path("shop/src/modules/note/extra.rs")).unwrap();
    sandbox.in_app(&remove).ok();
    sandbox.unchanged_by(|| sandbox.in_app(&remove).refused(&["note", "friend_link"]));
}

#[test]
fn a_checkout_with_windows_line_ends_is_not_an_edit() {
    let sandbox = Sandbox::with_app(&[]);
    add(&sandbox, "note").ok();
    for file in [
        "shop/src/modules/note/dto.rs",
        "shop/src/modules/mod.rs",
        "shop/cloudapp.toml",
    ] {
        sandbox.write(file, &sandbox.read(file).replace('\n', "\r\n"));
    }
    sandbox.in_app(&["remove", "module", "note"]).ok();
}

#[test]
fn a_file_in_the_way_is_not_overwritten() {
    let sandbox = Sandbox::with_app(&[]);
    sandbox.write("shop/tests/note.rs", "// mine\n");
    sandbox.unchanged_by(|| add(&sandbox, "note").refused(&["tests/note.rs"]));
}

#[test]
fn it_works_while_the_app_does_not_compile() {
    let sandbox = Sandbox::with_app(&[]);
    sandbox.write("shop/src/app.rs", "this is not Rust {{{");
    add(&sandbox, "note").ok();
    sandbox.in_app(&["remove", "module", "note"]).ok();
}

#[test]
fn what_a_module_needs_comes_with_it_and_stays_while_needed() {
    let sandbox = Sandbox::with_app(&["--modules", "none"]);
    let module = |name: &str, needs: &str| {
        let toml = format!("title = \"{name}\"\ndescription = \"d\"\nneeds = [{needs}]\n");
        sandbox.write(&format!("own/modules/{name}/module.toml"), &toml);
        let code = "//! Module.\n";
        sandbox.write(
            &format!("own/modules/{name}/src/modules/__module__/mod.rs"),
            code,
        );
    };
    module("low_one", "");
    module("high_one", "\"low_one\"");
    let own = ["--templates", "../own"];
    sandbox
        .in_app(&["add", "module", "high_one", own[0], own[1]])
        .ok();
    let registry = sandbox.read("shop/src/modules/mod.rs");
    assert!(
        registry.contains("pub mod high_one;\npub mod low_one;\n"),
        "{registry}"
    );
    let remove = ["remove", "module", "low_one", own[0], own[1]];
    sandbox.unchanged_by(|| sandbox.in_app(&remove).refused(&["high_one", "needs"]));
    sandbox
        .in_app(&["remove", "module", "high_one", own[0], own[1]])
        .ok();
    sandbox.in_app(&remove).ok();

    module("wrong", "\"nosuch\"");
    sandbox
        .in_app(&["add", "module", "wrong", own[0], own[1]])
        .refused(&["nosuch"]);
}
