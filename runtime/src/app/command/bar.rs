//! How far a long command is.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Time between two lines of progress.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// Tells on stderr how far it is: one line that is written over on a terminal, else a line now and
/// then.
#[derive(Default)]
pub(super) struct Bar {
    last: Mutex<Option<Instant>>,
}

impl Bar {
    /// Shows a line, unless the one before was shown only just now; one that `must` be seen always.
    pub(super) fn show(&self, must: bool, line: impl FnOnce() -> String) {
        let mut last = self.last.lock().unwrap_or_else(|error| error.into_inner());
        let is_soon = last.is_some_and(|last| last.elapsed() < TELL_EVERY);
        if is_soon && !must {
            return;
        }
        *last = Some(Instant::now());
        let line = line();
        let mut stderr = std::io::stderr().lock();
        // Nowhere to complain to when the terminal is gone.
        let _ = if stderr.is_terminal() {
            write!(stderr, "\r\x1b[2K{line}").and_then(|()| stderr.flush())
        } else {
            writeln!(stderr, "{line}")
        };
    }

    /// Ends the line, if there is one.
    pub(super) fn end(&self) {
        let is_shown = self.last.lock().is_ok_and(|last| last.is_some());
        let mut stderr = std::io::stderr().lock();
        if is_shown && stderr.is_terminal() {
            let _ = writeln!(stderr);
        }
    }
}
