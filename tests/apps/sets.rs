//! Apps of other modules than the usual ones: the smallest preset, and sets that chance picks. They
//! are clean, their tests pass, and they start in development and in production.
//!
//! `CLOUDAPP_MODULE_SETS` says how many sets there are, `CLOUDAPP_MODULE_SEED` which.

use std::env;
use std::process::Command;

use serde_json::Value;

use crate::app::{App, Database, cloudapp};
use crate::boot;
use crate::clean;
use crate::ground;
use crate::process;
use crate::server::Server;
use crate::specs::RUNTIME;

const NAME: &str = "shop-of-a-set";
const SETS: u64 = 5;
const SEED: u64 = 20_261_127;

#[test]
fn the_smallest_preset_and_any_set_of_modules() {
    let _turn = ground::turn();
    check("minimal");
    let names = catalogue();
    let mut chance = number("CLOUDAPP_MODULE_SEED", SEED);
    for _ in 0..number("CLOUDAPP_MODULE_SETS", SETS) {
        let picked = names.iter().filter(|_| flip(&mut chance));
        let picked: Vec<&str> = picked.map(String::as_str).collect();
        check(&picked.join(","));
    }
}

fn check(modules: &str) {
    ground::say(&format!("{NAME}: --modules '{modules}'"));
    let app = App::generate(NAME, &["--runtime", RUNTIME, "--modules", modules], &[]);
    app.cargo_ok(&["fmt", "--check"]);
    clean::clippy(&app);
    let answer = app.cargo_ok(&["test", "--locked"]);
    clean::assert_tested(&app, &answer.out);
    app.assert_as_generated();
    starts(&|database, arguments| {
        let mut command = app.command(arguments);
        command.env("CLOUDAPP__DATABASE__URL", database.url());
        command
    });
    starts(&|database, arguments| boot::in_production(&app, database, arguments));
}

/// Makes the tables, and sees the app answer and end well.
fn starts(command: &dyn Fn(&Database, &[&str]) -> Command) {
    let database = Database::new();
    process::run(command(&database, &["migrate", "up"])).ok();
    let server = Server::start(command(&database, &[]));
    assert_eq!(server.http().get("/health/ready").data()["status"], "ok");
    server.stop();
}

fn catalogue() -> Vec<String> {
    let command = cloudapp(ground::folder(), &["list", "modules", "--json"]);
    let list: Value = serde_json::from_str(&process::run(command).ok().out).unwrap();
    list["modules"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// Heads or tails, the same in every run (Knuth's MMIX generator).
fn flip(chance: &mut u64) -> bool {
    *chance = chance
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *chance >> 63 == 1
}
