//! Totals, trends and figures of players; days are those of the tenant's time zone.

use std::sync::Arc;

use chrono::{Duration, NaiveDate, TimeZone as _, Utc};
use cloudapp_runtime::clock::ManualClock;
use cloudapp_runtime::error::ErrorCode;
use cloudapp_runtime::stat::{StatFilter, StatUnit, UserStatFilter};
use cloudapp_runtime::types::Id;

use super::world::{APP_ID, World, decimal, event, servers};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

fn filter(from: u32, to: u32) -> StatFilter {
    StatFilter {
        app_id: APP_ID.to_owned(),
        act_id: Id::new(1),
        module_id: None,
        object_id: None,
        from: day(from),
        to: day(to),
    }
}

async fn world(server: &str) -> World {
    let now = Utc.with_ymd_and_hms(2026, 3, 6, 4, 0, 0).unwrap();
    let world = World::start(server, Arc::new(ManualClock::new(now)), |_| {}).await;
    let stats = world.ctx.stats();
    // The last second of 3 March in Shanghai, and the first of 4 March.
    let midnight = Utc.with_ymd_and_hms(2026, 3, 3, 16, 0, 0).unwrap();
    let before = midnight - Duration::seconds(1);
    let events = vec![
        event("VisitCount", 1).at(before).value(2),
        event("VisitCount", 1).at(midnight).value(3),
        event("VisitCount", 2)
            .at(midnight)
            .value(5)
            .module(Id::new(9)),
        event("VisitUserCount", 1).at(before),
        event("VisitUserCount", 1).at(midnight),
        event("NewUserCount", 1).at(before),
        event("NewUserCount", 1).at(midnight),
        event("Price", 2)
            .at(midnight)
            .value(decimal("12.50"))
            .object("cup"),
        event("VisitCount", 1).act(Id::new(2)).value(100),
    ];
    stats.report(events).await.unwrap();
    stats.count_waiting().await.unwrap();
    world
}

#[tokio::test]
async fn totals_are_by_group() {
    for server in servers() {
        let world = world(&server).await;
        let stats = world.ctx.stats();
        let groups = stats.totals(&filter(1, 6)).await.unwrap();
        let names: Vec<&str> = groups
            .iter()
            .map(|group| group.group_name.as_str())
            .collect();
        assert_eq!(names, ["Traffic", "Shop"]);
        let traffic = &groups[0];
        let figures: Vec<_> = traffic
            .data_list
            .iter()
            .map(|figure| (figure.name.as_str(), figure.value.to_string()))
            .collect();
        let expected = [
            ("VisitCount", "10".to_owned()),
            ("VisitUserCount", "2".to_owned()),
        ];
        assert_eq!(figures, expected, "{server}");
        let sub = &traffic.sub_data_list[0];
        assert_eq!((sub.group_name.as_str(), sub.data_list.len()), ("New", 1));
        assert_eq!(sub.data_list[0].value, decimal("1"));
        assert_eq!(groups[1].data_list[0].value, decimal("12.5"));
        // Nobody reported it.
        assert_eq!(groups[1].data_list[2].value, decimal("0"));

        let only = StatFilter {
            module_id: Some(Id::new(9)),
            ..filter(1, 6)
        };
        let groups = stats.totals(&only).await.unwrap();
        assert_eq!(groups[0].data_list[0].value, decimal("5"));
        let cup = StatFilter {
            object_id: Some("cup".to_owned()),
            ..filter(4, 4)
        };
        let groups = stats.totals(&cup).await.unwrap();
        assert_eq!(groups[0].data_list[0].value, decimal("0"));
        assert_eq!(groups[1].data_list[0].value, decimal("12.5"));
        for (from, to) in [(6, 5), (7, 1)] {
            let error = stats.totals(&filter(from, to)).await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::PARAM_ERROR);
        }
        world.ctx.close().await;
    }
}

#[tokio::test]
async fn trends_have_every_step() {
    for server in servers() {
        let world = world(&server).await;
        let stats = world.ctx.stats();
        let trend = async |unit, from, to| {
            let trends = stats
                .trend(&filter(from, to), unit, Some("VisitCount"))
                .await;
            let trends = trends.unwrap();
            assert_eq!(trends.len(), 1);
            let points = trends[0].value.iter();
            let points = points.map(|point| (point.date.clone(), point.value.to_string()));
            points.collect::<Vec<_>>()
        };
        let text = |points: &[(&str, &str)]| {
            let points = points.iter();
            let points = points.map(|(date, value)| ((*date).to_owned(), (*value).to_owned()));
            points.collect::<Vec<_>>()
        };
        let days = trend(StatUnit::Day, 2, 5).await;
        let expected = [
            ("2026-03-02", "0"),
            ("2026-03-03", "2"),
            ("2026-03-04", "8"),
            ("2026-03-05", "0"),
        ];
        assert_eq!(days, text(&expected), "{server}");
        let hours = trend(StatUnit::Hour, 3, 4).await;
        assert_eq!(hours.len(), 48);
        assert_eq!(
            hours[23..25],
            text(&[("2026-03-03T23", "2"), ("2026-03-04T00", "8")])
        );
        assert_eq!(
            trend(StatUnit::Month, 1, 31).await,
            text(&[("2026-03", "10")])
        );
        assert_eq!(trend(StatUnit::Year, 4, 4).await, text(&[("2026", "8")]));
        let all = stats
            .trend(&filter(4, 4), StatUnit::Day, None)
            .await
            .unwrap();
        assert_eq!(all.len(), 6);
        world.ctx.close().await;
    }
}

#[tokio::test]
async fn players_have_figures_of_their_own() {
    for server in servers() {
        let world = world(&server).await;
        let stats = world.ctx.stats();
        let mut of_players = UserStatFilter {
            app_id: APP_ID.to_owned(),
            act_id: Id::new(1),
            ..UserStatFilter::default()
        };
        let rows = stats.user_days(&of_players, None, 10).await.unwrap();
        let figures = rows.iter().map(|row| {
            (
                row.user_id.get(),
                row.name.as_str(),
                row.date.as_str(),
                row.value.to_string(),
            )
        });
        let mut figures: Vec<_> = figures.collect();
        figures.sort();
        let expected = [
            (1, "VisitCount", "2026-03-03", "2".to_owned()),
            (1, "VisitCount", "2026-03-04", "3".to_owned()),
            (2, "Price", "2026-03-04", "12.5".to_owned()),
            (2, "VisitCount", "2026-03-04", "5".to_owned()),
        ];
        assert_eq!(figures, expected, "{server}");
        let page = stats
            .user_days(&of_players, Some(rows[1].id), 1)
            .await
            .unwrap();
        assert_eq!(page, rows[2..3]);
        of_players.user_id = Some(Id::new(1));
        of_players.from = Some(day(4));
        let totals = stats.user_totals(&of_players).await.unwrap();
        assert_eq!(totals["VisitCount"], decimal("3"));
        assert_eq!(totals.len(), 1);
        world.ctx.close().await;
    }
}
