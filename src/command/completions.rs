//! `cloudapp completions`

use anyhow::Result;
use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Outcome;
use crate::cli::Cli;
use crate::ui;

pub(super) fn run(shell: Shell) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cloudapp", &mut script);
    ui::answer(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}
