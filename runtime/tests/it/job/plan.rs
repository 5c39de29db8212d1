//! When schedules tick: expressions, hours, missed ticks, summer time.

use chrono::{DateTime, TimeDelta, Utc};
use cloudapp_runtime::config::ScheduleConfig;
use cloudapp_runtime::job::{Missed, Schedule, SchedulePlan};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text)
        .unwrap()
        .with_timezone(&Utc)
}

fn plan(schedule: Schedule) -> SchedulePlan {
    SchedulePlan::new(&schedule, None, "Asia/Shanghai").unwrap()
}

/// The ticks after an instant.
fn ticks(schedule: Schedule, after: &str, count: usize) -> Vec<String> {
    let plan = plan(schedule);
    let mut last = at(after);
    let mut all = Vec::new();
    for _ in 0..count {
        last = plan.next_after(last).unwrap();
        all.push(last.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    }
    all
}

#[test]
fn expressions_are_by_the_clocks_of_the_tenant() {
    let daily = Schedule::cron("0 10 0 * * *");
    let days = ["2026-01-30T16:10:00Z", "2026-01-31T16:10:00Z"];
    assert_eq!(ticks(daily.clone(), "2026-01-30T15:00:00Z", 2), days);
    // Not the tick itself again, and a fraction of a second is no second.
    assert_eq!(ticks(daily.clone(), days[0], 1), days[1..]);
    let before = "2026-01-30T16:09:59.999Z";
    assert_eq!(ticks(daily.clone(), before, 1), days[..1]);
    let utc = ["2026-01-31T00:10:00Z"];
    assert_eq!(ticks(daily.time_zone("UTC"), days[0], 1), utc);
    // Five fields: at second 0.
    assert_eq!(
        ticks(Schedule::cron("*/15 * * * *"), "2026-01-30T15:00:00Z", 2),
        ["2026-01-30T15:15:00Z", "2026-01-30T15:30:00Z"]
    );
    let weekdays = Schedule::cron("0 0 9 * * MON-FRI");
    assert_eq!(
        ticks(weekdays, "2026-01-29T12:00:00Z", 2),
        ["2026-01-30T01:00:00Z", "2026-02-02T01:00:00Z"]
    );
    let last_days = Schedule::cron("0 0 0 L * *");
    assert_eq!(
        ticks(last_days, "2026-02-01T00:00:00Z", 2),
        ["2026-02-27T16:00:00Z", "2026-03-30T16:00:00Z"]
    );
}

#[test]
fn hours_are_both_included() {
    let hourly = |hours: &'static str| Schedule::cron("0 30 * * * *").hours(hours);
    // 21:30, 22:30, then 08:30 in Shanghai.
    assert_eq!(
        ticks(hourly("8-22"), "2026-01-30T13:00:00Z", 3),
        [
            "2026-01-30T13:30:00Z",
            "2026-01-30T14:30:00Z",
            "2026-01-31T00:30:00Z"
        ]
    );
    // 05:30, 06:30, then 22:30.
    assert_eq!(
        ticks(hourly("22-6"), "2026-01-29T21:00:00Z", 3),
        [
            "2026-01-29T21:30:00Z",
            "2026-01-29T22:30:00Z",
            "2026-01-30T14:30:00Z"
        ]
    );
    let seconds = Schedule::cron("* * * * * *").hours("8-8");
    assert_eq!(
        ticks(seconds, "2026-01-30T00:59:58Z", 2),
        ["2026-01-30T00:59:59Z", "2026-01-31T00:00:00Z"]
    );
}

#[test]
fn clocks_that_are_put_forward_leave_out_no_daily_tick() {
    let berlin = |cron: &'static str| Schedule::cron(cron).time_zone("Europe/Berlin");
    // From 02:00 to 03:00 on 29 March 2026: 02:30 does not come, so it runs at 03:00.
    assert_eq!(
        ticks(berlin("0 30 2 * * *"), "2026-03-28T00:00:00Z", 3),
        [
            "2026-03-28T01:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-30T00:30:00Z"
        ]
    );
    // One by intervals goes on with the next time that there is.
    assert_eq!(
        ticks(berlin("0 */30 * * * *"), "2026-03-29T00:00:00Z", 3),
        [
            "2026-03-29T00:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-29T01:30:00Z"
        ]
    );
}

#[test]
fn clocks_that_are_put_back_double_no_daily_tick() {
    let berlin = |cron: &'static str| Schedule::cron(cron).time_zone("Europe/Berlin");
    // 02:30 comes twice on 25 October 2026: the first time counts.
    assert_eq!(
        ticks(berlin("0 30 2 * * *"), "2026-10-24T12:00:00Z", 2),
        ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
    );
    // One by intervals runs both times.
    assert_eq!(
        ticks(berlin("0 */30 * * * *"), "2026-10-24T23:59:00Z", 4),
        [
            "2026-10-25T00:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z"
        ]
    );
}

#[test]
fn a_year_of_summer_time_has_each_day_once() {
    for cron in [
        "0 0 0 * * *",
        "0 30 2 * * *",
        "0 0 3 * * *",
        "59 59 1 * * *",
    ] {
        for zone in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"] {
            let plan = plan(Schedule::cron(cron).time_zone(zone));
            let first = plan.next_after(at("2025-12-31T23:00:00Z")).unwrap();
            let mut tick = first;
            for day in 1..=365 {
                let next = plan.next_after(tick).unwrap();
                let minutes = (next - tick).num_minutes();
                assert!((1_350..=1_530).contains(&minutes), "{cron} {zone} {next}");
                let drift = (next - first) - TimeDelta::days(day);
                assert!(drift.num_minutes().abs() <= 120, "{cron} {zone} {next}");
                tick = next;
            }
        }
    }
}

