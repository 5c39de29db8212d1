//! The same on each database, with one pump and with several.

use cloudapp_runtime::config::{GroupConfig, Secret};
use cloudapp_runtime::stat::{StatEvent, UserStatFilter};
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::Id;
use std::sync::Arc;

use super::world::{APP_ID, World, cells, count, decimal, event, fast, rows, servers};

fn total(cells: &super::world::Cells, metric: &str) -> (i128, i64) {
    let of_metric = cells.iter().filter(|((_, name, ..), _)| name == metric);
    of_metric.fold((0, 0), |sum, (_, cell)| (sum.0 + cell.0, sum.1 + cell.1))
}

#[tokio::test]
async fn players_count_once_a_day_or_once() {
    for server in servers() {
        let world = World::of(&server).await;
        let stats = world.ctx.stats();
        for _ in 0..3 {
            for user in 1..=20 {
                let events = ["VisitCount", "VisitUserCount", "NewUserCount"];
                let events = events.map(|metric| event(metric, user)).to_vec();
                stats.report(events).await.unwrap();
            }
            stats.count_waiting().await.unwrap();
        }
        let cells = cells(&world.ctx).await;
        assert_eq!(total(&cells, "VisitCount").1, 60);
        assert_eq!(total(&cells, "VisitUserCount").1, 20);
        assert_eq!(total(&cells, "NewUserCount").1, 20);
        let of_user = UserStatFilter {
            app_id: APP_ID.to_owned(),
            act_id: Id::new(1),
            user_id: Some(Id::new(7)),
            ..UserStatFilter::default()
        };
        let totals = stats.user_totals(&of_user).await.unwrap();
        let expected = [("VisitCount".to_owned(), decimal("3"))];
        assert_eq!(totals.into_iter().collect::<Vec<_>>(), expected);
        world.ctx.close().await;
    }
}

#[tokio::test]
async fn the_first_value_of_a_day_wins_and_decimals_are_exact() {
    for server in servers() {
        let world = World::of(&server).await;
        let stats = world.ctx.stats();
        for _ in 0..10 {
            let events = ["0.1", "0.2", "-0.000000001"];
            let events = events.map(|price| event("Price", 1).value(decimal(price)));
            stats.report(events.to_vec()).await.unwrap();
        }
        for price in ["2.5", "7", "0.25"] {
            let first = event("FirstPrice", 1).value(decimal(price));
            stats.report(vec![first]).await.unwrap();
        }
        stats.count_waiting().await.unwrap();
        let cells = cells(&world.ctx).await;
        assert_eq!(total(&cells, "Price"), (3_000_000_000 - 10, 30));
        assert_eq!(total(&cells, "FirstPrice"), (2_500_000_000, 1));
        world.ctx.close().await;
    }
}

#[tokio::test]
async fn several_pumps_count_each_event_once() {
    for server in servers() {
        let world = World::start(
            &server,
            Arc::new(cloudapp_runtime::clock::SystemClock),
            |config| {
                config.stat.batch_max = 50;
            },
        );
        let world = world.await;
        let others = [world.another().await, world.another().await];
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut pumps = Vec::new();
        for ctx in &others {
            let (ctx, stopped) = (ctx.clone(), stopped.clone());
            pumps.push(tokio::spawn(async move { ctx.stats().pump(stopped).await }));
        }
        let stats = world.ctx.stats();
        for round in 0..30 {
            let events = (0..100).map(|number| {
                let metric = ["VisitCount", "NewUserCount"][number % 2];
                event(metric, (round * 7 + number as i64) % 90)
            });
            let events: Vec<StatEvent> = events
                .map(|event| event.object("x"))
                .filter(|event| !format!("{event:?}").contains("user_id: Id(0)"))
                .collect();
            stats.report(events).await.unwrap();
        }
        while stats.waiting().await.unwrap() > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        stop.send(true).unwrap();
        for pump in pumps {
            pump.await.unwrap();
        }
        let mut expected = (0, std::collections::BTreeSet::new());
        for round in 0..30_i64 {
            for number in 0..100_i64 {
                let user = (round * 7 + number) % 90;
                match number % 2 {
                    _ if user == 0 => {}
                    0 => expected.0 += 1,
                    _ => drop(expected.1.insert(user)),
                }
            }
        }
        let cells = cells(&world.ctx).await;
        assert_eq!(total(&cells, "VisitCount").1, expected.0, "{server}");
        assert_eq!(total(&cells, "NewUserCount").1, expected.1.len() as i64);
        for ctx in others {
            ctx.close().await;
        }
        world.ctx.close().await;
    }
}

/// A key is known, whichever way the event comes again.
#[tokio::test]
async fn an_event_with_a_key_counts_once_by_every_way() {
    for server in servers() {
        let world = World::start(
            &server,
            Arc::new(cloudapp_runtime::clock::SystemClock),
            fast,
        );
        let world = world.await;
        let ctx = &world.ctx;
        let stats = ctx.stats();
        let paid = || vec![event("VisitCount", 5).value(2).key("order:1")];
        for _ in 0..2 {
            stats.report(paid()).await.unwrap();
            stats.report(paid()).await.unwrap();
            stats
                .prepare(paid())
                .await
                .unwrap()
                .write(ctx.db())
                .await
                .unwrap();
            stats.count_waiting().await.unwrap();
        }
        // Another player's event of the key is the same event; another metric's is not.
        stats
            .report(vec![event("VisitCount", 6).key("order:1")])
            .await
            .unwrap();
        stats
            .report(vec![event("Logged", 5).key("order:1")])
            .await
            .unwrap();
        stats.count_waiting().await.unwrap();
        let cells = cells(ctx).await;
        assert_eq!(total(&cells, "VisitCount"), (2_000_000_000, 1), "{server}");
        assert_eq!(total(&cells, "Logged").1, 1);
        assert_eq!(count(ctx, "stat_applied_tb").await, 2);
        world.ctx.close().await;
    }
}

/// The figures are in another database than the inbox: what was counted comes again if it was not
/// taken away.
#[tokio::test]
async fn what_comes_again_from_another_database_is_known() {
    for server in servers() {
        let other = Scratch::create(&server).await;
        let url = other.url().to_owned();
        let world = World::start(
            &server,
            Arc::new(cloudapp_runtime::clock::SystemClock),
            move |config| {
                let group = GroupConfig {
                    url: Secret::new(url),
                    ..GroupConfig::default()
                };
                config
                    .database
                    .groups
                    .insert(cloudapp_runtime::db::Group::Stat, group);
            },
        );
        let world = world.await;
        let ctx = &world.ctx;
        let stats = ctx.stats();
        let events = vec![
            event("VisitCount", 1),
            event("VisitUserCount", 1),
            event("Logged", 1),
        ];
        let prepared = stats.prepare(events).await.unwrap();
        for _ in 0..3 {
            prepared.write(ctx.db()).await.unwrap();
            assert_eq!(stats.count_waiting().await.unwrap(), 3);
        }
        let cells = cells(ctx).await;
        for metric in ["VisitCount", "VisitUserCount", "Logged"] {
            assert_eq!(total(&cells, metric).1, 1, "{server} {metric}");
        }
        assert_eq!(rows(ctx, "id", "stat_log").await.len(), 2);
        ctx.close().await;
    }
}
