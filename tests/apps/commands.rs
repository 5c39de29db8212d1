//! `cloudapp migrate` and `cloudapp doctor` in the folder of an app: they build it if needed, and
//! rebuild nothing that is built.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::app::{App, cloudapp};
use crate::boot::{CHAIN_KEY, METRICS_TOKEN, PERSONAL_KEY, TOKEN_KEY};
use crate::ground::{self, step};
use crate::process::{self, Answer};
use crate::specs::SHOP;

#[test]
fn migrate() {
    let _turn = ground::turn();
    SHOP.build();
    forget_database(&SHOP);
    let count = statuses(&SHOP, &[]).len();
    assert!(count >= 6, "{count} migrations");
    assert_eq!(statuses(&SHOP, &["pending"]).len(), count);
    migrate_ok(&SHOP, &["check"], 1);

    let up = migrate_ok(&SHOP, &["up"], 0);
    assert_eq!(up.out.matches("applied ").count(), count, "{}", up.out);
    assert_eq!(statuses(&SHOP, &["applied"]).len(), count);
    migrate_ok(&SHOP, &["check"], 0);
    let again = migrate_ok(&SHOP, &["up"], 0);
    assert_eq!(again.out.trim(), "nothing to do");

    migrate_ok(&SHOP, &["down"], 0);
    assert_eq!(statuses(&SHOP, &["pending"]).len(), 1);
    migrate_ok(&SHOP, &["down", "2"], 0);
    assert_eq!(statuses(&SHOP, &["pending"]).len(), 3);
    migrate_ok(&SHOP, &["up"], 0);
    migrate_ok(&SHOP, &["fresh"], 0);
    assert_eq!(statuses(&SHOP, &["applied"]).len(), count);
    migrate_ok(&SHOP, &["check"], 0);

    migrate_ok(&SHOP, &["sideways"], 2);
    migrate_ok(&SHOP, &["down", "two"], 2);
    let mut fresh = hurt(SHOP.cloudapp(&["migrate", "fresh"]));
    fresh
        .env("CLOUDAPP_ENV", "production")
        .env("CLOUDAPP__DATABASE__URL", "sqlite://data/shop.db")
        .env("CLOUDAPP__AUTH__TOKEN_KEY", TOKEN_KEY)
        .env("CLOUDAPP__ASSET__CHAIN_KEY", CHAIN_KEY)
        .env("CLOUDAPP__PERSONAL__KEY", PERSONAL_KEY)
        .env("CLOUDAPP__METRICS__TOKEN", METRICS_TOKEN);
    process::run(fresh).refused(&["production", "--force"]);
    assert_eq!(statuses(&SHOP, &["applied"]).len(), count);

    nothing_is_rebuilt(&SHOP);
    SHOP.assert_as_generated();
    let outside = cloudapp(ground::folder(), &["migrate", "up"]);
    process::run(outside).refused(&["cloudapp.toml"]);
}

#[test]
fn doctor() {
    let _turn = ground::turn();
    SHOP.build();
    forget_database(&SHOP);
    let ill = process::run(hurt(SHOP.cloudapp(&["doctor"]))).exits(1);
    let failed: Vec<&str> = ill
        .out
        .lines()
        .filter(|line| line.starts_with("FAIL"))
        .collect();
    assert!(
        failed.len() == 1 && failed[0].contains("schema"),
        "{}",
        ill.out
    );

    migrate_ok(&SHOP, &["up"], 0);
    let well = process::run(hurt(SHOP.cloudapp(&["doctor"]))).ok();
    assert!(
        well.out.lines().all(|line| line.starts_with("ok ")),
        "{}",
        well.out
    );
    let (is_well, names) = findings(&SHOP, 0);
    assert!(is_well);
    for expected in [
        "toolchain",
        "registries",
        "vendored crates",
        "config files",
        "app: configuration",
        "app: database default",
        "app: schema",
    ] {
        let found = names.iter().find(|(name, _)| name == expected);
        assert_eq!(
            found.map(|(_, ok)| *ok),
            Some(true),
            "{expected}: {names:?}"
        );
    }

    for (path, content, check) in [
        (
            "vendor/cloudapp-runtime/src/lib.rs",
            "// edited\n",
            "vendored crates",
        ),
        ("src/modules/mod.rs", "pub fn register() {}\n", "registries"),
        ("src/app.rs", "// nothing\n", "registry calls"),
        (
            "config/default.toml",
            "[server]\nprot = 80\n",
            "app: configuration",
        ),
        ("config/production.toml", "not TOML\n", "config files"),
    ] {
        SHOP.with_file(path, content, || {
            let (is_well, names) = findings(&SHOP, 1);
            assert!(!is_well, "{path}");
            let found = names.iter().find(|(name, _)| name == check);
            assert_eq!(found.map(|(_, ok)| *ok), Some(false), "{path}: {names:?}");
        });
    }
    findings(&SHOP, 0);
    nothing_is_rebuilt(&SHOP);
    SHOP.assert_as_generated();
}

