//! The tables of tasks as SeaORM sees them.

pub(crate) mod count;
pub(crate) mod evidence;
pub(crate) mod gear;
pub(crate) mod info;
pub(crate) mod log;
pub(crate) mod swap;
