//! `serve`: answer requests until told to stop.

use super::Outcome;
use super::error::CommandError;
use crate::app::{App, Context};
use crate::config::Config;
use crate::http;

pub(super) async fn run(app: &App, config: Config) -> Result<Outcome, CommandError> {
    let ctx = Context::connect(app, config).await?;
    ctx.check_shards(app).await?;
    let server = &ctx.config().server;
    let listener = http::bind(server).await?;
    match listener.local_addr() {
        Ok(address) => tracing::info!(
            app = app.name(),
            version = app.version(),
            environment = %ctx.config().environment,
            "listening on http://{address}"
        ),
        Err(error) => tracing::warn!(%error, "the listening socket has no address"),
    }
    tokio::spawn(after_start(ctx.clone()));
    let router = app.router(ctx.clone());
    http::serve(router, listener, server, http::shutdown_signal()).await;
    ctx.close().await;
    tracing::info!("stopped");
    Ok(Outcome::Done)
}

/// What need not be done before the first request is answered.
async fn after_start(ctx: Context) {
    match ctx.is_schema_current().await {
        Ok(true) => {
            if let Err(error) = ctx.prepare_ids().await {
                tracing::warn!(error = %error.detail(), "no node number for ids yet");
            }
        }
        Ok(false) => tracing::warn!("the schema is behind the code: run `migrate up`"),
        Err(error) => tracing::warn!(%error, "the schema cannot be looked at"),
    }
}
