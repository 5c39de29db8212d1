//! An app's binary that serves, until it is told to stop.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::http::Http;

/// No start and no stop may take longer, on a machine that does something else at the same time.
const PATIENCE: Duration = Duration::from_secs(20);
/// Something that is to be compiled first may take longer.
const PATIENCE_TO_BUILD: Duration = Duration::from_secs(600);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// A process that serves; killed with its value.
pub(crate) struct Server {
    child: Child,
    log: NamedTempFile,
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first answer with status 200.
    pub(crate) start: Duration,
}

impl Server {
    /// Starts `serve` on a free port and waits for its first answer.
    pub(crate) fn start(mut command: Command) -> Self {
        command.args(["serve", "--port", "0"]);
        Self::wait(command, PATIENCE, |log| {
            let (_, rest) = log.split_once("listening on http://")?;
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':')?;
            rest[..end].parse().ok()
        })
    }

    /// Starts something that builds an app first and serves on this port in the end.
    pub(crate) fn start_on(port: u16, command: Command) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Self::wait(command, PATIENCE_TO_BUILD, |_| {
            TcpStream::connect(address).is_ok().then_some(address)
        })
    }

    /// Starts a process and waits until it says where it serves, and then for its first answer.
    fn wait(
        mut command: Command,
        patience: Duration,
        address: impl Fn(&str) -> Option<SocketAddr>,
    ) -> Self {
        let log = NamedTempFile::new().unwrap();
        let stream = || File::options().append(true).open(log.path()).unwrap();
        command.stdout(stream()).stderr(stream());
        let began = Instant::now();
        let mut server = Self {
            child: command.spawn().unwrap(),
            log,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            start: Duration::ZERO,
        };
        server.address = server.until("it serves", patience, |server| address(&server.log()));
        let http = server.http();
        server.until("it answers", PATIENCE, |_| {
            (http.get("/health/live").status == 200).then_some(())
        });
        server.start = began.elapsed();
        server
    }

    pub(crate) fn http(&self) -> Http {
        Http::new(&format!("http://{}", self.address))
    }

    /// What it has written to stdout and stderr so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap()
    }

    /// Asks it to stop, by SIGTERM.
    pub(crate) fn terminate(&self) {
        let mut kill = Command::new("kill");
        kill.args(["-TERM", &self.child.id().to_string()]);
        assert!(kill.status().unwrap().success());
    }

    /// Waits until nobody listens any more.
    pub(crate) fn wait_for_closed_port(&mut self) {
        let address = self.address;
        self.until("it stops listening", PATIENCE, |_| {
            TcpStream::connect(address).is_err().then_some(())
        });
    }

    /// Waits for its end; returns what it wrote, and its exit status.
    pub(crate) fn wait_for_end(mut self) -> (String, ExitStatus) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (self.log(), status);
            }
            assert!(began.elapsed() < PATIENCE, "it runs on:\n{}", self.log());
            thread::sleep(PAUSE);
        }
    }

    /// Stops it; asserts that it ends well, and returns what it wrote.
    #[track_caller]
    pub(crate) fn stop(self) -> String {
        self.terminate();
        let (log, status) = self.wait_for_end();
        assert_eq!(status.code(), Some(0), "{log}");
        log
    }

    /// Waits for something, as long as the process lives.
    fn until<T>(&mut self, what: &str, patience: Duration, look: impl Fn(&Self) -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none(),
                "{what}: it ended with {ended:?}:\n{}",
                self.log()
            );
            assert!(
                began.elapsed() < patience,
                "{what}: too late:\n{}",
                self.log()
            );
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended, or not, when an assertion failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody uses, at this moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
