//! Modes do not depend on who runs the command.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::tree;

fn cloudapp(umask: &str, folder: &Path, arguments: &str) -> Result<()> {
    let script = format!("umask {umask} && exec \"$0\" {arguments}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_cloudapp")]);
    let output = shell.current_dir(folder).output()?;
    ensure!(output.status.success(), "{arguments}: {output:?}");
    Ok(())
}

#[test]
fn the_tree_is_the_same_under_every_umask() -> Result<()> {
    let mut expected = None;
    for umask in ["022", "000", "027", "077"] {
        let world = tempfile::tempdir()?;
        cloudapp(umask, world.path(), "new shop")?;
        let app = world.path().join("shop");
        cloudapp(umask, &app, "add module note --field title:string")?;
        let made = tree::read(&app)?;
        ensure!(
            made == *expected.get_or_insert_with(|| made.clone()),
            "umask {umask}"
        );
    }
    Ok(())
}
