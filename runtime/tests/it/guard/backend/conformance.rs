//! One suite for every backend.
//!
//! `CLOUDAPP_GUARD_LIMIT_S` sets for how long a limit is run at ten times its rate. Full size:
//!
//! ```sh
//! CLOUDAPP_GUARD_LIMIT_S=60 tests/run.sh -p cloudapp-runtime --all-features --test it -- \
//!   --nocapture guard::backend::conformance::a_limit
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cloudapp_runtime::app::Context;
use cloudapp_runtime::error::ErrorCode;
use cloudapp_runtime::guard::{Admission, LockOptions, Rate};
use cloudapp_runtime::types::Id;
use futures_util::future::join_all;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{World, backends};
use crate::asset::world::size;

const RATE: u32 = 20;

/// Sends ten times the rate to both instances for a time; how many passed, and how long it took.
async fn flood(world: &World, seconds: u64) -> (u32, f64) {
    let passed = Arc::new(AtomicU32::new(0));
    let began = Instant::now();
    let end = began + Duration::from_secs(seconds);
    let last = Arc::new(AtomicI64::new(0));
    let mut senders = JoinSet::new();
    for number in 0..10_usize {
        let ctx = world.instances[number % 2].clone();
        let (passed, last) = (Arc::clone(&passed), Arc::clone(&last));
        senders.spawn(async move {
            let rate = Rate::new(RATE, Duration::from_secs(1)).unwrap().burst(5);
            let mut ticks = interval(Duration::from_secs(1) / RATE);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            while Instant::now() < end {
                ticks.tick().await;
                let answer = ctx.guard().limit_rate("flood", "all", rate).await.unwrap();
                if answer.is_admitted() {
                    passed.fetch_add(1, Ordering::Relaxed);
                    let at = began.elapsed().as_micros();
                    last.fetch_max(i64::try_from(at).unwrap(), Ordering::Relaxed);
                }
            }
        });
    }
    while let Some(done) = senders.join_next().await {
        done.unwrap();
    }
    let took = last.load(Ordering::Relaxed) as f64 / 1e6;
    (passed.load(Ordering::Relaxed), took)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_is_exact_at_ten_times_its_rate() {
    let seconds = size("CLOUDAPP_GUARD_LIMIT_S", 3) as u64;
    for backend in backends() {
        let world = World::start(backend, |_| {}).await;
        let (passed, took) = flood(&world, seconds).await;
        // The burst, and one request each interval since: the last one passed at `took`.
        let expected = 5.0 + took * f64::from(RATE);
        let name = world.name;
        println!("{name}: {passed} passed in {took:.3} s, {expected:.2} by the rate");
        assert!(
            f64::from(passed) <= expected + 1.0,
            "{name}: {passed} of {expected}"
        );
        // A slow machine may not send as much, at times, as may pass.
        assert!(
            f64::from(passed) >= expected * 0.9 - 1.5,
            "{name}: {passed} of {expected}"
        );
        world.close().await;
    }
}

async fn limit(ctx: &Context, subject: &str) -> Admission {
    let rate = Rate::new(2, Duration::from_millis(400)).unwrap();
    ctx.guard().limit_rate("some", subject, rate).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_request_is_told_when_to_come_back() {
    for world in World::all(|_| {}).await {
        let [one, other] = &world.instances;
        assert!(limit(one, "a").await.is_admitted());
        assert!(limit(other, "a").await.is_admitted());
        let Admission::Refused { retry_after } = limit(one, "a").await else {
            panic!("{}: the third passed", world.name);
        };
        let longest = Duration::from_millis(200);
        assert!(
            retry_after <= longest && retry_after > Duration::ZERO,
            "{retry_after:?}"
        );
        assert!(limit(other, "b").await.is_admitted(), "another subject");
        sleep(retry_after + Duration::from_millis(2)).await;
        assert!(limit(other, "a").await.is_admitted(), "{}", world.name);
        let refusal = limit(one, "a").await.require().unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::CURRENT_LIMIT);
        assert!(refusal.retry_after().is_some());
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_repeats_one_passes_and_none_prolongs_the_window() {
    for world in World::all(|_| {}).await {
        let window = Duration::from_millis(700);
        let began = Instant::now();
        let all = (0..64).map(|number| {
            let ctx = world.instances[number % 2].clone();
            async move { ctx.guard().repeat("order:1", window).await.unwrap() }
        });
        let all = join_all(all).await;
        let passed = all.iter().filter(|one| one.is_admitted()).count();
        // On a busy machine they take longer than a window.
        let windows = 1 + began.elapsed().as_millis() / window.as_millis();
        assert!(
            passed >= 1 && passed as u128 <= windows,
            "{}: {passed} in {windows} windows",
            world.name
        );
        let last = Instant::now();
        let guard = world.instances[0].guard();
        // Asked all the time, it still ends.
        while began.elapsed() < window * 20 {
            if guard.repeat("order:1", window).await.unwrap().is_admitted() {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
        let took = began.elapsed();
        assert!(
            took >= window - Duration::from_millis(5),
            "{}: {took:?}",
            world.name
        );
        assert!(last.elapsed() < window * 3, "{}", world.name);
        guard.forget_repeat("order:1").await.unwrap();
        assert!(guard.repeat("order:1", window).await.unwrap().is_admitted());
        let three = guard.repeat_up_to("order:2", window, 3);
        assert!(three.await.unwrap().is_admitted());
        for expected in [true, true, false] {
            let three = guard.repeat_up_to("order:2", window, 3).await.unwrap();
            assert_eq!(three.is_admitted(), expected, "{}", world.name);
        }
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_visitors_come_than_may() {
    let adjust = |config: &mut cloudapp_runtime::config::Config| {
        config.guard.visitors.per_minute = 10;
        config.guard.visitors.tenants.insert("big".to_owned(), 20);
        config.guard.visitors.white_list.insert(4711);
    };
    for world in World::all(adjust).await {
        for (tenant, limit) in [("demo", 10), ("big", 20)] {
            let all = (1..=40_i64).map(|user| {
                let ctx = world.instances[user as usize % 2].clone();
                async move {
                    let admission = ctx.guard().visit(tenant, Id::new(user)).await.unwrap();
                    (user, admission.is_admitted())
                }
            });
            let all = join_all(all).await;
            let admitted: BTreeSet<i64> = all.iter().filter(|one| one.1).map(|one| one.0).collect();
            // A minute may end meanwhile, and then as many are there, not more.
            assert_eq!(admitted.len(), limit, "{} {tenant}", world.name);
            let guard = world.instances[1].guard();
            for user in admitted {
                let again = guard.visit(tenant, Id::new(user)).await.unwrap();
                assert!(again.is_admitted(), "{}: {user} was there", world.name);
            }
            let listed = guard.visit(tenant, Id::new(4711)).await.unwrap();
            assert!(listed.is_admitted());
            let Admission::Refused { retry_after } =
                guard.visit(tenant, Id::new(99)).await.unwrap()
            else {
                panic!("{}: one too many", world.name);
            };
            assert!(retry_after <= Duration::from_secs(60));
        }
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_holds_a_lock_and_its_numbers_grow() {
    for world in World::all(|_| {}).await {
        let inside = Arc::new(AtomicU32::new(0));
        let greatest = Arc::new(AtomicI64::new(0));
        let all = (0..32).map(|number| {
            let ctx = world.instances[number % 2].clone();
            let (inside, greatest) = (Arc::clone(&inside), Arc::clone(&greatest));
            async move {
                let options = LockOptions {
                    lease: Duration::from_secs(10),
                    wait: Duration::from_secs(60),
                };
                let lock = ctx.guard().lock_with("stock", options).await.unwrap();
                assert!(lock.is_held());
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two at a time");
                let before = greatest.swap(lock.fencing(), Ordering::SeqCst);
                assert!(before < lock.fencing(), "{before} {}", lock.fencing());
                tokio::task::yield_now().await;
                inside.fetch_sub(1, Ordering::SeqCst);
                assert!(lock.release().await.unwrap());
            }
        });
        join_all(all).await;
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_a_lock_ends_and_a_dropped_one_is_given_back() {
    for world in World::all(|config| config.guard.lock_wait_ms = 300).await {
        let [one, other] = &world.instances;
        let lock = one.guard().lock("a").await.unwrap();
        let began = Instant::now();
        for ctx in [one, other] {
            let refused = ctx.guard().lock("a").await.unwrap_err();
            assert_eq!(refused.code(), ErrorCode::ACQUIRE_LOCK, "{}", world.name);
        }
        assert!(began.elapsed() < Duration::from_secs(5));
        let held = one.guard().execution("draw", "1").await.unwrap();
        let refused = other.guard().execution("draw", "1").await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::ACQUIRE_LOCK, "{}", world.name);
        drop((lock, held));
        sleep(Duration::from_millis(100)).await;
        assert!(
            other
                .guard()
                .lock("a")
                .await
                .unwrap()
                .release()
                .await
                .unwrap()
        );
        let execution = other.guard().execution("draw", "1").await.unwrap();
        assert!(execution.release().await.unwrap());
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_is_renewed_while_it_lives() {
    for world in World::all(|_| {}).await {
        let [one, other] = &world.instances;
        let options = LockOptions {
            lease: Duration::from_millis(300),
            wait: Duration::ZERO,
        };
        let lock = one.guard().lock_with("a", options).await.unwrap();
        sleep(Duration::from_millis(1_000)).await;
        assert!(lock.is_held(), "{}", world.name);
        assert!(other.guard().lock_with("a", options).await.is_err());
        assert!(lock.run(async { Ok(()) }).await.is_ok());
        assert!(lock.release().await.unwrap());
        let again = other.guard().lock_with("a", options).await.unwrap();
        // Nobody else's token gives it back.
        drop(again);
        world.close().await;
    }
}