/// A command of the generator in an environment as another cargo leaves it, and worse: nothing of
/// that may reach the cargo that it starts.
fn hurt(mut command: Command) -> Command {
    command
        .env("CARGO", "/no/such/cargo")
        .env("CARGO_TARGET_DIR", "/no/such/target")
        .env("CARGO_PKG_NAME", "cloudapp")
        .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "3")
        .env("RUSTFLAGS", "--cfg of_somebody_else")
        .env("RUSTC_WRAPPER", "/no/such/wrapper")
        .env("RUSTUP_TOOLCHAIN", "no-such-toolchain");
    command
}

fn migrate_ok(app: &App, arguments: &[&str], code: i32) -> Answer {
    let arguments = [&["migrate"], arguments].concat();
    let answer = process::run(hurt(app.cloudapp(&arguments))).exits(code);
    assert!(!answer.err.contains("Compiling"), "{}", answer.err);
    answer
}

/// The migrations that stand so; all for no status at all.
fn statuses(app: &App, wanted: &[&str]) -> Vec<String> {
    let answer = migrate_ok(app, &["status", "--json"], 0);
    let answer: Value = serde_json::from_str(&answer.out).unwrap();
    let rows = answer["migrations"].as_array().unwrap().iter();
    rows.filter(|row| wanted.is_empty() || wanted.contains(&row["status"].as_str().unwrap()))
        .map(|row| row["migration"].as_str().unwrap().to_owned())
        .collect()
}

/// What `doctor --json` says: whether all is well, and each check.
fn findings(app: &App, code: i32) -> (bool, Vec<(String, bool)>) {
    let answer = process::run(hurt(app.cloudapp(&["doctor", "--json"]))).exits(code);
    let answer: Value = serde_json::from_str(&answer.out).unwrap();
    let checks = answer["checks"].as_array().unwrap().iter();
    let checks = checks.map(|check| {
        let name = check["name"].as_str().unwrap().to_owned();
        (name, check["ok"].as_bool().unwrap())
    });
    (answer["ok"].as_bool().unwrap(), checks.collect())
}

/// Development begins with no database.
fn forget_database(app: &App) {
    let data = app.root.join("data");
    if data.exists() {
        fs::remove_dir_all(data).unwrap();
    }
}

/// What the generator had built by cargo is what cargo by itself would have built.
fn nothing_is_rebuilt(app: &App) {
    let mut command = app.cargo(&["build", "--locked", "--verbose"]);
    command.env("CARGO_TERM_COLOR", "never");
    let answer = step(&format!("{}: cargo build --verbose", app.name), || {
        process::run(command).ok()
    });
    let lines = answer.err.lines().map(str::trim_start);
    let (fresh, other): (Vec<&str>, Vec<&str>) = lines
        .filter(|line| !line.starts_with("Finished"))
        .partition(|line| line.starts_with("Fresh "));
    assert!(other.is_empty(), "not fresh: {other:?}");
    assert!(fresh.len() > 100, "only {} crates", fresh.len());
}