#[test]
fn what_is_due_is_in_order_and_bounded() {
    let seconds = plan(Schedule::cron("* * * * * *").missed(Missed::All));
    let start = at("2026-01-30T00:00:00Z");
    let now = start + TimeDelta::seconds(250);
    let (mut next, mut seen) = (start, Vec::new());
    loop {
        let due = seconds.due(next, now);
        assert!(due.ticks.len() <= 100);
        seen.extend(due.ticks.iter().map(|tick| (tick.at - start).num_seconds()));
        next = due.next.unwrap();
        if due.ticks.is_empty() {
            break;
        }
    }
    assert_eq!(seen, (0..=250).collect::<Vec<i64>>());
    assert_eq!(next, start + TimeDelta::seconds(251));
}

#[test]
fn missed_ticks_run_as_the_schedule_says() {
    let hourly = |missed| plan(Schedule::cron("0 0 * * * *").missed(missed));
    let next = at("2026-01-30T01:00:00Z");
    let now = at("2026-01-30T05:30:00Z");
    let found = |missed| {
        let due = hourly(missed).due(next, now);
        let ticks = due.ticks.iter();
        let hours = ticks.map(|tick| (tick.at.format("%H").to_string(), tick.missed));
        (hours.collect::<Vec<_>>(), due.next.unwrap())
    };
    let six = at("2026-01-30T06:00:00Z");
    assert_eq!(found(Missed::Once), (vec![("05".to_owned(), 4)], six));
    assert_eq!(found(Missed::Skip), (vec![], six));
    let all = ["01", "02", "03", "04", "05"].map(|hour| (hour.to_owned(), 0));
    assert_eq!(found(Missed::All), (all.to_vec(), six));
    // What came within the last minute is not missed, whatever the schedule says.
    for missed in [Missed::Once, Missed::Skip, Missed::All] {
        let due = hourly(missed).due(at("2026-01-30T05:00:00Z"), at("2026-01-30T05:00:40Z"));
        assert_eq!(due.ticks.len(), 1, "{missed:?}");
        assert_eq!(due.next, Some(six));
    }
    // Long after: counted up to a thousand.
    let due = plan(Schedule::cron("* * * * * *")).due(next, at("2026-03-30T05:30:00Z"));
    assert_eq!(due.ticks[0].missed, 1_000);
    assert_eq!(due.ticks[0].at, at("2026-03-30T05:29:00Z"));
    assert_eq!(due.ticks.len(), 61);
}

#[test]
fn an_instant_ticks_once() {
    let once = |missed| plan(Schedule::once_at("2026-02-01T10:00:00+08:00").missed(missed));
    let instant = at("2026-02-01T02:00:00Z");
    let later = at("2026-02-03T02:00:00Z");
    let plan = once(Missed::Once);
    assert_eq!(plan.first(later), Some(instant));
    assert_eq!(plan.next_after(instant), None);
    let due = plan.due(instant, later);
    assert_eq!((due.ticks.len(), due.ticks[0].at), (1, instant));
    assert_eq!(due.next, None);
    assert!(once(Missed::Skip).due(instant, later).ticks.is_empty());
    let due = once(Missed::Skip).due(instant, instant);
    assert_eq!((due.ticks.len(), due.next), (1, None));
}

#[test]
fn the_configuration_goes_before_the_code() {
    let code = Schedule::cron("0 0 3 * * *").hours("0-6").disabled();
    let section = ScheduleConfig {
        cron: Some("0 0 12 * * *".to_owned()),
        hours: Some("8-22".to_owned()),
        time_zone: Some("UTC".to_owned()),
        enabled: Some(true),
        ..ScheduleConfig::default()
    };
    let plan = SchedulePlan::new(&code, Some(&section), "Asia/Shanghai").unwrap();
    let next = plan.next_after(at("2026-01-30T00:00:00Z"));
    assert_eq!(next, Some(at("2026-01-30T12:00:00Z")));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let nightly = || Schedule::cron("0 0 3 * * *");
    for (schedule, key) in [
        (Schedule::cron("0 0 25 * * *"), "`cron` is `0 0 25 * * *`"),
        (Schedule::cron("hourly please"), "`cron`"),
        (Schedule::cron(""), "`cron`"),
        (Schedule::cron("0 0 3 * * * 2030"), "`cron`"),
        (Schedule::cron("0 0 0 30 2 *"), "never"),
        (nightly().hours("8-22"), "never"),
        (nightly().hours("8-24"), "`hours` is `8-24`"),
        (nightly().hours("8"), "`hours`"),
        (nightly().time_zone("Mars/Olympus"), "`time_zone`"),
        (nightly().attempts(0), "`attempts`"),
        (Schedule::once_at("tomorrow"), "`once_at` is `tomorrow`"),
    ] {
        let reason = SchedulePlan::new(&schedule, None, "UTC").unwrap_err();
        assert!(reason.contains(key), "{reason}");
    }
    let both = ScheduleConfig {
        cron: Some("0 0 12 * * *".to_owned()),
        once_at: Some("2026-02-01T10:00:00+08:00".to_owned()),
        ..ScheduleConfig::default()
    };
    let reason = SchedulePlan::new(&nightly(), Some(&both), "UTC").unwrap_err();
    assert!(reason.contains("exclude"), "{reason}");
}
