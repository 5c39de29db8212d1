//! What a job is promised, on each database.

use std::time::Duration;

use cloudapp_runtime::db::transaction;
use cloudapp_runtime::error::{AppError, AppResult, ErrorCode};
use cloudapp_runtime::job::{JobState, NewJob};
use cloudapp_runtime::types::Id;
use sea_orm::ConnectionTrait;

use super::world::{
    Aside, Failing, Long, Note, Odd, Running, Settling, Then, World, servers, until,
};

pub(crate) fn note(text: &str) -> NewJob {
    NewJob::of(&Note(text.to_owned())).unwrap()
}

#[tokio::test]
async fn what_was_added_is_run_once_and_is_gone() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let id = jobs.enqueue(note("a").app_id("demo")).await.unwrap();
        let row = world.row(id).await;
        assert_eq!((row.state, row.app_id.as_str()), (JobState::Ready, "demo"));
        let many = (0..200).map(|n| note(&format!("many {n}"))).collect();
        let ids = jobs.enqueue_many(many).await.unwrap();
        assert_eq!(ids.len(), 200);
        assert!(ids.is_sorted());
        let noted = world.run().await;
        assert_eq!(noted.len(), 201, "{}", world.name);
        assert_eq!(world.number("SELECT COUNT(*) FROM job_tb").await, 0);
        assert_eq!(world.number("SELECT COUNT(*) FROM job_worker_tb").await, 0);
        assert!(world.run().await.is_empty());
        world.close().await;
    }
}

#[tokio::test]
async fn a_job_shares_the_fate_of_its_transaction() {
    for world in World::each().await {
        let ctx = &world.ctx;
        for is_kept in [true, false] {
            ctx.next_id().await.unwrap();
            let done: AppResult<Vec<Id>> = transaction(ctx.db(), |txn| {
                Box::pin(async move {
                    let jobs = vec![
                        note(&format!("plain {is_kept}")),
                        note(&format!("unique {is_kept}")).unique(format!("{is_kept}")),
                        note(&format!("lane {is_kept}")).lane("lane"),
                    ];
                    let ids = ctx.jobs().enqueue_in(txn, jobs).await?;
                    if is_kept {
                        Ok(ids)
                    } else {
                        Err(AppError::conflict("on purpose"))
                    }
                })
            })
            .await;
            assert_eq!(done.is_ok(), is_kept, "{} {done:?}", world.name);
        }
        let mut noted = world.run().await;
        noted.sort();
        assert_eq!(
            noted,
            ["lane true", "plain true", "unique true"],
            "{}",
            world.name
        );
        world.close().await;
    }
}

#[tokio::test]
async fn a_later_job_waits_for_its_time() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let delayed = note("delayed").delay(Duration::from_secs(60));
        jobs.enqueue(delayed).await.unwrap();
        let at = world.ctx.now() + chrono::Duration::seconds(30);
        let id = jobs.enqueue(note("at").at(at)).await.unwrap();
        assert_eq!(world.row(id).await.state, JobState::Scheduled);
        assert!(world.run().await.is_empty());
        world.pass(30);
        assert_eq!(world.run().await, ["at"]);
        world.pass(30);
        assert_eq!(world.run().await, ["delayed"]);
        world.close().await;
    }
}

#[tokio::test]
async fn the_highest_priority_goes_first_then_the_oldest() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let added = [("a", 0), ("b", 5), ("c", -1), ("d", 5), ("e", 0)];
        for (text, priority) in added {
            let job = NewJob::of(&Aside(text.to_owned())).unwrap();
            jobs.enqueue(job.priority(priority)).await.unwrap();
        }
        assert_eq!(
            world.run().await,
            ["b", "d", "a", "e", "c"],
            "{}",
            world.name
        );
        world.close().await;
    }
}

