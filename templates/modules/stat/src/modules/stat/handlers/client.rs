//! Routes of players: their apps report what happened.

use cloudapp_runtime::http::routes;
use cloudapp_runtime::prelude::*;

use crate::modules::stat::dto::ReportInput;
use crate::modules::stat::service;

/// All of them.
pub fn routes() -> Router {
    Router::new().routes(routes!(report))
}

/// Reports what the player did. It is in the figures a moment later.
#[utoipa::path(
    post,
    path = "/client/stats",
    tag = "Statistics",
    request_body = ReportInput,
    responses(
        (status = 200, body = Envelope<Done>),
        (
            status = 400,
            description = "`param_error`: there is no such metric for players' apps to report, or \
                           a value is out of its range",
        ),
        (status = 429, description = "`current_limit`: too many reports"),
    ),
)]
async fn report(
    State(ctx): State<Context>,
    player: Player,
    Json(input): Json<ReportInput>,
) -> AppResult<Reply<Done>> {
    service::report(&ctx, &player, input).await?;
    Ok(Reply(Done))
}
