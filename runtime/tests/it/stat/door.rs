//! What may not come in.

use chrono::Duration;
use cloudapp_runtime::app::{App, Context};
use cloudapp_runtime::error::ErrorCode;
use cloudapp_runtime::stat::{STAT_VALUE_MAX, StatEvent};
use cloudapp_runtime::testing::Scratch;
use cloudapp_runtime::types::Id;

use super::world::{APP_ID, World, config, count, decimal, event};

#[tokio::test]
async fn what_fits_no_metric_is_refused_whole() {
    let world = World::of("sqlite:").await;
    let stats = world.ctx.stats();
    let now = world.ctx.now();
    let wrong = [
        event("Nothing", 1),
        event("VisitCount", 1).value(decimal("1.5")),
        event("VisitCount", 1).value(decimal("1")),
        event("VisitCount", 1).value(STAT_VALUE_MAX + 1),
        event("VisitCount", 1).value(i64::MIN),
        event("Price", 1).value(decimal("0.0000000001")),
        event("Price", 1).value(decimal("79228162514264337593543950335")),
        event("VisitUserCount", 0),
        event("VisitCount", 1).at(now - Duration::days(8)),
        event("VisitCount", 1).at(now + Duration::minutes(6)),
        event("VisitCount", 1).key(""),
        event("VisitCount", 1).key("k".repeat(256)),
        event("VisitCount", 1).object("a\0"),
        event("VisitCount", 1).object("a "),
        event("VisitCount", 1).object("a".repeat(65)),
        StatEvent::new("", "VisitCount"),
    ];
    for wrong in wrong {
        let text = format!("{wrong:?}");
        let both = vec![event("VisitCount", 1), wrong];
        let error = stats.report(both).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::PARAM_ERROR, "{text}");
    }
    assert_eq!(stats.waiting().await.unwrap(), 0);
    let extremes = vec![
        event("VisitCount", 0).value(-STAT_VALUE_MAX),
        event("Price", 1).value(decimal("-999999999999.999999999")),
        event("VisitCount", 1).at(now - Duration::days(7) + Duration::minutes(1)),
    ];
    stats.report(extremes).await.unwrap();
    assert_eq!(stats.waiting().await.unwrap(), 3);
}

#[tokio::test]
async fn a_client_reports_what_it_may_and_not_too_often() {
    let world = World::start(
        "sqlite:",
        std::sync::Arc::new(cloudapp_runtime::clock::SystemClock),
        |config| {
            config.stat.client_per_minute = 5;
        },
    )
    .await;
    let stats = world.ctx.stats();
    let report = async |user: i64, events| {
        let done = stats.report_of_client(APP_ID, Id::new(user), events).await;
        done.map_err(|error| error.code().as_str())
    };
    assert_eq!(
        report(1, vec![event("VisitCount", 1).value(3)]).await,
        Ok(())
    );
    for (wrong, code) in [
        (event("VisitCount", 1).value(4), "param_error"),
        (event("VisitCount", 1).value(-1), "param_error"),
        (event("NewUserCount", 1), "param_error"),
    ] {
        assert_eq!(report(1, vec![wrong]).await, Err(code));
    }
    assert_eq!(
        report(1, vec![event("VisitCount", 2)]).await,
        Err("no_power")
    );
    let other = StatEvent::new("other", "VisitCount").user(Id::new(1));
    assert_eq!(report(1, vec![other]).await, Err("no_power"));
    let many = vec![event("VisitCount", 1); 21];
    assert_eq!(report(1, many).await, Err("param_error"));
    // Four of the five counted, three of them refused for what they said.
    assert_eq!(report(1, vec![event("VisitCount", 1)]).await, Ok(()));
    assert_eq!(
        report(1, vec![event("VisitCount", 1)]).await,
        Err("current_limit")
    );
    assert_eq!(report(2, vec![event("VisitCount", 2)]).await, Ok(()));
    assert_eq!(stats.waiting().await.unwrap(), 3);
}

#[tokio::test]
async fn an_app_without_statistics_says_so() {
    let scratch = Scratch::create("sqlite:").await;
    let mut config = config(scratch.url());
    config.shard.clear();
    let app = App::new("bare", "1.0.0");
    let ctx = Context::connect(&app, config).await.unwrap();
    let error = ctx.stats().report(vec![event("VisitCount", 1)]).await;
    let detail = error.unwrap_err().detail();
    assert!(detail.contains("cloudapp add module stat"), "{detail}");
}

#[tokio::test]
async fn what_is_rolled_back_does_not_count() {
    use sea_orm::TransactionTrait as _;
    let world = World::of("sqlite:").await;
    let ctx = &world.ctx;
    let stats = ctx.stats();
    ctx.prepare_ids().await.unwrap();
    let txn = ctx.db().begin().await.unwrap();
    stats
        .report_in(&txn, vec![event("VisitCount", 1)])
        .await
        .unwrap();
    txn.rollback().await.unwrap();
    let txn = ctx.db().begin().await.unwrap();
    stats
        .report_in(&txn, vec![event("VisitCount", 1), event("NewUserCount", 1)])
        .await
        .unwrap();
    txn.commit().await.unwrap();
    let prepared = stats.prepare(vec![event("Price", 1)]).await.unwrap();
    assert_eq!(prepared.len(), 1);
    prepared.write(ctx.db()).await.unwrap();
    assert_eq!(stats.count_waiting().await.unwrap(), 3);
    // Nothing of it can come again, so that nothing is remembered.
    assert_eq!(count(ctx, "stat_applied_tb").await, 0);
}
