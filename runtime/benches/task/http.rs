//! The same signs over HTTP: our server as a process of its own, beside the old framework's
//! algorithm (`bench/task/original`).

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use cloudapp_runtime::types::Id;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use crate::{CLIENTS, Outcome, SERVE, run};

/// A process that is killed at the end.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
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
    async fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let head = String::new();
        Ok(Self { stream, head })
    }

    async fn post(&mut self, path: &str, body: &Value) -> Outcome<String> {
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

/// Our server's signs per second.
pub(crate) async fn measure(address: &str, task: Id, users: &mut u64) -> Outcome<f64> {
    let mut connections = Vec::new();
    for client in 0..CLIENTS {
        let mut one = Connection::open(address).await?;
        let login = json!({ "app_id": "demo", "platform": "dev", "code": format!("c{client}") });
        let answer: Value = serde_json::from_str(&one.post("/client/login", &login).await?)?;
        let token = answer["data"]["token"].as_str().ok_or("no token")?;
        one.head = format!("authorization: Bearer {token}\r\n");
        connections.push(one);
    }
    load(connections, "/client/sign", Some(task), users).await
}

/// The signs per second of the original's algorithm, at an address.
pub(crate) async fn measure_original(address: &str, users: &mut u64) -> Outcome<f64> {
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(Connection::open(address).await?);
    }
    load(connections, "/sign", None, users).await
}

async fn load(
    connections: Vec<Connection>,
    path: &'static str,
    task: Option<Id>,
    users: &mut u64,
) -> Outcome<f64> {
    let idle = Arc::new(Mutex::new(connections));
    // Each task takes a connection at its first request and keeps it.
    run(users, move |_| {
        let idle = Arc::clone(&idle);
        let own: Arc<Mutex<Option<Connection>>> = Arc::default();
        move |user: u64| {
            let (idle, own) = (Arc::clone(&idle), Arc::clone(&own));
            async move {
                let mut own = own.lock().await;
                if own.is_none() {
                    *own = idle.lock().await.pop();
                }
                let connection = own.as_mut().ok_or("no connection")?;
                let body = match task {
                    Some(task) => json!({ "user_id": user, "task_id": task }),
                    None => json!({ "user_id": user }),
                };
                let answer = connection.post(path, &body).await;
                let answer = answer.map_err(|error| error.to_string())?;
                if answer.contains("\"success\": true") || answer.contains("\"success\":true") {
                    return Ok(());
                }
                Err(answer)
            }
        }
    })
    .await
}
