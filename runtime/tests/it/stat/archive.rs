//! What goes, and what stays of it.

use std::sync::Arc;

use chrono::{Duration, NaiveDate, TimeZone as _, Utc};
use cloudapp_runtime::clock::ManualClock;
use cloudapp_runtime::migrate::Options;
use cloudapp_runtime::stat::{StatCleaned, StatFilter, StatUnit};
use cloudapp_runtime::types::Id;

use super::world::{APP_ID, World, cells, count, decimal, event, rows, servers};

async fn years(world: &World) -> Vec<String> {
    let filter = StatFilter {
        app_id: APP_ID.to_owned(),
        act_id: Id::new(1),
        module_id: None,
        object_id: None,
        from: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
        to: NaiveDate::from_ymd_opt(2026, 12, 31).unwrap(),
    };
    let stats = world.ctx.stats();
    let mut found = Vec::new();
    for metric in ["VisitCount", "Price"] {
        let trend = stats.trend(&filter, StatUnit::Year, Some(metric)).await;
        let trend = trend.unwrap().remove(0);
        found.extend(trend.value.iter().map(|point| point.value.to_string()));
    }
    found
}

#[tokio::test]
async fn old_rows_go_and_years_stay() {
    for server in servers() {
        let clock = Arc::new(ManualClock::new(
            // Noon of 31 December in Shanghai.
            Utc.with_ymd_and_hms(2025, 12, 31, 4, 0, 0).unwrap(),
        ));
        let world = World::start(&server, Arc::clone(&clock) as _, |config| {
            config.stat.user_days = 30;
        });
        let world = world.await;
        let stats = world.ctx.stats();
        let report = async || {
            let mut events = Vec::new();
            for user in 1..=8 {
                events.push(event("VisitCount", user).key(format!("{user}:{}", world.ctx.now())));
                events.push(event("VisitUserCount", user));
                events.push(event("NewUserCount", user));
                events.push(event("Logged", user));
                events.push(event("Price", user).value(decimal("0.25")));
            }
            stats.report(events).await.unwrap();
            stats.count_waiting().await.unwrap();
        };
        report().await;
        clock.advance(Duration::days(1));
        report().await;
        assert_eq!(rows(&world.ctx, "id", "stat_log").await.len(), 40);
        assert_eq!(stats.clean_up().await.unwrap(), StatCleaned::default());

        clock.advance(Duration::days(15));
        let cleaned = stats.clean_up().await.unwrap();
        let expected = StatCleaned {
            log_rows: 16,
            applied: 16,
            user_rows: 0,
            archived: 5,
        };
        assert_eq!(cleaned, expected, "{server}");
        assert_eq!(count(&world.ctx, "stat_archive_tb").await, 5);
        assert_eq!(years(&world).await, ["8", "8", "2", "2"]);
        // Once for ever stays once for ever.
        report().await;
        assert_eq!(years(&world).await, ["8", "16", "2", "4"]);
        let new = cells(&world.ctx).await.into_iter();
        let new = new.filter(|((_, name, ..), _)| name == "NewUserCount");
        assert_eq!(new.map(|(_, cell)| cell.1).sum::<i64>(), 8);

        clock.advance(Duration::days(16));
        let cleaned = stats.clean_up().await.unwrap();
        assert_eq!((cleaned.user_rows, cleaned.archived), (32, 0), "{server}");
        world.ctx.close().await;
    }
}

#[tokio::test]
async fn hours_of_archived_years_can_be_removed() {
    for server in servers() {
        let clock = Arc::new(ManualClock::new(
            Utc.with_ymd_and_hms(2025, 12, 31, 4, 0, 0).unwrap(),
        ));
        let world = World::start(&server, Arc::clone(&clock) as _, |config| {
            config.stat.remove_archived = true;
        });
        let world = world.await;
        let stats = world.ctx.stats();
        let events = vec![
            event("VisitCount", 1).value(7),
            event("Price", 1)
                .value(decimal("1.000000001"))
                .module(Id::new(2)),
            event("Price", 1).value(decimal("2")),
        ];
        stats.report(events).await.unwrap();
        stats.count_waiting().await.unwrap();
        clock.advance(Duration::days(1));
        stats.report(vec![event("VisitCount", 1)]).await.unwrap();
        stats.count_waiting().await.unwrap();
        let before = years(&world).await;
        assert_eq!(before, ["7", "1", "3.000000001", "0"]);
        clock.advance(Duration::days(20));
        for archived in [3, 0] {
            assert_eq!(stats.clean_up().await.unwrap().archived, archived);
            assert_eq!(years(&world).await, before, "{server}");
        }
        assert_eq!(cells(&world.ctx).await.len(), 1);
        world.ctx.close().await;
    }
}

#[tokio::test]
async fn the_schema_goes_down_and_up_again() {
    for server in servers() {
        let world = World::of(&server).await;
        let options = Options::default();
        for (group, migrator) in world.ctx.migrators() {
            let db = world.ctx.db_of(*group);
            let down = migrator.down(db, usize::MAX, &options).await.unwrap();
            let up = migrator.up(db, &options).await.unwrap();
            assert_eq!(down.changes.len(), up.changes.len(), "{server}");
            assert!(migrator.check(db).await.unwrap().is_empty(), "{server}");
        }
        world.ctx.close().await;
    }
}
