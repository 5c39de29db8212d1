//! An application with one module, `thing`, whose handlers succeed, fail, hang and panic on demand.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cloudapp_runtime::app::{App, Context, Module};
use cloudapp_runtime::auth::{Operator, Player};
use cloudapp_runtime::error::{AppError, AppResult, ErrorCode};
use cloudapp_runtime::http::{
    ClientIp, Done, Envelope, Json, Page, PageQuery, Path, Query, Reply, Router, routes,
};
use cloudapp_runtime::types::Id;
use garde::Validate;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[expect(unreachable_pub, reason = "the derive makes public companions")]
pub(crate) mod thing {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "thing_tb")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: cloudapp_runtime::types::Id,
        pub app_id: String,
        pub title: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateThing {
    #[garde(length(chars, min = 1, max = 20))]
    title: String,
    #[garde(range(min = 1, max = 9))]
    #[serde(default = "one")]
    stars: i32,
    #[garde(dive)]
    #[serde(default)]
    parts: Vec<Part>,
}

fn one() -> i32 {
    1
}

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    #[garde(length(min = 1))]
    name: String,
}

#[derive(Serialize, ToSchema)]
struct ThingView {
    id: Id,
    title: String,
    stars: i32,
    parts: usize,
}

impl From<thing::Model> for ThingView {
    fn from(row: thing::Model) -> Self {
        Self {
            id: row.id,
            title: row.title,
            stars: 1,
            parts: 0,
        }
    }
}

/// Create a thing
#[utoipa::path(post, path = "/client/things", tag = "thing",
    responses((status = 201, body = Envelope<ThingView>)))]
async fn create(
    State(ctx): State<Context>,
    player: Player,
    Json(input): Json<CreateThing>,
) -> AppResult<Reply<ThingView>> {
    let id = ctx.next_id().await?;
    let row = thing::ActiveModel {
        id: Set(id),
        app_id: Set(player.app_id),
        title: Set(input.title.clone()),
    };
    thing::Entity::insert(row)
        .exec_without_returning(ctx.db())
        .await?;
    let CreateThing {
        title,
        stars,
        parts,
    } = input;
    Ok(Reply::created(ThingView {
        id,
        title,
        stars,
        parts: parts.len(),
    }))
}

/// List the things
#[utoipa::path(get, path = "/client/things", tag = "thing", params(PageQuery),
    responses((status = 200, body = Envelope<Page<ThingView>>)))]
async fn list(
    State(ctx): State<Context>,
    player: Player,
    Query(page): Query<PageQuery>,
) -> AppResult<Reply<Page<ThingView>>> {
    let select = thing::Entity::find()
        .filter(thing::Column::AppId.eq(player.app_id))
        .order_by_desc(thing::Column::Id);
    Ok(Reply(
        Page::fetch(select, ctx.db(), &page)
            .await?
            .map(ThingView::from),
    ))
}

/// One thing
#[utoipa::path(get, path = "/client/things/{id}", tag = "thing", params(("id" = Id, Path)),
    responses((status = 200, body = Envelope<ThingView>)))]
async fn get(
    State(ctx): State<Context>,
    _: Player,
    Path(id): Path<Id>,
) -> AppResult<Reply<ThingView>> {
    let row = thing::Entity::find_by_id(id).one(ctx.db()).await?;
    Ok(Reply(row.ok_or_else(AppError::not_found)?.into()))
}

/// All things of the tenant
#[utoipa::path(get, path = "/admin/things", tag = "thing",
    responses((status = 200, body = Envelope<Done>)))]
async fn list_all(operator: Operator) -> AppResult<Reply<Done>> {
    operator.require("thing.read")?;
    Ok(Reply(Done))
}

#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
struct Mischief {
    /// What to do wrong.
    #[garde(skip)]
    how: String,
    #[garde(range(max = 60_000))]
    #[serde(default)]
    ms: u64,
}

/// Do something wrong
#[utoipa::path(get, path = "/mischief", tag = "mischief", params(Mischief),
    responses((status = 200, body = Envelope<String>)))]
async fn mischief(Query(query): Query<Mischief>) -> AppResult<Response> {
    match query.how.as_str() {
        "panic" => panic!("kaboom {}", query.ms),
        "sleep" => {
            tokio::time::sleep(Duration::from_millis(query.ms)).await;
            Ok(Reply("slept").into_response())
        }
        "internal" => Err(AppError::internal("the secret of the cellar")),
        "internal_message" => {
            Err(AppError::new(ErrorCode::INTERNAL).with_message("the secret of the attic"))
        }
        "conflict" => Err(AppError::conflict("there is one already")),
        "bare_status" => {
            let retry = [("retry-after", "7"), ("x-lost", "1")];
            Ok((StatusCode::TOO_MANY_REQUESTS, retry, "plain text").into_response())
        }
        "teapot" => Ok(StatusCode::IM_A_TEAPOT.into_response()),
        "big" => Ok(Reply("big ".repeat(5_000)).into_response()),
        other => Err(AppError::param(format!("how: `{other}` is unknown"))),
    }
}

/// A handler with an extractor of axum's own
#[utoipa::path(post, path = "/raw", tag = "mischief", request_body = Object,
    responses((status = 200, body = Envelope<Done>)))]
async fn raw(axum::Json(_body): axum::Json<serde_json::Value>) -> Reply<Done> {
    Reply(Done)
}

/// Ignores its body
#[utoipa::path(post, path = "/deaf", tag = "mischief",
    responses((status = 200, body = Envelope<Done>)))]
async fn deaf() -> Reply<Done> {
    Reply(Done)
}

/// The address of the client
#[utoipa::path(get, path = "/whence", tag = "mischief",
    responses((status = 200, body = Envelope<Option<String>>)))]
async fn whence(ClientIp(ip): ClientIp) -> Reply<Option<String>> {
    Reply(ip.map(|ip| ip.to_string()))
}

/// The application.
pub(crate) fn app() -> App {
    use cloudapp_runtime::migrate::prelude::*;

    let migration = cloudapp_runtime::migrate::Migration::new("thing_0001_create", |steps| {
        let table = Table::create()
            .table("thing_tb")
            .col(big_integer("id").primary_key())
            .col(string_len("app_id", 64))
            .col(string_len("title", 20))
            .to_owned();
        steps.create_table(table);
    });
    let routes = Router::new()
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(list_all))
        .routes(routes!(mischief))
        .routes(routes!(raw))
        .routes(routes!(deaf))
        .routes(routes!(whence));
    let module = Module::new("thing")
        .title("Things")
        .routes(routes)
        .migrations(vec![migration])
        .permissions(&["thing.read"]);
    let mut app = App::new("fixture", "1.2.3");
    app.module(module);
    app
}
