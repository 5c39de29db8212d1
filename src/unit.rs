//! Units: what an app has one file each of, in a folder with a registry that is derived from it.
//!
//! A kind of unit is data here; `plan::add_unit`, `plan::remove_unit` and the registries treat all
//! kinds alike.

use crate::name::pascal_case;

/// A kind of unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnitKind {
    /// Work that is done in the background, once it was asked for.
    Job,
    /// A kind of task that the app's own code decides on.
    Task,
}

impl UnitKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Job, Self::Task];

    /// The word for it: in commands, in the manifest, as the folder of its templates.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Task => "task",
        }
    }

    /// The word for several: the folder below `src/`.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Job => "jobs",
            Self::Task => "tasks",
        }
    }

    /// What a person calls several of them.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Job => "jobs",
            Self::Task => "kinds of tasks",
        }
    }

    /// The module that an app must have to have units of this kind.
    #[must_use]
    pub fn needs(self) -> Option<&'static str> {
        match self {
            Self::Job => None,
            Self::Task => Some("task"),
        }
    }

    /// Path of the registry in an app.
    #[must_use]
    pub fn registry(self) -> &'static str {
        match self {
            Self::Job => "src/jobs/mod.rs",
            Self::Task => "src/tasks/mod.rs",
        }
    }

    /// The call in the registry that adds one unit to the app.
    #[must_use]
    pub fn call(self, name: &str) -> String {
        let type_name = self.type_name(name);
        match self {
            Self::Job => format!("app.job::<{name}::{type_name}>();"),
            Self::Task => format!("app.task_kind({name}::{type_name});"),
        }
    }

    /// The type in the file of a unit. The ending keeps it apart from what every file imports:
    /// `some` is `SomeJob`, not `Some`.
    #[must_use]
    pub fn type_name(self, name: &str) -> String {
        let ending = match self {
            Self::Job => "Job",
            Self::Task => "Task",
        };
        format!("{}{ending}", pascal_case(name))
    }

    /// Path of a unit in an app.
    #[must_use]
    pub fn file(self, name: &str) -> String {
        format!("src/{}/{name}.rs", self.plural())
    }

    /// Path of a unit's tests in an app.
    #[must_use]
    pub fn test(self, name: &str) -> String {
        format!("tests/{name}_{}.rs", self.word())
    }
}
