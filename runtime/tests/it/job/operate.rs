//! What operators do to jobs.

use std::time::Duration;

use cloudapp_runtime::error::ErrorCode;
use cloudapp_runtime::http::KeysetQuery;
use cloudapp_runtime::job::{JobFilter, JobState, NewJob};
use cloudapp_runtime::types::Id;
use sea_orm::ConnectionTrait;

use super::conformance::note;
use super::world::{Long, Odd, Running, World, servers, until};

#[tokio::test]
async fn a_waiting_job_is_cancelled_at_once() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let ready = jobs.enqueue(note("ready")).await.unwrap();
        let later = note("later").delay(Duration::from_secs(60));
        let later = jobs.enqueue(later).await.unwrap();
        for id in [ready, later] {
            jobs.cancel(id).await.unwrap();
            assert_eq!(world.row(id).await.state, JobState::Cancelled);
            let again = jobs.cancel(id).await.unwrap_err();
            assert_eq!(again.code(), ErrorCode::CONFLICT);
        }
        world.pass(60);
        assert!(world.run().await.is_empty());
        jobs.retry(later).await.unwrap();
        assert_eq!(world.run().await, ["later"]);
        let nobody = jobs.cancel(Id::new(1)).await.unwrap_err();
        assert_eq!(nobody.code(), ErrorCode::NOT_FOUND);
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_job_is_told_to_end_by_any_process() {
    for server in servers() {
        let world = World::start(&server, |config| config.job.lease_ms = 3_000).await;
        let other = world.another().await;
        let worker = Running::start(&world.ctx);
        for ctx in [&world.ctx, &other] {
            let job = NewJob::of(&Long { listens: true }).unwrap();
            let id = ctx.jobs().enqueue(job).await.unwrap();
            until("it runs", async || {
                world.row(id).await.state == JobState::Running
            })
            .await;
            ctx.jobs().cancel(id).await.unwrap();
            until("it ends", async || {
                world.row(id).await.state == JobState::Cancelled
            })
            .await;
            assert!(world.journal().take().contains(&"Cancelled".to_owned()));
        }
        worker.stop().await;
        other.close().await;
        world.close().await;
    }
}

#[tokio::test]
async fn dead_letters_are_driven_again_or_discarded() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let id = jobs
            .enqueue(NewJob::of(&Odd::Discards).unwrap())
            .await
            .unwrap();
        let waiting = jobs.discard(id).await.unwrap_err();
        assert_eq!(waiting.code(), ErrorCode::CONFLICT);
        world.run().await;
        jobs.retry(id).await.unwrap();
        let row = world.row(id).await;
        assert_eq!(
            (row.state, row.attempt, row.run_no),
            (JobState::Ready, 0, 1)
        );
        world.run().await;
        let row = world.row(id).await;
        assert_eq!((row.state, row.attempt, row.run_no), (JobState::Dead, 1, 2));
        jobs.discard(id).await.unwrap();
        assert!(world.is_gone(id).await);
        // One that waits for its next attempt need not wait.
        let panics = jobs
            .enqueue(NewJob::of(&Odd::Waits(900)).unwrap())
            .await
            .unwrap();
        world.run().await;
        jobs.retry(panics).await.unwrap();
        world.run().await;
        assert_eq!(world.row(panics).await.attempt, 2);
        world.close().await;
    }
}

#[tokio::test]
async fn lists_are_filtered_and_go_on() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let mut ids = Vec::new();
        for number in 0..5 {
            let job = note("a").app_id(format!("app {}", number % 2));
            ids.push(jobs.enqueue(job.priority(number)).await.unwrap());
        }
        let filter = JobFilter {
            app_id: Some("app 0".to_owned()),
            state: Some(JobState::Ready),
            name: Some("test.note".to_owned()),
            queue: Some("default".to_owned()),
            lane: None,
            ..JobFilter::default()
        };
        let first = jobs
            .list(&filter, &KeysetQuery::new(None, 2))
            .await
            .unwrap();
        let found: Vec<Id> = first.items.iter().map(|row| row.id).collect();
        assert_eq!(found, [ids[4], ids[2]]);
        assert_eq!(first.items[0].priority(), 4);
        let query = KeysetQuery::new(first.after, 2);
        let rest = jobs.list(&filter, &query).await.unwrap();
        assert_eq!((rest.items.len(), rest.after), (1, None));
        let dead = JobFilter {
            state: Some(JobState::Dead),
            ..JobFilter::default()
        };
        let none = jobs.list(&dead, &KeysetQuery::default()).await.unwrap();
        assert!(none.items.is_empty());
        world.close().await;
    }
}

/// The run gave its job back before it learnt that it was cancelled.
#[tokio::test]
async fn a_cancellation_is_not_forgotten() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let long = NewJob::of(&Long { listens: false }).unwrap();
        let id = jobs.enqueue(long.lane("l")).await.unwrap();
        jobs.enqueue(note("behind it").lane("l")).await.unwrap();
        let worker = Running::start(&world.ctx);
        until("it runs", async || !world.journal().all().is_empty()).await;
        let flag = "UPDATE job_tb SET is_cancelled = TRUE WHERE state = 'running'";
        world.ctx.db().execute_unprepared(flag).await.unwrap();
        worker.stop().await;
        world.journal().take();
        assert_eq!(world.run().await, ["behind it"], "{}", world.name);
        assert_eq!(world.row(id).await.state, JobState::Cancelled);
        world.close().await;
    }
}
