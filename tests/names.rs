//! Names: what is legal, what a refusal says, and that each suggestion is legal itself.
#![cfg(test)]

use cloudapp::name::{
    FieldName, ModuleName, NameError, ProjectName, Reason, Taken, UnitName, shown,
};
use cloudapp::unit::UnitKind;
use proptest::prelude::*;

const CRATES: &[&str] = &["serde", "serde_json", "tower-http", "uuid"];
const TAKEN: Taken<'_> = Taken {
    modules: &["posts", "category", "game_round", "person"],
    crates: CRATES,
    tables: &["session_tb"],
};

fn project(input: &str) -> Result<String, NameError> {
    ProjectName::new(input, CRATES).map(|name| name.to_string())
}

fn module(input: &str) -> Result<String, NameError> {
    ModuleName::new(input, &TAKEN).map(|name| name.to_string())
}

fn field(input: &str) -> Result<String, NameError> {
    FieldName::new(input).map(|name| name.to_string())
}

fn job(input: &str) -> Result<String, NameError> {
    UnitName::new(UnitKind::Job, input, &["ship_order", "note"]).map(|name| name.to_string())
}

fn task(input: &str) -> Result<String, NameError> {
    UnitName::new(UnitKind::Task, input, &["visit_shop"]).map(|name| name.to_string())
}

/// What a person reads; `ok` for a legal name.
fn message(result: Result<String, NameError>) -> String {
    result
        .err()
        .map_or_else(|| "ok".to_owned(), |error| error.to_string())
}

/// Names that look legal and are not.
const HOSTILE: &str = "\
    fn gen self Self crate super order select con COM1 lpt9 test std serde-json tower_http \
    cloudapp build id user_id Post post po_sts people categories GAMEROUND session mod me \
    type index rank ref desc created_at";

/// Input of any kind, hostile on purpose more often than by chance.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z0-9_ .\\-/]{0,60}",
        "[a-z_]{1,12}",
        "(a|\u{430}|\u{ff41}|\0|\u{202e}|9|_|-){0,45}",
        proptest::sample::select(HOSTILE.split(' ').collect::<Vec<_>>()).prop_map(str::to_owned),
    ]
}

/// How many cases a property is tried with; a failing one is printed, not written to a file.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn each_suggestion_is_legal(input in any_name()) {
        for parse in [project, module, field, job, task] {
            match parse(&input) {
                Ok(name) => prop_assert_eq!(name, input.clone()),
                Err(error) => {
                    prop_assert_eq!(parse(&error.suggestion), Ok(error.suggestion.clone()), "{}", error);
                    prop_assert!(!error.to_string().contains(char::is_control));
                    prop_assert!(error.given.chars().count() <= 700);
                }
            }
        }
    }

    #[test]
    fn a_shown_text_is_one_short_line(text in any::<String>()) {
        let shown = shown(&text);
        prop_assert!(!shown.contains(char::is_control));
        let invisible = ['\u{202e}', '\u{2028}', '\u{feff}', '\u{ad}'];
        prop_assert!(!shown.contains(invisible));
    }

    #[test]
    fn numbers_of_modules_do_not_exhaust_suggestions(count in 0_usize..40) {
        let modules: Vec<String> = std::iter::once("note".to_owned())
            .chain((0..count).map(|number| if number == 0 {
                "note_item".to_owned()
            } else {
                format!("note_item{}", number + 1)
            }))
            .collect();
        let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
        let taken = Taken { modules: &modules, ..Taken::default() };
        let error = ModuleName::new("note", &taken).err();
        let suggestion = error.map(|error| error.suggestion).unwrap_or_default();
        prop_assert!(ModuleName::new(&suggestion, &taken).is_ok(), "{}", suggestion);
    }
}

#[test]
fn legal_names() {
    for name in "a shop my-shop my_shop a1 s2-b3_c4 generic selfie com com10".split(' ') {
        assert_eq!(project(name), Ok(name.to_owned()));
    }
    for name in "note a1 game_map fnord orders tables common union_member".split(' ') {
        assert_eq!(module(name), Ok(name.to_owned()));
    }
    for name in "title is_open a1 price status name value count date".split(' ') {
        assert_eq!(field(name), Ok(name.to_owned()));
    }
    for name in "a some test string result select order job user ship2".split(' ') {
        assert_eq!(job(name), Ok(name.to_owned()));
        assert_eq!(task(name), Ok(name.to_owned()));
    }
    let longest = "a".repeat(40);
    assert_eq!(project(&longest), Ok(longest.clone()));
    assert!(project(&"a".repeat(41)).is_err());
    let longest = "a".repeat(30);
    assert_eq!(module(&longest), Ok(longest.clone()));
    assert_eq!(field(&longest), Ok(longest.clone()));
}

