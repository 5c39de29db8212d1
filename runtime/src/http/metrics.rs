//! Counters for Prometheus, and the route `/metrics` that shows them.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use sea_orm::{DatabaseConnection, DbBackend};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::time::timeout;

use crate::app::Context;
use crate::auth::bearer;
use crate::cache::Cache;
use crate::error::{AppError, AppResult};
use crate::job::{self, Engine, Gauges};

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How long counting jobs may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Upper bounds of the duration buckets in seconds: from a cached read to the default time-out.
const BUCKETS_S: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PoolLabels {
    group: &'static str,
    state: &'static str,
}

/// What is counted about one running application. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RequestLabels, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    pools: Family<PoolLabels, Gauge>,
    unasked: Gauge,
    jobs: Gauges,
}

/// Counts a request as being handled until dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub(super) fn new(
        app: &'static str,
        version: &'static str,
        cache: &Cache,
        jobs: &Engine,
    ) -> Self {
        let requests = Family::<RequestLabels, Counter>::default();
        let new_histogram: fn() -> Histogram = || Histogram::new(BUCKETS_S);
        let durations = Family::new_with_constructor(new_histogram);
        let in_flight = Gauge::default();
        let pools = Family::<PoolLabels, Gauge>::default();
        let info = Info::new(vec![("name", app), ("version", version)]);
        let mut registry = Registry::default();
        registry.register("app", "Name and version of the application", info);
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register(
            "http_request_duration_seconds",
            "Time from the request's head to the answer's head",
            durations.clone(),
        );
        let help = "Requests being handled";
        registry.register("http_requests_in_flight", help, in_flight.clone());
        let unasked = Gauge::default();
        let help = "Requests that passed because a limit could not be asked";
        registry.register("guard_limits_opened", help, unasked.clone());
        registry.register("db_pool_connections", "Database connections", pools.clone());
        cache.register(&mut registry);
        jobs.register(&mut registry);
        let jobs = Gauges::default();
        jobs.register(&mut registry);
        Self(Arc::new(Inner {
            registry,
            requests,
            durations,
            in_flight,
            pools,
            unasked,
            jobs,
        }))
    }

    pub(super) fn enter(&self) -> InFlight {
        self.0.in_flight.inc();
        InFlight(self.0.in_flight.clone())
    }

    pub(super) fn record(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let labels = RequestLabels {
            method,
            route: route.to_owned(),
            status,
        };
        self.0
            .durations
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
        self.0.requests.get_or_create(&labels).inc();
    }

    fn encode(&self, ctx: &Context) -> Result<String, std::fmt::Error> {
        for (group, conn) in ctx.databases().distinct() {
            let (open, idle) = pool_state(conn);
            for (state, value) in [("open", open), ("idle", idle)] {
                let labels = PoolLabels {
                    group: group.as_str(),
                    state,
                };
                self.0.pools.get_or_create(&labels).set(value);
            }
        }
        let unasked = i64::try_from(ctx.guard_engine().opened());
        self.0.unasked.set(unasked.unwrap_or(i64::MAX));
        ctx.cache().measure();
        let mut page = String::new();
        text::encode(&mut page, &self.0.registry)?;
        Ok(page)
    }
}

/// Counters in OpenMetrics text
///
/// Needs the bearer token of `metrics.token`, if one is set.
#[utoipa::path(
    get, path = "/metrics", tag = "system", operation_id = "system_metrics",
    security(("metrics" = [])),
    responses((status = 200, description = "Counters", body = String, content_type = CONTENT_TYPE)),
)]
pub(super) async fn metrics(
    State(ctx): State<Context>,
    Extension(metrics): Extension<Metrics>,
    headers: HeaderMap,
) -> AppResult<Response> {
    let token = ctx.config().metrics.token.expose();
    let sent = bearer::token(&headers).unwrap_or_default();
    if !token.is_empty() && !same(sent, token) {
        return Err(AppError::unauthorized());
    }
    match timeout(PATIENCE, job::health(&ctx)).await {
        Ok(Ok(health)) => metrics.0.jobs.set(&health),
        // The other figures are there all the same.
        Ok(Err(error)) => tracing::debug!(error = %error.detail(), "jobs were not counted"),
        Err(_) => tracing::debug!("jobs were not counted in time"),
    }
    let page = metrics.encode(&ctx).map_err(AppError::internal)?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], page).into_response())
}

/// Compares without telling by the time it takes how much of the two, or their length, is the same.
fn same(left: &str, right: &str) -> bool {
    Sha256::digest(left).ct_eq(&Sha256::digest(right)).into()
}

/// Open and idle connections of a pool.
fn pool_state(conn: &DatabaseConnection) -> (i64, i64) {
    let (open, idle) = match conn.get_database_backend() {
        #[cfg(feature = "sqlite")]
        DbBackend::Sqlite => {
            let pool = conn.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        }
        #[cfg(feature = "mysql")]
        DbBackend::MySql => {
            let pool = conn.get_mysql_connection_pool();
            (pool.size(), pool.num_idle())
        }
        #[cfg(feature = "postgres")]
        DbBackend::Postgres => {
            let pool = conn.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => (0, 0),
    };
    (i64::from(open), i64::try_from(idle).unwrap_or(i64::MAX))
}
