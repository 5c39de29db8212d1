//! A server of this test's own, to be killed.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio, id};

/// The server; it is stopped and its data removed with this.
pub(crate) struct DatabaseServer {
    name: &'static str,
    folder: PathBuf,
}

impl DatabaseServer {
    /// Starts `mariadb` or `postgres` with settings that lose nothing, or `redis`. Its data lies below
    /// `folder`.
    pub(crate) fn start(name: &'static str, folder: &Path) -> Self {
        let server = Self {
            name,
            folder: folder.join("server"),
        };
        let arguments = ["one", name, &server.folder(), &id().to_string()];
        assert!(services(&arguments), "{name} did not start");
        server
    }

    pub(crate) fn url(&self) -> String {
        self.read("url")
    }

    /// SIGKILL for all of its processes, then the same server again.
    pub(crate) fn kill_and_start(&self) {
        self.kill();
        self.start_again();
    }

    /// SIGKILL for all of its processes.
    pub(crate) fn kill(&self) {
        let server = self.read("pid");
        let children = read_to_string(format!("/proc/{server}/task/{server}/children"));
        kill(&server);
        // PostgreSQL has a process for each connection, which would end its work in peace.
        children.unwrap().split_whitespace().for_each(kill);
    }

    /// The same server with the data that it left; returns once it answers.
    pub(crate) fn start_again(&self) {
        let arguments = ["again", self.name, &self.folder()];
        assert!(services(&arguments), "{} did not start again", self.name);
    }

    fn folder(&self) -> String {
        self.folder.to_str().unwrap().to_owned()
    }

    fn read(&self, what: &str) -> String {
        let path = self.folder.join(format!("{}.{what}", self.name));
        read_to_string(path).unwrap().trim().to_owned()
    }
}

impl Drop for DatabaseServer {
    fn drop(&mut self) {
        services(&["stop", &self.folder()]);
    }
}

fn kill(pid: &str) {
    // A child may be gone already.
    let _ = Command::new("kill")
        .args(["-KILL", pid])
        .stderr(Stdio::null())
        .status();
}

fn services(arguments: &[&str]) -> bool {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/services.sh");
    let done = Command::new("bash")
        .arg(script)
        .args(arguments)
        .env_remove("CLOUDAPP_TEST_MYSQL_URL")
        .env_remove("CLOUDAPP_TEST_POSTGRES_URL")
        .env_remove("CLOUDAPP_TEST_REDIS_URL")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    done.is_ok_and(|status| status.success())
}
