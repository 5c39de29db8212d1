//! The app as a process of its own: the test program starts itself again and serves.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::{App, Module, run_from};
use cloudapp_runtime::asset::{Asset, Change, NoHooks, Owner, Source};
use cloudapp_runtime::prelude::*;
use garde::Validate;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::time::sleep;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::asset::world::{KEY, TABLES};

/// Tells the second run of the test program its port.
const PORT: &str = "IT_LEDGER_PORT";
/// How long an app may take to listen again.
const START: Duration = Duration::from_secs(60);
/// Physical tables of each of the ledger's.
pub(super) const SHARDS: u16 = 8;

/// Stands for the `main` of the app.
#[test]
fn the_application() {
    let Ok(port) = std::env::var(PORT) else {
        return;
    };
    let arguments = ["ledger", "serve", "--port", &port];
    let code = run_from(application(), arguments.map(Into::into));
    eprintln!("ended: {code:?}");
}

/// An app with the ledger and one route of its own.
pub(super) fn application() -> App {
    let mut app = App::new("ledger", "1.0.0");
    let module = Module::new("asset").ledger(NoHooks);
    app.module(module.routes(Router::default().routes(routes!(change))));
    app
}

#[derive(Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
struct ChangeBody {
    act_id: Id,
    user_id: Id,
    asset_type: i32,
    delta: i64,
    only_id: String,
    title: String,
}

#[derive(Serialize, ToSchema)]
struct Changed {
    value: i64,
    log_id: Id,
    replayed: bool,
}

/// Change a balance
#[utoipa::path(
    post, path = "/admin/assets/change", tag = "asset",
    responses((status = 200, description = "Done, now or before", body = Envelope<Changed>)),
)]
async fn change(
    State(ctx): State<Context>,
    operator: Operator,
    Json(body): Json<ChangeBody>,
) -> AppResult<Reply<Changed>> {
    let owner = Owner::user(operator.app_id, body.act_id, body.user_id);
    let change = Change::new(owner, Asset::from(body.asset_type), body.delta)
        .key(body.only_id)
        .source(Source::new(Source::MANUAL))
        .title(body.title)
        .handler("POST /admin/assets/change");
    let receipt = ctx.ledger().change(change).await?;
    Ok(Reply(Changed {
        value: receipt.value,
        log_id: receipt.log_id,
        replayed: receipt.replayed,
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
    pub(super) async fn start(folder: &Path, url: &str) -> Self {
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

    /// SIGKILL, and the same app at once again. It does not start without its database: then again.
    pub(super) async fn kill_and_start(&mut self) {
        self.kill();
        let began = Instant::now();
        self.child = spawn(&self.folder, &self.url, self.port);
        while TcpStream::connect(self.address()).await.is_err() {
            assert!(began.elapsed() < START, "{}", self.log());
            if self.child.try_wait().unwrap().is_some() {
                self.child = spawn(&self.folder, &self.url, self.port);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn listens(&self) {
        let began = Instant::now();
        while TcpStream::connect(self.address()).await.is_err() {
            assert!(began.elapsed() < START, "{}", self.log());
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("app.log")).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(folder: &Path, url: &str, port: u16) -> Child {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join("app.log"))
        .unwrap();
    let shards = TABLES.map(|table| format!("CLOUDAPP__SHARD__{}__COUNT", table.to_uppercase()));
    let shards = shards
        .iter()
        .map(|name| (name.as_str(), SHARDS.to_string()));
    Command::new(std::env::current_exe().unwrap())
        .args(["asset::crash::app::the_application", "--exact"])
        .args(["--nocapture", "--test-threads=1"])
        .current_dir(folder)
        .env_clear()
        .env(PORT, port.to_string())
        .env("CLOUDAPP_ENV", "test")
        .env("CLOUDAPP__DATABASE__URL", url)
        .env("CLOUDAPP__AUTH__TOKEN_KEY", KEY)
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
