//! Pages: every row once, the length of the list right at the borders.

use cloudapp_runtime::http::{PAGE_SIZE_MAX, PageQuery};
use cloudapp_runtime::testing::TestApp;
use serde_json::{Value, json};

use super::{fixture, servers};

async fn page(client: &cloudapp_runtime::testing::Client, index: u64, size: u64) -> Value {
    client
        .get(&format!(
            "/client/things?page_index={index}&page_size={size}"
        ))
        .await
        .ok()
}

#[tokio::test]
async fn each_row_is_on_one_page() {
    for (name, server) in servers() {
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .start()
            .await;
        let alice = app.player("alice").await;
        let empty = json!({"items": [], "page_index": 0, "page_size": 20, "total": 0});
        assert_eq!(alice.get("/client/things").await.ok(), empty, "{name}");
        for number in 0..7 {
            alice
                .post("/client/things", json!({"title": number.to_string()}))
                .await
                .ok();
        }
        for (size, pages) in [(3, 3), (7, 1), (8, 1), (1, 7)] {
            let mut titles = Vec::new();
            for index in 0..pages {
                let page = page(&alice, index, size).await;
                assert_eq!(page["total"], 7, "{name}: page {index} of {size}");
                assert_eq!(page["page_index"], index);
                let items = page["items"].as_array().unwrap();
                titles.extend(
                    items
                        .iter()
                        .map(|item| item["title"].as_str().unwrap().to_owned()),
                );
            }
            assert_eq!(
                titles,
                ["6", "5", "4", "3", "2", "1", "0"],
                "{name}: pages of {size}"
            );
            let beyond = page(&alice, pages, size).await;
            assert_eq!(
                (&beyond["items"], &beyond["total"]),
                (&json!([]), &json!(7)),
                "{name}"
            );
        }
        // Another tenant's player of the same name sees nothing.
        let other = app.player_of("other", "alice").await;
        assert_eq!(other.get("/client/things").await.ok()["total"], 0, "{name}");
    }
}

#[test]
fn a_page_made_by_hand_is_within_bounds() {
    let page = PageQuery::new(3, 50);
    assert_eq!((page.index(), page.offset(), page.limit()), (3, 150, 50));
    let page = PageQuery::new(u64::MAX, u64::MAX);
    assert_eq!(page.limit(), PAGE_SIZE_MAX);
    assert!(i64::try_from(page.offset()).is_ok());
    assert_eq!(PageQuery::new(0, 0).limit(), 1);
}