#[test]
fn a_catalogue_module_may_be_a_word_of_sql() {
    assert!(module("order").is_err());
    let name = ModuleName::catalogue("order", &TAKEN).map(|name| name.table().to_string());
    assert_eq!(name, Ok("order_tb".to_owned()));
    for name in ["fn", "1abc", "../x", "std", "con", "main", ""] {
        assert!(ModuleName::catalogue(name, &TAKEN).is_err(), "{name}");
    }
}

#[test]
fn every_keyword_of_the_2024_edition_is_refused() {
    let keywords = "as break const continue crate else enum extern false fn for if impl in let loop \
        match mod move mut pub ref return self static struct super trait true type unsafe use \
        where while async await \
        dyn abstract become box do final gen macro override priv try typeof unsized virtual yield";
    for keyword in keywords.split_whitespace() {
        for parse in [project, module, field, job, task] {
            let reason = parse(keyword).err().map(|error| error.reason);
            assert_eq!(reason, Some(Reason::RustKeyword), "{keyword}");
        }
    }
}

#[test]
fn words_of_each_database_are_refused() {
    // One that only MySQL 8 reserves, only MariaDB, only PostgreSQL, only SQLite.
    for word in "cume_dist ref_system_id ilike raise select order key user".split(' ') {
        for parse in [module, field] {
            let reason = parse(word).err().map(|error| error.reason);
            assert_eq!(reason, Some(Reason::SqlWord), "{word}");
        }
    }
}

#[test]
fn modules_collide_up_to_case_underscore_and_plural() {
    let existing = [
        (
            "posts",
            ["Post", "posts", "post", "POST", "po_sts"].as_slice(),
        ),
        ("category", &["category", "categories", "Category"]),
        ("game_round", &["gameround", "GameRounds", "game_rounds"]),
        ("person", &["people", "persons", "Person"]),
    ];
    for (existing, names) in existing {
        for name in names {
            let reason = module(name).err().map(|error| error.reason);
            assert_eq!(
                reason,
                Some(Reason::Module {
                    existing: existing.to_owned()
                }),
                "{name}"
            );
        }
    }
    let pairs = [
        ("status", "statuses"),
        ("box_item", "box_items"),
        ("bus", "buses"),
        ("class", "classes"),
        ("shelf", "shelves"),
        ("quiz", "quizzes"),
        ("index_page", "index_pages"),
        ("child", "children"),
        ("house", "houses"),
        ("cookie", "cookies"),
        ("wish", "wishes"),
        ("day", "days"),
        ("vertex", "vertices"),
    ];
    for (singular, plural) in pairs {
        let name = ModuleName::catalogue(singular, &Taken::default()).ok();
        assert!(
            name.is_some_and(|name| name.collides_with(plural)),
            "{plural}"
        );
    }
    let names = [
        "asset", "task", "lottery", "order", "stat", "user", "cms", "job", "coupon", "invite",
        "act",
    ];
    for left in names {
        for right in names.iter().filter(|right| **right != left) {
            let left = ModuleName::catalogue(left, &Taken::default()).ok();
            assert!(
                left.is_some_and(|left| !left.collides_with(right)),
                "{right}"
            );
        }
    }
}

#[test]
fn fields_collide_when_their_variants_do() {
    let name = |text| FieldName::new(text).ok();
    let collide = |left, right| {
        name(left)
            .zip(name(right))
            .map(|(left, right)| left.collides_with(&right))
    };
    assert_eq!(collide("a1", "a_1"), Some(true));
    assert_eq!(collide("is_open", "isopen"), Some(false));
    assert_eq!(collide("title", "title"), Some(true));
    assert_eq!(
        name("is_open_2b").map(|name| name.pascal_case()),
        Some("IsOpen2b".to_owned())
    );
}

