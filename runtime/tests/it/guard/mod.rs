//! `guard`: changes that are made at most once, over HTTP and in services.

mod backend;
mod fixture;
mod once;
mod recorded;
mod refused;
mod replay;
mod waiting;

use crate::web::servers;
