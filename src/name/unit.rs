//! [`UnitName`]: the name of a job or of a kind of task.

use std::fmt;

use super::error::{NameError, NameKind, Reason};
use super::fold;
use super::grammar::Grammar;
use super::reserved;
use crate::unit::UnitKind;

/// The name of a unit: `[a-z][a-z0-9]*(_[a-z0-9]+)*`, at most 30 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitName {
    kind: UnitKind,
    name: String,
}

impl UnitName {
    /// Parses a name; `existing` are the app's units of this kind.
    ///
    /// # Errors
    /// [`NameError`] with the reason and a legal name.
    pub fn new<S: AsRef<str>>(
        kind: UnitKind,
        input: &str,
        existing: &[S],
    ) -> Result<Self, NameError> {
        let grammar = grammar(kind);
        let is_taken =
            |name: &str| collision(kind, name, existing).or_else(|| reserved_reason(kind, name));
        // Before the grammar: to someone who has `ship`, the capital in `Ship` is beside the point.
        if let Some(reason) = collision(kind, input, existing) {
            return Err(grammar.refuse(input, reason, is_taken));
        }
        grammar.check(input, is_taken)?;
        let name = input.to_owned();
        Ok(Self { kind, name })
    }

    /// What it names.
    #[must_use]
    pub fn kind(&self) -> UnitKind {
        self.kind
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn grammar(kind: UnitKind) -> Grammar {
    let (kind, word) = match kind {
        UnitKind::Job => (NameKind::Job, "work"),
        UnitKind::Task => (NameKind::Task, "goal"),
    };
    Grammar {
        kind,
        separators: &['_'],
        allowed: "a-z, 0-9 and `_`",
        length_max: 30,
        prefix: word,
        suffix: word,
    }
}

fn collision<S: AsRef<str>>(kind: UnitKind, name: &str, existing: &[S]) -> Option<Reason> {
    let stem = fold::stem(name);
    let same = existing
        .iter()
        .find(|other| fold::stem(other.as_ref()) == stem)?;
    Some(Reason::Unit {
        word: kind.word(),
        existing: same.as_ref().to_owned(),
    })
}

fn reserved_reason(kind: UnitKind, name: &str) -> Option<Reason> {
    if reserved::is_rust_keyword(name) {
        return Some(Reason::RustKeyword);
    }
    if reserved::is_own_crate(name) {
        return Some(Reason::OwnCrate);
    }
    if reserved::is_windows_device(name) {
        return Some(Reason::WindowsDevice);
    }
    let type_name = kind.type_name(name);
    reserved::is_runtime_type(&type_name).then_some(Reason::RuntimeType { name: type_name })
}
