//! [`ProjectName`]: the name of an app, of its crate and of its binary.

use std::fmt;

use super::error::{NameError, NameKind, Reason};
use super::grammar::Grammar;
use super::reserved;

const GRAMMAR: Grammar = Grammar {
    kind: NameKind::Project,
    separators: &['-', '_'],
    allowed: "a-z, 0-9, `-` and `_`",
    length_max: 40,
    prefix: "app",
    suffix: "app",
};

/// The name of an app: `[a-z][a-z0-9]*([-_][a-z0-9]+)*`, at most 40 characters, free for a crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectName(String);

impl ProjectName {
    /// Parses a name; `crates` are those in the app's lock file.
    ///
    /// # Errors
    /// [`NameError`] with the reason and a legal name.
    pub fn new<S: AsRef<str>>(input: &str, crates: &[S]) -> Result<Self, NameError> {
        GRAMMAR.check(input, |name| taken(name, crates))?;
        Ok(Self(input.to_owned()))
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as Rust code spells it: `my-shop` is `my_shop`.
    #[must_use]
    pub fn crate_name(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn taken<S: AsRef<str>>(name: &str, crates: &[S]) -> Option<Reason> {
    if reserved::is_rust_keyword(name) {
        return Some(Reason::RustKeyword);
    }
    if reserved::is_standard_crate(name) {
        return Some(Reason::StandardCrate);
    }
    if reserved::is_own_crate(name) {
        return Some(Reason::OwnCrate);
    }
    if reserved::is_cargo_folder(name) {
        return Some(Reason::CargoFolder);
    }
    if reserved::is_windows_device(name) {
        return Some(Reason::WindowsDevice);
    }
    let same = crates
        .iter()
        .find(|other| reserved::same_crate(other.as_ref(), name))?;
    Some(Reason::Crate {
        name: same.as_ref().to_owned(),
    })
}
