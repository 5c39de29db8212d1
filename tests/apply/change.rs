//! Changes of an app.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use anyhow::{Result, ensure};
use cloudapp::apply::{
    AppLock, ApplyError, Change, ChangeKind, CommandId, Conflict, Recovered, change_tree, recover,
};
use proptest::prelude::*;

use crate::tree::{self, Node};

pub(crate) fn create(path: &str, content: &str) -> Change {
    let kind = ChangeKind::Create {
        content: content.into(),
    };
    Change {
        path: path.to_owned(),
        kind,
    }
}

pub(crate) fn update(path: &str, before: &str, content: &str) -> Change {
    let kind = ChangeKind::Update {
        before: before.into(),
        content: content.into(),
    };
    Change {
        path: path.to_owned(),
        kind,
    }
}

pub(crate) fn delete(path: &str, before: &str) -> Change {
    let kind = ChangeKind::Delete {
        before: before.into(),
    };
    Change {
        path: path.to_owned(),
        kind,
    }
}

/// An app with a registry and one module.
pub(crate) fn app() -> Result<tempfile::TempDir> {
    let root = tempfile::tempdir()?;
    for (path, content) in [
        ("cloudapp.toml", "[app]\n"),
        (".cloudapp/pristine/modules/old/mod.rs", "old"),
        ("src/modules/mod.rs", "pub mod old;\n"),
        ("src/modules/old/mod.rs", "old"),
        ("src/modules/old/handlers/client.rs", "client"),
        ("notes.txt", "mine"),
    ] {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
        fs::write(path, content)?;
    }
    Ok(root)
}

/// One change of each kind: a module comes, another goes.
pub(crate) fn changes() -> Vec<Change> {
    vec![
        create("src/modules/new/mod.rs", "new"),
        create("src/modules/new/handlers/client.rs", "client"),
        update("src/modules/mod.rs", "pub mod old;\n", "pub mod new;\n"),
        delete("src/modules/old/mod.rs", "old"),
        delete("src/modules/old/handlers/client.rs", "client"),
        delete(".cloudapp/pristine/modules/old/mod.rs", "old"),
    ]
}

pub(crate) fn command(title: &str) -> CommandId {
    CommandId::new(title, title)
}

#[test]
fn all_kinds_of_changes() -> Result<()> {
    let root = app()?;
    let registry = root.path().join("src/modules/mod.rs");
    fs::set_permissions(&registry, fs::Permissions::from_mode(0o600))?;
    change_tree(root.path(), &changes(), &command("swap"))?.acknowledge()?;
    let after = tree::read(root.path())?;
    let paths: Vec<&str> = after.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            ".cloudapp",
            "cloudapp.toml",
            "notes.txt",
            "src",
            "src/modules",
            "src/modules/mod.rs",
            "src/modules/new",
            "src/modules/new/handlers",
            "src/modules/new/handlers/client.rs",
            "src/modules/new/mod.rs",
        ]
    );
    assert_eq!(
        after["src/modules/mod.rs"],
        Node::File(0o600, b"pub mod new;\n".to_vec())
    );
    assert_eq!(
        after["src/modules/new/mod.rs"],
        Node::File(0o644, b"new".to_vec())
    );
    assert_eq!(after["src/modules/new"], Node::Dir(0o755));
    Ok(())
}

#[test]
fn a_folder_keeps_what_the_change_does_not_name() -> Result<()> {
    let root = app()?;
    fs::write(root.path().join("src/modules/old/mine.rs"), "mine")?;
    change_tree(root.path(), &changes(), &command("swap"))?.acknowledge()?;
    let old = tree::read(&root.path().join("src/modules/old"))?;
    assert_eq!(old.into_keys().collect::<Vec<_>>(), ["mine.rs"]);
    Ok(())
}

