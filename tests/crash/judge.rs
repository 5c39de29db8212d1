//! What must hold after a run that was disturbed.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, thread};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use crate::strace::{self, Fault, Point};
use crate::tree::Tree;
use crate::world::World;

/// Every how many calls one is disturbed, unless the environment says otherwise.
const STRIDE: usize = 29;
const WORKERS: usize = 2;
const SIGKILL: i32 = 9;
/// How often a run is killed that is to leave something.
const KILLS: usize = 3;
/// Exit code of a panic. std has no other answer to an error of `close` on a folder that was
/// listed.
const PANIC: i32 = 101;

/// A command and where it is run.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Folder and arguments of the commands that come before.
    pub(crate) setup: &'static [(&'static str, &'static [&'static str])],
    pub(crate) folder: &'static str,
    pub(crate) command: &'static [&'static str],
    /// A command that only reads. Without one, the tree must be whole without recovery.
    pub(crate) reader: Option<&'static [&'static str]>,
    pub(crate) start: Start,
    /// Multiplies the stride: other scenarios cover most of it.
    pub(crate) thinning: usize,
}

/// Where the disturbed run starts from.
pub(crate) enum Start {
    Clean,
    /// From what a killed run left.
    KilledAt {
        syscall: &'static str,
        number: usize,
    },
}

/// The trees that a scenario knows.
struct Trees {
    /// Where the disturbed run starts.
    start: Tree,
    /// Before any run of the command.
    before: Tree,
    after: Tree,
}

/// Disturbs the scenario's command at every point of the stride.
pub(crate) fn disturb(scenario: &Scenario) -> Result<()> {
    let folder = tempfile::tempdir()?;
    // A copy: building meanwhile must not make two runs differ.
    let binary = folder.path().join("cloudapp");
    fs::copy(env!("CARGO_BIN_EXE_cloudapp"), &binary)?;
    let (trees, points) = prepare(scenario, &World::new(&binary)?)?;
    let stride = match env::var("CLOUDAPP_CRASH_STRIDE") {
        Ok(text) => text
            .parse()
            .context("CLOUDAPP_CRASH_STRIDE is not a number")?,
        Err(_) => STRIDE * scenario.thinning,
    };
    let total = points.len();
    // Not a multiple of the number of faults, so that each call meets another one.
    let points: Vec<Point> = points.into_iter().step_by(stride.max(1)).collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                if let Err(error) = work(scenario, &binary, &trees, &points, &next, &failures) {
                    record(&failures, error);
                }
            });
        }
    });
    println!("{}: {} of {total} points", scenario.name, points.len());
    let failures = failures
        .into_inner()
        .map_err(|_| anyhow!("a worker panicked"))?;
    if failures.is_empty() {
        Ok(())
    } else {
        bail!("{}", failures.join("\n\n"))
    }
}

fn prepare(scenario: &Scenario, world: &World) -> Result<(Trees, Vec<Point>)> {
    for (folder, arguments) in scenario.setup {
        let output = world.command(folder, arguments).output()?;
        ensure!(
            output.status.success(),
            "setup failed: {}",
            strace::text(&output)
        );
    }
    let before = world.tree()?;
    if let Start::KilledAt { syscall, number } = scenario.start {
        let point = Point {
            syscall: syscall.to_owned(),
            number,
            fault: Fault::Kill,
        };
        let command = world.command(scenario.folder, scenario.command);
        // Somebody else's SIGKILL may come first, under a machine that is short of something.
        for _ in 0..KILLS {
            let output = strace::run(&command, &point)?;
            ensure!(
                output.status.signal() == Some(SIGKILL),
                "not killed: {}",
                strace::text(&output)
            );
            if world.tree()? != before {
                break;
            }
        }
        ensure!(
            world.tree()? != before,
            "killed too early to leave anything"
        );
    }
    let start = world.tree()?;
    let points = strace::points(
        &world.command(scenario.folder, scenario.command),
        &world.log(),
    )?;
    let trees = Trees {
        start,
        before,
        after: world.tree()?,
    };
    ensure!(
        trees.after == without_marks(&trees.after),
        "the undisturbed run left something"
    );
    Ok((trees, points))
}

