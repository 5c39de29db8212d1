//! Spreadsheets that go out, are filled in and come back.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloudapp_runtime::excel::{Cell, Sheet, table};
use cloudapp_runtime::order::{NoHooks, OrderFilter, trackings};

use super::world::{send, win, world};
use crate::asset::world::APP_ID;

/// A spreadsheet of these rows, in base64.
async fn sheet(columns: &[&str], rows: &[&[&str]]) -> String {
    let mut sheet = Sheet::new("Rows", columns).unwrap();
    for row in rows {
        let cells = row.iter().map(|text| Cell::text(*text)).collect();
        sheet.row(cells).await.unwrap();
    }
    let file = sheet.finish().await.unwrap();
    let mut bytes = Vec::new();
    file.open().unwrap().read_to_end(&mut bytes).unwrap();
    STANDARD.encode(bytes)
}

#[tokio::test]
async fn what_is_exported_can_be_imported() {
    let world = world("sqlite:", NoHooks).await;
    let player = world.player("alice").await;
    win(&world, &player, 2).await;
    let order = send(&world, &player, &[], None).await.unwrap();
    let orders = world.ctx.orders();
    let file = orders
        .export(APP_ID, &OrderFilter::default())
        .await
        .unwrap();
    let mut bytes = Vec::new();
    file.open().unwrap().read_to_end(&mut bytes).unwrap();
    let rows = table(&bytes, 10).unwrap();
    assert_eq!(rows[0][0], "订单号");
    assert_eq!(rows[1][0], order.order_no);
    assert_eq!(rows[1][6], "李雷");
    // Nothing is filled in yet.
    let none = trackings(&STANDARD.encode(&bytes), None).unwrap();
    assert!(none.is_empty());

    let columns = ["快递公司", "Our number", "快递单号", "备注"];
    let filled: [&[&str]; 3] = [
        &["SF", &order.order_no, "SF1", "x"],
        &["SF", "", "SF2", ""],
        &["SF", "17", "SF3", ""],
    ];
    let content = sheet(&columns, &filled).await;
    let rows = trackings(&content, Some("Our number")).unwrap();
    assert_eq!(rows.iter().map(|row| row.row).collect::<Vec<_>>(), [2, 4]);
    let report = orders.import(APP_ID, &rows).await.unwrap();
    assert_eq!((report[0].row, &report[0].problem), (2, &None));
    assert!(report[1].problem.is_some());
    let shipped = orders.get(APP_ID, order.id).await.unwrap();
    assert_eq!(
        (shipped.order_status, shipped.express_no.as_str()),
        (1, "SF1")
    );
    let again = orders.import(APP_ID, &rows[..1]).await.unwrap();
    assert_eq!(again[0].problem, None);
    assert_eq!(orders.get(APP_ID, order.id).await.unwrap(), shipped);
    // Another tenant's shipments are not reached.
    let elsewhere = orders.import("other", &rows[..1]).await.unwrap();
    assert!(elsewhere[0].problem.is_some());
    world.close().await;
}

#[tokio::test]
async fn what_is_no_such_file_is_refused() {
    let headless = sheet(&["a", "b"], &[&["1", "2"]]).await;
    for content in ["", "no base64!", "AAAA", headless.as_str()] {
        let refused = trackings(content, None).unwrap_err();
        assert_eq!(refused.code().as_str(), "param_error", "{content}");
    }
    let long: Vec<&[&str]> = vec![&["1", "2", "3"]; 20];
    let content = sheet(&["订单号", "快递单号", "快递公司"], &long).await;
    let bytes = STANDARD.decode(content).unwrap();
    assert!(table(&bytes, 21).is_ok());
    assert_eq!(
        table(&bytes, 20).unwrap_err().code().as_str(),
        "param_error"
    );
}
