//! The app as a process of its own: the test program starts itself again and serves.

use std::fs::File;
use std::path::{Path as FilePath, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::{App, Module, run_from};
use cloudapp_runtime::asset;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::task::{Deed, NoHooks};
use garde::Validate;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::time::sleep;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::asset::world::{KEY, TABLES};

/// Tells the second run of the test program its port.
const PORT: &str = "IT_TASK_PORT";
/// How long an app may take to listen again.
const START: Duration = Duration::from_secs(60);
/// Physical tables of each that is spread.
pub(super) const SHARDS: u16 = 4;
/// The tables of tasks that are spread.
pub(super) const TASK_TABLES: [&str; 3] =
    ["task_count_tb", "task_evidence_tb", "task_gear_count_tb"];

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

/// The process; it dies with this.
pub(super) struct Process {
    child: Child,
    folder: PathBuf,
    url: String,
    port: u16,
}

impl Process {
    /// Starts the app on a free port, to run in `folder`.
    pub(super) async fn start(folder: &FilePath, url: &str) -> Self {
        let port = free_port();
        let process = Self {
            child: spawn(folder, url, port),
            folder: folder.to_owned(),
            url: url.to_owned(),
            port,
        };
        process.listens().await;
        process
    }

    /// `host:port`
    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// SIGKILL.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGKILL, and the same app at once again.
    pub(super) async fn kill_and_start(&mut self) {
        self.kill();
        self.child = spawn(&self.folder, &self.url, self.port);
        self.listens().await;
    }

    async fn listens(&self) {
        let began = Instant::now();
        while TcpStream::connect(self.address()).await.is_err() {
            let log = std::fs::read_to_string(self.folder.join("app.log")).unwrap_or_default();
            assert!(began.elapsed() < START, "{log}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(folder: &FilePath, url: &str, port: u16) -> Child {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join("app.log"))
        .unwrap();
    let tables = TABLES.iter().chain(&TASK_TABLES);
    let shards = tables.map(|table| {
        let name = format!("CLOUDAPP__SHARD__{}__COUNT", table.to_uppercase());
        (name, SHARDS.to_string())
    });
    Command::new(std::env::current_exe().unwrap())
        .args(["task::crash::app::the_application", "--exact"])
        .args(["--nocapture", "--test-threads=1"])
        .current_dir(folder)
        .env_clear()
        .env(PORT, port.to_string())
        .env("CLOUDAPP_ENV", "test")
        .env("CLOUDAPP__DATABASE__URL", url)
        .env("CLOUDAPP__DATABASE__MAX_CONNECTIONS", "16")
        .env("CLOUDAPP__DATABASE__CONNECT_TIMEOUT_S", "30")
        .env("CLOUDAPP__AUTH__TOKEN_KEY", KEY)
        .env("CLOUDAPP__AUTH__DEV_LOGIN", "true")
        .env("CLOUDAPP__ASSET__CHAIN_KEY", KEY)
        .env("CLOUDAPP__LOG__LEVEL", "error")
        .envs(shards)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// Below the range of outgoing connections, so that none of ours sits on it while the app is down.
fn free_port() -> u16 {
    loop {
        let port = 20_000 + cloudapp_runtime::random::below(12_000).unwrap();
        let port = port.try_into().unwrap();
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