#[test]
fn without_a_folder_for_the_generator() -> Result<()> {
    let root = tempfile::tempdir()?;
    change_tree(root.path(), &[create("a/b.rs", "b")], &command("add"))?.acknowledge()?;
    assert_eq!(
        tree::read(root.path())?.into_keys().collect::<Vec<_>>(),
        [".cloudapp", "a", "a/b.rs"]
    );
    Ok(())
}

#[test]
fn conflicts_write_nothing() -> Result<()> {
    let cases = [
        (create("notes.txt", "x"), Conflict::Exists),
        (create("src/modules", "x"), Conflict::Exists),
        (update("notes.txt", "yours", "x"), Conflict::Changed),
        (update("gone.txt", "text", "x"), Conflict::Missing),
        (delete("notes.txt", "yours"), Conflict::Changed),
        (delete("gone/gone.txt", "text"), Conflict::Missing),
        (delete("src/modules", "text"), Conflict::NotAFile),
        (create("notes.txt/x", "x"), Conflict::NotAFile),
        (create("inside/x", "x"), Conflict::Link),
        (create("outside/x", "x"), Conflict::Link),
        (update("to_notes", "mine", "x"), Conflict::Link),
        (delete("to_nowhere", "mine"), Conflict::Link),
    ];
    let outside = tempfile::tempdir()?;
    for (case, expected) in cases {
        let root = app()?;
        symlink("src", root.path().join("inside"))?;
        symlink(outside.path(), root.path().join("outside"))?;
        symlink("notes.txt", root.path().join("to_notes"))?;
        symlink("nowhere", root.path().join("to_nowhere"))?;
        let before = tree::read(root.path())?;
        let path = case.path.clone();
        match change_tree(root.path(), &[create("new.txt", "x"), case], &command("x")) {
            Err(ApplyError::Conflict {
                path: found,
                conflict,
            }) => {
                assert_eq!((&found, conflict), (&path, expected));
            }
            other => anyhow::bail!("{path}: {other:?}"),
        }
        assert_eq!(tree::read(root.path())?, before, "{path}");
    }
    assert!(tree::read(outside.path())?.is_empty());
    Ok(())
}

#[test]
fn paths_that_are_refused() -> Result<()> {
    let root = app()?;
    let before = tree::read(root.path())?;
    for path in [
        "../x",
        "/etc/x",
        "a//b",
        "./x",
        "",
        "a\0",
        ".cloudapp/txn",
        ".cloudapp/txn/journal",
        ".cloudapp/txn.tmp/x",
        ".cloudapp/txn.done",
        "notes.txt",
    ] {
        let changes = [create(path, "x"), update("notes.txt", "mine", "x")];
        let result = change_tree(root.path(), &changes, &command("x"));
        assert!(
            matches!(result, Err(ApplyError::Path { .. })),
            "{path}: {result:?}"
        );
        assert_eq!(tree::read(root.path())?, before, "{path}");
    }
    Ok(())
}

#[test]
fn only_one_writer_at_a_time() -> Result<()> {
    let root = app()?;
    let first = AppLock::acquire(root.path())?;
    let path = root.path().to_owned();
    let second = std::thread::spawn(move || {
        let lock = AppLock::acquire(&path)?;
        // It waited, and so sees what the first one did.
        ensure!(path.join("first.txt").exists());
        lock.change_tree(&[create("second.txt", "2")], &command("second"))?
            .acknowledge()?;
        Ok(())
    });
    std::thread::sleep(std::time::Duration::from_millis(100));
    first
        .change_tree(&[create("first.txt", "1")], &command("first"))?
        .acknowledge()?;
    second
        .join()
        .map_err(|_| anyhow::anyhow!("the second writer panicked"))??;
    assert!(root.path().join("second.txt").exists());
    Ok(())
}

