//! What several test modules share.

pub(crate) mod database;
pub(crate) mod process;
pub(crate) mod served;
pub(crate) mod server;
