//! Running commands to their end.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a command answered.
#[derive(Debug)]
pub(crate) struct Answer {
    what: String,
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    /// Both streams: what must not be in either is looked for here.
    pub(crate) fn all(&self) -> String {
        format!("{}\n{}", self.out, self.err)
    }

    /// Asserts exit code 0.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.exits(0)
    }

    /// Asserts an exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        let (what, found) = (&self.what, self.code);
        assert_eq!(found, Some(code), "`{what}` said:\n{}", tail(&self.all()));
        self
    }

    /// Asserts exit code 1 and one clear message that holds every one of `words`.
    #[track_caller]
    pub(crate) fn refused(self, words: &[&str]) -> Self {
        let answer = self.exits(1);
        let (what, text) = (&answer.what, &answer.err);
        let errors = text.lines().filter(|line| line.starts_with("error: "));
        assert_eq!(errors.count(), 1, "`{what}` said:\n{text}");
        assert!(!text.contains("panicked"), "`{what}` said:\n{text}");
        for word in words {
            assert!(text.contains(word), "`{what}` says no `{word}`:\n{text}");
        }
        answer
    }

    /// Asserts that this is on neither stream.
    #[track_caller]
    pub(crate) fn without(self, secrets: &[&str]) -> Self {
        for secret in secrets {
            let text = self.all();
            assert!(!text.contains(secret), "`{}` shows it:\n{text}", self.what);
        }
        self
    }
}

/// A command without anything of the cargo around this test, and without configuration for an app.
pub(crate) fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    let kept = ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_AUTO_INSTALL"];
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let foreign = ["CARGO", "RUST", "CLOUDAPP"];
        if foreign.iter().any(|start| text.starts_with(start)) && !kept.contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command) -> Answer {
    let program = Path::new(command.get_program()).file_name().unwrap();
    let words = std::iter::once(program).chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    let what = words.join(" ");
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    Answer {
        what,
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The last lines of what may be long.
pub(crate) fn tail(text: &str) -> String {
    const LINES: usize = 120;
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
