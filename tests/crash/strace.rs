//! Runs of the binary under strace: counted, killed, starved.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};

/// Calls that are not made on files, or only by the loader: there is nothing to starve.
const NOT_STARVED: [&str; 4] = ["dup", "fcntl", "mmap", "poll"];
/// strace begins to count behind the call that starts the binary.
const NOT_REACHED: &str = "execve";

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process is killed on entering it.
    Kill,
    /// It fails with this error instead of being made.
    Error(&'static str),
}

/// One call of one run.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) syscall: String,
    /// Among calls of that kind, from 1.
    pub(crate) number: usize,
    pub(crate) fault: Fault,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.syscall, self.number, self.fault)
    }
}

/// Every call that an undisturbed run makes, with every fault.
pub(crate) fn points(command: &Command, log: &Path) -> Result<Vec<Point>> {
    let output = traced(
        command,
        &["-o", &log.to_string_lossy(), "-e", "trace=%file,%desc"],
    )?;
    ensure!(
        output.status.success(),
        "the undisturbed run failed: {}",
        text(&output)
    );
    let mut points = Vec::new();
    for (syscall, count) in count(&fs::read_to_string(log)?) {
        let mut faults = vec![Fault::Kill];
        if !NOT_STARVED.contains(&syscall.as_str()) {
            faults.extend(["ENOSPC", "EACCES", "EIO"].map(Fault::Error));
        }
        for number in 1..=count {
            points.extend(faults.iter().map(|fault| Point {
                syscall: syscall.clone(),
                number,
                fault: *fault,
            }));
        }
    }
    fs::remove_file(log)?;
    Ok(points)
}

/// Calls by kind; strace counts for each process on its own, so the busiest one decides.
fn count(log: &str) -> BTreeMap<String, usize> {
    let mut by_process: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in log.lines() {
        let Some((process, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((syscall, _)) = rest.trim_start().split_once('(') else {
            continue;
        };
        if syscall != NOT_REACHED && !syscall.starts_with(['<', '+', '-']) {
            *by_process.entry((process, syscall)).or_default() += 1;
        }
    }
    let mut counts = BTreeMap::new();
    for ((_, syscall), count) in by_process {
        let most = counts.entry(syscall.to_owned()).or_insert(0);
        *most = count.max(*most);
    }
    counts
}

/// Runs `command` with one call disturbed.
pub(crate) fn run(command: &Command, point: &Point) -> Result<Output> {
    let fault = match point.fault {
        Fault::Kill => "signal=SIGKILL".to_owned(),
        Fault::Error(error) => format!("error={error}"),
    };
    let Point {
        syscall, number, ..
    } = point;
    let trace = format!("trace={syscall}");
    let inject = format!("inject={syscall}:{fault}:when={number}");
    let mut options = vec!["-o", "/dev/null", "-e", &trace, "-e", &inject];
    if point.fault != Fault::Kill {
        // Many times faster, but strace 6.1 delivers no signals then.
        options.push("--seccomp-bpf");
    }
    traced(command, &options)
}

fn traced(command: &Command, options: &[&str]) -> Result<Output> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq"]).args(options).arg("--");
    strace.arg(command.get_program()).args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => strace.env(key, value),
            None => strace.env_remove(key),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        strace.current_dir(folder);
    }
    strace
        .output()
        .context("this test needs strace: `apt-get install strace`, or run tests/run.sh")
}

/// What a run printed, for messages.
pub(crate) fn text(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{}\n{out}{err}", output.status)
}
