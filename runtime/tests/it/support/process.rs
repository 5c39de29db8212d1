//! The binary of an application, as a process of its own.
//!
//! The test program starts itself again and runs only [`the_application`], which hands over to the
//! runtime's command line.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use cloudapp_runtime::app::{App, Module, run_from};
use cloudapp_runtime::asset::NoHooks;
use cloudapp_runtime::migrate::Migration;
use cloudapp_runtime::migrate::prelude::{Table, big_integer};

/// Tells the second run of the test program its arguments, one a line.
const ARGUMENTS: &str = "IT_APPLICATION_ARGUMENTS";
/// Gives the application the points ledger.
pub(crate) const LEDGER: &str = "IT_APPLICATION_LEDGER";
/// Before and after what the application itself writes to stdout.
const MARK: &str = "=====";

/// Stands for the `main` of an application.
#[test]
fn the_application() {
    let Ok(arguments) = std::env::var(ARGUMENTS) else {
        return;
    };
    println!("{MARK}");
    let arguments = std::iter::once("sample").chain(arguments.lines());
    let code = run_from(application(), arguments.map(OsString::from));
    println!("{MARK}{code:?}");
}

fn application() -> App {
    let mut app = App::new("sample", "1.2.3");
    app.module(
        Module::new("note")
            .title("Notes")
            .migrations(vec![Migration::new("note_0001_create", |steps| {
                let id = big_integer("id").primary_key().to_owned();
                steps.create_table(Table::create().table("note_tb").col(id).to_owned());
            })])
            .seed(|ctx, demo| {
                Box::pin(async move {
                    use sea_orm::ConnectionTrait;
                    let sql = format!("DELETE FROM note_tb WHERE id = {}", demo.act_id);
                    ctx.db().execute_unprepared(&sql).await?;
                    let sql = format!("INSERT INTO note_tb (id) VALUES ({})", demo.act_id);
                    ctx.db().execute_unprepared(&sql).await?;
                    Ok(())
                })
            }),
    );
    if std::env::var_os(LEDGER).is_some() {
        app.module(Module::new("asset").ledger(NoHooks));
    }
    app
}

/// How the application ended and what it wrote.
#[derive(Debug)]
pub(crate) struct Ended {
    /// 0 done, 1 failed, 2 usage.
    pub(crate) code: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The answer to `--json`.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }
}

/// A folder in which the application runs, with its configuration.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Place {
    /// Development, an SQLite file, nothing in it.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("config")).unwrap();
        let place = Self {
            folder,
            variables: Vec::new(),
        };
        place
            .with("CLOUDAPP__DATABASE__URL", "sqlite://data/sample.db")
            .with(
                "CLOUDAPP__AUTH__TOKEN_KEY",
                "e2b0c4429afbf4c8996fb92427ae41e4",
            )
    }

    /// The same with one more variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([
                "--exact",
                "support::process::the_application",
                "--nocapture",
                "--test-threads=1",
            ])
            .current_dir(self.path())
            .env_clear()
            .env(ARGUMENTS, arguments.join("\n"))
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with_input(arguments, "")
    }

    /// Runs a command to its end with something on stdin.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = self.command(arguments).spawn().unwrap();
        // A command that does not read it may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        ended(
            &String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    /// Starts `serve` on a free port and waits until it listens.
    pub(crate) fn serve(&self) -> Server {
        self.start(&["serve", "--port", "0"], "listening on http://")
    }

    /// Starts a command that goes on, and waits until its log holds a text.
    pub(crate) fn start(&self, arguments: &[&str], text: &str) -> Server {
        let mut child = self.command(arguments).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let server = Server {
            child,
            stdout,
            stderr,
            log: String::new(),
            address: String::new(),
        };
        server.until(text)
    }
}

fn ended(stdout: &str, stderr: String) -> Ended {
    let mut parts = stdout.split(MARK);
    let own = parts.nth(1).unwrap_or_else(|| panic!("{stdout}\n{stderr}"));
    let code = parts.next().unwrap_or_else(|| panic!("{stdout}\n{stderr}"));
    // ExitCode(unix_exit_status(1))
    let digits: String = code
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Ended {
        code: digits.parse().unwrap(),
        stdout: own.trim_start().to_owned(),
        stderr,
    }
}

/// A running `serve` or `worker`.
pub(crate) struct Server {
    child: Child,
    stdout: ChildStdout,
    stderr: BufReader<std::process::ChildStderr>,
    log: String,
    pub(crate) address: String,
}

impl Server {
    /// Waits until the log holds a text.
    pub(crate) fn until(mut self, text: &str) -> Self {
        while !self.log.contains(text) {
            let mut line = String::new();
            let read = self.stderr.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended: {}", self.log);
            self.log.push_str(&line);
            if let Some((_, rest)) = line.split_once("listening on http://") {
                rest.split_whitespace()
                    .next()
                    .unwrap()
                    .clone_into(&mut self.address);
            }
        }
        self
    }

    /// Asks for `path` and returns the whole answer.
    pub(crate) fn get(&self, path: &str) -> String {
        let mut stream = std::net::TcpStream::connect(&self.address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn stop(mut self) -> Ended {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        self.stderr.read_to_string(&mut self.log).unwrap();
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.child.wait().unwrap();
        ended(&stdout, self.log)
    }
}