#[tokio::test]
async fn a_unique_key_answers_with_the_first() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let first = jobs.enqueue(note("first").unique("key")).await.unwrap();
        let again = jobs.enqueue(note("second").unique("key")).await.unwrap();
        assert_eq!(first, again, "{}", world.name);
        // Other case, other name: other keys.
        let other = jobs.enqueue(note("other").unique("KEY")).await.unwrap();
        let aside = NewJob::of(&Aside("aside".to_owned())).unwrap();
        let aside = jobs.enqueue(aside.unique("key")).await.unwrap();
        assert!(other != first && aside != first && aside != other);
        let many = vec![
            note("third").unique("key"),
            note("new").unique("new"),
            note("newer").unique("new"),
            note("plain"),
        ];
        let ids = jobs.enqueue_many(many).await.unwrap();
        assert_eq!(ids[0], first);
        assert_eq!(ids[1], ids[2]);
        let mut noted = world.run().await;
        noted.sort();
        assert_eq!(
            noted,
            ["aside", "first", "new", "other", "plain"],
            "{}",
            world.name
        );
        // The key holds beyond the end of the job.
        assert_eq!(world.row(first).await.state, JobState::Done);
        let again = jobs.enqueue(note("late").unique("key")).await.unwrap();
        assert_eq!(again, first);
        assert!(world.run().await.is_empty());
        world.pass(24 * 3600 + 1);
        assert_eq!(jobs.clean(world.ctx.now()).await.unwrap(), 4);
        assert!(world.is_gone(first).await);
        let next = jobs.enqueue(note("next").unique("key")).await.unwrap();
        assert_ne!(next, first);
        assert_eq!(world.run().await, ["next"]);
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unique_key_holds_against_the_same_moment() {
    for world in World::each().await {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let ctx = world.ctx.clone();
            tasks.spawn(async move { ctx.jobs().enqueue(note("one").unique("same")).await });
        }
        let ids: std::collections::BTreeSet<Id> = tasks
            .join_all()
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert_eq!(ids.len(), 1, "{}", world.name);
        assert_eq!(world.run().await, ["one"]);
        world.close().await;
    }
}

#[tokio::test]
async fn a_failed_job_is_tried_again_until_it_is_a_dead_letter() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let failing = |name: &str, failures| {
            let name = name.to_owned();
            NewJob::of(&Failing { name, failures }).unwrap()
        };
        let recovers = jobs.enqueue(failing("r", 2)).await.unwrap();
        let dies = jobs.enqueue(failing("d", 9)).await.unwrap();
        assert_eq!(world.run().await.len(), 2);
        let row = world.row(dies).await;
        assert_eq!((row.state, row.attempt), (JobState::Scheduled, 1));
        assert!(row.last_error.unwrap().contains("on purpose"));
        // 10 seconds, then 15 instead of 20.
        world.pass(9);
        assert!(world.run().await.is_empty());
        world.pass(1);
        assert_eq!(world.run().await.len(), 2);
        world.pass(14);
        assert!(world.run().await.is_empty());
        world.pass(1);
        let mut noted = world.run().await;
        noted.sort();
        assert_eq!(noted, ["d 3", "r 3"], "{}", world.name);
        assert!(world.is_gone(recovers).await);
        let row = world.row(dies).await;
        assert_eq!((row.state, row.attempt), (JobState::Dead, 3));
        world.pass(3600);
        assert!(world.run().await.is_empty());
        world.close().await;
    }
}

#[tokio::test]
async fn ends_that_are_no_ends() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let odd = |odd| NewJob::of(&odd).unwrap().attempts(2);
        let discards = jobs.enqueue(odd(Odd::Discards)).await.unwrap();
        let panics = jobs.enqueue(odd(Odd::Panics)).await.unwrap();
        let hangs = jobs.enqueue(odd(Odd::Hangs)).await.unwrap();
        let waits = jobs.enqueue(odd(Odd::Waits(5000))).await.unwrap();
        world.run().await;
        let row = world.row(discards).await;
        assert_eq!((row.state, row.attempt), (JobState::Dead, 1));
        assert!(row.last_error.unwrap().contains("nobody can do this"));
        for (id, error) in [
            (panics, "panic: on purpose"),
            (hangs, "took longer than 0.1 s"),
        ] {
            let row = world.row(id).await;
            assert_eq!((row.state, row.attempt), (JobState::Scheduled, 1));
            assert!(row.last_error.unwrap().contains(error), "{}", world.name);
        }
        let row = world.row(waits).await;
        let wait = (row.run_at - world.ctx.now()).num_seconds();
        assert_eq!((row.state, wait), (JobState::Scheduled, 5000));
        world.close().await;
    }
}

