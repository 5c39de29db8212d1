//! The folder that all apps lie in, and whose turn it is.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The generator that is being tested.
pub(crate) const CLOUDAPP: &str = env!("CARGO_BIN_EXE_cloudapp");

/// One target folder for all apps. It stands in a file, not in a variable: the generator takes all
/// variables of cargo away from the cargo that it runs.
///
/// No debug information: nobody debugs these builds, and it is a third of their time. No
/// incremental state: hardly anything is built twice, and it is a third of their disk.
const CARGO_CONFIG: &str = "\
[build]
target-dir = \"target\"
incremental = false

[profile.dev]
debug = false
";

/// The folder, ready to hold apps. It is locked until the process ends: two test runs in one target
/// folder come one after the other.
struct Ground {
    folder: PathBuf,
    _lock: File,
}

static GROUND: LazyLock<Ground> = LazyLock::new(|| {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("apps");
    fs::create_dir_all(folder.join(".cargo")).unwrap();
    let lock = File::create(folder.join(".lock")).unwrap();
    lock.lock().unwrap();
    write_if_changed(&folder.join(".cargo/config.toml"), CARGO_CONFIG);
    // Clippy looks for its settings in the folders above, too, and must not find this repository's.
    write_if_changed(&folder.join("clippy.toml"), "");
    write_if_changed(&folder.join("rustfmt.toml"), "");
    Ground {
        folder,
        _lock: lock,
    }
});

static TURN: Mutex<()> = Mutex::new(());

/// The folder that all apps lie in.
pub(crate) fn folder() -> &'static Path {
    &GROUND.folder
}

/// The target folder of all apps.
pub(crate) fn target() -> PathBuf {
    folder().join("target")
}

/// Waits until no other test of this binary runs.
#[must_use = "the turn ends when this is dropped"]
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does something that takes its time, and says so on the terminal.
pub(crate) fn step<T>(what: &str, action: impl FnOnce() -> T) -> T {
    say(&format!("{what} ..."));
    let began = Instant::now();
    let result = action();
    say(&format!("{what}: {:.1} s", began.elapsed().as_secs_f64()));
    result
}

/// Says something at once: the test harness would keep what `eprintln!` says to itself.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "apps: {text}");
}

/// Leaves the time of the file alone where there is nothing new: cargo goes by it.
pub(crate) fn write_if_changed(path: &Path, content: &str) {
    if fs::read_to_string(path).is_ok_and(|found| found == content) {
        return;
    }
    fs::write(path, content).unwrap();
}
