//! Logging in and out as a player.

use axum::extract::State;
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::session::{self, Kind};
use super::{Platforms, Player, bearer, identity};
use crate::app::Context;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::http::{Done, Envelope, Json, Reply};
use crate::types::Id;

/// What a player logs in with.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientLogin {
    /// The tenant.
    #[garde(length(min = 1, max = 64), ascii, custom(tenant))]
    #[schema(min_length = 1, max_length = 64, example = "demo")]
    app_id: String,
    /// The platform that issued the code; `dev` in development and test only.
    #[garde(length(min = 1, max = 16), ascii)]
    #[schema(min_length = 1, max_length = 16, example = "dev")]
    platform: String,
    /// The platform's log-in code; of `dev`, any name.
    #[garde(length(min = 1, max = 2048))]
    #[schema(min_length = 1, max_length = 2048, example = "alice")]
    code: String,
}

/// A player's new session.
#[derive(Serialize, ToSchema)]
pub(super) struct ClientSession {
    /// For the header `authorization: Bearer <token>`.
    token: String,
    /// The user.
    user_id: Id,
    /// Whether this user was never here before.
    is_new: bool,
}

/// The player who asks.
#[derive(Serialize, ToSchema)]
pub(super) struct ClientMe {
    /// The user.
    user_id: Id,
    /// The tenant.
    app_id: String,
    /// The platform of the account.
    platform: String,
    /// When the user was first here.
    created_at: DateTime<Utc>,
}

/// Log in as a player
#[utoipa::path(
    post, path = "/client/login", tag = "session", security(()),
    responses((status = 200, description = "A new session", body = Envelope<ClientSession>)),
)]
pub(super) async fn login(
    State(ctx): State<Context>,
    Json(input): Json<ClientLogin>,
) -> AppResult<Reply<ClientSession>> {
    let ClientLogin {
        app_id,
        platform,
        code,
    } = input;
    let platforms = ctx.extension::<Platforms>().unwrap_or_default();
    let open_id = platforms.open_id(&ctx, &platform, &app_id, &code).await?;
    let (user_id, is_new) = identity::resolve(&ctx, &app_id, &platform, &open_id).await?;
    let token = session::open(&ctx, Kind::Client, &app_id, user_id).await?;
    Ok(Reply(ClientSession {
        token,
        user_id,
        is_new,
    }))
}

/// End the session of the token
#[utoipa::path(
    post, path = "/client/logout", tag = "session",
    responses((status = 200, description = "The token is void", body = Envelope<Done>)),
)]
pub(super) async fn logout(
    State(ctx): State<Context>,
    _: Player,
    headers: HeaderMap,
) -> AppResult<Reply<Done>> {
    session::close(&ctx, bearer::token(&headers).unwrap_or_default()).await?;
    Ok(Reply(Done))
}

/// Who am I
#[utoipa::path(
    get, path = "/client/me", tag = "session",
    responses((status = 200, description = "The player of the token", body = Envelope<ClientMe>)),
)]
pub(super) async fn me(State(ctx): State<Context>, player: Player) -> AppResult<Reply<ClientMe>> {
    let found = identity::of_user(&ctx, &player.app_id, player.user_id).await?;
    let identity = found.ok_or_else(|| AppError::new(ErrorCode::NO_USER))?;
    Ok(Reply(ClientMe {
        user_id: identity.user_id,
        app_id: identity.app_id,
        platform: identity.platform,
        created_at: identity.created_at,
    }))
}

fn tenant(app_id: &str, _: &()) -> garde::Result {
    if super::operator::is_tenant(app_id) {
        Ok(())
    } else {
        Err(crate::valid::broken(
            "only letters, digits, `-`, `_` and `.`",
            "只能使用字母、数字、`-`、`_` 和 `.`",
        ))
    }
}
