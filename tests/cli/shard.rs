//! Sharded tables: `add module --shard-by`, and `new --shard`.

use std::process::Command;

use crate::sandbox::{Answer, Sandbox, run};

const FIELDS: [&str; 4] = [
    "code:string(32)",
    "worth:int=1",
    "note:text?",
    "price:decimal(9,2)",
];

/// The arguments of `add module`.
fn arguments(name: &str, fields: &[&str], shard_by: &str) -> Vec<String> {
    let mut arguments = vec!["add".to_owned(), "module".to_owned(), name.to_owned()];
    arguments.extend(fields.iter().map(|field| format!("--field={field}")));
    arguments.push(format!("--shard-by={shard_by}"));
    arguments
}

fn add(sandbox: &Sandbox, name: &str, fields: &[&str], shard_by: &str) -> Answer {
    let arguments = arguments(name, fields, shard_by);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    sandbox.in_app(&arguments)
}

/// Snapshots the files of a module in which sharding shows.
fn assert_as_expected(sandbox: &Sandbox, name: &str) {
    for file in ["mod", "migration", "service"] {
        let text = sandbox.read(&format!("shop/src/modules/{name}/{file}.rs"));
        insta::assert_snapshot!(format!("{name}_{file}"), text);
    }
    let test = format!("shop/tests/{name}.rs");
    insta::assert_snapshot!(format!("{name}_tests"), sandbox.read(&test));
}

#[test]
fn modules_by_player_tenant_and_field_are_as_expected() {
    let sandbox = Sandbox::with_app(&["--modules", "none"]);
    add(&sandbox, "gift", &FIELDS, "user_id").ok();
    add(
        &sandbox,
        "ticket",
        &["code:string(32):unique", "worth:int=1"],
        "code",
    )
    .ok();
    add(
        &sandbox,
        "coupon",
        &["code:string(32):unique", "worth:int=1"],
        "app_id",
    )
    .ok();
    assert_as_expected(&sandbox, "gift");
    assert_as_expected(&sandbox, "ticket");
    let service = sandbox.read("shop/src/modules/coupon/service.rs");
    insta::assert_snapshot!("coupon_service", service);
    insta::assert_snapshot!("sharded_manifest", sandbox.read("shop/cloudapp.toml"));
}

#[test]
fn a_key_of_any_type_and_length_is_formatted() {
    let sandbox = Sandbox::with_app(&["--modules", "none"]);
    let long = "a_key_of_exactly_thirty_chars1";
    for (name, kind) in [("text", "string(190)"), ("number", "int")] {
        let field = format!("{long}:{kind}:unique");
        add(&sandbox, &format!("long_{name}"), &[&field, "a:int"], long).ok();
    }
    for (name, kind) in [("number", "bigint:index"), ("token", "uuid")] {
        let field = format!("k:{kind}");
        add(&sandbox, &format!("short_{name}"), &[&field], "k").ok();
    }
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.current_dir(sandbox.path("shop"));
    rustfmt.args(["--check", "--edition", "2024", "src/lib.rs"]);
    for name in ["long_text", "long_number", "short_number", "short_token"] {
        rustfmt.arg(format!("tests/{name}.rs"));
    }
    let answer = run(rustfmt);
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
}

