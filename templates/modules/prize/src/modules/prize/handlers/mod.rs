//! HTTP in and out, for each audience. No SQL and no business rule here.

pub mod client;
#[cfg(feature = "xlsx")]
pub mod export;
pub mod lottery;
pub mod prize;

use cloudapp_runtime::prelude::Router;

/// All routes of the module.
pub fn routes() -> Router {
    let routes = client::routes()
        .merge(prize::routes())
        .merge(lottery::routes());
    #[cfg(feature = "xlsx")]
    let routes = routes.merge(export::routes());
    routes
}
