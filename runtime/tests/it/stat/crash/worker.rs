//! A process that counts: the test program starts itself again.

use std::fs::File;
use std::process::{Child, Command, Stdio};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::config::{GroupConfig, Secret};
use cloudapp_runtime::db::Group;
use tempfile::TempDir;

use crate::stat::world::{World, app, config};

const URL: &str = "IT_STAT_URL";
const STAT_URL: &str = "IT_STAT_STAT_URL";
const REDIS: &str = "IT_STAT_REDIS";
const NAME: &str = "IT_STAT_NAME";

/// Stands for the worker of the app.
#[test]
fn the_worker() {
    let Ok(url) = std::env::var(URL) else {
        return;
    };
    let mut config = config(&url);
    if let Ok(url) = std::env::var(STAT_URL) {
        let group = GroupConfig {
            url: Secret::new(url),
            ..GroupConfig::default()
        };
        config.database.groups.insert(Group::Stat, group);
    }
    if let Ok(url) = std::env::var(REDIS) {
        config.redis.url = Secret::new(url);
    }
    let name = std::env::var(NAME).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        cloudapp_runtime::telemetry::init(&config.log).ok();
        let ctx = Context::connect(&app(&name), config).await.unwrap();
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        ctx.stats().pump(stopped).await;
    });
}

/// The processes; they die with this.
pub(super) struct Workers {
    children: Vec<Child>,
    variables: Vec<(&'static str, String)>,
    folder: TempDir,
    next: usize,
}

impl Workers {
    pub(super) fn start(world: &World, count: usize) -> Self {
        let config = &world.config;
        let mut variables = vec![
            (URL, config.database.url.expose().to_owned()),
            (NAME, world.name.clone()),
        ];
        if let Some(group) = config.database.groups.get(&Group::Stat) {
            variables.push((STAT_URL, group.url.expose().to_owned()));
        }
        if !config.redis.url.is_empty() {
            variables.push((REDIS, config.redis.url.expose().to_owned()));
        }
        let mut workers = Self {
            children: Vec::new(),
            variables,
            folder: tempfile::tempdir().unwrap(),
            next: 0,
        };
        for _ in 0..count {
            let child = workers.spawn();
            workers.children.push(child);
        }
        workers
    }

    fn spawn(&self) -> Child {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("worker.log"))
            .unwrap();
        Command::new(std::env::current_exe().unwrap())
            .args(["stat::crash::worker::the_worker", "--exact"])
            .args(["--nocapture", "--test-threads=1"])
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    /// SIGKILL for one of them, and another one at once.
    pub(super) fn kill_and_start(&mut self) {
        let at = self.next % self.children.len();
        self.next += 1;
        self.children[at].kill().unwrap();
        self.children[at].wait().unwrap();
        self.children[at] = self.spawn();
    }

    pub(super) fn stop(&mut self) {
        for child in &mut self.children {
            // It may be gone already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// What they said.
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("worker.log")).unwrap_or_default()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop();
    }
}
