//! The app that is killed.

use cloudapp_runtime::app::{App, run_from};
use cloudapp_runtime::lottery::{DrawRequest, DrawResult, NoHooks};
use cloudapp_runtime::prelude::*;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::lottery::world::{ACT, MODULE, TABLES, app};
use crate::support::served::Program;

/// Tells the second run of the test program its port.
const PORT: &str = "IT_LOTTERY_PORT";
/// Physical tables of each that is spread.
pub(super) const SHARDS: u16 = 4;

/// The app as a process.
pub(super) static PROGRAM: Program = Program {
    test: "lottery::crash::app::the_application",
    port: PORT,
    tables: &TABLES,
    shards: SHARDS,
};

/// Stands for the `main` of the app.
#[test]
fn the_application() {
    let Ok(port) = std::env::var(PORT) else {
        return;
    };
    let arguments = ["draws", "serve", "--port", &port];
    let code = run_from(application(), arguments.map(Into::into));
    eprintln!("ended: {code:?}");
}

/// An app with ledger and draws, and a route of its own.
pub(super) fn application() -> App {
    let mut app = app(NoHooks);
    app.routes(Router::default().routes(routes!(draw)));
    app
}

#[derive(Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
struct DrawBody {
    key: String,
}

/// Draw
#[utoipa::path(
    post, path = "/client/draws", tag = "prize",
    responses((status = 200, description = "Winnings", body = Envelope<Vec<DrawResult>>)),
)]
async fn draw(
    State(ctx): State<Context>,
    player: Player,
    Json(body): Json<DrawBody>,
) -> AppResult<Reply<Vec<DrawResult>>> {
    let request = DrawRequest {
        act_id: ACT,
        module_id: MODULE,
        times: 1,
        key: Some(body.key),
    };
    let drawn = ctx.lottery().draw(&player, &request).await?;
    Ok(Reply(drawn.results))
}
