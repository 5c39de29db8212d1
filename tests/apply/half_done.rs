//! Changes that a kill stopped half-way, and that someone may have edited since.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use cloudapp::apply::{AppLock, ApplyError, Recovered, change_tree, recover};

use crate::change::{app, changes, command};
use crate::tree;

/// An app killed in [`changes`] after the first three of six.
fn half_done() -> Result<tempfile::TempDir> {
    let root = app()?;
    let path = |name: &str| root.path().join(name);
    let old = [
        "src/modules/old/mod.rs",
        "src/modules/old/handlers/client.rs",
        ".cloudapp/pristine/modules/old/mod.rs",
    ];
    drop(change_tree(root.path(), &changes(), &command("swap"))?);
    fs::create_dir(path(".cloudapp/txn"))?;
    fs::rename(path(".cloudapp/txn.done"), path(".cloudapp/txn/journal"))?;
    fs::write(path(".cloudapp/txn/old.2"), "pub mod old;\n")?;
    for (file, content) in old.iter().zip(["old", "client", "old"]) {
        let file = path(file);
        fs::create_dir_all(file.parent().unwrap_or(Path::new("/")))?;
        fs::write(file, content)?;
    }
    Ok(root)
}

/// The same, killed after the first change: the registry still waits.
fn barely_begun() -> Result<tempfile::TempDir> {
    let root = half_done()?;
    let path = |name: &str| root.path().join(name);
    fs::remove_file(path(".cloudapp/txn/old.2"))?;
    fs::write(path(".cloudapp/txn/new.2"), "pub mod new;\n")?;
    fs::write(path("src/modules/mod.rs"), "pub mod old;\n")?;
    fs::rename(
        path("src/modules/new/handlers/client.rs"),
        path(".cloudapp/txn/new.1"),
    )?;
    Ok(root)
}

fn before() -> Result<tree::Tree> {
    tree::read(app()?.path())
}

fn after() -> Result<tree::Tree> {
    let root = app()?;
    drop(change_tree(root.path(), &changes(), &command("swap"))?);
    tree::read(root.path())
}

#[test]
fn it_is_finished_by_whoever_comes_next() -> Result<()> {
    for make in [half_done, barely_begun] {
        let root = make()?;
        assert_eq!(recover(root.path())?, Recovered::Completed(command("swap")));
        assert_eq!(tree::read(root.path())?, after()?);
    }
    Ok(())
}

#[test]
fn an_edit_of_a_file_that_waits_turns_it_back() -> Result<()> {
    let root = barely_begun()?;
    let registry = root.path().join("src/modules/mod.rs");
    fs::write(&registry, "edited")?;
    assert_eq!(recover(root.path())?, Recovered::Undone(command("swap")));
    assert_eq!(fs::read_to_string(&registry)?, "edited");
    fs::write(&registry, "pub mod old;\n")?;
    assert_eq!(tree::read(root.path())?, before()?);
    Ok(())
}

#[test]
fn an_edit_stays_although_the_file_has_a_second_name_already() -> Result<()> {
    let root = barely_begun()?;
    let registry = root.path().join("src/modules/mod.rs");
    fs::hard_link(&registry, root.path().join(".cloudapp/txn/old.2"))?;
    // As most editors save.
    fs::write(root.path().join("saved"), "edited")?;
    fs::rename(root.path().join("saved"), &registry)?;
    assert_eq!(recover(root.path())?, Recovered::Undone(command("swap")));
    assert_eq!(fs::read_to_string(&registry)?, "edited");
    assert!(!root.path().join(".cloudapp/txn").exists());
    Ok(())
}

#[test]
fn a_staged_file_that_a_loss_of_power_emptied_turns_it_back() -> Result<()> {
    let root = barely_begun()?;
    fs::write(root.path().join(".cloudapp/txn/new.1"), "")?;
    assert_eq!(recover(root.path())?, Recovered::Undone(command("swap")));
    assert_eq!(tree::read(root.path())?, before()?);
    Ok(())
}

#[test]
fn an_edit_of_a_file_in_place_stays() -> Result<()> {
    let root = half_done()?;
    let module = root.path().join("src/modules/new/mod.rs");
    fs::write(&module, "edited")?;
    // Finished, and by now not as the command left it: the same command would have to say so.
    assert_eq!(recover(root.path())?, Recovered::Nothing);
    assert_eq!(fs::read_to_string(&module)?, "edited");
    fs::write(&module, "new")?;
    Ok(())
}

#[test]
fn a_file_made_where_one_is_to_come_stays() -> Result<()> {
    let root = barely_begun()?;
    let handler = root.path().join("src/modules/new/handlers/client.rs");
    fs::write(&handler, "mine")?;
    assert_eq!(recover(root.path())?, Recovered::Undone(command("swap")));
    assert_eq!(fs::read_to_string(&handler)?, "mine");
    Ok(())
}

#[test]
fn edits_on_both_sides_stop_it() -> Result<()> {
    let root = barely_begun()?;
    fs::write(root.path().join("src/modules/mod.rs"), "edited")?;
    fs::write(root.path().join("src/modules/new/mod.rs"), "edited")?;
    let torn = tree::read(root.path())?;
    for _ in 0..2 {
        let error = AppLock::acquire(root.path());
        assert!(matches!(error, Err(ApplyError::Edited { .. })), "{error:?}");
        assert_eq!(tree::read(root.path())?, torn);
    }
    // The way out that the message names.
    fs::remove_dir_all(root.path().join(".cloudapp/txn"))?;
    assert_eq!(recover(root.path())?, Recovered::Nothing);
    Ok(())
}

#[test]
fn a_file_that_is_gone_is_no_edit() -> Result<()> {
    let root = half_done()?;
    fs::remove_file(root.path().join("src/modules/old/mod.rs"))?;
    assert_eq!(recover(root.path())?, Recovered::Completed(command("swap")));
    assert_eq!(tree::read(root.path())?, after()?);
    Ok(())
}

#[test]
fn what_counts_for_nothing_is_removed() -> Result<()> {
    for (folder, file) in [
        ("txn.tmp", "journal"),
        ("txn.tmp", "new.0"),
        ("txn", "old.0"),
    ] {
        let root = app()?;
        let folder = root.path().join(".cloudapp").join(folder);
        fs::create_dir(&folder)?;
        fs::write(folder.join(file), "half")?;
        assert_eq!(recover(root.path())?, Recovered::Nothing);
        assert_eq!(tree::read(root.path())?, before()?);
    }
    Ok(())
}

#[test]
fn a_journal_that_makes_no_sense_is_not_followed() -> Result<()> {
    let outside = r#"{"format":1,"command":{"hash":"","title":""},"new_dirs":[],
        "entries":[{"path":"../x","before":null,"after":"00"}]}"#;
    let newer = r#"{"format":2,"command":{"hash":"","title":""},"new_dirs":[],"entries":[]}"#;
    for text in ["", "{}", "not JSON", outside, newer] {
        let root = app()?;
        let journal: PathBuf = root.path().join(".cloudapp/txn/journal");
        fs::create_dir(root.path().join(".cloudapp/txn"))?;
        fs::write(&journal, text)?;
        let torn = tree::read(root.path())?;
        let error = recover(root.path());
        ensure!(
            matches!(
                error,
                Err(ApplyError::Journal { .. } | ApplyError::Path { .. })
            ),
            "{error:?}"
        );
        assert_eq!(tree::read(root.path())?, torn);
    }
    Ok(())
}
