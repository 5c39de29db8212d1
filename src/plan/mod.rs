//! Spec + snapshot of the app → plan of file changes. Pure: no file is read or written here.

mod add_module;
mod add_unit;
mod diff;
mod generated;
mod module_files;
mod new_app;
mod new_migration;
mod pristine;
mod remove_module;
mod remove_unit;
mod snapshot;
mod sync;

pub use add_module::add_module;
pub use add_unit::add_unit;
pub use diff::{unified, unified_changes};
pub use new_app::new_app;
pub use new_migration::new_migration;
pub use remove_module::remove_module;
pub use remove_unit::remove_unit;
pub use snapshot::Snapshot;
pub use sync::{check_registries, sync};

use crate::apply::{Change, ChangeKind};

/// What a command is going to do to an app.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// File changes, sorted by path.
    pub changes: Vec<Change>,
    /// What the user should know or do next, one sentence each.
    pub notes: Vec<String>,
}

impl Plan {
    /// Plans that `path` holds `content`, whatever it holds in `snapshot`.
    fn put(&mut self, snapshot: &Snapshot, path: impl Into<String>, content: impl Into<Vec<u8>>) {
        let (path, content) = (path.into(), content.into());
        let kind = match snapshot.bytes(&path) {
            Some(before) if *before == content => return,
            Some(before) => ChangeKind::Update {
                before: before.to_vec(),
                content,
            },
            None => ChangeKind::Create { content },
        };
        self.changes.push(Change { path, kind });
    }

    /// Plans that `path` is gone.
    fn delete(&mut self, snapshot: &Snapshot, path: impl Into<String>) {
        let path = path.into();
        if let Some(before) = snapshot.bytes(&path) {
            let kind = ChangeKind::Delete {
                before: before.to_vec(),
            };
            self.changes.push(Change { path, kind });
        }
    }

    fn sorted(mut self) -> Self {
        self.changes.sort_by(|a, b| a.path.cmp(&b.path));
        self
    }
}
