//! Puts the framework's routes, those of the modules and the layers together.

use axum::Extension;
use utoipa_axum::routes;

use super::metrics::Metrics;
use super::openapi::Document;
use super::{Router, bans, cache, docs, failure, health, jobs, layers, metrics, openapi, oplog};
use crate::app::{App, Context};
use crate::auth;
use crate::config::Config;

/// Everything that answers requests of `app`.
pub fn router(app: &App, ctx: Context) -> axum::Router {
    let (routes, collected) = collect(app, Some(ctx.config())).split_for_parts();
    let document = Document::new(openapi::complete(collected, app));
    let metrics = Metrics::new(app.name(), app.version(), ctx.cache(), ctx.job_engine());
    let routes = routes
        .fallback(failure::not_found)
        .method_not_allowed_fallback(failure::method_not_allowed)
        .layer(Extension(document))
        .layer(Extension(metrics.clone()));
    layers::wrap(routes.with_state(ctx.clone()), &ctx, &metrics)
}

/// All routes; with a configuration, those that it serves.
pub(super) fn collect(app: &App, config: Option<&Config>) -> Router {
    let mut all = Router::default()
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .merge(auth::routes())
        .merge(bans::routes())
        .merge(jobs::routes())
        .merge(oplog::routes())
        .merge(app.own_routes().clone());
    for module in app.modules() {
        openapi::warn_of_same_names(all.get_openapi(), module);
        all = all.merge(module.router().clone());
    }
    if app
        .modules()
        .iter()
        .any(|one| !one.cache_groups().is_empty())
    {
        all = all.merge(cache::routes());
    }
    if config.is_none_or(|config| config.metrics.enabled) {
        all = all.routes(routes!(metrics::metrics));
    }
    if config.is_none_or(|config| config.http.docs) {
        all = all
            .routes(routes!(docs::openapi_json))
            .routes(routes!(docs::docs));
    }
    all
}
