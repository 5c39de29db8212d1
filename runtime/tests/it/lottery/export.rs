//! Winnings as a spreadsheet, read in pages.
//!
//! The size is for CI. Full size, with what it takes in memory:
//!
//! ```sh
//! CLOUDAPP_LOTTERY_ROWS=1000000 tests/run.sh --release -p cloudapp-runtime --all-features \
//!   --test it -- --exact --nocapture lottery::export::winnings_are_written_in_pages
//! ```

use std::time::Instant;

use cloudapp_runtime::lottery::WinningFilter;
use sea_orm::{ConnectionTrait as _, Statement, TransactionTrait as _};

use super::world::{World, prize, rule};
use crate::asset::world::{APP_ID, size};

/// Most memory that a million rows may take, in KiB.
const MEMORY_MAX: i64 = 100 * 1024;

/// The most memory that this process has had at once since it was last forgotten, in KiB.
fn peak() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let number = line.split_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}

#[tokio::test]
async fn winnings_are_written_in_pages() {
    let rows = size("CLOUDAPP_LOTTERY_ROWS", 3_000) as i64;
    let world = World::new().await;
    world.rule(rule(0)).await;
    world.prize(prize("Tea cup", 1, 10)).await;
    let player = world.player("alice").await;
    world.draw(&player, 1).await.unwrap();
    let one = &world.winnings().await[0];
    // The row that a draw made, again and again.
    let db = world.ctx.db();
    let key = cloudapp_runtime::shard::ShardKey::user(APP_ID, player.user_id);
    let conn = world.ctx.shard_of(cloudapp_runtime::db::Group::Asset, &key);
    let table = conn.physical_table("prize_roster_tb").await.unwrap();
    let columns = "app_id, act_id, module_id, user_id, open_id, user_nick, source_type, \
        source_object_id, prize_id, prize_name, prize_pic, prize_detail_json, prize_price, \
        prize_type, goods_type, goods_id, goods_code, tag_name, tag_id, is_sku, sku_json, sku_id, \
        sku_name, is_prize_notice, order_no, prize_status, logistics_status, pay_status, \
        request_code, created_at";
    let txn = db.begin().await.unwrap();
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) \
         INSERT INTO {table} (id, only_key, {columns}) \
         SELECT i, 'copy ' || i, {columns} FROM {table}, n WHERE id = {}",
        rows - 1,
        one.id
    );
    let statement = Statement::from_string(db.get_database_backend(), sql);
    txn.execute_raw(statement).await.unwrap();
    txn.commit().await.unwrap();
    // Forgets what making the rows took.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (before, began) = (peak(), Instant::now());
    let all = WinningFilter::default();
    let sheet = world
        .ctx
        .lottery()
        .export_winnings(APP_ID, &all)
        .await
        .unwrap();
    let took = peak() - before;
    let bytes = sheet.open().unwrap().metadata().unwrap().len();
    assert!(bytes as i64 > rows * 10, "{bytes} bytes");
    println!(
        "{rows} rows: {bytes} bytes in {:.1} s, {took} KiB more memory at once",
        began.elapsed().as_secs_f64()
    );
    // Of a smaller size, what other tests of this process take counts for more.
    assert!(took < MEMORY_MAX || rows < 100_000, "{took} KiB");
    world.close().await;
}
