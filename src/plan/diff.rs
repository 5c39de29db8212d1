//! Unified diffs of planned changes, as `git diff` shows them.

use similar::TextDiff;

use super::snapshot::text;
use crate::apply::{Change, ChangeKind};

/// The unified diff from `before` to `after`; empty when they are equal.
#[must_use]
pub fn unified(before: &str, after: &str, old_name: &str, new_name: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(old_name, new_name)
        .to_string()
}

/// The unified diff of all changes, in their order.
#[must_use]
pub fn unified_changes(changes: &[Change]) -> String {
    let mut diff = String::new();
    for change in changes {
        let (old, new) = (format!("a/{}", change.path), format!("b/{}", change.path));
        diff.push_str(&match &change.kind {
            ChangeKind::Create { content } => unified("", &text(content), "/dev/null", &new),
            ChangeKind::Update { before, content } => {
                unified(&text(before), &text(content), &old, &new)
            }
            ChangeKind::Delete { before } => unified(&text(before), "", &old, "/dev/null"),
        });
    }
    diff
}
