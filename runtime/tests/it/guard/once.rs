//! Work of services that is done at most once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::Duration;
use cloudapp_runtime::app::Context;
use cloudapp_runtime::clock::ManualClock;
use cloudapp_runtime::config::Environment;
use cloudapp_runtime::error::{AppError, AppResult};
use cloudapp_runtime::guard::{IdempotencyKey, Once, forget, once};
use cloudapp_runtime::testing::TestApp;
use cloudapp_runtime::types::Id;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::fixture::{self, effect, effects, records};
use super::servers;
use crate::web::start;

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text).unwrap()
}

/// Work with an effect, that then fails if it shall.
async fn have(ctx: &Context, scope: &str, content: &str, fail: bool) -> AppResult<Once<Id>> {
    let id = ctx.next_id().await?;
    once(ctx, ctx.db(), scope, &key("k"), content, |txn| {
        Box::pin(async move {
            let row = effect::ActiveModel {
                id: Set(id),
                title: Set("once".to_owned()),
            };
            effect::Entity::insert(row)
                .exec_without_returning(txn)
                .await?;
            if fail {
                return Err(AppError::conflict("it fails"));
            }
            Ok(id)
        })
    })
    .await
}

#[tokio::test]
async fn the_first_result_comes_back() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let ctx = app.context();
        let first = have(ctx, "a:1", "x", false).await.unwrap();
        assert!(!first.is_replay, "{name}");
        let second = have(ctx, "a:1", "x", false).await.unwrap();
        assert_eq!((second.value, second.is_replay), (first.value, true));
        let error = have(ctx, "a:1", "y", false).await.unwrap_err();
        assert_eq!(error.code().as_str(), "idempotency_conflict", "{name}");
        let other = have(ctx, "a:2", "y", false).await.unwrap();
        assert!(!other.is_replay, "{name}");
        assert_eq!((effects(&app).await, records(&app).await), (2, 2), "{name}");
    }
}

#[tokio::test]
async fn failed_work_records_nothing() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let ctx = app.context();
        let error = have(ctx, "a", "x", true).await.unwrap_err();
        assert_eq!(error.to_string(), "conflict: it fails", "{name}");
        assert_eq!((effects(&app).await, records(&app).await), (0, 0), "{name}");
        assert!(!have(ctx, "a", "y", false).await.unwrap().is_replay);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_at_once_one_does_it() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let callers: Vec<_> = (0..50)
            .map(|_| {
                let ctx = app.context().clone();
                tokio::spawn(async move { have(&ctx, "a", "x", false).await })
            })
            .collect();
        let mut done = Vec::new();
        for caller in callers {
            done.push(caller.await.unwrap().unwrap());
        }
        let new = done.iter().filter(|one| !one.is_replay).count();
        assert_eq!((new, effects(&app).await), (1, 1), "{name}");
        assert!(
            done.iter().all(|one| one.value == done[0].value),
            "{name}: {done:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_at_once_one_succeeds_where_the_first_ones_fail() {
    for (name, server) in servers() {
        let setup = TestApp::setup(fixture::app()).database_server(server);
        let app = setup.start().await;
        let runs = Arc::new(AtomicU32::new(0));
        let callers: Vec<_> = (0..50)
            .map(|_| {
                let (ctx, runs) = (app.context().clone(), Arc::clone(&runs));
                tokio::spawn(async move {
                    let fail = runs.fetch_add(1, Ordering::SeqCst) < 3;
                    have(&ctx, "a", "x", fail).await
                })
            })
            .collect();
        let mut values = Vec::new();
        for caller in callers {
            if let Ok(done) = caller.await.unwrap() {
                values.push(done.value);
            }
        }
        // Who fails may also find it done.
        assert!(values.len() >= 47, "{name}: {}", values.len());
        assert!(values.iter().all(|value| *value == values[0]), "{name}");
        assert_eq!(effects(&app).await, 1, "{name}");
    }
}

#[tokio::test]
async fn an_expired_record_is_replaced() {
    let clock = Arc::new(ManualClock::new(start()));
    let setup = TestApp::setup(fixture::app()).clock(clock.clone());
    let app = setup.start().await;
    have(app.context(), "a", "x", false).await.unwrap();
    clock.advance(Duration::days(1));
    let again = have(app.context(), "a", "y", false).await.unwrap();
    assert!(!again.is_replay);
    assert_eq!((effects(&app).await, records(&app).await), (2, 1));
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_done() {
    let app = TestApp::start(fixture::app()).await;
    let ctx = app.context();
    let any = key("k");
    let long = once(ctx, ctx.db(), "a", &any, "", |_| {
        Box::pin(async { Ok("x".repeat(300_000)) })
    });
    assert_eq!(long.await.unwrap_err().code().as_str(), "internal");
    let long = "x".repeat(191);
    for scope in ["", "a b", "http:client:demo:1", &long] {
        let error = have(ctx, scope, "", false).await.unwrap_err();
        assert_eq!(error.code().as_str(), "internal", "{scope}");
    }
    assert_eq!((effects(&app).await, records(&app).await), (0, 0));
}

#[tokio::test]
async fn keys_are_visible_ascii() {
    for text in ["", "a b", "é", "a\n", &"x".repeat(256)] {
        let error = IdempotencyKey::new(text).unwrap_err();
        assert_eq!(
            error.to_string(),
            "param_error: Idempotency-Key: must be 1 to 255 visible ASCII characters"
        );
    }
    assert_eq!(key("!~").as_str(), "!~");
}

#[tokio::test]
async fn a_key_can_be_forgotten_but_not_in_production() {
    let app = TestApp::start(fixture::app()).await;
    let ctx = app.context();
    have(ctx, "a", "x", false).await.unwrap();
    assert!(!forget(ctx, "b", &key("k")).await.unwrap());
    assert!(forget(ctx, "a", &key("k")).await.unwrap());
    assert!(!have(ctx, "a", "y", false).await.unwrap().is_replay);

    let app = TestApp::setup(fixture::app())
        .config(|config| config.environment = Environment::Production)
        .start()
        .await;
    let ctx = app.context();
    have(ctx, "a", "x", false).await.unwrap();
    let error = forget(ctx, "a", &key("k")).await.unwrap_err();
    assert_eq!(error.code().as_str(), "no_power");
    assert_eq!(records(&app).await, 1);
}
