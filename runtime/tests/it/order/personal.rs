//! What players tell of themselves is nowhere to be read without the key.

use cloudapp_runtime::config::{PersonalConfig, Secret};
use cloudapp_runtime::order::NoHooks;
use sea_orm::{ConnectionTrait as _, Statement};

use super::world::{address, app, send, win, world};
use crate::asset::world::{APP_ID, KEY, config};

/// A configuration whose key is another one, which still knows the first.
fn replaced() -> PersonalConfig {
    let mut personal = PersonalConfig {
        key: Secret::new("another key that everybody may know as well"),
        key_id: "2".to_owned(),
        ..PersonalConfig::default()
    };
    personal
        .retired_keys
        .insert("1".to_owned(), Secret::new(KEY));
    personal
}

#[tokio::test]
async fn addresses_are_encrypted_and_keys_can_be_replaced() {
    let world = world("sqlite:", NoHooks).await;
    let player = world.player("alice").await;
    win(&world, &player, 2).await;
    let order = send(&world, &player, &[], None).await.unwrap();
    let row = format!("{order:?}");
    for part in ["李雷", "13800000000", "人民路"] {
        assert!(!row.contains(part), "{row}");
    }
    assert_eq!(world.ctx.orders().address(&order).unwrap(), address());

    let url = world.ctx.config().database.url.clone();
    let mut other = config(url.expose());
    other.shard = world.ctx.config().shard.clone();
    other.personal = replaced();
    let second = cloudapp_runtime::app::Context::connect(&app(NoHooks), other.clone())
        .await
        .unwrap();
    let orders = second.orders();
    assert_eq!(orders.address(&order).unwrap(), address());
    assert_eq!(orders.reseal(APP_ID, 10).await.unwrap(), 1);
    assert_eq!(orders.reseal(APP_ID, 10).await.unwrap(), 0);
    let resealed = orders.get(APP_ID, order.id).await.unwrap();
    assert_eq!(orders.address(&resealed).unwrap(), address());
    // Without the new key it is not to be had.
    assert!(world.ctx.orders().address(&resealed).is_err());
    second.close().await;
    world.close().await;
}

#[tokio::test]
async fn a_value_that_was_altered_or_moved_does_not_open() {
    let world = world("sqlite:", NoHooks).await;
    let ring = world.ctx.personal();
    let sealed = ring.seal("table:1:name", "Alice").unwrap();
    assert_eq!(ring.open("table:1:name", &sealed).unwrap(), "Alice");
    assert_ne!(ring.seal("table:1:name", "Alice").unwrap(), sealed);
    assert!(ring.is_current(&sealed) && ring.is_current(""));
    assert_eq!(ring.open("table:1:name", "").unwrap(), "");
    let flipped = match sealed.strip_suffix('A') {
        Some(start) => format!("{start}B"),
        None => format!("{}A", &sealed[..sealed.len() - 1]),
    };
    for (place, value) in [
        ("table:2:name", sealed.as_str()),
        ("table:1:name", flipped.as_str()),
        ("table:1:name", "Alice"),
        ("table:1:name", "7:AAAA"),
        ("table:1:name", "1:AAAA"),
        ("table:1:name", "1:?"),
    ] {
        let error = ring.open(place, value).unwrap_err();
        assert_eq!(error.code().as_str(), "internal");
        assert!(!error.detail().contains("Alice"));
    }
    world.close().await;
}

#[tokio::test]
async fn without_a_key_the_app_does_not_start() {
    let mut config = config("sqlite::memory:");
    config.personal.key = Secret::new("short");
    let refused = cloudapp_runtime::app::Context::connect(&app(NoHooks), config).await;
    assert!(refused.unwrap_err().to_string().contains("PERSONAL__KEY"));
}

#[tokio::test]
async fn the_table_holds_no_plain_text() {
    let world = world("sqlite:", NoHooks).await;
    let player = world.player("alice").await;
    win(&world, &player, 1).await;
    let order = send(&world, &player, &[], None).await.unwrap();
    let db = world.ctx.db();
    let key = cloudapp_runtime::shard::ShardKey::user(APP_ID, player.user_id);
    let conn = world.ctx.shard_of(cloudapp_runtime::db::Group::Asset, &key);
    let table = conn.physical_table("prize_order_tb").await.unwrap();
    let sql = format!(
        "SELECT real_name, telephone, address FROM {table} WHERE id = {}",
        order.id
    );
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    for index in 0..3 {
        let value: String = row.try_get_by_index(index).unwrap();
        assert!(value.starts_with("1:"), "{value}");
    }
    world.close().await;
}
