//! Routes of operators: the cached groups that the app's modules declare.

use axum::extract::State;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{Envelope, Json, Reply, Router};
use crate::app::Context;
use crate::auth::Operator;
use crate::cache::{CacheDeclared, CacheGroup};
use crate::error::{AppError, AppResult};

/// Permission to see what is cached.
const READ: &str = "cache.read";
/// Permission to clear and warm it.
const WRITE: &str = "cache.write";

/// The routes; an app has them when a module declares a group.
pub(super) fn routes() -> Router {
    Router::default()
        .routes(routes!(list))
        .routes(routes!(clear))
        .routes(routes!(warm))
}

/// The cache, as the process that answers sees it.
#[derive(Serialize, ToSchema)]
struct CacheView {
    /// Whether reads go by the cache at the moment; false while Redis cannot be asked.
    available: bool,
    /// The groups.
    groups: Vec<CacheGroupView>,
}

/// What is cached under one name; counted by this process since its start.
#[derive(Serialize, ToSchema)]
struct CacheGroupView {
    /// The name.
    group: &'static str,
    /// What it is.
    title: &'static str,
    /// Whether it can be warmed.
    can_warm: bool,
    /// Reads that the process had the value for.
    local_hits: u64,
    /// Reads that Redis had the value for.
    redis_hits: u64,
    /// Reads that got a value that is being loaded anew.
    stale_hits: u64,
    /// Reads for which the value was loaded.
    misses: u64,
    /// Reads that could not go by the cache.
    bypasses: u64,
    /// Loads.
    loads: u64,
    /// Loads that failed.
    failed_loads: u64,
    /// Loads that were spared, because somebody else did the same.
    shared_loads: u64,
}

/// Which groups.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct CacheGroupInput {
    /// The name; all groups when absent.
    #[garde(skip)]
    #[serde(default)]
    group: Option<String>,
}

/// What was cleared.
#[derive(Serialize, ToSchema)]
struct Cleared {
    /// The names.
    groups: Vec<&'static str>,
}

/// What was warmed.
#[derive(Serialize, ToSchema)]
struct Warmed {
    /// The names.
    groups: Vec<&'static str>,
    /// Values that were read.
    values: u64,
}

/// The cached groups
#[utoipa::path(
    get, path = "/admin/cache", tag = "cache", operation_id = "cache_list",
    responses((status = 200, description = "All groups", body = Envelope<CacheView>)),
)]
async fn list(State(ctx): State<Context>, operator: Operator) -> AppResult<Reply<CacheView>> {
    operator.require(READ)?;
    let cache = ctx.cache();
    let groups = cache.declared().iter().map(|one| {
        let counts = cache.counts(one.name);
        CacheGroupView {
            group: one.name,
            title: one.title,
            can_warm: one.warm.is_some(),
            local_hits: counts.local_hits,
            redis_hits: counts.redis_hits,
            stale_hits: counts.stale_hits,
            misses: counts.misses,
            bypasses: counts.bypasses,
            loads: counts.loads,
            failed_loads: counts.failed_loads,
            shared_loads: counts.shared_loads,
        }
    });
    Ok(Reply(CacheView {
        available: cache.is_available(),
        groups: groups.collect(),
    }))
}

/// Clear a group, or all
///
/// For every process and every tenant: values are loaded again when they are next read.
#[utoipa::path(
    post, path = "/admin/cache/clear", tag = "cache", operation_id = "cache_clear",
    request_body = CacheGroupInput,
    responses((status = 200, description = "Done, everywhere", body = Envelope<Cleared>)),
)]
async fn clear(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<CacheGroupInput>,
) -> AppResult<Reply<Cleared>> {
    operator.require(WRITE)?;
    let named = named(&ctx, &input)?;
    let groups: Vec<_> = named.iter().map(|one| CacheGroup::of(one.name)).collect();
    ctx.cache().invalidate(&groups).await?;
    Ok(Reply(Cleared {
        groups: named.iter().map(|one| one.name).collect(),
    }))
}

/// Warm a group, or all that can be
///
/// Reads for the operator's tenant what players will ask for first.
#[utoipa::path(
    post, path = "/admin/cache/warm", tag = "cache", operation_id = "cache_warm",
    request_body = CacheGroupInput,
    responses((status = 200, description = "It is in the cache", body = Envelope<Warmed>)),
)]
async fn warm(
    State(ctx): State<Context>,
    operator: Operator,
    Json(input): Json<CacheGroupInput>,
) -> AppResult<Reply<Warmed>> {
    operator.require(WRITE)?;
    let (mut groups, mut values) = (Vec::new(), 0);
    for one in named(&ctx, &input)? {
        match one.warm {
            Some(warm) => values += warm(&ctx, &operator.app_id).await?,
            None if input.group.is_some() => {
                return Err(AppError::param((
                    "group: this one cannot be warmed",
                    "group：该缓存组不能预热",
                )));
            }
            None => continue,
        }
        groups.push(one.name);
    }
    Ok(Reply(Warmed { groups, values }))
}

/// The groups that were asked for.
fn named<'a>(ctx: &'a Context, input: &CacheGroupInput) -> AppResult<Vec<&'a CacheDeclared>> {
    let declared = ctx.cache().declared().iter();
    let Some(name) = &input.group else {
        return Ok(declared.collect());
    };
    let found: Vec<_> = declared.filter(|one| one.name == name).collect();
    if found.is_empty() {
        return Err(AppError::param((
            "group: there is no such group",
            "group：没有这个缓存组",
        )));
    }
    Ok(found)
}
