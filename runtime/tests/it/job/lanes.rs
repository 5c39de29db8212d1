//! Jobs of one lane run one after the other, in the order in which they were added.

use std::collections::BTreeMap;

use cloudapp_runtime::db::transaction;
use cloudapp_runtime::job::{JobState, NewJob};
use sea_orm::ConnectionTrait;
use tokio::task::JoinSet;

use super::conformance::note;
use super::world::{Failing, Following, Odd, Running, World, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lanes_keep_their_order_under_several_workers() {
    for world in World::each().await {
        let mut tasks = JoinSet::new();
        // Each lane has one producer, whose order is known.
        for lane in 0..6 {
            let ctx = world.ctx.clone();
            tasks.spawn(async move {
                for number in (0..20).step_by(4) {
                    let job = |n: i32| note(&format!("{lane} {n}")).lane(format!("lane {lane}"));
                    let some = (number..number + 4).map(job).collect();
                    ctx.jobs().enqueue_many(some).await.unwrap();
                }
            });
        }
        let other = world.another().await;
        let workers = [Running::start(&world.ctx), Running::start(&world.ctx)];
        tasks.join_all().await;
        until("all are run", async || world.journal().all().len() == 120).await;
        for worker in workers {
            worker.stop().await;
        }
        let mut by_lane: BTreeMap<String, Vec<i32>> = BTreeMap::new();
        for text in world.journal().take() {
            let (lane, number) = text.split_once(' ').unwrap();
            let numbers = by_lane.entry(lane.to_owned()).or_default();
            numbers.push(number.parse().unwrap());
        }
        for numbers in by_lane.values() {
            assert_eq!(*numbers, (0..20).collect::<Vec<_>>(), "{}", world.name);
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM job_tb").await, 0);
        let busy = "SELECT COUNT(*) FROM job_lane_tb WHERE head_id IS NOT NULL";
        assert_eq!(world.number(busy).await, 0);
        world.pass(2 * 3600);
        world.ctx.jobs().clean(world.ctx.now()).await.unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM job_lane_tb").await, 0);
        other.close().await;
        world.close().await;
    }
}

#[tokio::test]
async fn a_retry_holds_the_lane_up_and_a_dead_letter_does_not() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let name = "first".to_owned();
        let failing = NewJob::of(&Failing { name, failures: 9 }).unwrap();
        let first = jobs.enqueue(failing.attempts(2).lane("l")).await.unwrap();
        let second = jobs.enqueue(note("second").lane("l")).await.unwrap();
        let discards = NewJob::of(&Odd::Discards).unwrap();
        let third = jobs.enqueue(discards.lane("l")).await.unwrap();
        let later = note("fourth")
            .lane("l")
            .delay(std::time::Duration::from_secs(100));
        jobs.enqueue(later).await.unwrap();
        jobs.enqueue(note("fifth").lane("l")).await.unwrap();
        assert_eq!(world.run().await, ["first 1"], "{}", world.name);
        assert_eq!(world.row(second).await.state, JobState::Parked);
        world.pass(20);
        assert_eq!(world.run().await, ["first 2", "second"]);
        assert_eq!(world.row(first).await.state, JobState::Dead);
        assert_eq!(world.row(third).await.state, JobState::Dead);
        // The fourth waits for its time, and so does whoever is behind it.
        world.pass(60);
        assert!(world.run().await.is_empty());
        world.pass(20);
        assert_eq!(world.run().await, ["fourth", "fifth"], "{}", world.name);
        world.close().await;
    }
}

#[tokio::test]
async fn cancelled_and_driven_again_in_a_lane() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let mut ids = Vec::new();
        for text in ["a", "b", "c", "d"] {
            ids.push(jobs.enqueue(note(text).lane("l")).await.unwrap());
        }
        // The head, and one in the middle.
        jobs.cancel(ids[0]).await.unwrap();
        jobs.cancel(ids[2]).await.unwrap();
        assert_eq!(world.row(ids[0]).await.state, JobState::Cancelled);
        assert_eq!(world.row(ids[1]).await.state, JobState::Ready);
        // Driven again, it has its turn after those that wait.
        jobs.retry(ids[0]).await.unwrap();
        assert_eq!(world.row(ids[0]).await.state, JobState::Parked);
        assert_eq!(world.run().await, ["b", "d", "a"], "{}", world.name);
        jobs.retry(ids[2]).await.unwrap();
        assert_eq!(world.run().await, ["c"]);
        world.close().await;
    }
}

#[tokio::test]
async fn a_key_that_is_taken_does_not_disturb_the_lane() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        jobs.enqueue(note("plain").unique("k")).await.unwrap();
        let many = vec![
            note("never").unique("k").lane("l"),
            note("a").unique("a").lane("l"),
            note("b").lane("l"),
        ];
        jobs.enqueue_many(many).await.unwrap();
        let only = vec![note("never").unique("k").lane("other")];
        jobs.enqueue_many(only).await.unwrap();
        jobs.enqueue(note("alone").lane("other")).await.unwrap();
        let noted = world.run().await;
        assert_eq!(noted.len(), 4, "{} {noted:?}", world.name);
        let place = |text: &str| noted.iter().position(|one| one == text).unwrap();
        assert!(place("a") < place("b"));
        world.close().await;
    }
}

/// A transaction that stays open holds up its own lane, and no other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_transaction_holds_up_no_other_lane() {
    for world in World::each().await {
        if world.name == "sqlite" {
            // It has one writer at a time.
            continue;
        }
        let ctx = &world.ctx;
        ctx.jobs()
            .enqueue(note("held 1").lane("held"))
            .await
            .unwrap();
        let worker = Running::start(&world.another().await);
        let done = transaction(ctx.db(), |txn| {
            Box::pin(async move {
                let job = vec![note("held 2").lane("held")];
                ctx.jobs().enqueue_in(txn, job).await?;
                for number in 0..5 {
                    let job = note(&format!("free {number}")).lane("free");
                    ctx.jobs().enqueue(job).await?;
                }
                let free = "SELECT COUNT(*) FROM job_tb WHERE lane = 'free'";
                while super::world::number(ctx, free).await > 0 {
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
                Ok(())
            })
        });
        done.await.unwrap();
        until("all are run", async || {
            world.number("SELECT COUNT(*) FROM job_tb").await == 0
        })
        .await;
        worker.stop().await;
        world.close().await;
    }
}

/// What a transaction has read before it locks the lane may be out of date.
#[tokio::test]
async fn a_lane_is_handed_over_to_what_came_meanwhile() {
    for world in World::each().await {
        if world.name == "sqlite" {
            // It has one writer at a time.
            continue;
        }
        let following = NewJob::of(&Following).unwrap().lane("l");
        world.ctx.jobs().enqueue(following).await.unwrap();
        assert_eq!(world.run().await, ["behind it"], "{}", world.name);
        world.close().await;
    }
}

#[tokio::test]
async fn a_lane_whose_head_was_removed_by_hand_goes_on() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        jobs.enqueue(note("first").lane("l")).await.unwrap();
        jobs.enqueue(note("second").lane("l")).await.unwrap();
        jobs.enqueue(note("other").lane("m")).await.unwrap();
        let first = "DELETE FROM job_tb WHERE lane = 'l' AND state = 'ready'";
        world.ctx.db().execute_unprepared(first).await.unwrap();
        assert_eq!(world.run().await, ["other"]);
        jobs.clean(world.ctx.now()).await.unwrap();
        assert_eq!(world.run().await, ["second"], "{}", world.name);
        world.close().await;
    }
}
