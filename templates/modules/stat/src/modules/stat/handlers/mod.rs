//! HTTP in and out, for each audience. No SQL and no business rule here.

pub mod admin;
pub mod client;
#[cfg(feature = "xlsx")]
pub mod export;
pub mod metric;

use cloudapp_runtime::prelude::Router;

/// All routes of the module.
pub fn routes() -> Router {
    let routes = client::routes()
        .merge(admin::routes())
        .merge(metric::routes());
    #[cfg(feature = "xlsx")]
    let routes = routes.merge(export::routes());
    routes
}
