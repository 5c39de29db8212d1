//! Who is asking: sessions of players and operators, and how they log in.
//!
//! Handlers take [`Player`] (routes under `/client`) or [`Operator`] (under `/admin`) as an
//! argument and get an identity that the session vouches for. Identity and tenant come from there
//! and from nowhere else.
//!
//! ## Invariants
//! - A token is 256 random bits. The database knows only its HMAC-SHA256 under `auth.token_key`:
//!   who reads the database cannot act as anybody.
//! - A session belongs to one audience; on the routes of the other it is worth nothing.
//! - One account of a platform has one user id, however many first log-ins happen at once.
//! - An admin log-in takes the same work whether the user name exists or not, and counts before the
//!   password is looked at, so that guessing in parallel gains nothing.

mod account;
mod admin;
pub(crate) mod bearer;
mod client;
mod entity;
mod identity;
mod known;
pub mod operator;
mod operators;
mod password;
mod permissions;
mod platform;
mod player;
mod roles;
mod session;
pub mod totp;

use utoipa_axum::routes;

use crate::http::Router;
use crate::oplog::Logged;

pub(crate) use identity::KnownPlayers;
pub use identity::is_player;
pub(crate) use identity::player_since;
pub(crate) use known::Known;
pub use operator::Operator;
pub(crate) use operator::is_tenant;
pub(crate) use permissions::Permissions;
pub(crate) use platform::dev_player;
pub use platform::{DEV_NAME_MAX_CHARS, PlatformLogin, Platforms};
pub use player::Player;
pub use session::SEEN_EVERY;

/// What is written into the operation log here.
pub(crate) const LOGGED: [&Logged; 3] = [
    &operator::manage::LOGGED,
    &operator::role::LOGGED,
    &totp::LOGGED,
];

/// The routes for logging in and out, of players and operators, and for operators' accounts. `http::router` has them already.
#[must_use]
pub fn routes() -> Router {
    Router::default()
        .routes(routes!(client::login))
        .routes(routes!(client::logout))
        .routes(routes!(client::me))
        .routes(routes!(admin::login))
        .routes(routes!(admin::logout))
        .routes(routes!(admin::me))
        .merge(account::routes())
        .merge(operators::routes())
        .merge(roles::routes())
}
