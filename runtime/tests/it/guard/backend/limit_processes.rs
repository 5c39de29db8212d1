//! A rate limit that two processes share by Redis.
//!
//! `CLOUDAPP_GUARD_LIMIT_S` sets for how long it is flooded. Full size:
//!
//! ```sh
//! CLOUDAPP_GUARD_LIMIT_S=60 tests/run.sh -p cloudapp-runtime --all-features --test it -- \
//!   --nocapture guard::backend::limit_processes
//! ```

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::clock::{Clock, SystemClock};
use cloudapp_runtime::config::GuardBackend;
use cloudapp_runtime::guard::Rate;
use cloudapp_runtime::random;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::config;
use crate::asset::world::size;
use crate::support::database::server;

const ARGUMENTS: &str = "IT_GUARD_LIMIT_WORKER";
const MARK: &str = "PASSED ";
const PROCESSES: u32 = 2;
/// Requests a second that may pass, and how many at once.
const RATE: u32 = 20;
const BURST: u32 = 5;
/// In each process; all together send ten times the rate.
const SENDERS: u32 = 5;

fn now_us() -> i64 {
    SystemClock.now().timestamp_micros()
}

/// One of the processes. Prints when each request passed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker() {
    let Ok(arguments) = std::env::var(ARGUMENTS) else {
        return;
    };
    let arguments: Vec<&str> = arguments.lines().collect();
    let [name, redis, seconds] = arguments[..] else {
        panic!("{arguments:?}");
    };
    let app = App::new(name.to_owned().leak(), "1.0.0");
    let config = config(GuardBackend::Redis, "sqlite::memory:", redis);
    let ctx = Context::connect(&app, config).await.unwrap();
    let end = Instant::now() + Duration::from_secs(seconds.parse().unwrap());
    let mut senders = JoinSet::new();
    for _ in 0..SENDERS {
        let ctx = ctx.clone();
        senders.spawn(async move {
            let rate = Rate::new(RATE, Duration::from_secs(1)).unwrap();
            let rate = rate.burst(BURST);
            let mut ticks = interval(Duration::from_secs(1) / RATE);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            let mut passed = Vec::new();
            while Instant::now() < end {
                ticks.tick().await;
                let answer = ctx.guard().limit_rate("flood", "all", rate).await;
                if answer.unwrap().is_admitted() {
                    passed.push(now_us());
                }
            }
            passed
        });
    }
    let passed = senders.join_all().await.concat();
    let passed: Vec<String> = passed.iter().map(ToString::to_string).collect();
    println!("\n{MARK}{}", passed.join(" "));
}

fn spawn(arguments: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--nocapture",
            "guard::backend::limit_processes::the_worker",
        ])
        .env(ARGUMENTS, arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

fn passed(child: Child) -> Vec<i64> {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(MARK));
    let times = line.unwrap().split_whitespace();
    times.map(|time| time.parse().unwrap()).collect()
}

#[test]
fn a_limit_is_exact_over_two_processes() {
    let seconds = size("CLOUDAPP_GUARD_LIMIT_S", 3);
    let name = format!("guard-{}", random::hex::<8>().unwrap());
    let arguments = format!("{name}\n{}\n{seconds}", server("CLOUDAPP_TEST_REDIS_URL"));
    let children: Vec<Child> = (0..PROCESSES).map(|_| spawn(&arguments)).collect();
    let each: Vec<Vec<i64>> = children.into_iter().map(passed).collect();
    assert!(each.iter().all(|one| !one.is_empty()), "{each:?}");
    let all = each.concat();
    let first = all.iter().min().unwrap();
    let last = all.iter().max().unwrap();
    let took = (last - first) as f64 / 1e6;
    // The burst, and one request each interval since.
    let expected = f64::from(BURST) + took * f64::from(RATE);
    let count = all.len() as f64;
    println!("{count} passed in {took:.3} s, {expected:.2} by the rate");
    assert!(count <= expected + 1.0, "{count} of {expected}");
    assert!(count >= expected - 1.5, "{count} of {expected}");
}
