//! The operation log: what is written, in which transaction, and how people read it.

mod words;

use axum::body::Body;
use axum::http::Request;
use chrono::Duration;
use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::auth::Operator;
use cloudapp_runtime::db::{self, Group};
use cloudapp_runtime::error::{AppError, AppResult, ErrorCode};
use cloudapp_runtime::oplog::{Entry, Field, LogFilter, Logged, Operation};
use cloudapp_runtime::testing::{Client, TestApp};
use cloudapp_runtime::types::Id;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::web::servers;

const LOGGED: Logged = Logged::new("note").called("Note", "笔记").fields(&[
    Field::new("title", "Title", "标题"),
    Field::new("is_release", "Released", "是否上架"),
    Field::secret("pin", "PIN", "口令"),
]);

fn app() -> App {
    let mut app = App::new("fixture", "1.0.0");
    app.module(Module::new("note").logged(&LOGGED));
    app
}

fn operator(app_id: &str) -> Operator {
    Operator {
        id: Id::new(7),
        app_id: app_id.to_owned(),
        username: "anna".to_owned(),
        permissions: Vec::new(),
    }
}

fn row(title: &str, pin: &str) -> Value {
    json!({ "id": "1", "act_id": "9", "title": title, "is_release": false, "pin": pin })
}

async fn edit(ctx: &Context, who: &Operator, group: Group, fails: bool) -> AppResult<()> {
    let log = &ctx.oplog().by(who).await?;
    db::transaction(ctx.db_of(group), |txn| {
        Box::pin(async move {
            let rows = (&row("old", "1234"), &row("new", "5678"));
            log.edited(txn, &LOGGED, 1, rows).await?;
            match fails {
                true => Err(ErrorCode::CONFLICT.into()),
                false => Ok(()),
            }
        })
    })
    .await
}

async fn all(ctx: &Context, app_id: &str) -> Vec<cloudapp_runtime::oplog::LogRow> {
    let filter = LogFilter::default();
    ctx.oplog().list(app_id, &filter, None, 100).await.unwrap()
}

/// What a list is asked for, and how many entries it has then.
type Case<'a> = (&'a dyn Fn(&mut LogFilter), usize);

#[tokio::test]
async fn an_entry_is_there_when_the_change_is() {
    for (name, server) in servers() {
        let app = TestApp::setup(app()).database_server(server).start().await;
        let (ctx, anna) = (app.context(), operator("demo"));
        let refused = edit(ctx, &anna, Group::Default, true).await;
        assert_eq!(
            refused.map_err(|e: AppError| e.code()),
            Err(ErrorCode::CONFLICT)
        );
        assert!(all(ctx, "demo").await.is_empty(), "{name}");

        edit(ctx, &anna, Group::Default, false).await.unwrap();
        let rows = all(ctx, "demo").await;
        let [row] = rows.as_slice() else {
            panic!("{name}: {rows:?}")
        };
        assert_eq!(row.operation_type, 2);
        assert_eq!(
            (row.model_name.as_str(), row.object_id.as_str()),
            ("note", "1")
        );
        assert_eq!((row.act_id, row.title.as_str()), (Id::new(9), "new"));
        assert_eq!(
            (row.operate_user_id, row.operate_user_name.as_str()),
            (Id::new(7), "anna")
        );
        assert_eq!(row.operation_ways, 1);
        let kept = format!("{:?}{:?}", row.detail, row.update_detail);
        assert!(!kept.contains("1234") && !kept.contains("5678"), "{kept}");
        assert!(all(ctx, "other").await.is_empty(), "{name}");
        ctx.oplog().get("demo", row.id).await.unwrap();
        let other = ctx.oplog().get("other", row.id).await.unwrap_err();
        assert_eq!(other.code(), ErrorCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn without_an_operator_nothing_is_written() {
    let app = TestApp::start(app()).await;
    let ctx = app.context();
    let log = ctx.oplog().by(None).await.unwrap();
    log.removed(ctx.db(), &LOGGED, 1, &row("gone", ""))
        .await
        .unwrap();
    assert!(all(ctx, "demo").await.is_empty());
    let log = ctx.oplog().by_system("demo", "import").await.unwrap();
    log.removed(ctx.db(), &LOGGED, 1, &row("gone", ""))
        .await
        .unwrap();
    let rows = all(ctx, "demo").await;
    assert_eq!(
        (rows[0].operate_user_id, rows[0].operate_user_name.as_str()),
        (Id::new(0), "import")
    );
    assert_eq!(
        (rows[0].method.as_str(), rows[0].remote_ip.as_str()),
        ("", "")
    );
}

#[tokio::test]
async fn each_database_has_its_own_and_the_list_is_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!(
        "sqlite://{}?mode=rwc",
        folder.path().join("asset.db").display()
    );
    let app = TestApp::setup(app())
        .database_server("sqlite:")
        .config(move |config| {
            let group = cloudapp_runtime::config::GroupConfig {
                url: cloudapp_runtime::config::Secret::new(url),
                ..Default::default()
            };
            config.database.groups.insert(Group::Asset, group);
        })
        .start()
        .await;
    let (ctx, anna) = (app.context(), operator("demo"));
    for group in [Group::Default, Group::Asset, Group::Default, Group::Asset] {
        edit(ctx, &anna, group, false).await.unwrap();
    }
    let count = async |group| {
        let statement = sea_orm::Statement::from_string(
            ctx.db_of(group).get_database_backend(),
            "SELECT COUNT(*) FROM operation_log_tb",
        );
        let row = ctx
            .db_of(group)
            .query_one_raw(statement)
            .await
            .unwrap()
            .unwrap();
        row.try_get_by_index::<i64>(0).unwrap()
    };
    assert_eq!(
        (count(Group::Default).await, count(Group::Asset).await),
        (2, 2)
    );
    let ids: Vec<Id> = all(ctx, "demo").await.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), 4);
    assert!(ids.is_sorted_by(|one, next| one > next), "{ids:?}");
    // Read on part by part: nothing twice, nothing missing.
    let mut read = Vec::new();
    let mut after = None;
    loop {
        let filter = LogFilter::default();
        let part = ctx.oplog().list("demo", &filter, after, 1).await.unwrap();
        let Some(last) = part.last() else { break };
        after = Some(last.id);
        read.extend(part.iter().map(|row| row.id));
    }
    assert_eq!(read, ids);
}

