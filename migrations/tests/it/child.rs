//! Migrating in a process of its own, which can be held and killed at every event: this test
//! binary, started again with [`entry`] as its only test.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio};

use cloudapp_migrations::{Event, Options, SchemaLock};
use tokio::runtime::Runtime;

use crate::scenario;
use crate::support::{Db, connect};

const URL: &str = "CLOUDAPP_IT_CHILD_URL";
const DOES: &str = "CLOUDAPP_IT_CHILD_DOES";
const STAGES: &str = "CLOUDAPP_IT_CHILD_STAGES";
const STEPPED: &str = "CLOUDAPP_IT_CHILD_STEPPED";

/// Does nothing but hold the lock, until it is killed.
pub(crate) const LOCK: &str = "lock";

/// What the process does. Without the environment of a child: nothing.
#[test]
fn entry() {
    let Ok(url) = std::env::var(URL) else { return };
    let does = std::env::var(DOES).unwrap();
    let stepped = std::env::var(STEPPED).is_ok();
    let options = Options::default().on_event(move |event| tell(event, stepped));
    let report = Runtime::new().unwrap().block_on(async {
        let conn = connect(&url).await;
        let migrator = scenario::first(std::env::var(STAGES).unwrap().parse().unwrap());
        match does.as_str() {
            LOCK => {
                let _lock = SchemaLock::acquire(&conn, &options).await.unwrap();
                say("EVENT Locked");
                std::future::pending().await
            }
            "up" => migrator.up(&conn, &options).await,
            n => migrator.down(&conn, n.parse().unwrap(), &options).await,
        }
    });
    let changes: Vec<String> = report
        .unwrap()
        .changes
        .into_iter()
        .map(|change| change.migration)
        .collect();
    say(&format!("RESULT {}", changes.join(" ")));
}

fn tell(event: &Event<'_>, stepped: bool) {
    say(&format!("EVENT {event:?}").replace('\n', " "));
    if stepped {
        std::io::stdin()
            .lock()
            .read_line(&mut String::new())
            .unwrap();
    }
}

fn say(line: &str) {
    // Past libtest, which would keep it to itself.
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").unwrap();
    out.flush().unwrap();
}

/// A process that migrates.
pub(crate) struct Child {
    process: Process,
    go: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Child {
    /// Runs the whole scenario freely: `up`, or so many down.
    pub(crate) fn free(db: &Db, does: &str) -> Self {
        Self::start(db, does, scenario::STAGES, false)
    }

    /// Waits at every event until [`Self::go_on`].
    pub(crate) fn stepped(db: &Db, does: &str, stages: usize) -> Self {
        Self::start(db, does, stages, true)
    }

    fn start(db: &Db, does: &str, stages: usize, stepped: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child::entry", "--nocapture", "--test-threads=1"]);
        command
            .env(URL, &db.url)
            .env(DOES, does)
            .env(STAGES, stages.to_string());
        if stepped {
            command.env(STEPPED, "1");
        }
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        let go = process.stdin.take().unwrap();
        Self { process, go, said }
    }

    /// The next event, or what the process ended with.
    pub(crate) fn next(&mut self) -> Said {
        for line in self.said.by_ref() {
            let line = line.unwrap();
            if let Some(event) = line.strip_prefix("EVENT ") {
                return Said::Event(event.to_owned());
            }
            if let Some(changes) = line.strip_prefix("RESULT ") {
                return Said::Result(changes.split_whitespace().map(str::to_owned).collect());
            }
        }
        panic!("the child failed");
    }

    pub(crate) fn go_on(&mut self) {
        self.go.write_all(b"\n").unwrap();
    }

    /// Lets a stepped child go on until an event that contains `what`, at which it stays.
    pub(crate) fn until(&mut self, what: &str) {
        loop {
            match self.next() {
                Said::Event(event) if event.contains(what) => return,
                Said::Event(_) => self.go_on(),
                Said::Result(changes) => panic!("no `{what}` before the end: {changes:?}"),
            }
        }
    }

    /// Lets a child that stays at an event go on to its end; the migrations that changed.
    pub(crate) fn release(mut self) -> Vec<String> {
        loop {
            self.go_on();
            if let Said::Result(changes) = self.next() {
                return changes;
            }
        }
    }

    /// Waits for the end of a free child; the migrations that changed.
    pub(crate) fn finish(mut self) -> Vec<String> {
        loop {
            if let Said::Result(changes) = self.next() {
                return changes;
            }
        }
    }

    /// SIGKILL.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Fails if it has ended, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a child says.
pub(crate) enum Said {
    Event(String),
    Result(Vec<String>),
}
