//! Why a name was refused, in words for the person who typed it.

use std::fmt;

use thiserror::Error;

/// Longest part of a refused name that a message repeats.
const SHOWN_LENGTH_MAX: usize = 60;

/// A name that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{given}` can't be the name of a {kind}: {reason}; try `{suggestion}`")]
pub struct NameError {
    /// What was to be named.
    pub kind: NameKind,
    /// What was given, as [`shown`] makes it.
    pub given: String,
    /// Why not.
    pub reason: Reason,
    /// A legal name near to it.
    pub suggestion: String,
}

/// What a name is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// An app.
    Project,
    /// A module of an app.
    Module,
    /// A field of a module.
    Field,
    /// A job of an app.
    Job,
    /// A kind of task of an app.
    Task,
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Project => "project",
            Self::Module => "module",
            Self::Field => "field",
            Self::Job => "job",
            Self::Task => "task",
        })
    }
}

/// Why a name was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    /// Nothing was given.
    #[error("it is empty")]
    Empty,
    /// More characters than fit.
    #[error("it has {length} characters, and at most {limit} fit")]
    TooLong {
        /// Characters given.
        length: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// It starts with something else than a letter.
    #[error("it must start with a letter a-z")]
    Start,
    /// A character that is not allowed anywhere.
    #[error("character {position} is {}; allowed are {allowed}", describe(*character))]
    Character {
        /// The first such character.
        character: char,
        /// Where it stands, from 1.
        position: usize,
        /// What may stand there.
        allowed: &'static str,
    },
    /// A separator at the end, or two in a row.
    #[error("`{separator}` may only stand between two letters or digits")]
    Separator {
        /// The separator.
        separator: char,
    },
    /// A keyword of Rust.
    #[error("it is a Rust keyword")]
    RustKeyword,
    /// A word that some database reserves.
    #[error("SQL reserves it")]
    SqlWord,
    /// A device file of Windows.
    #[error("Windows keeps it for a device")]
    WindowsDevice,
    /// A crate of the standard library.
    #[error("it is a crate of Rust's standard library")]
    StandardCrate,
    /// The generator or one of its libraries.
    #[error("it is the name of this tool or of one of its libraries")]
    OwnCrate,
    /// A crate that the app is built from.
    #[error("the app is built from a crate `{name}`")]
    Crate {
        /// The crate, as it spells itself.
        name: String,
    },
    /// A folder of cargo's build folder.
    #[error("cargo keeps it for its build folder")]
    CargoFolder,
    /// A source file that every app has.
    #[error("every app has a source file of that name")]
    AppModule,
    /// A route that the runtime answers.
    #[error("every app answers `/client/{route}` itself")]
    Route {
        /// Its last segment.
        route: String,
    },
    /// A table that exists already.
    #[error("the table `{table}` exists already")]
    Table {
        /// The table.
        table: String,
    },
    /// A column that every table has.
    #[error("every table has that column already")]
    BaseColumn,
    /// A type of the runtime that is used beside the unit's own.
    #[error("its type would be called `{name}`, as one of the framework's is")]
    RuntimeType {
        /// The type.
        name: String,
    },
    /// Another job, or kind of task, of the app, up to case, `_` and plural.
    #[error("the {word} `{existing}` exists already, and case, `_` and plural make no difference")]
    Unit {
        /// What kind of unit.
        word: &'static str,
        /// That unit.
        existing: String,
    },
    /// Another module of the app, up to case, `_` and plural.
    #[error("the module `{existing}` exists already, and case, `_` and plural make no difference")]
    Module {
        /// That module.
        existing: String,
    },
}

/// Any text for a message: control characters escaped, long text cut.
///
/// Characters that are not ASCII are escaped too when they can't be seen or turn the direction of
/// the text, so that what is shown is what was given.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == SHOWN_LENGTH_MAX {
            shown.push('…');
            break;
        }
        if character == ' ' || (!character.is_whitespace() && is_printable(character)) {
            shown.push(character);
        } else {
            shown.extend(character.escape_default());
        }
    }
    shown
}

/// `escape_debug` knows Unicode's tables; it escapes what can't be seen, and quotes besides.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, '\'' | '"' | '\\') || character.escape_debug().len() == 1
}

fn describe(character: char) -> String {
    match character {
        ' ' => "a space".to_owned(),
        '\0' => "NUL".to_owned(),
        '`' => "a back quote".to_owned(),
        other if other.is_ascii_graphic() => format!("`{other}`"),
        other if is_printable(other) && !other.is_whitespace() => {
            format!("`{other}` (U+{:04X}, not ASCII)", u32::from(other))
        }
        other => format!("U+{:04X}", u32::from(other)),
    }
}
