//! An app that serves in a process of its own, so that it can be killed: the test program starts
//! itself again, for a test that serves.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::asset::world::{KEY, TABLES};

/// How long an app may take to listen again.
const START: Duration = Duration::from_secs(60);

/// What is started again.
pub(crate) struct Program {
    /// The test that serves.
    pub(crate) test: &'static str,
    /// The environment variable that tells it its port.
    pub(crate) port: &'static str,
    /// What is spread besides the ledger's tables.
    pub(crate) tables: &'static [&'static str],
    /// Physical tables of each that is spread.
    pub(crate) shards: u16,
}

/// The process; it dies with this.
pub(crate) struct Process {
    program: &'static Program,
    child: Child,
    folder: PathBuf,
    url: String,
    port: u16,
}

impl Process {
    /// Starts the app on a free port, to run in `folder`.
    pub(crate) async fn start(program: &'static Program, folder: &Path, url: &str) -> Self {
        let port = free_port();
        let process = Self {
            program,
            child: program.spawn(folder, url, port),
            folder: folder.to_owned(),
            url: url.to_owned(),
            port,
        };
        process.listens().await;
        process
    }

    /// `host:port`
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGKILL, and the same app at once again.
    pub(crate) async fn kill_and_start(&mut self) {
        self.kill();
        self.child = self.program.spawn(&self.folder, &self.url, self.port);
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

impl Program {
    fn spawn(&self, folder: &Path, url: &str, port: u16) -> Child {
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.join("app.log"))
            .unwrap();
        let tables = TABLES.iter().chain(self.tables);
        let shards = tables.map(|table| {
            let name = format!("CLOUDAPP__SHARD__{}__COUNT", table.to_uppercase());
            (name, self.shards.to_string())
        });
        Command::new(std::env::current_exe().unwrap())
            .args([self.test, "--exact", "--nocapture", "--test-threads=1"])
            .current_dir(folder)
            .env_clear()
            .env(self.port, port.to_string())
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
