//! The permissions that the routes of an application ask for.

use serde::Serialize;
use utoipa::ToSchema;

use super::operator;
use crate::app::App;

/// Permission to see operators, roles and sessions.
pub(super) const READ: &str = "admin.read";
/// Permission to change them.
pub(super) const WRITE: &str = "admin.write";

/// Those of the framework's routes.
const FRAMEWORK: [(&str, &str, &[&str]); 5] = [
    ("admin", "Operators and roles", &[READ, WRITE]),
    (
        "operation_log",
        "Operation log",
        &[crate::http::oplog::READ],
    ),
    ("guard", "Bans", &["guard.read", "guard.write"]),
    ("job", "Background work", &["job.read", "job.write"]),
    ("cache", "Cache", &["cache.read", "cache.write"]),
];

/// The permissions of a part of the application.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = admin::PermissionGroup)]
pub(crate) struct PermissionGroup {
    /// The module.
    #[schema(example = "task")]
    pub(crate) name: &'static str,
    /// What it is called.
    #[schema(example = "Tasks")]
    pub(crate) title: &'static str,
    /// What its routes ask for.
    #[schema(example = json!(["task.read", "task.write"]))]
    pub(crate) permissions: Vec<&'static str>,
}

/// All permissions of an application, by module.
#[derive(Debug)]
pub(crate) struct Permissions(Vec<PermissionGroup>);

impl Permissions {
    pub(crate) fn of(app: &App) -> Self {
        let modules = app.modules().iter().map(|module| PermissionGroup {
            name: module.name(),
            title: module.title_text(),
            permissions: module.permission_list().to_vec(),
        });
        let framework = FRAMEWORK.iter().map(|(name, title, all)| PermissionGroup {
            name,
            title,
            permissions: all.to_vec(),
        });
        let all = modules.chain(framework);
        Self(all.filter(|group| !group.permissions.is_empty()).collect())
    }

    pub(crate) fn groups(&self) -> &[PermissionGroup] {
        &self.0
    }

    /// Whether a pattern grants anything that a route asks for.
    pub(super) fn knows(&self, pattern: &str) -> bool {
        let mut all = self.0.iter().flat_map(|group| &group.permissions);
        operator::is_pattern(pattern) && all.any(|one| operator::covers(pattern, one))
    }
}
