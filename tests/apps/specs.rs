//! Which apps are made: the default one, one that covers every field type and nasty names, and one
//! per database server.

use std::sync::LazyLock;

use serde_json::Value;

use crate::app::{App, cloudapp};
use crate::ground;
use crate::process;

/// The runtime of this checkout, so that it is compiled once for several apps.
pub(crate) const RUNTIME: &str = concat!("path=", env!("CARGO_MANIFEST_DIR"));

/// A module of the catalogue that every new app has.
const DEFAULT_MODULE: &str = "friend_link";

/// The default app as a user gets it, one module taken out and put back, with the rest of the
/// catalogue, and a migration, a job and a kind of task of its own.
pub(crate) static SHOP: LazyLock<App> = LazyLock::new(|| {
    let added = optional_modules();
    let mut commands = vec![
        words(&["remove", "module", DEFAULT_MODULE]),
        words(&["add", "module", DEFAULT_MODULE]),
    ];
    commands.extend(added.iter().map(|name| words(&["add", "module", name])));
    commands.push(words(&["migrate", "new", "add_nothing"]));
    commands.push(words(&["add", "job", "ship_order"]));
    commands.push(words(&["add", "task", "visit_shop"]));
    App::generate("shop", &[], &commands)
});

/// Three modules of all field types, some with sharded tables, and twenty with names that are legal
/// and nasty. The name of the app is as long as one may be.
pub(crate) static MATRIX: LazyLock<App> = LazyLock::new(|| {
    let mut commands = vec![
        add_module("note", ALL_TYPES),
        add_module("draft", NULLABLE),
        add_module("rule", DEFAULTS_AND_INDEXES),
    ];
    for (name, fields) in NASTY {
        let fields: Vec<String> = fields.split(' ').map(str::to_owned).collect();
        commands.push(add_module(name, &fields));
    }
    commands.extend(SHARDED.iter().map(sharded_module));
    for name in NASTY_UNITS {
        commands.push(words(&["add", "job", name]));
        commands.push(words(&["add", "task", name]));
    }
    App::generate_with_settings(
        "shop-24-7-with-a-name-of-40-characters-x",
        &["--runtime", RUNTIME, "--shard", LEDGER_SHARDS],
        &commands,
        SHARDS,
    )
});

/// One whose hooks a test writes.
pub(crate) static HOOKED: LazyLock<App> = LazyLock::new(|| {
    let new = ["--runtime", RUNTIME, "--modules", DEFAULT_MODULE];
    App::generate("shop-hooked", &new, &[])
});

/// On MySQL or MariaDB.
pub(crate) static MYSQL: LazyLock<App> = LazyLock::new(|| on_server("shop-mysql", "mysql"));

/// On PostgreSQL.
pub(crate) static POSTGRES: LazyLock<App> =
    LazyLock::new(|| on_server("shop-postgres", "postgres"));

fn on_server(name: &'static str, database: &str) -> App {
    let mut commands = vec![
        add_module("note", ALL_TYPES),
        add_module("draft", NULLABLE),
        add_module("rule", DEFAULTS_AND_INDEXES),
    ];
    commands.extend(SHARDED.iter().map(sharded_module));
    App::generate_with_settings(
        name,
        &[
            "--database",
            database,
            "--runtime",
            RUNTIME,
            "--shard",
            LEDGER_SHARDS,
        ],
        &commands,
        SHARDS,
    )
}

/// The arguments of a `new --run`.
pub(crate) const FIRST_RUN: &[&str] = &["--runtime", RUNTIME, "--run"];

/// Every type, required, at its usual size.
const ALL_TYPES: &[&str] = &[
    "title:string(100)",
    "body:text!",
    "amount:int",
    "big_amount:bigint",
    "price:decimal(12,2)",
    "is_open:bool",
    "day:date",
    "begins_at:datetime",
    "extra:json",
    "token:uuid",
];

/// Every type as one that may be null, at its smallest or largest size.
const NULLABLE: &[&str] = &[
    "title:string?",
    "longest:string(2000)?",
    "shortest:string(1)?",
    "body:text?",
    "amount:int?",
    "big_amount:bigint?",
    "price:decimal?",
    "whole:decimal(28)?",
    "fraction:decimal(28,28)?",
    "digit:decimal(1,1)?",
    "is_open:bool?",
    "day:date?",
    "begins_at:datetime?",
    "extra:json?",
    "token:uuid?",
];

/// Every default, every type that an index takes, and names as long as they may be.
const DEFAULTS_AND_INDEXES: &[&str] = &[
    "title:string(50)=it's \"quoted\" = \\ {brace} // not a comment",
    "greeting:text=感谢参与 🎁",
    "blank:string(5)=",
    "amount:int=-2147483648",
    "big_amount:bigint=9223372036854775807:index",
    "price:decimal(12,2)=-0.05",
    "largest:decimal(28,28)=0.1234567890123456789012345678",
    "is_open:bool=true",
    "is_shut:bool=false:index",
    "code:string(700):unique",
    "a_key_of_exactly_thirty_chars1:string(700):unique",
    "an_index_of_thirty_characters2:datetime?:index",
    "number:int:unique",
    "serial:bigint:unique",
    "rate:decimal(9,3):unique",
    "day:date:unique:index",
    "begins_at:datetime:unique",
    "token:uuid?:unique",
];

