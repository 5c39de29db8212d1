//! `add job`, `add task`, and the way back.

use crate::sandbox::{Answer, Sandbox};

/// Words of each kind: the command's, the folder's.
const KINDS: [(&str, &str); 2] = [("job", "jobs"), ("task", "tasks")];

/// An app that can have units of every kind: with a module `task`, made by hand.
fn with_module_task() -> Sandbox {
    let sandbox = Sandbox::with_app(&["--modules", "none"]);
    sandbox.write(
        "shop/src/modules/task/mod.rs",
        "//! Tasks.\n\npub fn module() {}\n",
    );
    sandbox.in_app(&["sync"]).ok();
    sandbox
}

fn add(sandbox: &Sandbox, kind: &str, name: &str) -> Answer {
    sandbox.in_app(&["add", kind, name])
}

#[test]
fn adding_and_removing_leaves_nothing() {
    let sandbox = with_module_task();
    sandbox.commit();
    for (kind, folder) in KINDS {
        let before = sandbox.tree();
        add(&sandbox, kind, "ship_order").ok();
        assert!(
            sandbox
                .path(&format!("shop/src/{folder}/ship_order.rs"))
                .is_file()
        );
        assert!(
            sandbox
                .path(&format!("shop/tests/ship_order_{kind}.rs"))
                .is_file()
        );
        let entry = format!("[[{kind}]]\nname = \"ship_order\"\n");
        assert!(sandbox.read("shop/cloudapp.toml").contains(&entry));
        sandbox.in_app(&["remove", kind, "ship_order"]).ok();
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
        let without_git = |tree: std::collections::BTreeMap<String, _>| -> Vec<_> {
            tree.into_iter()
                .filter(|(path, _)| !path.starts_with("shop/.git/"))
                .collect()
        };
        assert!(
            without_git(before) == without_git(sandbox.tree()),
            "{kind} left something"
        );
    }
}

#[test]
fn the_registries_name_every_unit() {
    let sandbox = with_module_task();
    for name in ["some", "test", "ship_order"] {
        add(&sandbox, "job", name).ok();
        add(&sandbox, "task", name).ok();
    }
    insta::assert_snapshot!("jobs_registry", sandbox.read("shop/src/jobs/mod.rs"));
    insta::assert_snapshot!("tasks_registry", sandbox.read("shop/src/tasks/mod.rs"));
    insta::assert_snapshot!("units_manifest", sandbox.read("shop/cloudapp.toml"));
    let file = |path: &str| sandbox.read(&format!("shop/{path}.rs"));
    insta::assert_snapshot!("ship_order_job", file("src/jobs/ship_order"));
    insta::assert_snapshot!("ship_order_job_tests", file("tests/ship_order_job"));
    insta::assert_snapshot!("ship_order_task", file("src/tasks/ship_order"));
    insta::assert_snapshot!("ship_order_task_tests", file("tests/ship_order_task"));
}

