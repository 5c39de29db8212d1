//! Draws of many players at once, on each database: nothing is lost, doubled or oversold.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use cloudapp_runtime::app::{App, Module};
use cloudapp_runtime::asset::{JournalFilter, VerifyOptions};
use cloudapp_runtime::auth::Player;
use cloudapp_runtime::db::Transaction;
use cloudapp_runtime::error::{AppError, AppResult};
use cloudapp_runtime::lottery::{Drawn, Hooks, NoHooks, RuleRow};
use cloudapp_runtime::stat::StatFilter;
use cloudapp_runtime::types::Id;
use futures_util::future::join_all;

use super::world::{ACT, MODULE, World, app, names, prize, rule, thanks};
use crate::asset::world::{APP_ID, servers};

const PLAYERS: usize = 12;
const DRAWS_EACH: i64 = 8;
const COST: i64 = 10;

/// Of all players at once, each draws until his points are gone.
async fn at_once(server: &str) {
    let world = Arc::new(World::start(server, app(NoHooks)).await);
    world.rule(rule(COST)).await;
    let cup = world.prize(prize("Tea cup", 40, 15)).await;
    let phone = world.prize(prize("Phone", 10, 3)).await;
    world.prize(thanks(50)).await;
    let mut players = Vec::new();
    for number in 0..PLAYERS {
        let player = world.player(&format!("player {number}")).await;
        world.give(&player, DRAWS_EACH * COST).await;
        players.push(player);
    }
    let series = players.iter().map(|player| {
        let (world, player) = (Arc::clone(&world), player.clone());
        tokio::spawn(async move {
            let mut won = Vec::new();
            for _ in 0..DRAWS_EACH {
                let drawn = world.draw(&player, 1).await.unwrap();
                won.extend(
                    drawn
                        .results
                        .into_iter()
                        .filter_map(|one| one.prize_roster_id),
                );
            }
            assert_eq!(world.draw(&player, 1).await.unwrap_err(), "no_enough");
            won
        })
    });
    let told = join_all(series).await.into_iter();
    let told: BTreeSet<Id> = told.flat_map(Result::unwrap).collect();
    let winnings = world.winnings().await;
    let kept: BTreeSet<Id> = winnings.iter().map(|row| row.id).collect();
    assert_eq!(kept, told);
    for prize in [&cup, &phone] {
        let rows = winnings.iter().filter(|row| row.prize_id == prize.id);
        assert_eq!(world.stock(prize).await.1, rows.count() as i64);
    }
    // 96 draws, of which half are of the cups and phones: they are gone.
    assert_eq!(world.stock(&cup).await.0, 0);
    for player in &players {
        assert_eq!(world.points(player).await, 0);
        let lottery = world.ctx.lottery();
        let draws = lottery.draws_of(player, ACT, None, 100).await.unwrap();
        assert_eq!(draws.len() as i64, DRAWS_EACH);
        assert!(draws.iter().all(|row| row.is_sound()));
    }
    let filter = JournalFilter {
        source_types: vec![4],
        ..JournalFilter::default()
    };
    let ledger = world.ctx.ledger();
    let rows = ledger.log_of_tenant(APP_ID, &filter, None, 1_000).await;
    let cost: i64 = rows.unwrap().iter().map(|row| row.operate_value).sum();
    assert_eq!(cost, -(PLAYERS as i64) * DRAWS_EACH * COST);
    let report = ledger.verify(&VerifyOptions::default(), |_| {}).await;
    assert!(report.unwrap().is_clean());
    world.ctx.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_once_on_sqlite() {
    at_once(&servers()[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_once_on_mysql() {
    at_once(&servers()[1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_once_on_postgres() {
    at_once(&servers()[2]).await;
}

#[tokio::test]
async fn one_key_draws_once_however_often_it_is_sent() {
    let world = World::new().await;
    world.rule(rule(COST)).await;
    let cup = world.prize(prize("Tea cup", 1, 100)).await;
    let player = world.player("alice").await;
    world.give(&player, 100).await;
    let requests = (0..10).map(|_| world.draw_with(&player, 3, Some("key")));
    let mut answers = join_all(requests).await.into_iter().map(Result::unwrap);
    let first = answers.next().unwrap();
    assert!(answers.all(|one| one.draw_id == first.draw_id && one.results == first.results));
    assert_eq!(world.stock(&cup).await, (97, 3));
    assert_eq!(world.points(&player).await, 70);
    let other = world.draw_with(&player, 2, Some("key")).await;
    assert_eq!(other.unwrap_err(), "idempotency_conflict");
    // Another player's key is another one.
    let bob = world.player("bob").await;
    world.give(&bob, 30).await;
    let own = world.draw_with(&bob, 3, Some("key")).await.unwrap();
    assert!(!own.is_replay && own.draw_id != first.draw_id);
    world.close().await;
}

struct Refusing;

#[async_trait]
impl Hooks for Refusing {
    async fn after_draw(
        &self,
        _: &Transaction<'_>,
        _: &Player,
        _: &RuleRow,
        drawn: &Drawn,
    ) -> AppResult<()> {
        match drawn.results.len() {
            3 => Err(AppError::conflict(("not three", "不能是三个"))),
            _ => Ok(()),
        }
    }
}

#[tokio::test]
async fn a_hook_that_refuses_takes_everything_back() {
    let world = World::start("sqlite:", app(Refusing)).await;
    world.rule(rule(COST)).await;
    let cup = world.prize(prize("Tea cup", 1, 10)).await;
    let player = world.player("alice").await;
    world.give(&player, 100).await;
    assert_eq!(world.draw(&player, 3).await.unwrap_err(), "conflict");
    assert_eq!(world.stock(&cup).await, (10, 0));
    assert_eq!(world.points(&player).await, 100);
    assert!(world.winnings().await.is_empty());
    let drawn = world.draw(&player, 2).await.unwrap();
    assert_eq!(names(&drawn), ["Tea cup", "Tea cup"]);
    world.close().await;
}

#[tokio::test]
async fn a_draw_that_was_altered_is_found() {
    let world = World::new().await;
    world.rule(rule(0)).await;
    let cup = world.prize(prize("Tea cup", 50, 100)).await;
    let phone = world.prize(prize("Phone", 50, 100)).await;
    let player = world.player("alice").await;
    world.draw(&player, 10).await.unwrap();
    let lottery = world.ctx.lottery();
    let row = lottery
        .draws_of(&player, ACT, None, 1)
        .await
        .unwrap()
        .remove(0);
    assert!(row.is_sound());
    let (cup, phone) = (cup.id.to_string(), phone.id.to_string());
    let mut other_results = row.clone();
    let swapped = row.result_json.replace(&cup, "x").replace(&phone, &cup);
    other_results.result_json = swapped.replace('x', &phone);
    let mut other_seed = row.clone();
    other_seed.seed = "00".repeat(32);
    let mut other_start = row.clone();
    other_start.start_json = row.start_json.replacen("\"share\":50", "\"share\":1", 1);
    for altered in [other_results, other_seed, other_start] {
        assert!(!altered.is_sound());
    }
    world.close().await;
}

#[tokio::test]
async fn statistics_and_points_come_with_the_draw() {
    let mut with_statistics: App = app(NoHooks);
    with_statistics.module(Module::new("stat").statistics());
    let world = World::start("sqlite:", with_statistics).await;
    world.rule(rule(0)).await;
    let mut points = prize("20 points", 1, 5);
    (points.prize_type, points.asset_type, points.asset_value) = (6, 2, 20);
    let points = world.prize(points).await;
    let player = world.player("alice").await;
    world.draw(&player, 2).await.unwrap();
    world.draw(&player, 1).await.unwrap();
    assert_eq!(world.points(&player).await, 60);
    assert_eq!(world.stock(&points).await, (2, 3));
    assert!(
        world
            .winnings()
            .await
            .iter()
            .all(|row| row.prize_status == 11)
    );
    let stats = world.ctx.stats();
    stats.count_waiting().await.unwrap();
    let filter = StatFilter {
        app_id: APP_ID.to_owned(),
        act_id: ACT,
        module_id: Some(MODULE),
        object_id: None,
        from: "2026-11-26".parse().unwrap(),
        to: "2026-11-26".parse().unwrap(),
    };
    let totals = stats.totals(&filter).await.unwrap();
    let figures = totals.into_iter().flat_map(|group| group.data_list);
    let figures = figures.map(|one| (one.name, one.value.to_string()));
    let figures: Vec<_> = figures
        .filter(|(name, _)| name.contains("Lottery"))
        .collect();
    let expected = [
        ("AddLotteryUserCount", "1"),
        ("LotteryCount", "3"),
        ("LotteryUserCount", "1"),
        ("LotteryWinCount", "3"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(figures, expected);
    world.close().await;
}
