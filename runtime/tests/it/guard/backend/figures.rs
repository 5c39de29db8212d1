//! Counters, on each database; leaderboards, there and in Redis.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{TimeDelta, TimeZone, Utc};
use cloudapp_runtime::app::Context;
use cloudapp_runtime::clock::{Clock, ManualClock};
use cloudapp_runtime::config::{Config, GuardBackend, LeaderboardBackend};
use cloudapp_runtime::counter::Source;
use cloudapp_runtime::leaderboard::Standing;
use cloudapp_runtime::random;
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::Id;
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, Statement};

use super::{World, app, backends, config, migrate};

const SOURCE: Source = Source {
    table: "prize_tb",
    id_column: "id",
    value_column: "surplus",
};

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for backend in backends()
        .into_iter()
        .filter(|one| one.1 == GuardBackend::Sql)
    {
        let world = World::start(backend, |_| {}).await;
        for sql in [
            "CREATE TABLE prize_tb (id BIGINT PRIMARY KEY, surplus INT)",
            "INSERT INTO prize_tb (id, surplus) VALUES (1, 100)",
        ] {
            world.instances[0]
                .db()
                .execute_unprepared(sql)
                .await
                .unwrap();
        }
        worlds.push(world);
    }
    worlds
}

async fn surplus(ctx: &Context) -> i32 {
    let sql = "SELECT surplus FROM prize_tb WHERE id = 1";
    let statement = Statement::from_string(ctx.db().get_database_backend(), sql);
    let row = ctx.db().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

fn code(answer: &Result<i64, cloudapp_runtime::error::AppError>) -> &'static str {
    answer
        .as_ref()
        .map_or_else(|error| error.code().as_str(), |_| "ok")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_is_exact_and_never_negative() {
    for world in worlds().await {
        let name = world.name;
        // All of them find it cold.
        let all = (0..64).map(|number| {
            let ctx = world.instances[number % 2].clone();
            async move {
                ctx.counter("surplus")
                    .of(SOURCE)
                    .change(Id::new(1), -2)
                    .await
            }
        });
        let all = join_all(all).await;
        let mut values: Vec<i64> = all.iter().flatten().copied().collect();
        values.sort_unstable();
        let expected: Vec<i64> = (0..50).map(|number| number * 2).collect();
        assert_eq!(values, expected, "{name}");
        let refused = all.iter().filter(|one| code(one) == "no_enough").count();
        assert_eq!(refused, 14, "{name}: {all:?}");
        let ctx = &world.instances[0];
        assert_eq!(surplus(ctx).await, 0, "{name}");
        let gains = (0..64).map(|number| {
            let ctx = world.instances[number % 2].clone();
            async move {
                ctx.counter("surplus")
                    .of(SOURCE)
                    .change(Id::new(1), 3)
                    .await
            }
        });
        assert!(join_all(gains).await.iter().all(Result::is_ok), "{name}");
        let counter = world.instances[1].counter("surplus").of(SOURCE);
        assert_eq!(counter.get(Id::new(1)).await.unwrap(), 192, "{name}");
        assert_eq!(surplus(ctx).await, 192, "{name}");
        let unknown = counter.change(Id::new(2), 1).await;
        assert_eq!(code(&unknown), "not_found");
        let plain = ctx.counter("likes");
        assert_eq!(plain.get(Id::new(7)).await.unwrap(), 0);
        let most = (1_i64 << 53) - 1;
        assert_eq!(plain.change(Id::new(7), most).await.unwrap(), most);
        assert_eq!(code(&plain.change(Id::new(7), 1).await), "over_limit");
        assert_eq!(
            code(&plain.change(Id::new(7), i64::MIN).await),
            "param_error"
        );
        assert_eq!(plain.change(Id::new(7), -1).await.unwrap(), most - 1);
        assert_eq!(code(&ctx.counter("a b").get(Id::new(1)).await), "internal");
        world.close().await;
    }
}

/// The reference: score and time by member.
#[derive(Default)]
struct Model(BTreeMap<i64, (i64, i64)>);

impl Model {
    fn write(&mut self, member: i64, now_ms: i64, next: impl Fn(i64) -> i64) {
        let old = self.0.get(&member).copied();
        let new = next(old.map_or(0, |(score, _)| score));
        if old.is_none_or(|(score, _)| score != new) {
            self.0.insert(member, (new, now_ms));
        }
    }

    fn order(&self) -> Vec<(u64, i64, i64, i64)> {
        let mut rows: Vec<_> = self.0.iter().collect();
        rows.sort_unstable_by_key(|(member, (score, at))| (Reverse(*score), *at, **member));
        let rows = rows.into_iter().zip(1..);
        rows.map(|((member, (score, at)), rank)| (rank, *member, *score, *at))
            .collect()
    }
}

fn plain(standings: &[Standing]) -> Vec<(u64, i64, i64, i64)> {
    let row = |one: &Standing| {
        let at = one.reached_at.timestamp_millis();
        (one.rank, one.member.get(), one.score, at)
    };
    standings.iter().map(row).collect()
}

fn below(bound: u64) -> i64 {
    i64::try_from(random::below(bound).unwrap()).unwrap()
}

async fn compare(ctx: &Context, model: &Model) {
    let board = ctx.leaderboard("demo:1");
    let order = model.order();
    assert_eq!(plain(&board.top(1_000).await.unwrap()), order);
    let top = board.top(3).await.unwrap();
    assert_eq!(plain(&top), order[..order.len().min(3)]);
    for (index, row) in order.iter().enumerate() {
        let around = board.around(Id::new(row.1), 2).await.unwrap();
        let expected = &order[index.saturating_sub(2)..order.len().min(index + 3)];
        assert_eq!(plain(&around), expected);
        let own = board.standing(Id::new(row.1)).await.unwrap().unwrap();
        assert_eq!(plain(&[own]), [*row]);
    }
    assert!(board.around(Id::new(99), 2).await.unwrap().is_empty());
}

/// Each database, and Redis.
fn boards() -> impl Iterator<Item = (&'static str, GuardBackend, String)> {
    let all = backends().into_iter();
    all.filter(|one| one.1 != GuardBackend::Memory)
}

fn on_its_board(config: &mut Config) {
    if config.guard.backend == GuardBackend::Redis {
        config.leaderboard.backend = LeaderboardBackend::Redis;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaderboard_is_as_a_sorted_list() {
    for (name, backend, server) in boards() {
        let scratch = Scratch::create(&server).await;
        let start = Utc.with_ymd_and_hms(2150, 1, 1, 0, 0, 0).unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let redis = crate::support::database::server("CLOUDAPP_TEST_REDIS_URL");
        let mut config = config(backend, scratch.url(), &redis);
        on_its_board(&mut config);
        let time = Arc::clone(&clock) as Arc<dyn Clock>;
        let ctx = Context::connect_with_clock(&app(), config, time)
            .await
            .unwrap();
        migrate(&ctx).await;
        let board = ctx.leaderboard("demo:1");
        let mut model = Model::default();
        let most = (1_i64 << 53) - 1;
        for round in 0..200 {
            // Now and then at the same millisecond.
            clock.advance(TimeDelta::milliseconds(below(2)));
            let (member, now_ms) = (1 + below(12), clock.now_ms());
            let of = Id::new(member);
            match below(8) {
                0 => {
                    let was_there = model.0.remove(&member).is_some();
                    assert_eq!(board.remove(of).await.unwrap(), was_there, "{name}");
                }
                1..=4 => {
                    // Neighbours at the end of what a double can tell apart, and ties.
                    let score = [most, most - 1, 0, -most][usize::try_from(below(4)).unwrap()];
                    board.set(of, score).await.unwrap();
                    model.write(member, now_ms, |_| score);
                }
                _ => {
                    let delta = below(5) - 2;
                    let added = board.add(of, delta).await;
                    let old = model.0.get(&member).map_or(0, |row| row.0);
                    if (old + delta).abs() > most {
                        assert_eq!(code(&added), "param_error", "{name}");
                    } else {
                        assert_eq!(added.unwrap(), old + delta, "{name}");
                        model.write(member, now_ms, |score| score + delta);
                    }
                }
            }
            if round % 20 == 19 {
                compare(&ctx, &model).await;
            }
        }
        ctx.leaderboard("other").set(Id::new(1), 1).await.unwrap();
        compare(&ctx, &model).await;
        borders(&ctx).await;
        ctx.close().await;
    }
}

/// From one end to the other, and what no double can tell apart.
async fn borders(ctx: &Context) {
    let board = ctx.leaderboard("borders");
    let most = (1_i64 << 53) - 1;
    let me = Id::new(i64::MIN);
    board.set(me, -most).await.unwrap();
    assert_eq!(board.add(me, 2 * most - 1).await.unwrap(), most - 1);
    for beyond in [2, most, 2 * most + 1, i64::MAX, i64::MIN] {
        assert_eq!(code(&board.add(me, beyond).await), "param_error");
    }
    assert_eq!(board.add(me, -2 * most + 3).await.unwrap(), 2 - most);
    for beyond in [most + 1, i64::MIN] {
        let set = board.set(me, beyond).await.map(|()| 0);
        assert_eq!(code(&set), "param_error");
    }
    let own = board.standing(me).await.unwrap().unwrap();
    assert_eq!((own.member, own.score, own.rank), (me, 2 - most, 1));
    assert!(board.top(0).await.unwrap().is_empty());
    let nameless = ctx.leaderboard("").top(1).await;
    assert_eq!(code(&nameless.map(|_| 0)), "internal");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scores_added_at_once_are_all_there() {
    for backend in boards() {
        let world = World::start(backend, on_its_board).await;
        let all = (0..64).map(|number| {
            let ctx = world.instances[number % 2].clone();
            async move { ctx.leaderboard("demo:2").add(Id::new(1), 5).await.unwrap() }
        });
        let mut scores = join_all(all).await;
        scores.sort_unstable();
        let expected: Vec<i64> = (1..=64).map(|number| number * 5).collect();
        assert_eq!(scores, expected, "{}", world.name);
        world.close().await;
    }
}
