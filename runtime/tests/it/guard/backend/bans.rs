//! Bans, and who may see and lift them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cloudapp_runtime::app::App;
use cloudapp_runtime::clock::ManualClock;
use cloudapp_runtime::config::{BanConfig, Config};
use cloudapp_runtime::error::ErrorCode;
use cloudapp_runtime::guard::Asker;
use cloudapp_runtime::testing::TestApp;
use futures_util::future::join_all;

use super::World;
use crate::web::{servers, start};

fn ban(config: &mut Config) {
    let ban = BanConfig {
        user_limit: 5,
        ip_limit: 8,
        window_s: 3_600,
        ban_s: 7_200,
        ..BanConfig::default()
    };
    config.guard.bans.insert("draw".to_owned(), ban);
}

fn asker(user: &str, ip: &str) -> Asker {
    Asker {
        app_id: "demo".to_owned(),
        user: Some(user.to_owned()),
        ip: Some(ip.parse::<IpAddr>().unwrap()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_too_much_is_banned_exactly_then() {
    for world in World::all(ban).await {
        let all = (0..20).map(|number| {
            let ctx = world.instances[number % 2].clone();
            async move {
                ctx.guard()
                    .refuse_malice("draw", &asker("1", "1.1.1.1"))
                    .await
            }
        });
        let all = join_all(all).await;
        let passed = all.iter().filter(|one| one.is_ok()).count();
        assert_eq!(passed, 5, "{}: {all:?}", world.name);
        let guard = world.instances[1].guard();
        let refused = guard
            .refuse_malice("draw", &asker("1", "2.2.2.2"))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), ErrorCode::MALICE_REQUEST_USER);
        assert!(refused.retry_after().unwrap() > Duration::from_secs(7_000));
        // Five of the address's eight are spent; the network of IPv6 is one address.
        for (ip, passes) in [("1.1.1.1", 3), ("2001:db8::1", 8)] {
            for number in 0..passes {
                let asker = asker(&format!("{ip}{number}"), ip);
                guard.refuse_malice("draw", &asker).await.unwrap();
            }
            let same = if ip.contains(':') {
                "2001:db8::ffff"
            } else {
                ip
            };
            let refused = guard
                .refuse_malice("draw", &asker("new", same))
                .await
                .unwrap_err();
            assert_eq!(
                refused.code(),
                ErrorCode::MALICE_REQUEST_IP,
                "{}",
                world.name
            );
        }
        let unknown = guard.refuse_malice("other", &asker("1", "1.1.1.1")).await;
        assert_eq!(unknown.unwrap_err().code(), ErrorCode::INTERNAL);
        world.close().await;
    }
}

#[tokio::test]
async fn operators_see_and_lift_the_bans_of_their_tenant() {
    for (name, server) in servers() {
        let clock = Arc::new(ManualClock::new(start()));
        let app = TestApp::setup(App::new("bans", "1.0.0"))
            .clock(Arc::clone(&clock) as Arc<_>)
            .database_server(server)
            .config(ban);
        let app = app.start().await;
        let guard = app.context().guard();
        for _ in 0..6 {
            let _ = guard.refuse_malice("draw", &asker("1", "1.1.1.1")).await;
        }
        let operator = app.operator(&["guard.*"]).await;
        let reader = app.operator(&["guard.read"]).await;
        let stranger = app.operator_of("other", &["*"]).await;
        let list = operator.get("/admin/guard/bans").await.ok();
        assert_eq!(list["total"], 1, "{name}: {list}");
        let row = &list["items"][0];
        assert_eq!(
            (&row["handler"], &row["kind"], &row["subject"]),
            (&"draw".into(), &"user".into(), &"1".into())
        );
        let path = format!("/admin/guard/bans/{}", row["id"].as_str().unwrap());
        assert_eq!(stranger.get("/admin/guard/bans").await.ok()["total"], 0);
        stranger.delete(&path).await.fails("not_found");
        reader.delete(&path).await.fails("no_power");
        app.operator(&["note.*"])
            .await
            .get("/admin/guard/bans")
            .await
            .fails("no_power");
        app.anonymous()
            .get("/admin/guard/bans")
            .await
            .fails("unauthorized");
        operator.delete(&path).await.ok();
        operator.delete(&path).await.fails("not_found");
        // What was counted is forgotten with it.
        for _ in 0..2 {
            guard
                .refuse_malice("draw", &asker("1", "9.9.9.9"))
                .await
                .unwrap();
        }
        for _ in 0..9 {
            let _ = guard.refuse_malice("draw", &asker("2", "7.7.7.7")).await;
        }
        assert_eq!(operator.get("/admin/guard/bans").await.ok()["total"], 1);
        clock.advance(TimeDelta::seconds(7_201));
        let operator = app.operator(&["guard.*"]).await;
        assert_eq!(
            operator.get("/admin/guard/bans").await.ok()["total"],
            0,
            "over"
        );
    }
}
