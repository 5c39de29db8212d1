//! What several test modules share.

pub(crate) mod database;
pub(crate) mod process;
pub(crate) mod server;
