//! The routes of operators.

use serde_json::json;

use super::world::World;

#[tokio::test]
async fn operators_see_clear_and_warm_groups() {
    for world in World::each().await {
        let operator = world.app.operator(&["cache.*"]).await;
        assert_eq!(world.read(world.ctx(), "a").await.unwrap(), 1);
        assert_eq!(world.read(world.ctx(), "a").await.unwrap(), 1);
        let list = operator.get("/admin/cache").await.ok();
        assert_eq!(list["available"], true);
        let prize = &list["groups"][0];
        assert_eq!(
            (&prize["group"], &prize["can_warm"]),
            (&json!("prize"), &json!(true))
        );
        assert_eq!(
            (&prize["local_hits"], &prize["misses"], &prize["loads"]),
            (&json!(1), &json!(1), &json!(1)),
            "{}",
            world.name
        );
        let cleared = operator
            .post("/admin/cache/clear", json!({ "group": "prize" }))
            .await;
        assert_eq!(cleared.ok(), json!({ "groups": ["prize"] }));
        assert_eq!(
            world.read(world.ctx(), "a").await.unwrap(),
            2,
            "{}",
            world.name
        );
        operator
            .post("/admin/cache/clear", json!({ "group": "other" }))
            .await
            .ok();
        assert_eq!(world.read(world.ctx(), "a").await.unwrap(), 2);
        let all = operator.post("/admin/cache/clear", json!({})).await.ok();
        assert_eq!(all, json!({ "groups": ["prize", "other"] }));
        assert_eq!(world.read(world.ctx(), "a").await.unwrap(), 3);

        let warmed = operator.post("/admin/cache/warm", json!({})).await.ok();
        assert_eq!(warmed, json!({ "groups": ["prize"], "values": 0 }));
        for (path, body) in [
            ("/admin/cache/clear", json!({ "group": "no such" })),
            ("/admin/cache/warm", json!({ "group": "other" })),
            ("/admin/cache/warm", json!({ "groups": [] })),
        ] {
            assert_eq!(operator.post(path, body).await.error_code(), "param_error");
        }
        let metrics = world.app.anonymous().get("/metrics").await;
        let text = metrics.body.as_str().unwrap();
        for line in [
            "cache_reads_total{group=\"prize\",result=\"local\"} 2",
            "cache_loads_total{group=\"prize\"} 4",
            "cache_breaker_open 0",
        ] {
            assert!(text.contains(line), "{}: {line}\n{text}", world.name);
        }
    }
}

#[tokio::test]
async fn an_operator_needs_the_permission() {
    let world = World::start("process", "").await;
    let reader = world.app.operator(&["cache.read"]).await;
    let nobody = world.app.operator(&["asset.*"]).await;
    let player = world.app.player("alice").await;
    assert_eq!(reader.get("/admin/cache").await.status, 200);
    assert_eq!(nobody.get("/admin/cache").await.error_code(), "no_power");
    for path in ["/admin/cache/clear", "/admin/cache/warm"] {
        assert_eq!(reader.post(path, json!({})).await.error_code(), "no_power");
        assert_eq!(player.post(path, json!({})).await.status, 401);
        assert_eq!(
            world.app.anonymous().post(path, json!({})).await.status,
            401
        );
    }
}
