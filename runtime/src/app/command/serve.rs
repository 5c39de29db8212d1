//! `serve`: answer requests until told to stop.

use super::arguments::WorkerOptions;
use super::error::CommandError;
use super::{Outcome, worker};
use crate::app::{App, Context};
use crate::config::Config;
use crate::http;
use crate::job::{Stop, StopReason};

pub(super) async fn run(
    app: &App,
    config: Config,
    runs_jobs: bool,
) -> Result<Outcome, CommandError> {
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
    let (stopper, stop) = Stop::new();
    let working = runs_jobs.then(|| {
        let working = worker::work(ctx.clone(), WorkerOptions::default(), stop);
        tokio::spawn(working)
    });
    let shutdown = async {
        http::shutdown_signal().await;
        // Requests and jobs end at the same time.
        stopper.send_replace(Some(StopReason::Draining));
    };
    http::serve(router, listener, server, shutdown).await;
    if let Some(working) = working
        && let Err(error) = working.await
    {
        tracing::error!(%error, "the worker of this process failed");
    }
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
