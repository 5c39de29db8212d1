//! New trees.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use anyhow::{Result, ensure};
use cloudapp::apply::{ApplyError, NewFile, Outcome, Prepared, create_tree, stage_tree};

use crate::tree::{self, Node};

fn files() -> Vec<NewFile> {
    let file = |path: &str, content: &str, executable| NewFile {
        path: path.to_owned(),
        content: content.as_bytes().to_vec(),
        executable,
    };
    vec![
        file("Cargo.toml", "[package]\n", false),
        file("src/modules/mod.rs", "//! Registry.\n", false),
        file("src/main.rs", "fn main() {}\n", false),
        file(".ci/run", "#!/bin/sh\n", true),
    ]
}

fn acknowledged(outcome: Result<Outcome, ApplyError>) -> Result<()> {
    Ok(outcome?.acknowledge()?)
}

fn names(folder: &Path) -> Result<Vec<String>> {
    Ok(tree::read(folder)?
        .into_keys()
        .filter(|path| !path.contains('/'))
        .collect())
}

#[test]
fn an_absent_target_is_made() -> Result<()> {
    let world = tempfile::tempdir()?;
    acknowledged(create_tree(&world.path().join("shop"), &files()))?;
    let made = tree::read(world.path())?;
    let dirs = ["shop", "shop/.ci", "shop/src", "shop/src/modules"];
    assert!(
        dirs.iter()
            .all(|dir| made.get(*dir) == Some(&Node::Dir(0o755))),
        "{made:?}"
    );
    assert_eq!(
        made["shop/.ci/run"],
        Node::File(0o755, b"#!/bin/sh\n".to_vec())
    );
    assert_eq!(
        made["shop/src/main.rs"],
        Node::File(0o644, b"fn main() {}\n".to_vec())
    );
    assert_eq!(made.len(), dirs.len() + files().len());
    Ok(())
}

#[test]
fn an_empty_folder_is_filled_and_keeps_its_mode() -> Result<()> {
    let world = tempfile::tempdir()?;
    let target = world.path().join("shop");
    fs::create_dir(&target)?;
    fs::set_permissions(&target, fs::Permissions::from_mode(0o750))?;
    acknowledged(create_tree(&target.join("."), &files()))?;
    let made = tree::read(world.path())?;
    assert_eq!(made["shop"], Node::Dir(0o750));
    assert_eq!(made.len(), 4 + files().len());
    Ok(())
}

#[test]
fn missing_folders_above_come_in_the_same_step() -> Result<()> {
    let world = tempfile::tempdir()?;
    let target = world.path().join("a/b/shop");
    let prepared = stage_tree(&target, &files())?;
    assert_eq!(names(world.path())?, [".a.cloudapp-new"]);
    let Prepared::Staged(staged) = prepared else {
        anyhow::bail!("nothing was interrupted")
    };
    fs::write(staged.root().join("added"), "by the caller")?;
    acknowledged(staged.commit())?;
    assert_eq!(names(world.path())?, ["a"]);
    assert_eq!(fs::read_to_string(target.join("added"))?, "by the caller");
    Ok(())
}

#[test]
fn a_discarded_tree_leaves_nothing() -> Result<()> {
    let world = tempfile::tempdir()?;
    let Prepared::Staged(staged) = stage_tree(&world.path().join("a/shop"), &files())? else {
        anyhow::bail!("nothing was interrupted")
    };
    staged.discard();
    assert!(names(world.path())?.is_empty());
    Ok(())
}

#[test]
fn targets_that_are_refused() -> Result<()> {
    let world = tempfile::tempdir()?;
    let root = world.path();
    fs::create_dir_all(root.join("full/inner"))?;
    fs::create_dir(root.join("empty"))?;
    fs::write(root.join("file"), "text")?;
    symlink("empty", root.join("link"))?;
    symlink("nowhere", root.join("dangling"))?;
    let before = tree::read(root)?;
    let cases = [
        ("full", "is not empty"),
        ("file", "it is a file"),
        ("file/shop", "it is a file"),
        ("file/a/shop", "it is a file"),
        ("link", "it is a symbolic link"),
        ("dangling", "it is a symbolic link"),
        ("dangling/shop", "No such file"),
        (
            "missing/../shop",
            "`..` behind a folder that does not exist",
        ),
        (
            "missing/a/../../shop",
            "`..` behind a folder that does not exist",
        ),
        (".", "is not empty"),
        ("/", "is not empty"),
    ];
    for (target, expected) in cases {
        let Err(error) = create_tree(&root.join(target), &files()) else {
            anyhow::bail!("{target} was accepted")
        };
        let message = error.to_string();
        ensure!(message.contains(expected), "{target}: {message}");
        assert_eq!(tree::read(root)?, before, "{target}");
    }
    Ok(())
}

#[test]
fn paths_that_are_refused() -> Result<()> {
    let world = tempfile::tempdir()?;
    let file = |path: &str| NewFile {
        path: path.to_owned(),
        content: vec![],
        executable: false,
    };
    for paths in [
        ["../x", "ok"],
        ["/etc/x", "ok"],
        ["a//b", "ok"],
        ["a/./b", "ok"],
        ["", "ok"],
        ["a\0b", "ok"],
        ["a\\b", "ok"],
        ["a/", "ok"],
        ["ok", "ok"],
        ["ok", "ok/below"],
        ["a/../../x", "ok"],
    ] {
        let files: Vec<_> = paths.iter().map(|path| file(path)).collect();
        let result = create_tree(&world.path().join("shop"), &files);
        assert!(matches!(result, Err(ApplyError::Path { .. })), "{paths:?}");
        assert!(names(world.path())?.is_empty(), "{paths:?}");
    }
    Ok(())
}