fn work(
    scenario: &Scenario,
    binary: &Path,
    trees: &Trees,
    points: &[Point],
    next: &AtomicUsize,
    failures: &Mutex<Vec<String>>,
) -> Result<()> {
    let world = World::new(binary)?;
    while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
        world.restore(&trees.start)?;
        let output = strace::run(&world.command(scenario.folder, scenario.command), point)?;
        if let Err(error) = judge(scenario, &world, trees, point, &output) {
            let context = format!("{} at {point}: {}", scenario.name, strace::text(&output));
            record(failures, error.context(context));
        }
    }
    Ok(())
}

fn record(failures: &Mutex<Vec<String>>, error: anyhow::Error) {
    if let Ok(mut failures) = failures.lock() {
        failures.push(format!("{error:#}"));
    }
}

fn judge(
    scenario: &Scenario,
    world: &World,
    trees: &Trees,
    point: &Point,
    output: &Output,
) -> Result<()> {
    let tree = world.tree()?;
    match point.fault {
        Fault::Kill => judge_killed(scenario, world, trees, &tree, output)?,
        Fault::Error(_) => judge_starved(scenario, trees, &tree, point, output)?,
    }
    if tree == trees.start || tree == trees.after {
        // Where the undisturbed run started, or ended.
        return Ok(());
    }
    let again = world.command(scenario.folder, scenario.command).output()?;
    ensure!(
        again.status.success(),
        "the same command again: {}",
        strace::text(&again)
    );
    same(
        &world.tree()?,
        &trees.after,
        "the tree after the same command again",
    )
}

fn judge_killed(
    scenario: &Scenario,
    world: &World,
    trees: &Trees,
    tree: &Tree,
    output: &Output,
) -> Result<()> {
    ensure!(output.status.signal() == Some(SIGKILL), "it was not killed");
    let Some(reader) = scenario.reader else {
        return whole(tree, trees);
    };
    if *tree == trees.start || *tree == trees.after {
        return Ok(());
    }
    let output = world.command(scenario.folder, reader).output()?;
    ensure!(
        output.status.success(),
        "a command that reads: {}",
        strace::text(&output)
    );
    whole(&world.tree()?, trees).context("after a command that reads")
}

fn judge_starved(
    scenario: &Scenario,
    trees: &Trees,
    tree: &Tree,
    point: &Point,
    output: &Output,
) -> Result<()> {
    if output.status.success() {
        return same(&without_marks(tree), &trees.after, "the tree after success");
    }
    let is_close = point.syscall == "close" && output.status.code() == Some(PANIC);
    // The loader has exit codes of its own.
    ensure!(
        is_close || matches!(output.status.code(), Some(1 | 126 | 127)),
        "a strange exit code"
    );
    let says_why = String::from_utf8_lossy(&output.stderr).contains("error");
    ensure!(
        says_why || point.syscall == "write",
        "it does not say why it failed"
    );
    match scenario.start {
        // The result could not be printed: done, and the same command succeeds.
        Start::Clean if point.syscall == "write" => whole(tree, trees),
        Start::Clean => same(tree, &trees.before, "the tree after failure"),
        Start::KilledAt { .. } => Ok(()),
    }
}

/// The tree is as before or as after, but for what tells the next run what happened.
fn whole(tree: &Tree, trees: &Trees) -> Result<()> {
    let tree = without_marks(tree);
    if tree == trees.before {
        return Ok(());
    }
    same(
        &tree,
        &trees.after,
        "the tree, which is not as before either,",
    )
}

fn without_marks(tree: &Tree) -> Tree {
    let is_mark =
        |path: &String| path.contains(".cloudapp-new") || path.ends_with(".cloudapp/txn.done");
    tree.iter()
        .filter(|(path, _)| !is_mark(path))
        .map(|(path, node)| (path.clone(), node.clone()))
        .collect()
}

fn same(found: &Tree, expected: &Tree, what: &str) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let mut lines = Vec::new();
    for path in found
        .keys()
        .chain(expected.keys().filter(|path| !found.contains_key(*path)))
    {
        match (found.get(path), expected.get(path)) {
            (Some(found), Some(expected)) if found == expected => {}
            (Some(_), Some(_)) => lines.push(format!("  differs: {path}")),
            (Some(_), None) => lines.push(format!("  not expected: {path}")),
            (None, _) => lines.push(format!("  missing: {path}")),
        }
    }
    lines.truncate(12);
    bail!("{what} is wrong:\n{}", lines.join("\n"))
}
