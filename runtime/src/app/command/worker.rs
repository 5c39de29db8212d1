//! `worker`: run jobs and schedules and pass events on, until told to stop.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::sleep;

use super::Outcome;
use super::arguments::WorkerOptions;
use super::error::CommandError;
use crate::app::{App, Context, background};
use crate::config::Config;
use crate::error::AppError;
use crate::http;
use crate::job::{Stop, StopReason, Worker};

/// Pause between two looks for the schema.
const SCHEMA_PAUSE: Duration = Duration::from_secs(1);
/// So many of them between two messages.
const SCHEMA_LOOKS: u32 = 30;

pub(super) async fn run(
    app: &App,
    config: Config,
    options: WorkerOptions,
) -> Result<Outcome, CommandError> {
    let ctx = Context::connect(app, config).await?;
    ctx.check_shards(app).await?;
    tracing::info!(
        app = app.name(),
        version = app.version(),
        environment = %ctx.config().environment,
        "working"
    );
    let (stopper, stop) = Stop::new();
    tokio::spawn(async move {
        http::shutdown_signal().await;
        stopper.send_replace(Some(StopReason::Draining));
    });
    work(ctx.clone(), options, stop).await;
    ctx.close().await;
    tracing::info!("stopped");
    Ok(Outcome::Done)
}

/// Works until told to stop; then running jobs have their time to end.
pub(super) async fn work(ctx: Context, options: WorkerOptions, stop: Stop) {
    if !is_ready(&ctx, &stop).await {
        return;
    }
    let mut worker = Worker::new(&ctx);
    if !options.queues.is_empty() {
        let config = &ctx.config().job;
        let queues = options.queues.into_iter().map(|(name, count)| {
            let count = count.unwrap_or_else(|| config.concurrency(&name));
            (name, count)
        });
        worker = worker.queues(queues.collect::<BTreeMap<String, u32>>());
    }
    let jobs = async {
        while !stop.is_requested() {
            let told = stop.clone();
            let ended = worker.clone().run(async move {
                told.requested().await;
            });
            if let Err(error) = ended.await {
                complain(&error);
                pause(&stop, SCHEMA_PAUSE).await;
            }
        }
    };
    let others = async {
        if !options.no_schedule {
            background::run(&ctx, &stop).await;
        }
    };
    tokio::join!(jobs, others);
}

fn complain(error: &AppError) {
    tracing::error!(error = %error.detail(), "the worker could not start and tries again");
}

/// Waits for the schema of the code; `false` when told to stop meanwhile.
async fn is_ready(ctx: &Context, stop: &Stop) -> bool {
    for look in 0.. {
        let reason = match ctx.is_schema_current().await {
            Ok(true) => return !stop.is_requested(),
            Ok(false) => "the schema is behind the code: run `migrate up`".to_owned(),
            Err(error) => error.to_string(),
        };
        if look % SCHEMA_LOOKS == 0 {
            tracing::warn!(reason, "no jobs are run yet");
        }
        pause(stop, SCHEMA_PAUSE).await;
        if stop.is_requested() {
            break;
        }
    }
    false
}

async fn pause(stop: &Stop, pause: Duration) {
    tokio::select! {
        _ = stop.requested() => {}
        () = sleep(pause) => {}
    }
}
