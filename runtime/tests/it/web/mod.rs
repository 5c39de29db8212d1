//! `http`, `auth` and `testing`: requests to an application whose routes do everything that a
//! handler can do wrong.

mod admin;
mod docs;
mod envelope;
mod failures;
mod fixture;
mod input;
mod keyset;
pub(crate) mod log;
mod login;
mod openapi;
mod operators;
mod paging;
mod server;
mod system;
mod totp;
mod translated;
pub(crate) mod wire;

use chrono::{DateTime, TimeZone, Utc};

/// The databases that matter where behaviour may differ: name and server URL.
pub(crate) fn servers() -> [(&'static str, String); 3] {
    [
        ("sqlite", "sqlite:".to_owned()),
        ("mysql", server_url("CLOUDAPP_TEST_MYSQL_URL")),
        ("postgres", server_url("CLOUDAPP_TEST_POSTGRES_URL")),
    ]
}

fn server_url(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run these tests by tests/run.sh"))
}

/// An instant at which tests with a clock of their own begin.
pub(crate) fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 8, 0, 0).unwrap()
}