#[test]
fn an_unreported_change_is_resumed_by_the_same_command_only() -> Result<()> {
    let root = app()?;
    drop(change_tree(root.path(), &changes(), &command("swap"))?);
    let after = tree::read(root.path())?;
    let done = Recovered::Completed(command("swap"));

    assert_eq!(recover(root.path())?, done);
    assert_eq!(tree::read(root.path())?, after, "a reader writes nothing");

    let lock = AppLock::acquire(root.path())?;
    assert_eq!(*lock.recovered(), done);
    let Err(lock) = lock.resume(&command("another")) else {
        anyhow::bail!("not that command")
    };
    drop(lock);

    let outcome = change_tree(root.path(), &changes(), &command("swap"))?;
    assert!(outcome.resumed());
    outcome.acknowledge()?;
    assert_eq!(recover(root.path())?, Recovered::Nothing);
    assert!(!root.path().join(".cloudapp/txn.done").exists());
    assert!(change_tree(root.path(), &changes(), &command("swap")).is_err());
    Ok(())
}

#[test]
fn another_change_ends_the_wait_for_the_same_command() -> Result<()> {
    let root = app()?;
    drop(change_tree(root.path(), &changes(), &command("swap"))?);
    change_tree(root.path(), &[create("x", "x")], &command("another"))?.acknowledge()?;
    assert_eq!(recover(root.path())?, Recovered::Nothing);
    Ok(())
}

#[test]
fn an_unreported_change_that_was_taken_back_by_hand_counts_for_nothing() -> Result<()> {
    let root = app()?;
    drop(change_tree(root.path(), &changes(), &command("swap"))?);
    fs::remove_dir_all(root.path().join("src/modules/new"))?;
    assert_eq!(recover(root.path())?, Recovered::Nothing);
    assert_eq!(
        *AppLock::acquire(root.path())?.recovered(),
        Recovered::Nothing
    );
    assert!(!root.path().join(".cloudapp/txn.done").exists());
    Ok(())
}

#[test]
fn the_first_change_removes_the_mark_of_a_killed_new() -> Result<()> {
    let world = tempfile::tempdir()?;
    let root = world.path().join("shop");
    drop(cloudapp::apply::create_tree(&root, &[])?);
    assert!(world.path().join(".shop.cloudapp-new").exists());
    change_tree(&root, &[create("x", "x")], &command("add"))?.acknowledge()?;
    assert!(!world.path().join(".shop.cloudapp-new").exists());
    Ok(())
}

type Files = BTreeMap<String, String>;

fn any_files() -> impl Strategy<Value = Files> {
    prop::collection::btree_map("[ab](/[ab]){0,2}/[xyz]", "[01]{0,3}", 0..8)
}

fn write_all(root: &Path, files: &Files) -> Result<()> {
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(path, content)?;
    }
    Ok(())
}

fn changes_between(before: &Files, after: &Files) -> Vec<Change> {
    let mut changes = Vec::new();
    for (path, old) in before {
        match after.get(path) {
            None => changes.push(delete(path, old)),
            Some(new) if new != old => changes.push(update(path, old, new)),
            Some(_) => {}
        }
    }
    let made = after.iter().filter(|(path, _)| !before.contains_key(*path));
    changes.extend(made.map(|(path, content)| create(path, content)));
    changes
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
    #![proptest_config(cases(200))]

    #[test]
    fn any_tree_becomes_any_other_and_back(before in any_files(), after in any_files()) {
        let check = || -> Result<()> {
            let (root, expected) = (tempfile::tempdir()?, tempfile::tempdir()?);
            for folder in [root.path(), expected.path()] {
                fs::create_dir(folder.join(".cloudapp"))?;
            }
            write_all(root.path(), &before)?;
            write_all(expected.path(), &after)?;
            let original = tree::read(root.path())?;
            change_tree(root.path(), &changes_between(&before, &after), &command("there"))?.acknowledge()?;
            ensure!(tree::read(root.path())? == tree::read(expected.path())?);
            change_tree(root.path(), &changes_between(&after, &before), &command("back"))?.acknowledge()?;
            ensure!(tree::read(root.path())? == original);
            Ok(())
        };
        check().map_err(|error| TestCaseError::fail(format!("{error:#}")))?;
    }
}
