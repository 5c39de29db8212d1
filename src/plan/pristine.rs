//! The pristine copies: what was generated, unchanged, one file for each unit (the skeleton, a
//! module, a job, a kind of task).
//!
//! By them `remove` tells an edited file, and an upgrade can merge three ways. One file a
//! unit, and not one a file: making files is what `cloudapp new` spends its time on.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::render::Files;
use crate::unit::UnitKind;

/// Below this folder of an app stand the pristine copies.
const FOLDER: &str = ".cloudapp/pristine";

const HEADER: &str = "# As cloudapp generated it, so that edits can be told. Not to be edited.\n\n";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Copies {
    files: Files,
}

/// Where the copy of the skeleton stands.
pub(super) fn skeleton_path() -> String {
    format!("{FOLDER}/app.toml")
}

/// Where the copy of a module stands.
pub(super) fn module_path(module: &str) -> String {
    format!("{FOLDER}/modules/{module}.toml")
}

/// Where the copy of a job or of a kind of task stands.
pub(super) fn unit_path(kind: UnitKind, name: &str) -> String {
    format!("{FOLDER}/{}/{name}.toml", kind.plural())
}

/// The copy of `files`.
pub(super) fn render(files: &Files) -> Result<String> {
    let copies = Copies {
        files: files.clone(),
    };
    Ok(format!("{HEADER}{}", toml::to_string_pretty(&copies)?))
}

/// The files of a copy.
pub(super) fn parse(path: &str, text: &str) -> Result<Files> {
    let copies: Copies = toml::from_str(text)
        .with_context(|| format!("`{path}` is damaged: restore it from version control"))?;
    Ok(copies.files)
}