#[tokio::test]
async fn an_effect_and_its_end_are_one() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let mut ids = Vec::new();
        for (id, then) in [(1, Then::Succeeds), (2, Then::Fails), (3, Then::RollsBack)] {
            let job = NewJob::of(&Settling { id, then }).unwrap();
            ids.push(jobs.enqueue(job.lane(format!("{id}"))).await.unwrap());
        }
        let unique = NewJob::of(&Settling {
            id: 4,
            then: Then::Succeeds,
        })
        .unwrap();
        let unique = jobs.enqueue(unique.unique("four")).await.unwrap();
        let noted = world.run().await;
        assert_eq!(noted.iter().filter(|one| *one == "settling 1").count(), 4);
        assert_eq!(noted.len(), 5, "{} {noted:?}", world.name);
        for id in ids {
            assert!(world.is_gone(id).await);
        }
        assert_eq!(world.row(unique).await.state, JobState::Done);
        assert_eq!(world.number("SELECT COUNT(*) FROM effect_tb").await, 4);
        world.close().await;
    }
}

#[tokio::test]
async fn jobs_of_unknown_types_are_left() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let id = jobs.enqueue(note("unknown")).await.unwrap();
        let sql = "UPDATE job_tb SET name = 'of.another.version'";
        world.ctx.db().execute_unprepared(sql).await.unwrap();
        jobs.enqueue(note("known")).await.unwrap();
        let worker = Running::start(&world.ctx);
        until("the known one", async || world.journal().all() == ["known"]).await;
        worker.stop().await;
        let row = world.row(id).await;
        assert_eq!(
            (row.state, row.attempt),
            (JobState::Ready, 0),
            "{}",
            world.name
        );
        world.close().await;
    }
}

#[tokio::test]
async fn a_worker_that_ends_gives_back_what_it_is_running() {
    for world in World::each().await {
        let jobs = world.ctx.jobs();
        let mut ids = Vec::new();
        for listens in [true, false] {
            let job = NewJob::of(&Long { listens }).unwrap();
            ids.push(jobs.enqueue(job).await.unwrap());
        }
        let worker = Running::start(&world.ctx);
        until("both run", async || world.journal().all().len() == 2).await;
        worker.stop().await;
        assert!(world.journal().all().contains(&"Draining".to_owned()));
        for id in ids {
            let row = world.row(id).await;
            assert_eq!(
                (row.state, row.attempt, row.run_no),
                (JobState::Ready, 0, 1)
            );
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM job_worker_tb").await, 0);
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_jobs_of_a_dead_worker_are_run_by_another() {
    for server in servers() {
        let world = World::start(&server, |config| config.job.lease_ms = 1_500).await;
        let jobs = world.ctx.jobs();
        let id = jobs
            .enqueue(NewJob::of(&Long { listens: false }).unwrap())
            .await
            .unwrap();
        let last = NewJob::of(&Long { listens: false }).unwrap().attempts(1);
        let last = jobs.enqueue(last.lane("lane")).await.unwrap();
        jobs.enqueue(note("behind it").lane("lane")).await.unwrap();
        let dead = Running::start(&world.ctx);
        until("both run", async || world.journal().all().len() == 2).await;
        dead.die().await;
        assert_eq!(world.row(id).await.state, JobState::Running);
        let other = world.another().await;
        let worker = Running::start(&other);
        let noted = other.extension::<super::world::Journal>().unwrap();
        until("run again", async || noted.all().len() == 2).await;
        let mut noted = noted.take();
        noted.sort();
        assert_eq!(noted, ["begins 2", "behind it"], "{}", world.name);
        let row = world.row(last).await;
        assert_eq!(row.state, JobState::Dead);
        assert!(row.last_error.unwrap().contains("no sign of life"));
        worker.stop().await;
        other.close().await;
        world.close().await;
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let world = World::start("sqlite:", |config| config.job.payload_limit_kb = 1).await;
    let jobs = world.ctx.jobs();
    let bad = [
        note("a").lane(""),
        note("a").lane("x".repeat(191)),
        note("a").unique("space "),
        note("a").queue("no queue"),
        note("a").app_id("x".repeat(65)),
        note(&"x".repeat(1100)),
    ];
    for job in bad {
        let error = jobs.enqueue(job).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::PARAM_ERROR, "{error:?}");
    }
    world.close().await;
}
