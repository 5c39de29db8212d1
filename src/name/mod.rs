//! Names that reach the file system, Rust code or SQL: each a newtype that only its constructor
//! makes.
//!
//! A refusal ([`NameError`]) says what was given, why not, and a legal name instead. The suggestion
//! is always legal itself, under the same rules and against the same names that are taken.

mod error;
mod field;
mod fold;
mod grammar;
mod module;
mod project;
mod reserved;
mod sql_words;
mod unit;

pub use error::{NameError, NameKind, Reason, shown};
pub use field::FieldName;
pub(crate) use module::pascal_case;
pub use module::{ModuleName, TableName, Taken};
pub use project::ProjectName;
pub use unit::UnitName;
