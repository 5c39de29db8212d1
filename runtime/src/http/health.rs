//! `/health/live`: the process runs. `/health/ready`: it can do its work.
//!
//! Both answer in the plain envelope with a true status, whatever `http.compat_envelope` says: the
//! readers are machines that look at the status.

use std::future::Future;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::envelope::{Envelope, failure_with, plain_success};
use super::scope::Scope;
use crate::app::Context;
use crate::db::Group;
use crate::error::ErrorCode;

/// The code of `/health/ready` when something is missing.
pub const NOT_READY: ErrorCode = ErrorCode::new("not_ready", 503, "Not ready", "服务未就绪");

/// A probe that takes longer has failed; orchestrators wait no longer themselves.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs.
#[derive(Serialize, ToSchema)]
pub(super) struct Liveness {
    /// Always `ok`.
    status: &'static str,
}

/// What the application needs for its work.
#[derive(Serialize, ToSchema)]
pub(super) struct Readiness {
    /// `ok`, or `unavailable` when a check failed.
    status: &'static str,
    /// The single checks.
    checks: Vec<Check>,
}

/// One thing that the application needs.
#[derive(Serialize, ToSchema)]
pub(super) struct Check {
    /// `database`, `database.<group>`, `schema` or `redis`.
    name: String,
    /// Whether all is well.
    ok: bool,
    /// What is wrong; empty if nothing.
    message: String,
}

/// Whether the process runs
#[utoipa::path(
    get, path = "/health/live", tag = "system", operation_id = "system_live",
    responses((status = 200, description = "It runs", body = Envelope<Liveness>)),
)]
pub(super) async fn live() -> Response {
    plain_success(Liveness { status: "ok" })
}

/// Whether the application can do its work
///
/// Its databases answer, their schema is up to date, Redis answers if it is used.
#[utoipa::path(
    get, path = "/health/ready", tag = "system", operation_id = "system_ready",
    responses(
        (status = 200, description = "It can", body = Envelope<Readiness>),
        (status = 503, description = "It cannot; `checks` tells why", body = Envelope<Readiness>),
    ),
)]
pub(super) async fn ready(State(ctx): State<Context>) -> Response {
    let checks = checks(&ctx).await;
    let failed: Vec<String> = checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| format!("{}: {}", check.name, check.message))
        .collect();
    if failed.is_empty() {
        return plain_success(Readiness {
            status: "ok",
            checks,
        });
    }
    let data = Readiness {
        status: "unavailable",
        checks,
    };
    failure_with(NOT_READY, failed.join("; "), data, &Scope::current(), false)
}

async fn checks(ctx: &Context) -> Vec<Check> {
    let mut checks = Vec::new();
    for (group, connection) in ctx.databases().distinct() {
        let name = match group {
            Group::Default => "database".to_owned(),
            group => format!("database.{group}"),
        };
        checks.push(check(name, "does not answer", connection.ping()).await);
    }
    // Without its database there is nothing to say about the schema.
    if checks.iter().all(|check| check.ok) {
        checks.push(schema(ctx).await);
    }
    #[cfg(feature = "redis")]
    if let Some(redis) = ctx.redis() {
        checks.push(check("redis".to_owned(), "does not answer", redis.ping()).await);
    }
    checks
}

/// Runs one check. The answer is public, so it says only `complaint`; the log has the cause.
async fn check<E: std::fmt::Display>(
    name: String,
    complaint: &'static str,
    probe: impl Future<Output = Result<(), E>>,
) -> Check {
    let problem = match tokio::time::timeout(PATIENCE, probe).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    if let Some(error) = &problem {
        tracing::warn!(check = %name, %error, "not ready");
    }
    let message = if problem.is_some() { complaint } else { "" };
    Check {
        name,
        ok: problem.is_none(),
        message: message.to_owned(),
    }
}

async fn schema(ctx: &Context) -> Check {
    let probe = async {
        match ctx.is_schema_current().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("run `migrate up`".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    };
    check("schema".to_owned(), "migrations are to be applied", probe).await
}