#[test]
fn what_is_to_be_known_is_said() {
    let sandbox = Sandbox::with_app(&[]);
    let said = add(&sandbox, "gift", &FIELDS, "user_id").ok().err;
    for words in [
        "`[shard.gift_tb] count = 4` in config/default.toml",
        "`cloudapp migrate reshard gift_tb --to 4`",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let plain = ["add", "module", "note", "--field", "title:string"];
    assert!(!sandbox.in_app(&plain).ok().err.contains("reshard"));
    let help = sandbox.cloudapp(&["help", "migrate"]).ok().out;
    assert!(help.contains("shards, reshard"), "{help}");
    let script = sandbox.cloudapp(&["completions", "zsh"]).ok().out;
    assert!(script.contains("--shard-by"), "{script}");
}

#[test]
fn it_is_recorded_kept_and_taken_back() {
    let sandbox = Sandbox::with_app(&["--modules", "none"]);
    sandbox.commit();
    add(&sandbox, "gift", &FIELDS, "code").ok();
    let manifest = sandbox.read("shop/cloudapp.toml");
    assert!(manifest.contains("shard_by = \"code\"\n"), "{manifest}");
    sandbox.unchanged_by(|| sandbox.in_app(&["sync"]).ok());
    sandbox.unchanged_by(|| add(&sandbox, "gift", &FIELDS, "code").refused(&["gift"]));
    sandbox.in_app(&["remove", "module", "gift"]).ok();
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_dry_run_shows_it() {
    let sandbox = Sandbox::with_app(&[]);
    let mut dry = arguments("gift", &FIELDS, "user_id");
    dry.push("--dry-run".to_owned());
    let dry: Vec<&str> = dry.iter().map(String::as_str).collect();
    let answer = sandbox.unchanged_by(|| sandbox.in_app(&dry).ok());
    for line in [
        "+shard_by = \"user_id\"",
        "+        .sharded(\"gift_tb\", \"user_id\")",
    ] {
        assert!(answer.out.contains(line), "{}", answer.out);
    }
}

#[test]
fn columns_that_cannot_be_the_key_are_refused() {
    let sandbox = Sandbox::with_app(&[]);
    let fields = [
        "code:string(32)",
        "lengthy:string(191)",
        "note:string?",
        "body:text",
        "price:decimal",
        "day:date",
        "is_open:bool",
        "data:json",
    ];
    for (column, word) in [
        ("note", "null"),
        ("lengthy", "190"),
        ("body", "a text"),
        ("price", "a decimal"),
        ("day", "a date"),
        ("is_open", "a bool"),
        ("data", "a json"),
        ("id", "no such field"),
        ("created_at", "no such field"),
        ("Code", "no such field"),
        ("", "no such field"),
    ] {
        let given = format!("--shard-by {column}");
        let words = [&given, word, "use one of `user_id`, `app_id`, `code`"];
        sandbox.unchanged_by(|| add(&sandbox, "gift", &fields, column).refused(&words));
    }
    sandbox.unchanged_by(|| add(&sandbox, "gift", &[], "user_id").refused(&["--field"]));
    sandbox.unchanged_by(|| {
        let answer = add(&sandbox, "friend_link", &[], "user_id");
        answer.refused(&["user_id", "fields"]);
    });
}

#[test]
fn a_unique_field_must_be_in_the_table_of_its_equals() {
    let sandbox = Sandbox::with_app(&[]);
    let fields = ["code:string(32):unique", "number:int"];
    for column in ["user_id", "number"] {
        let words = ["`code`", column, "shard by `app_id` or by `code`"];
        sandbox.unchanged_by(|| add(&sandbox, "gift", &fields, column).refused(&words));
    }
    let both = ["code:string(32):unique", "number:int:unique"];
    sandbox.unchanged_by(|| add(&sandbox, "gift", &both, "code").refused(&["`number`"]));
    add(&sandbox, "gift", &both, "app_id").ok();
    add(&sandbox, "ticket", &fields, "code").ok();
}

#[test]
fn no_two_tables_have_one_physical_name() {
    let sandbox = Sandbox::with_app(&[]);
    add(&sandbox, "gift", &FIELDS, "user_id").ok();
    let plain = |name: &str| sandbox.in_app(&["add", "module", name, "--field", "a:int"]);
    for name in ["gift_0", "gift_127", "user_asset_3"] {
        sandbox.unchanged_by(|| plain(name).refused(&[name, "another name"]));
    }
    for name in ["user_asset", "stat_log"] {
        sandbox.unchanged_by(|| plain(name).refused(&[name, "try `"]));
    }
    plain("gift_128").ok();
    plain("level_1").ok();
    plain("level").ok();
    sandbox.in_app(&["remove", "module", "level"]).ok();
    sandbox.unchanged_by(|| {
        add(&sandbox, "level", &FIELDS, "user_id").refused(&["`level_1_tb`", "another name"]);
    });
}

#[test]
fn the_tables_of_the_framework_get_their_count() {
    let sandbox = Sandbox::new();
    let both = "--shard=user_asset_tb=4,stat_log_tb=128";
    sandbox.cloudapp(&["new", "shop", both]).ok();
    let config = sandbox.read("shop/config/default.toml");
    let sections = "[shard.stat_log_tb]\ncount = 128\n\n[shard.user_asset_tb]\ncount = 4\n\n#";
    assert!(config.contains(sections), "{config}");
    let manifest = sandbox.read("shop/cloudapp.toml");
    let recorded = "[app.shard]\nstat_log_tb = 128\nuser_asset_tb = 4\n";
    assert!(manifest.contains(recorded), "{manifest}");
    add(&sandbox, "gift", &FIELDS, "user_id").ok();
    sandbox.unchanged_by(|| sandbox.in_app(&["sync"]).ok());

    // In another order, and each for itself, it is the same app.
    let each = ["--shard=stat_log_tb=128", "--shard=user_asset_tb=4"];
    sandbox
        .cloudapp(&["new", "other", "--name", "shop", each[0], each[1]])
        .ok();
    assert_eq!(sandbox.read("other/config/default.toml"), config);
    sandbox.cloudapp(&["new", "plain"]).ok();
    assert!(!sandbox.read("plain/config/default.toml").contains("[shard"));
}

#[test]
fn bad_counts_are_refused_with_what_would_be_legal() {
    let sandbox = Sandbox::new();
    for (given, word) in [
        ("", "user_asset_tb=4"),
        ("user_asset_tb", "table=count"),
        ("user_asset_tb=4,", "table=count"),
        ("user_asset=4", "try `user_asset_tb`"),
        ("stat_raport_tb=4", "try `stat_report_tb`"),
        ("gift_tb=4", "--shard-by"),
        ("user_asset_tb=0", "1 to 128"),
        ("user_asset_tb=129", "1 to 128"),
        ("user_asset_tb=four", "1 to 128"),
        ("user_asset_tb=-1", "1 to 128"),
        ("user_asset_tb=4,user_asset_tb=4", "once"),
    ] {
        let option = format!("--shard={given}");
        sandbox.unchanged_by(|| {
            let answer = sandbox.cloudapp(&["new", "shop", &option]);
            answer.refused(&["--shard", word]);
        });
    }
}
