//! Reading SQL text: tokens, one normal spelling, and what a statement does to the schema.
//!
//! The engine reads SQL rather than the builder that made it, because the SQL is what the history
//! keeps: a migration whose code is gone can still be resumed, undone and compared.

mod alter;
pub(crate) mod effect;
pub(crate) mod lexer;
pub(crate) mod normal;
mod reader;

pub(crate) use effect::{Class, Effect, Name, Reading};
pub(crate) use reader::read;
