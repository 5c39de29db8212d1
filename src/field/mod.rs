//! Fields of a custom module: the grammar of `--field`, what each type means, what a default may
//! be.

mod default;
mod kind;
mod parse;

pub use default::DefaultValue;
pub use kind::FieldKind;
pub use parse::{Field, FieldError, parse_all};
