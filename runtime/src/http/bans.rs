//! Routes of operators: the bans of `[guard.bans.…]` that are in force.

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{Done, Envelope, Page, PageQuery, Path, Query, Reply, Router};
use crate::app::Context;
use crate::auth::Operator;
use crate::error::AppResult;
use crate::guard::Ban;
use crate::types::Id;

/// Permission to see bans.
const READ: &str = "guard.read";
/// Permission to lift them.
const WRITE: &str = "guard.write";

/// Somebody who sent too much and is kept out.
#[derive(Serialize, ToSchema)]
pub(super) struct BanView {
    /// The ban.
    id: Id,
    /// Which section `[guard.bans.<handler>]` he ran into.
    handler: String,
    /// `user` or `ip`.
    #[schema(example = "ip")]
    kind: String,
    /// The user id, `operator:<id>`, or the address; of IPv6 the network.
    subject: String,
    /// Since when.
    created_at: DateTime<Utc>,
    /// Until when.
    until: DateTime<Utc>,
}

impl From<Ban> for BanView {
    fn from(ban: Ban) -> Self {
        Self {
            id: ban.id,
            handler: ban.handler,
            kind: ban.kind,
            subject: ban.subject,
            created_at: ban.created_at,
            until: ban.until,
        }
    }
}

/// All of them.
pub(super) fn routes() -> Router {
    Router::default()
        .routes(routes!(list))
        .routes(routes!(lift))
}

/// One page of the bans in force, newest first
///
/// Needs the permission `guard.read`.
#[utoipa::path(
    get, path = "/admin/guard/bans", tag = "guard", params(PageQuery),
    responses((status = 200, description = "Who is kept out", body = Envelope<Page<BanView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(page): Query<PageQuery>,
) -> AppResult<Reply<Page<BanView>>> {
    operator.require(READ)?;
    let bans = ctx.guard().bans(&operator.app_id);
    let rows = Page::<Ban>::fetch(bans, ctx.db(), &page).await?;
    Ok(Reply(rows.map(BanView::from)))
}

/// Lift a ban
///
/// What was counted of him is forgotten. Needs the permission `guard.write`.
#[utoipa::path(
    delete, path = "/admin/guard/bans/{id}", tag = "guard",
    params(("id" = Id, Path, description = "The ban")),
    responses((status = 200, description = "He may come back", body = Envelope<Done>)),
)]
async fn lift(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<Done>> {
    operator.require(WRITE)?;
    ctx.guard().lift_ban(&operator.app_id, id).await?;
    tracing::info!(operator = operator.username, ban = %id, "a ban was lifted");
    Ok(Reply(Done))
}
