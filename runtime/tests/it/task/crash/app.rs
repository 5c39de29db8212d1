//! The app that is killed.

use cloudapp_runtime::app::{App, Module, run_from};
use cloudapp_runtime::asset;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::task::{Deed, NoHooks};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::support::served::Program;

/// Tells the second run of the test program its port.
const PORT: &str = "IT_TASK_PORT";
/// Physical tables of each that is spread.
pub(super) const SHARDS: u16 = 4;
/// The tables of tasks that are spread.
pub(super) const TASK_TABLES: [&str; 3] =
    ["task_count_tb", "task_evidence_tb", "task_gear_count_tb"];

/// The app as a process.
pub(super) static PROGRAM: Program = Program {
    test: "task::crash::app::the_application",
    port: PORT,
    tables: &TASK_TABLES,
    shards: SHARDS,
};

/// Stands for the `main` of the app.
#[test]
fn the_application() {
    let Ok(port) = std::env::var(PORT) else {
        return;
    };
    let arguments = ["tasks", "serve", "--port", &port];
    let code = run_from(application(), arguments.map(Into::into));
    eprintln!("ended: {code:?}");
}

/// An app with ledger and tasks, and two routes of its own.
pub(super) fn application() -> App {
    let mut app = App::new("tasks", "1.0.0");
    app.module(Module::new("asset").ledger(asset::NoHooks));
    let module = Module::new("task").tasks(NoHooks);
    let routes = Router::default()
        .routes(routes!(act))
        .routes(routes!(claim));
    app.module(module.routes(routes));
    app
}

#[derive(Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
struct ActBody {
    request: String,
}

#[derive(Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
struct ClaimBody {}

#[derive(Serialize, ToSchema)]
struct Answer {
    is_counted: bool,
    rounds: i64,
    reward_value: i64,
}

/// Act
#[utoipa::path(
    post, path = "/client/tasks/{id}/act", tag = "task",
    params(("id" = Id, Path, description = "Task")),
    responses((status = 200, description = "Counted, now or before", body = Envelope<Answer>)),
)]
async fn act(
    State(ctx): State<Context>,
    player: Player,
    Path(id): Path<Id>,
    Json(body): Json<ActBody>,
) -> AppResult<Reply<Answer>> {
    let deed = Deed {
        request: Some(body.request),
        ..Deed::default()
    };
    let acted = ctx.tasks().act(&player, id, &deed).await?;
    let paid = acted.paid.as_ref();
    Ok(Reply(Answer {
        is_counted: acted.is_counted,
        rounds: paid.map_or(0, |paid| paid.rounds),
        reward_value: paid.map_or(0, |paid| paid.reward_value),
    }))
}

/// Claim
#[utoipa::path(
    post, path = "/client/tasks/{id}/claim", tag = "task",
    params(("id" = Id, Path, description = "Task")),
    responses((status = 200, description = "Paid", body = Envelope<Answer>)),
)]
async fn claim(
    State(ctx): State<Context>,
    player: Player,
    Path(id): Path<Id>,
    Json(ClaimBody {}): Json<ClaimBody>,
) -> AppResult<Reply<Answer>> {
    let paid = ctx.tasks().claim(&player, id, "").await?;
    Ok(Reply(Answer {
        is_counted: true,
        rounds: paid.rounds,
        reward_value: paid.reward_value,
    }))
}