#[test]
fn messages_about_projects() {
    let long = "x".repeat(300);
    let inputs = [
        "",
        "1abc",
        "../x",
        "a b",
        "Post",
        "fn",
        "gen",
        "self",
        "Self",
        "test",
        "std",
        "serde-json",
        "tower_http",
        "con",
        "com1",
        "build",
        "cloudapp-runtime",
        "a--b",
        "a-",
        "-a",
        "\u{430}bc",
        "a\0b",
        "\u{1b}[31mred",
        "日本",
        "..",
        long.as_str(),
    ];
    let messages: Vec<String> = inputs.iter().map(|input| message(project(input))).collect();
    insta::assert_snapshot!(messages.join("\n"), @r##"
    `` can't be the name of a project: it is empty; try `app`
    `1abc` can't be the name of a project: it must start with a letter a-z; try `app-1abc`
    `../x` can't be the name of a project: character 1 is `.`; allowed are a-z, 0-9, `-` and `_`; try `x`
    `a b` can't be the name of a project: character 2 is a space; allowed are a-z, 0-9, `-` and `_`; try `a-b`
    `Post` can't be the name of a project: character 1 is `P`; allowed are a-z, 0-9, `-` and `_`; try `post`
    `fn` can't be the name of a project: it is a Rust keyword; try `fn-app`
    `gen` can't be the name of a project: it is a Rust keyword; try `gen-app`
    `self` can't be the name of a project: it is a Rust keyword; try `self-app`
    `Self` can't be the name of a project: character 1 is `S`; allowed are a-z, 0-9, `-` and `_`; try `self-app`
    `test` can't be the name of a project: it is a crate of Rust's standard library; try `test-app`
    `std` can't be the name of a project: it is a crate of Rust's standard library; try `std-app`
    `serde-json` can't be the name of a project: the app is built from a crate `serde_json`; try `serde-json-app`
    `tower_http` can't be the name of a project: the app is built from a crate `tower-http`; try `tower_http-app`
    `con` can't be the name of a project: Windows keeps it for a device; try `con-app`
    `com1` can't be the name of a project: Windows keeps it for a device; try `com1-app`
    `build` can't be the name of a project: cargo keeps it for its build folder; try `build-app`
    `cloudapp-runtime` can't be the name of a project: it is the name of this tool or of one of its libraries; try `cloudapp-runtime-app`
    `a--b` can't be the name of a project: `-` may only stand between two letters or digits; try `a-b`
    `a-` can't be the name of a project: `-` may only stand between two letters or digits; try `a`
    `-a` can't be the name of a project: it must start with a letter a-z; try `a`
    `аbc` can't be the name of a project: character 1 is `а` (U+0430, not ASCII); allowed are a-z, 0-9, `-` and `_`; try `abc`
    `a\u{0}b` can't be the name of a project: character 2 is NUL; allowed are a-z, 0-9, `-` and `_`; try `a-b`
    `\u{1b}[31mred` can't be the name of a project: character 1 is U+001B; allowed are a-z, 0-9, `-` and `_`; try `app-31mred`
    `日本` can't be the name of a project: character 1 is `日` (U+65E5, not ASCII); allowed are a-z, 0-9, `-` and `_`; try `app`
    `..` can't be the name of a project: character 1 is `.`; allowed are a-z, 0-9, `-` and `_`; try `app`
    `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` can't be the name of a project: it has 300 characters, and at most 40 fit; try `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`
    "##);
}

#[test]
fn messages_about_modules() {
    let inputs = [
        "",
        "1abc",
        "../x",
        "a b",
        "a-b",
        "Post",
        "crate",
        "order",
        "nul",
        "main",
        "login",
        "session",
        "uuid",
        "p\u{43e}st",
        "notes__x",
        "userProfile",
        "t\u{200b}ext",
    ];
    let messages: Vec<String> = inputs.iter().map(|input| message(module(input))).collect();
    insta::assert_snapshot!(messages.join("\n"), @r##"
    `` can't be the name of a module: it is empty; try `item`
    `1abc` can't be the name of a module: it must start with a letter a-z; try `item_1abc`
    `../x` can't be the name of a module: character 1 is `.`; allowed are a-z, 0-9 and `_`; try `x`
    `a b` can't be the name of a module: character 2 is a space; allowed are a-z, 0-9 and `_`; try `a_b`
    `a-b` can't be the name of a module: character 2 is `-`; allowed are a-z, 0-9 and `_`; try `a_b`
    `Post` can't be the name of a module: the module `posts` exists already, and case, `_` and plural make no difference; try `post_item`
    `crate` can't be the name of a module: it is a Rust keyword; try `crate_item`
    `order` can't be the name of a module: SQL reserves it; try `order_item`
    `nul` can't be the name of a module: Windows keeps it for a device; try `nul_item`
    `main` can't be the name of a module: every app has a source file of that name; try `main_item`
    `login` can't be the name of a module: every app answers `/client/login` itself; try `login_item`
    `session` can't be the name of a module: the table `session_tb` exists already; try `session_item`
    `uuid` can't be the name of a module: the app is built from a crate `uuid`; try `uuid_item`
    `pоst` can't be the name of a module: character 2 is `о` (U+043E, not ASCII); allowed are a-z, 0-9 and `_`; try `post_item`
    `notes__x` can't be the name of a module: `_` may only stand between two letters or digits; try `notes_x`
    `userProfile` can't be the name of a module: character 5 is `P`; allowed are a-z, 0-9 and `_`; try `user_profile`
    `t\u{200b}ext` can't be the name of a module: character 2 is U+200B; allowed are a-z, 0-9 and `_`; try `text`
    "##);
}

#[test]
fn messages_about_fields() {
    let inputs = [
        "",
        "id",
        "user_id",
        "created_at",
        "type",
        "match",
        "order",
        "key",
        "9lives",
        "naïve",
        "a`b",
        "Title",
    ];
    let messages: Vec<String> = inputs.iter().map(|input| message(field(input))).collect();
    insta::assert_snapshot!(messages.join("\n"), @r##"
    `` can't be the name of a field: it is empty; try `value`
    `id` can't be the name of a field: every table has that column already; try `code`
    `user_id` can't be the name of a field: every table has that column already; try `owner_id`
    `created_at` can't be the name of a field: every table has that column already; try `made_at`
    `type` can't be the name of a field: it is a Rust keyword; try `kind`
    `match` can't be the name of a field: it is a Rust keyword; try `match_value`
    `order` can't be the name of a field: SQL reserves it; try `position`
    `key` can't be the name of a field: SQL reserves it; try `key_value`
    `9lives` can't be the name of a field: it must start with a letter a-z; try `field_9lives`
    `naïve` can't be the name of a field: character 3 is `ï` (U+00EF, not ASCII); allowed are a-z, 0-9 and `_`; try `naive`
    `a`b` can't be the name of a field: character 2 is a back quote; allowed are a-z, 0-9 and `_`; try `a_b`
    `Title` can't be the name of a field: character 1 is `T`; allowed are a-z, 0-9 and `_`; try `title`
    "##);
}

#[test]
fn messages_about_jobs_and_tasks() {
    let inputs = [
        "",
        "1abc",
        "a b",
        "Ship",
        "ship_orders",
        "shipOrder",
        "self",
        "mod",
        "con",
        "cloudapp_runtime",
        "new",
        "scheduled",
    ];
    let messages: Vec<String> = inputs.iter().map(|input| message(job(input))).collect();
    insta::assert_snapshot!(messages.join("\n"), @"
    `` can't be the name of a job: it is empty; try `work`
    `1abc` can't be the name of a job: it must start with a letter a-z; try `work_1abc`
    `a b` can't be the name of a job: character 2 is a space; allowed are a-z, 0-9 and `_`; try `a_b`
    `Ship` can't be the name of a job: character 1 is `S`; allowed are a-z, 0-9 and `_`; try `ship`
    `ship_orders` can't be the name of a job: the job `ship_order` exists already, and case, `_` and plural make no difference; try `ship_orders_work`
    `shipOrder` can't be the name of a job: the job `ship_order` exists already, and case, `_` and plural make no difference; try `ship_order_work`
    `self` can't be the name of a job: it is a Rust keyword; try `self_work`
    `mod` can't be the name of a job: it is a Rust keyword; try `mod_work`
    `con` can't be the name of a job: Windows keeps it for a device; try `con_work`
    `cloudapp_runtime` can't be the name of a job: it is the name of this tool or of one of its libraries; try `cloudapp_runtime_work`
    `new` can't be the name of a job: its type would be called `NewJob`, as one of the framework's is; try `new_work`
    `scheduled` can't be the name of a job: its type would be called `ScheduledJob`, as one of the framework's is; try `scheduled_work`
    ");
    let messages = ["", "visit_shops", "self"].map(|input| message(task(input)));
    insta::assert_snapshot!(messages.join("\n"), @"
    `` can't be the name of a task: it is empty; try `goal`
    `visit_shops` can't be the name of a task: the task `visit_shop` exists already, and case, `_` and plural make no difference; try `visit_shops_goal`
    `self` can't be the name of a task: it is a Rust keyword; try `self_goal`
    ");
}
