//! The tables of prizes and draws as SeaORM sees them.

pub(crate) mod count;
pub(crate) mod draw;
pub(crate) mod prize;
pub(crate) mod roster;
pub(crate) mod rule;
