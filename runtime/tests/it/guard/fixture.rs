//! An application whose routes leave a row each time they run, and then do what they are told.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::auth::{Operator, Player};
use cloudapp_runtime::error::{AppError, AppResult, ErrorCode};
use cloudapp_runtime::guard::IdempotencyKey;
use cloudapp_runtime::http::{Envelope, Json, Reply, Router, routes};
use cloudapp_runtime::testing::{Client, TestApp};
use cloudapp_runtime::types::Id;
use garde::Validate;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, Statement};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;
use utoipa::ToSchema;

#[expect(unreachable_pub, reason = "the derive makes public companions")]
pub(crate) mod effect {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "effect_tb")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: cloudapp_runtime::types::Id,
        pub title: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(skip)]
    how: String,
    #[garde(skip)]
    #[serde(default)]
    number: u64,
}

/// Have an effect
#[utoipa::path(post, path = "/client/effects", tag = "effect",
    responses((status = 201, body = Envelope<Id>)))]
async fn for_player(
    State(ctx): State<Context>,
    player: Player,
    key: Option<IdempotencyKey>,
    Json(order): Json<Order>,
) -> AppResult<Response> {
    assert!(player.user_id.get() > 0);
    if order.how == "tell_key" {
        return Ok(Reply(key.map(|key| key.to_string())).into_response());
    }
    run(&ctx, order).await
}

/// Have an effect as an operator
#[utoipa::path(post, path = "/admin/effects", tag = "effect",
    responses((status = 201, body = Envelope<Id>)))]
async fn for_operator(
    State(ctx): State<Context>,
    operator: Operator,
    Json(order): Json<Order>,
) -> AppResult<Response> {
    operator.require("effect.write")?;
    run(&ctx, order).await
}

/// Needs a key
#[utoipa::path(post, path = "/client/keyed", tag = "effect",
    responses((status = 200, body = Envelope<String>)))]
async fn keyed(_: Player, key: IdempotencyKey) -> Reply<String> {
    Reply(key.to_string())
}

async fn run(ctx: &Context, order: Order) -> AppResult<Response> {
    let id = ctx.next_id().await?;
    let row = effect::ActiveModel {
        id: Set(id),
        title: Set(order.how.clone()),
    };
    effect::Entity::insert(row)
        .exec_without_returning(ctx.db())
        .await?;
    let is_first = effect::Entity::find().count(ctx.db()).await? == 1;
    match order.how.as_str() {
        "succeed" => {}
        "sleep" => tokio::time::sleep(Duration::from_millis(order.number)).await,
        "hang_once" if is_first => tokio::time::sleep(Duration::from_secs(60)).await,
        "fail_once" if is_first => return Err(AppError::internal("the first time it fails")),
        "panic_once" if is_first => panic!("the first time it panics"),
        "hang_once" | "fail_once" | "panic_once" => {}
        "conflict" => return Err(AppError::conflict(format!("no room for {id}"))),
        "forbidden" => return Err(ErrorCode::NO_POWER.into()),
        "too_many" => return Err(ErrorCode::CURRENT_LIMIT.into()),
        "bare" => return Ok((StatusCode::UNPROCESSABLE_ENTITY, "plain").into_response()),
        "plain" => return Ok(format!("effect {id} ✓").into_response()),
        "binary" => return Ok(vec![0xff_u8, 0].into_response()),
        "big" => return Ok(Reply("✓".repeat(order.number as usize / 3)).into_response()),
        other => return Err(AppError::param(format!("how: `{other}` is unknown"))),
    }
    Ok(Reply::created(id).into_response())
}

/// The application.
pub(crate) fn app() -> App {
    use cloudapp_runtime::migrate::prelude::*;

    let migration = Migration::new("effect_0001_create", |steps| {
        let table = Table::create()
            .table("effect_tb")
            .col(big_integer("id").primary_key())
            .col(string_len("title", 20))
            .to_owned();
        steps.create_table(table);
    });
    let routes = Router::new()
        .routes(routes!(for_player))
        .routes(routes!(for_operator))
        .routes(routes!(keyed));
    let module = Module::new("effect")
        .routes(routes)
        .migrations(vec![migration])
        .permissions(&["effect.write"]);
    let mut app = App::new("guarded", "1.0.0");
    app.module(module);
    app
}

/// An answer to the last byte.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Raw {
    pub(crate) fn is_replay(&self) -> bool {
        self.headers.get("idempotency-replayed").is_some()
    }

    pub(crate) fn error_code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        body["error_code"].as_str().unwrap().to_owned()
    }

    /// Asserts that this is `first` again.
    #[track_caller]
    pub(crate) fn repeats(&self, first: &Raw) {
        assert!(self.is_replay(), "{self:?}");
        assert_eq!((self.status, &self.body), (first.status, &first.body));
        let content_type = |raw: &Raw| raw.headers.get("content-type").cloned();
        assert_eq!(content_type(self), content_type(first));
    }
}

/// A request to have an effect, with a key.
pub(crate) fn request(client: &Client, path: &str, key: &str, body: &Value) -> Request<Body> {
    let token = client.token().unwrap_or("none");
    Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// Sends a request to a router.
pub(crate) async fn send(router: axum::Router, request: Request<Body>) -> Raw {
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    Raw {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: to_bytes(body, usize::MAX).await.unwrap(),
    }
}

/// Has an effect as a player.
pub(crate) async fn post(app: &TestApp, client: &Client, key: &str, how: &str) -> Raw {
    let body = json!({ "how": how });
    send(app.router(), request(client, "/client/effects", key, &body)).await
}

/// A single number.
pub(crate) async fn number(app: &TestApp, sql: &str) -> i64 {
    let db = app.context().db();
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// How often a handler ran.
pub(crate) async fn effects(app: &TestApp) -> i64 {
    number(app, "SELECT COUNT(*) FROM effect_tb").await
}

/// How many keys are recorded.
pub(crate) async fn records(app: &TestApp) -> i64 {
    number(app, "SELECT COUNT(*) FROM idempotency_tb").await
}

/// Runs a statement.
pub(crate) async fn execute(app: &TestApp, sql: &str) {
    app.context().db().execute_unprepared(sql).await.unwrap();
}
