//! Limits on routes, by configuration.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use cloudapp_runtime::app::App;
use cloudapp_runtime::config::{BanConfig, Config, LimitBy, LimitConfig};
use cloudapp_runtime::testing::{Client, TestApp};

use super::super::fixture::{Raw, send};

fn limit(by: LimitBy, routes: &[&str], count: u32) -> LimitConfig {
    LimitConfig {
        routes: routes.iter().map(|route| (*route).to_owned()).collect(),
        by,
        count,
        per_s: 3_600,
        burst: None,
    }
}

async fn start(adjust: impl FnOnce(&mut Config) + 'static) -> TestApp {
    let app = TestApp::setup(App::new("limited", "1.0.0")).config(adjust);
    app.start().await
}

async fn me(app: &TestApp, client: Option<&Client>, ip: &str) -> Raw {
    let mut request = Request::get("/client/me").body(Body::empty()).unwrap();
    if let Some(token) = client.and_then(Client::token) {
        let bearer = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
    }
    let peer: SocketAddr = format!("{ip}:4711").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    send(app.router(), request).await
}

#[tokio::test]
async fn each_player_has_a_limit_of_his_own() {
    let app = start(|config| {
        let by_user = limit(LimitBy::User, &["GET /client/me"], 2);
        config.guard.limits.insert("me".to_owned(), by_user);
    });
    let app = app.await;
    let (alice, bob) = (app.player("alice").await, app.player("bob").await);
    for _ in 0..2 {
        assert_eq!(me(&app, Some(&alice), "1.1.1.1").await.status, 200);
    }
    let refused = me(&app, Some(&alice), "2.2.2.2").await;
    assert_eq!(
        (refused.status, refused.error_code().as_str()),
        (429, "current_limit")
    );
    assert_eq!(refused.headers["retry-after"], "1800");
    assert_eq!(me(&app, Some(&bob), "1.1.1.1").await.status, 200);
    // Who has no session counts by his address, and is refused by the handler until then.
    for status in [401, 401, 429] {
        assert_eq!(me(&app, None, "3.3.3.3").await.status, status);
    }
}

#[tokio::test]
async fn addresses_tenants_and_routes_are_limited() {
    for (by, refused_code) in [
        (LimitBy::Ip, "current_limit"),
        (LimitBy::Tenant, "current_limit"),
        (LimitBy::Route, "global_current_limit"),
    ] {
        let app = start(move |config| {
            let limit = limit(by, &["/client/*"], 6);
            config.guard.limits.insert("all".to_owned(), limit);
        });
        let app = app.await;
        let (alice, bob) = (app.player("alice").await, app.player("bob").await);
        let other = app.player_of("other", "alice").await;
        let mut codes = Vec::new();
        for _ in 0..8 {
            let answer = me(&app, Some(&alice), "1.1.1.1").await;
            codes.push(answer.error_code());
        }
        // Logging in is under /client too, and comes from no address.
        let admitted = codes.iter().filter(|code| code.is_empty()).count();
        assert_eq!(admitted, 6, "{by:?}: {codes:?}");
        assert_eq!(codes.last().unwrap(), refused_code, "{by:?}");
        let others = [
            me(&app, Some(&bob), "2.2.2.2").await.status,
            me(&app, Some(&other), "3.3.3.3").await.status,
        ];
        let expected = match by {
            LimitBy::Ip => [200, 200],
            LimitBy::Tenant => [429, 200],
            _ => [429, 429],
        };
        assert_eq!(others, expected, "{by:?}");
    }
}

#[tokio::test]
async fn bans_and_visitors_guard_routes() {
    let app = start(|config| {
        let routes = vec!["/client/me".to_owned()];
        let ban = BanConfig {
            routes: routes.clone(),
            user_limit: 3,
            ip_limit: 0,
            ..BanConfig::default()
        };
        config.guard.bans.insert("me".to_owned(), ban);
        config.guard.visitors.routes = routes;
        config.guard.visitors.per_minute = 2;
    });
    let app = app.await;
    let mut players = Vec::new();
    for name in ["a", "b", "c"] {
        players.push(app.player(name).await);
    }
    let mut codes = Vec::new();
    for player in [0, 1, 2, 0, 0, 0, 0] {
        let answer = me(&app, Some(&players[player]), "1.1.1.1").await;
        codes.push(answer.error_code());
    }
    let banned = "malice_request_1";
    assert_eq!(codes, ["", "", "current_limit", "", "", banned, banned]);
}
