//! The same changes over HTTP: our server as a process of its own, beside the old framework's
//! algorithm on its own stack (`bench/ledger/original`).

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::asset::NoHooks;
use cloudapp_runtime::http::routes;
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::prelude::*;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use crate::{Outcome, Rate, change, config, run};

/// Tells this program that it is the server, and of which database.
pub(crate) const SERVE: &str = "CLOUDAPP_BENCH_SERVE";

pub(crate) fn app() -> App {
    let mut app = App::new("bench", "0.0.0");
    let asset = Module::new("asset").ledger(NoHooks);
    app.module(asset.routes(Router::new().routes(routes!(change_route))));
    app
}

#[derive(Deserialize, ToSchema, garde::Validate)]
struct Input {
    #[garde(skip)]
    user_id: Id,
    #[garde(skip)]
    delta: i64,
    #[garde(skip)]
    only_id: String,
}

/// Whoever is logged in changes anybody's points: in a benchmark only.
#[utoipa::path(post, path = "/client/change", request_body = Input)]
async fn change_route(
    State(ctx): State<Context>,
    _: Player,
    Json(input): Json<Input>,
) -> AppResult<Reply<i64>> {
    let user = input.user_id.get().unsigned_abs();
    let change = change(user, input.delta, input.only_id);
    Ok(Reply(ctx.ledger().change(change).await?.value))
}

/// Serves until it is killed.
pub(crate) async fn serve(url: &str) -> Outcome<()> {
    let mut config = config(url, true);
    config.auth.dev_login = true;
    let app = app();
    let ctx = Context::connect(&app, config).await?;
    for (group, migrator) in ctx.migrators() {
        migrator.up(ctx.db_of(*group), &Options::default()).await?;
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, app.router(ctx)).await?;
    Ok(())
}

/// A process that is killed at the end.
pub(crate) struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; nothing is lost.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts ours.
pub(crate) fn start(url: &str) -> Outcome<Server> {
    let mut child = Command::new(std::env::current_exe()?)
        .env(SERVE, url)
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().ok_or("no stdout")?;
    let mut address = String::new();
    BufReader::new(stdout).read_line(&mut address)?;
    let address = address.trim().to_owned();
    Ok(Server { child, address })
}

/// A connection that is kept, with what is sent along.
struct Connection {
    stream: TcpStream,
    head: String,
}

impl Connection {
    async fn open(address: &str, head: String) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, head })
    }

    async fn post(&mut self, path: &str, body: &serde_json::Value) -> Outcome<String> {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n{}\r\n{body}",
            body.len(),
            self.head
        );
        self.stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::with_capacity(1024);
        loop {
            if self.stream.read_buf(&mut answer).await? == 0 {
                return Err("the connection was closed".into());
            }
            let text = std::str::from_utf8(&answer)?;
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && body.len() >= length(head)
            {
                return Ok(body.to_owned());
            }
        }
    }
}

fn length(head: &str) -> usize {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.map_or(usize::MAX, |(_, text)| text.parse().unwrap_or(usize::MAX))
}

/// Our server's changes per second.
pub(crate) async fn measure(server: &Server, clients: u64, users: u64) -> Outcome<Rate> {
    let mut connections = Vec::new();
    for client in 0..clients {
        let mut one = Connection::open(&server.address, String::new()).await?;
        let login = json!({ "app_id": "demo", "platform": "dev", "code": format!("c{client}") });
        let answer: serde_json::Value =
            serde_json::from_str(&one.post("/client/login", &login).await?)?;
        let token = answer["data"]["token"].as_str().ok_or("no token")?;
        one.head = format!("authorization: Bearer {token}\r\n");
        connections.push(one);
    }
    load(connections, "/client/change", users).await
}

/// The changes per second of the original's algorithm, at an address.
pub(crate) async fn measure_original(address: &str, clients: u64, users: u64) -> Outcome<Rate> {
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(Connection::open(address, String::new()).await?);
    }
    load(connections, "/change", users).await
}

async fn load(connections: Vec<Connection>, path: &'static str, users: u64) -> Outcome<Rate> {
    let clients = connections.len() as u64;
    let idle = Arc::new(Mutex::new(connections));
    // Each task takes a connection at its first request and keeps it.
    run(clients, users, move |_| {
        let idle = Arc::clone(&idle);
        let own: Arc<Mutex<Option<Connection>>> = Arc::default();
        move |user: u64, delta: i64, key: String| {
            let (idle, own) = (Arc::clone(&idle), Arc::clone(&own));
            async move {
                let mut own = own.lock().await;
                if own.is_none() {
                    *own = idle.lock().await.pop();
                }
                let connection = own.as_mut().ok_or("no connection")?;
                let body = match path {
                    "/change" => json!({
                        "user_id": user, "asset_type": 2, "asset_object_id": "", "delta": delta,
                        "only_id": key, "title": "Bench",
                    }),
                    _ => json!({ "user_id": user, "delta": delta, "only_id": key }),
                };
                let answer = connection
                    .post(path, &body)
                    .await
                    .map_err(|e| e.to_string())?;
                if answer.contains("\"success\": true") || answer.contains("\"success\":true") {
                    return Ok(());
                }
                // The original gives up on a lock after a while: that is no change.
                Err(answer)
            }
        }
    })
    .await
}

/// Long enough for a server to start.
pub(crate) const STARTING: Duration = Duration::from_secs(1);