#[test]
fn the_next_steps_are_told() {
    let sandbox = with_module_task();
    let answer = add(&sandbox, "job", "ship_order").ok();
    insta::assert_snapshot!(answer.err, @"
      update  cloudapp.toml
      update  src/jobs/mod.rs
      create  src/jobs/ship_order.rs
      create  tests/ship_order_job.rs
    next: write what it does: `src/jobs/ship_order.rs`
    next: run its tests: `cargo test --test ship_order_job`
    ");

    let app = sandbox.read("shop/src/app.rs");
    sandbox.write("shop/src/app.rs", &app.replace("tasks::register", "//"));
    let answer = add(&sandbox, "task", "visit_shop").ok();
    let words = ["tasks::register(&mut app)", "src/app.rs", "pub mod tasks;"];
    for word in words {
        assert!(answer.err.contains(word), "{}", answer.err);
    }
}

#[test]
fn a_kind_of_task_needs_the_module() {
    let sandbox = Sandbox::with_app(&["--modules", "none"]);
    let words = ["module `task`", "cloudapp add module task"];
    sandbox.unchanged_by(|| add(&sandbox, "task", "visit_shop").refused(&words));
    add(&sandbox, "job", "visit_shop").ok();
}

#[test]
fn the_module_stays_while_a_kind_of_task_needs_it() {
    let sandbox = Sandbox::with_app(&["--modules", "none"]);
    sandbox.write(
        "own/modules/task/module.toml",
        "title = \"Tasks\"\ndescription = \"d\"\n",
    );
    sandbox.write(
        "own/modules/task/src/modules/__module__/mod.rs",
        "//! Tasks.\n",
    );
    let own = ["--templates", "../own"];
    sandbox
        .in_app(&["add", "module", "task", own[0], own[1]])
        .ok();
    add(&sandbox, "task", "visit_shop").ok();
    let remove = ["remove", "module", "task", own[0], own[1]];
    let words = [
        "visit_shop",
        "needs module `task`",
        "remove task visit_shop",
    ];
    sandbox.unchanged_by(|| sandbox.in_app(&remove).refused(&words));
    sandbox.in_app(&["remove", "task", "visit_shop"]).ok();
    sandbox.in_app(&remove).ok();
}

#[test]
fn a_unit_twice_or_under_a_like_name_is_refused() {
    let sandbox = with_module_task();
    for (kind, _) in KINDS {
        add(&sandbox, kind, "ship_order").ok();
        for name in ["ship_order", "ship_orders", "ShipOrder", "shiporder"] {
            let words = [name, "exists already", "try `"];
            sandbox.unchanged_by(|| add(&sandbox, kind, name).refused(&words));
        }
    }
}

#[test]
fn hostile_names_are_refused_with_a_legal_one() {
    let sandbox = with_module_task();
    let long = "x".repeat(31);
    let names = [
        "",
        "self",
        "Self",
        "fn",
        "gen",
        "box",
        "mod",
        "con",
        "cloudapp_runtime",
        "1abc",
        "../x",
        "a b",
        "a-b",
        "a__b",
        "_a",
        "jоb",
        "ShipOrder",
        "new-",
        &long,
    ];
    for (kind, _) in KINDS {
        for name in names {
            let answer = sandbox
                .unchanged_by(|| add(&sandbox, kind, name))
                .refused(&["try `"]);
            let suggestion = answer.err.split("try `").nth(1).unwrap();
            let suggestion = suggestion.split('`').next().unwrap();
            let dry_run = ["add", kind, suggestion, "--dry-run"];
            sandbox.in_app(&dry_run).ok();
        }
    }
    // The runtime has types of these names, and a test needs them.
    for name in ["new", "scheduled"] {
        sandbox.unchanged_by(|| add(&sandbox, "job", name).refused(&["framework", "try `"]));
    }
}

#[test]
fn an_edited_unit_is_not_removed() {
    let sandbox = with_module_task();
    for (kind, folder) in KINDS {
        add(&sandbox, kind, "ship_order").ok();
        let file = format!("shop/src/{folder}/ship_order.rs");
        let generated = sandbox.read(&file);
        sandbox.write(&file, &format!("{generated}\n// mine\n"));
        let remove = ["remove", kind, "ship_order"];
        let words = ["edited", "+// mine", "sync --force"];
        sandbox.unchanged_by(|| sandbox.in_app(&remove).refused(&words));
        sandbox.write(&file, &generated.replace('\n', "\r\n"));
        sandbox.in_app(&remove).ok();
        let words = ["ship_order", "none"];
        sandbox.unchanged_by(|| sandbox.in_app(&remove).refused(&words));
    }
}

#[test]
fn a_file_in_the_way_is_not_overwritten() {
    let sandbox = with_module_task();
    for (kind, _) in KINDS {
        let file = format!("tests/ship_order_{kind}.rs");
        sandbox.write(&format!("shop/{file}"), "// mine\n");
        sandbox.unchanged_by(|| add(&sandbox, kind, "ship_order").refused(&[&file, "way"]));
    }
}

#[test]
fn an_edited_registry_stops_everything_and_loses_nothing() {
    let sandbox = with_module_task();
    for (kind, folder) in KINDS {
        let registry = format!("shop/src/{folder}/mod.rs");
        let good = sandbox.read(&registry);
        sandbox.write(&registry, &format!("{good}pub fn mine() {{}}\n"));
        let words = ["+pub fn mine", "cloudapp sync"];
        sandbox.unchanged_by(|| add(&sandbox, kind, "ship_order").refused(&words));
        let words = ["-pub fn mine", "--force"];
        sandbox.unchanged_by(|| sandbox.in_app(&["sync"]).refused(&words));
        sandbox.in_app(&["sync", "--force"]).ok();
        assert_eq!(sandbox.read(&registry), good);
    }
}

#[test]
fn sync_mends_a_merge_conflict_and_registers_what_was_made_by_hand() {
    let sandbox = with_module_task();
    for (kind, folder) in KINDS {
        add(&sandbox, kind, "ship_order").ok();
        sandbox.write(&format!("shop/src/{folder}/own_one.rs"), "//! Mine.\n");
        sandbox.write(&format!("shop/src/{folder}/big/mod.rs"), "//! Mine.\n");
        sandbox.write(&format!("shop/src/{folder}/big/part.rs"), "//! Mine.\n");
        add(&sandbox, kind, "other").refused(&["own_one"]);
        let registry = format!("shop/src/{folder}/mod.rs");
        let line = "pub mod ship_order;\n";
        let text = sandbox.read(&registry);
        let conflict = format!("<<<<<<< ours\n{line}=======\npub mod x;\n>>>>>>> theirs\n");
        sandbox.write(&registry, &text.replace(line, &conflict));
        sandbox.in_app(&["sync"]).ok();
        let text = sandbox.read(&registry);
        assert!(
            text.contains("pub mod big;\npub mod own_one;\npub mod ship_order;\n\n"),
            "{text}"
        );
        assert!(!text.contains("part"), "{text}");
        sandbox.unchanged_by(|| sandbox.in_app(&["sync"]).ok());
        let remove = ["remove", kind, "own_one"];
        sandbox.unchanged_by(|| sandbox.in_app(&remove).refused(&["not generated"]));
    }
}

#[test]
fn a_unit_that_is_gone_is_told() {
    let sandbox = with_module_task();
    for (kind, folder) in KINDS {
        add(&sandbox, kind, "ship_order").ok();
        let file = format!("src/{folder}/ship_order.rs");
        std::fs::remove_file(sandbox.path(&format!("shop/{file}"))).unwrap();
        let words = [kind, "ship_order", &file, "gone", "--force"];
        sandbox.unchanged_by(|| add(&sandbox, kind, "other").refused(&words));
        sandbox.unchanged_by(|| sandbox.in_app(&["sync"]).refused(&words));
        sandbox.in_app(&["sync", "--force"]).ok();
        let entry = format!("[[{kind}]]");
        assert!(!sandbox.read("shop/cloudapp.toml").contains(&entry));
    }
}

#[test]
fn an_app_of_an_earlier_version_takes_one() {
    let sandbox = with_module_task();
    for (_, folder) in KINDS {
        std::fs::remove_dir_all(sandbox.path(&format!("shop/src/{folder}"))).unwrap();
    }
    let add_module = ["add", "module", "note", "--field", "title:string"];
    sandbox.in_app(&add_module).ok();
    add(&sandbox, "job", "ship_order").ok();
    assert!(
        sandbox
            .read("shop/src/jobs/mod.rs")
            .contains("app.job::<ship_order::ShipOrderJob>();")
    );
    assert!(!sandbox.path("shop/src/tasks").exists());
}

#[test]
fn each_kind_of_task_has_a_number_of_its_own() {
    let sandbox = with_module_task();
    let number = |name: &str| {
        let text = sandbox.read(&format!("shop/src/tasks/{name}.rs"));
        let rest = text.split("NUMBER: i32 = ").nth(1).unwrap();
        rest.split(';').next().unwrap().to_owned()
    };
    add(&sandbox, "task", "visit_shop").ok();
    assert_eq!(number("visit_shop"), "201");
    sandbox.write(
        "shop/src/tasks/own_one.rs",
        "pub const NUMBER: i32 = 340;\n",
    );
    sandbox.in_app(&["sync"]).ok();
    add(&sandbox, "task", "read_news").ok();
    assert_eq!(number("read_news"), "341");
}