#[test]
fn what_a_killed_run_staged_is_removed() -> Result<()> {
    let world = tempfile::tempdir()?;
    let staging = world.path().join(".shop.cloudapp-new");
    // Killed at once, or before, in or after writing the owner file, or while filling the tree.
    let owner =
        "Staging folder of `cloudapp new`. It may be removed when no cloudapp is running.\n";
    for (owner, has_tree) in [
        (None, false),
        (Some(""), false),
        (Some("Staging"), false),
        (Some(owner), true),
    ] {
        fs::create_dir(&staging)?;
        if let Some(owner) = owner {
            fs::write(staging.join("owner"), owner)?;
        }
        if has_tree {
            fs::create_dir_all(staging.join("tree/src"))?;
            fs::write(staging.join("tree/src/main.rs"), "half")?;
        }
        let target = world.path().join("shop");
        acknowledged(create_tree(&target, &files()))?;
        assert_eq!(names(world.path())?, ["shop"]);
        fs::remove_dir_all(&target)?;
    }
    Ok(())
}

#[test]
fn a_folder_that_only_has_the_name_is_left_alone() -> Result<()> {
    let world = tempfile::tempdir()?;
    let staging = world.path().join(".shop.cloudapp-new");
    let target = world.path().join("shop");
    for content in ["thesis.txt", "owner", "tree"] {
        fs::create_dir(&staging)?;
        fs::write(staging.join(content), "years of work")?;
        let before = tree::read(world.path())?;
        let result = create_tree(&target, &files());
        assert!(
            matches!(result, Err(ApplyError::Foreign { .. })),
            "{result:?}"
        );
        assert_eq!(tree::read(world.path())?, before);
        fs::remove_dir_all(&staging)?;
    }
    fs::create_dir(world.path().join("elsewhere"))?;
    symlink("elsewhere", &staging)?;
    let result = create_tree(&target, &files());
    assert!(
        matches!(result, Err(ApplyError::Foreign { .. })),
        "{result:?}"
    );
    Ok(())
}

#[test]
fn only_one_run_at_a_time() -> Result<()> {
    let world = tempfile::tempdir()?;
    let target = world.path().join("shop");
    let first = stage_tree(&target, &files())?;
    let before = tree::read(world.path())?;
    let second = create_tree(&target, &files());
    assert!(matches!(second, Err(ApplyError::Busy { .. })), "{second:?}");
    assert_eq!(tree::read(world.path())?, before);
    let Prepared::Staged(first) = first else {
        anyhow::bail!("nothing was interrupted")
    };
    acknowledged(first.commit())
}

#[test]
fn a_target_that_was_filled_meanwhile_wins() -> Result<()> {
    let world = tempfile::tempdir()?;
    let target = world.path().join("shop");
    let Prepared::Staged(staged) = stage_tree(&target, &files())? else {
        anyhow::bail!("nothing was interrupted")
    };
    fs::create_dir(&target)?;
    fs::write(target.join("mine"), "mine")?;
    let result = staged.commit();
    assert!(
        matches!(result, Err(ApplyError::NotEmpty { .. })),
        "{result:?}"
    );
    assert_eq!(names(world.path())?, ["shop"]);
    assert_eq!(names(&target)?, ["mine"]);
    Ok(())
}

#[test]
fn the_same_command_succeeds_after_a_kill_behind_the_commit() -> Result<()> {
    let world = tempfile::tempdir()?;
    for target in ["shop", "a/b/shop"] {
        let target = world.path().join(target);
        drop(create_tree(&target, &files())?);
        let made = tree::read(&target)?;
        // A repository that the caller made is no edit.
        fs::create_dir(target.join(".git"))?;
        let outcome = create_tree(&target, &files())?;
        assert!(outcome.resumed());
        outcome.acknowledge()?;
        fs::remove_dir(target.join(".git"))?;
        assert_eq!(tree::read(&target)?, made);
        let again = create_tree(&target, &files());
        assert!(
            matches!(again, Err(ApplyError::NotEmpty { .. })),
            "{again:?}"
        );
    }
    assert_eq!(names(world.path())?, ["a", "shop"]);
    Ok(())
}

#[test]
fn another_command_does_not_pass_for_the_killed_one() -> Result<()> {
    let world = tempfile::tempdir()?;
    let target = world.path().join("shop");
    let mut other = files();
    other[0].content = b"[package]\nname = \"other\"\n".to_vec();
    let edits: [&dyn Fn() -> std::io::Result<()>; 3] = [
        &|| fs::write(target.join("Cargo.toml"), "edited"),
        &|| fs::write(target.join("src/added.rs"), "added"),
        &|| fs::remove_file(target.join("src/main.rs")),
    ];
    for edit in edits {
        drop(create_tree(&target, &files())?);
        edit()?;
        let result = create_tree(&target, &files());
        assert!(
            matches!(result, Err(ApplyError::NotEmpty { .. })),
            "{result:?}"
        );
        assert_eq!(names(world.path())?, ["shop"]);
        fs::remove_dir_all(&target)?;
    }
    drop(create_tree(&target, &files())?);
    let result = create_tree(&target, &other);
    assert!(
        matches!(result, Err(ApplyError::NotEmpty { .. })),
        "{result:?}"
    );
    assert_eq!(names(world.path())?, ["shop"]);
    Ok(())
}
