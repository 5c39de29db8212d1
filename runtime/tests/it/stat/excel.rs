//! Spreadsheets: what is in the file that a browser gets.

use std::io::Read as _;

use cloudapp_runtime::excel::{Cell, Sheet};
use cloudapp_runtime::stat::UserStatFilter;
use cloudapp_runtime::types::Id;

use super::world::{APP_ID, World, decimal, event};

#[tokio::test]
async fn a_sheet_is_written_row_by_row() {
    let mut sheet = Sheet::new("Winners", &["Player", "Prize"]).unwrap();
    for number in 0..2_000 {
        let cells = vec![Cell::Int(number), Cell::text("=1+1")];
        sheet.row(cells).await.unwrap();
    }
    let big = vec![
        Cell::Int(i64::MAX),
        Cell::Empty,
        Cell::Decimal(decimal("0.5")),
    ];
    sheet.row(big).await.unwrap();
    let done = sheet.finish().await.unwrap().named("wins \"2026\".xlsx");
    let mut bytes = Vec::new();
    done.open().unwrap().read_to_end(&mut bytes).unwrap();
    // A ZIP archive.
    assert_eq!(&bytes[..4], b"PK\x03\x04");
    assert!(bytes.len() > 5_000, "{}", bytes.len());
    use axum::response::IntoResponse as _;
    let response = done.into_response();
    let disposition = response.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(disposition, "attachment; filename=\"wins__2026_.xlsx\"");
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
    assert_eq!(body.unwrap(), bytes);
}

#[tokio::test]
async fn titles_are_checked_and_a_dropped_sheet_does_no_harm() {
    for title in ["", "a/b", "a sheet with a title that is too long"] {
        assert!(Sheet::new(title, &[]).is_err(), "{title}");
    }
    let mut sheet = Sheet::new("Dropped", &["A"]).unwrap();
    sheet.row(vec![Cell::Int(1)]).await.unwrap();
    drop(sheet);
}

#[tokio::test]
async fn players_figures_are_exported() {
    let world = World::of("sqlite:").await;
    let stats = world.ctx.stats();
    let events = (1..=1_500).map(|user| event("VisitCount", user)).collect();
    stats.report(events).await.unwrap();
    stats.count_waiting().await.unwrap();
    let filter = UserStatFilter {
        app_id: APP_ID.to_owned(),
        act_id: Id::new(1),
        ..UserStatFilter::default()
    };
    let sheet = stats.export_users(&filter).await.unwrap();
    let mut bytes = Vec::new();
    sheet.open().unwrap().read_to_end(&mut bytes).unwrap();
    let none = UserStatFilter {
        act_id: Id::new(2),
        ..filter
    };
    let empty = stats.export_users(&none).await.unwrap();
    let mut few = Vec::new();
    empty.open().unwrap().read_to_end(&mut few).unwrap();
    assert!(bytes.len() > 3 * few.len(), "{} {}", bytes.len(), few.len());
}