#[tokio::test]
async fn filters() {
    for (name, server) in servers() {
        let app = TestApp::setup(app()).database_server(server).start().await;
        let (ctx, anna) = (app.context(), operator("demo"));
        let log = ctx.oplog().by(&anna).await.unwrap();
        let operations = [Operation::Add, Operation::Release, Operation::Delete];
        for (object, operation) in (1..).zip(operations) {
            let entry = Entry::new(operation, &LOGGED, object, &(), &row("x", "")).unwrap();
            log.record(ctx.db(), entry.act(Id::new(object)))
                .await
                .unwrap();
        }
        let soon = Some(ctx.now() + Duration::hours(1));
        let cases: [Case<'_>; 10] = [
            (&|_| {}, 3),
            (&|filter| filter.act_id = Some(Id::new(2)), 1),
            (&|filter| filter.model_name = Some("note".to_owned()), 3),
            (&|filter| filter.model_name = Some("other".to_owned()), 0),
            (&|filter| filter.object_id = Some("3".to_owned()), 1),
            (&|filter| filter.operation = Some(Operation::Release), 1),
            (&|filter| filter.operate_user_id = Some(Id::new(8)), 0),
            (&|filter| filter.request_code = Some("none".to_owned()), 0),
            (&|filter| filter.from = soon, 0),
            (&|filter| filter.until = soon, 3),
        ];
        for (set, expected) in cases {
            let mut filter = LogFilter::default();
            set(&mut filter);
            let found = ctx.oplog().list("demo", &filter, None, 100).await;
            assert_eq!(found.unwrap().len(), expected, "{name}: {filter:?}");
        }
    }
}

/// A GET in a language.
async fn get_in(client: &Client, path: &str, language: &str) -> Value {
    let request = Request::get(path).header("accept-language", language);
    client.send(request.body(Body::empty()).unwrap()).await.ok()
}

#[tokio::test]
async fn people_read_it_in_their_language() {
    let app = TestApp::start(app()).await;
    let chief = app.operator(&["*"]).await;
    edit(app.context(), &operator("demo"), Group::Default, false)
        .await
        .unwrap();
    let path = "/admin/operation-logs?model_name=note";
    let english = get_in(&chief, path, "en").await;
    let entry = &english["items"][0];
    assert_eq!(entry["summary"], "Edited: Note “new”");
    assert_eq!(
        entry["changes"],
        json!([
            { "field": "pin", "label": "PIN", "before": "***", "after": "*** *" },
            { "field": "title", "label": "Title", "before": "old", "after": "new" },
        ])
    );
    let chinese = get_in(&chief, path, "zh-CN").await;
    let entry = &chinese["items"][0];
    assert_eq!(entry["summary"], "编辑: 笔记 “new”");
    assert_eq!(entry["changes"][1]["label"], "标题");

    let detail = format!("/admin/operation-logs/{}", entry["id"].as_str().unwrap());
    let detail_of = chief.get(&detail).await.ok();
    assert_eq!(detail_of["detail"]["title"], "old");
    assert_eq!(detail_of["update_detail"]["pin"], "*** *");
    app.operator(&["admin.*"])
        .await
        .get(&detail)
        .await
        .fails("no_power");
    app.operator_of("other", &["*"])
        .await
        .get(&detail)
        .await
        .fails("not_found");
}

#[tokio::test]
async fn a_request_leaves_its_address_and_its_id() {
    let app = TestApp::start(app()).await;
    let chief = app.operator(&["*"]).await;
    let body = json!({ "role_name": "Readers", "permissions": ["admin.read"] }).to_string();
    let request = Request::post("/admin/roles?x=1")
        .header("content-type", "application/json")
        .header("host", "shop.example")
        .header("x-request-id", "request-1");
    let made = chief
        .send(request.body(Body::from(body)).unwrap())
        .await
        .ok();
    let list = chief
        .get("/admin/operation-logs?request_code=request-1")
        .await
        .ok();
    let entry = &list["items"][0];
    assert_eq!(entry["handler_name"], "POST /admin/roles");
    assert_eq!(entry["object_id"], made["id"]);
    let id = entry["id"].as_str().unwrap();
    let detail = chief.get(&format!("/admin/operation-logs/{id}")).await.ok();
    assert_eq!(detail["request_uri"], "/admin/roles");
    assert_eq!(
        (&detail["request_host"], &detail["detail"]),
        (&json!("shop.example"), &json!(null))
    );
    assert_eq!(detail["protocol"], "HTTP/1.1");
}
