//! Words on screen: answers on stdout, everything else on stderr. No colour is used at all.

use std::io::{self, Write as _};

use anyhow::Result;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::apply::{Change, ChangeKind};
use crate::plan::{Plan, unified_changes};

/// Prints an answer on stdout; a reader that went away is no error.
///
/// # Errors
/// Stdout can't be written for another reason.
pub fn answer(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints a JSON object on stdout.
///
/// # Errors
/// As [`answer`].
pub fn answer_json(value: &Value) -> Result<()> {
    answer(&format!("{value:#}\n"))
}

/// Prints a message on stderr, where nobody may be listening.
pub fn message(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Shows a plan that was carried out, or would be: as JSON, as a diff, or as a list.
///
/// # Errors
/// As [`answer`].
pub fn show_plan(command: &str, plan: &Plan, dry_run: bool, json: bool) -> Result<()> {
    if json {
        return answer_json(&plan_json(command, plan, dry_run));
    }
    if dry_run {
        answer(&unified_changes(&plan.changes))?;
        message(&format!(
            "{} files would change; nothing was written",
            plan.changes.len()
        ));
        return Ok(());
    }
    if plan.changes.is_empty() {
        message("nothing to do");
        return Ok(());
    }
    for change in plan
        .changes
        .iter()
        .filter(|change| !change.path.starts_with(".cloudapp/"))
    {
        message(&format!("  {:>6}  {}", action(change), change.path));
    }
    for note in &plan.notes {
        message(&format!("next: {note}"));
    }
    Ok(())
}

fn plan_json(command: &str, plan: &Plan, dry_run: bool) -> Value {
    let change = |change: &Change| {
        let content = match &change.kind {
            ChangeKind::Create { content } | ChangeKind::Update { content, .. } => Some(content),
            ChangeKind::Delete { .. } => None,
        };
        json!({
            "path": change.path,
            "action": action(change),
            "bytes": content.map(Vec::len),
            "sha256": content.map(|content| hex(&Sha256::digest(content))),
        })
    };
    json!({
        "ok": true,
        "command": command,
        "dry_run": dry_run,
        "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
        "next": plan.notes,
    })
}

fn action(change: &Change) -> &'static str {
    match change.kind {
        ChangeKind::Create { .. } => "create",
        ChangeKind::Update { .. } => "update",
        ChangeKind::Delete { .. } => "delete",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
