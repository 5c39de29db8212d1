//! The commands for the whole ledger, as an operator types them.

use sea_orm::ConnectionTrait;

use crate::support::process::{LEDGER, Place};

fn place() -> Place {
    Place::new().with(LEDGER, "1").with(
        "CLOUDAPP__ASSET__CHAIN_KEY",
        "everybody may know this chain key of the tests",
    )
}

#[test]
fn an_app_without_the_ledger_is_told_how_to_get_it() {
    let place = Place::new();
    for command in ["verify", "inventory", "expire"] {
        let ended = place.run(&["asset", command]);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(
            ended.stderr.contains("cloudapp add module asset"),
            "{ended:?}"
        );
        assert!(ended.stdout.is_empty(), "{ended:?}");
    }
    assert_eq!(place.run(&["asset"]).code, 2);
}

#[test]
fn findings_exit_1_and_name_what_differs() {
    let place = place();
    place.run(&["migrate", "up"]).ok();
    let clean = place.run(&["asset", "verify", "--json"]).ok().json();
    assert_eq!((&clean["ok"], &clean["total"]), (&true.into(), &0.into()));
    invent(&place);
    let found = place.run(&["asset", "verify", "--json"]);
    assert_eq!(found.code, 1, "{found:?}");
    let found = found.json();
    assert_eq!((&found["ok"], &found["total"]), (&false.into(), &2.into()));
    assert_eq!(found["findings"][0]["kind"], "orphan_balance");
    assert_eq!(found["findings"][0]["found"], "500");
    let few = place.run(&["asset", "verify", "--limit", "1"]);
    assert_eq!(few.code, 1, "{few:?}");
    let last = few.stdout.lines().last().unwrap();
    assert!(
        last.ends_with("2 findings (the first 1 are shown)"),
        "{few:?}"
    );
}

/// Gives balances to two players who are in no journal.
fn invent(place: &Place) {
    let url = format!("sqlite://{}", place.path().join("data/sample.db").display());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = sea_orm::Database::connect(url).await.unwrap();
        for user in [1, 2] {
            let sql = format!(
                "INSERT INTO user_asset_0_tb (id, app_id, act_id, user_id, asset_type, \
                 asset_object_id, asset_value, created_at, updated_at) VALUES ({user}, 'demo', 0, \
                 {user}, 2, '', 500, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')"
            );
            db.execute_unprepared(&sql).await.unwrap();
        }
        db.close().await.unwrap();
    });
}

#[test]
fn days_and_what_expires() {
    let place = place();
    place.run(&["migrate", "up"]).ok();
    let taken = place.run(&["asset", "inventory", "--json"]).ok().json();
    assert_eq!(
        (&taken["accounts"], &taken["warnings"]),
        (&0.into(), &0.into())
    );
    let ended = place.run(&["asset", "inventory", "--day", "20260230"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("day: must be a day"), "{ended:?}");
    let swept = place.run(&["asset", "expire", "--json"]).ok().json();
    assert_eq!(
        (&swept["balances"], &swept["failed"]),
        (&0.into(), &0.into())
    );
}