/// Modules by each kind of key: name, fields, column.
const SHARDED: [(&str, &[&str], &str); 5] = [
    ("gift", &["title:string(50)", "worth:int=1"], "user_id"),
    (
        "voucher",
        &["code:string(32):unique", "worth:int"],
        "app_id",
    ),
    ("ticket", &["code:string(190):unique", "note:text?"], "code"),
    (
        "seat",
        &["number:bigint:index", "row_number_1:int"],
        "number",
    ),
    ("badge", &["token:uuid", "title:string"], "token"),
];

/// Tables of the ledger that are in more than one.
const LEDGER_SHARDS: &str = "user_asset_tb=4,asset_log_tb=4,asset_owner_tb=4";

/// The settings of the tables of those modules that are in more than one.
const SHARDS: &str = "
[shard.gift_tb]
count = 4

[shard.ticket_tb]
count = 3

[shard.seat_tb]
count = 2

[shard.badge_tb]
count = 5
";

/// Modules named like what generated code imports, defines or is made of, with fields named like
/// variables, methods, columns of answers and variants of derived enums.
const NASTY: &[(&str, &str)] = &[
    ("a", "a:string a1:int n:int? x:bool=true"),
    (
        "x1",
        "value:int:unique data:json input:text hash:string(64)",
    ),
    ("result", "result:string(20) ok:bool none:date? error:text?"),
    (
        "model",
        "model:string(20) active_model:int entity:int relation:bigint",
    ),
    (
        "entities",
        "entity_name:string(20) column_type:int iterator:int def:text",
    ),
    ("services", "txn:int ctx:int db:int scope:string(20):unique"),
    (
        "hook",
        "player:string(20) operator:string(20) now:datetime app:int",
    ),
    (
        "dtos",
        "view:json admin_view:json validate:bool deserialize:int",
    ),
    (
        "string",
        "string:string string_len:string(20):index text:text str:text",
    ),
    (
        "clone",
        "clone:bool debug:bool eq:int ne:int cmp:int fmt:text",
    ),
    (
        "error",
        "error_code:int error_message:text success:bool request_id:uuid",
    ),
    (
        "a_module_with_thirty_letters_1",
        "a_field_with_thirty_letters_01:decimal(28,28):unique \
         a_field_with_thirty_letters_02:datetime?:index \
         a_field_with_thirty_letters_03:uuid",
    ),
    (
        "async_job",
        "new:int count:int filter:text iter:int items:json",
    ),
    (
        "selfie",
        "path:string(500) name:string name_2:string name3:string",
    ),
    (
        "data",
        "page:int page_index:int page_size:int total:int unknown_field:int",
    ),
    ("i32", "i32:int i64:bigint bool:bool u8:int"),
    (
        "str",
        "to_string:text as_str:text try_from:text raw:text r:text",
    ),
    ("tests", "alice:string(20) bad:int required:bool? sent:text"),
    (
        "status",
        "status:string(20) series:int news:text class:text",
    ),
    (
        "client",
        "admin:bool client:int body:json json:json body_limit:int?",
    ),
];

/// Jobs and kinds of tasks named like what their files import, like what cargo keeps, and as long
/// as may be.
const NASTY_UNITS: [&str; 4] = ["some", "test", "job", "a_name_with_thirty_characters1"];

fn add_module<S: AsRef<str>>(name: &str, fields: &[S]) -> Vec<String> {
    let mut command = words(&["add", "module", name]);
    for field in fields {
        command.push("--field".to_owned());
        command.push(field.as_ref().to_owned());
    }
    command
}

fn sharded_module((name, fields, column): &(&str, &[&str], &str)) -> Vec<String> {
    let mut command = add_module(name, fields);
    command.push(format!("--shard-by={column}"));
    command
}

/// The modules of the catalogue that a new app has not, without those that come along with others.
fn optional_modules() -> Vec<String> {
    let command = cloudapp(ground::folder(), &["list", "modules", "--json"]);
    let list: Value = serde_json::from_str(&process::run(command).ok().out).unwrap();
    let modules = list["modules"].as_object().unwrap();
    assert!(modules.contains_key(DEFAULT_MODULE), "{list}");
    let optional = modules
        .iter()
        .filter(|(_, module)| module["default"] == false);
    let comes_along = |name: &str| {
        let mut needs = modules
            .values()
            .flat_map(|module| module["needs"].as_array().unwrap());
        needs.any(|need| need == name)
    };
    optional
        .map(|(name, _)| name.clone())
        .filter(|name| !comes_along(name))
        .collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
