//! Routes of operators: the log of what they did.

use axum::extract::State;
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::page::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use super::scope::Scope;
use super::{Envelope, KeysetQuery, Path, Query, Reply, Router, Slice};
use crate::app::Context;
use crate::auth::Operator;
use crate::error::{AppError, AppResult};
use crate::oplog::{Difference, LogFilter, LogRow, Operation};
use crate::types::{Id, Json as AnyJson};

/// Permission to see the log.
pub(crate) const READ: &str = "operation_log.read";

/// One entry.
#[derive(Serialize, ToSchema)]
#[schema(as = operation_log::View)]
pub(super) struct LogView {
    /// The entry.
    id: Id,
    /// The activity; 0 for none.
    act_id: Id,
    /// 1 add, 2 edit, 3 delete, 4 restore, 5 copy, 6 export, 7 import, 8 release, 9 un-release, 10
    /// operate.
    operation_type: i32,
    /// What was done, of what, in words.
    #[schema(example = "Edited: Friend link “Summer lottery”")]
    summary: String,
    /// More about it.
    operation_desc: String,
    /// Which kind of rows.
    #[schema(example = "friend_link")]
    model_name: String,
    /// Which of them.
    object_id: String,
    /// 1 single, 2 batch.
    operation_ways: i32,
    /// The operator; 0 for nobody.
    operate_user_id: Id,
    /// His name, as it was.
    operate_user_name: String,
    /// From where.
    remote_ip: String,
    /// The request.
    request_code: String,
    /// The method and route.
    handler_name: String,
    /// When.
    created_at: DateTime<Utc>,
    /// What is different, field by field.
    changes: Vec<Difference>,
}

/// One entry, with the rows.
#[derive(Serialize, ToSchema)]
#[schema(as = operation_log::Detail)]
pub(super) struct LogDetail {
    /// The entry.
    #[serde(flatten)]
    entry: LogView,
    /// The row before; secrets are taken away.
    detail: Option<AnyJson>,
    /// The row after.
    update_detail: Option<AnyJson>,
    /// The address that was asked, without its query string.
    request_uri: String,
    /// The host that was asked.
    request_host: String,
    /// The protocol.
    protocol: String,
}

/// Which entries.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LogQuery {
    /// Of an activity.
    #[garde(skip)]
    act_id: Option<Id>,
    /// Of a kind of rows.
    #[garde(inner(length(chars, max = 64)))]
    model_name: Option<String>,
    /// Of one row.
    #[garde(inner(length(chars, max = 64)))]
    object_id: Option<String>,
    /// Of an operation, 1 to 10.
    #[garde(inner(range(min = 1, max = 10)))]
    operation_type: Option<i32>,
    /// Of an operator.
    #[garde(skip)]
    operate_user_id: Option<Id>,
    /// Of a request.
    #[garde(inner(length(chars, max = 64)))]
    request_code: Option<String>,
    /// Not before.
    #[garde(skip)]
    from: Option<DateTime<Utc>>,
    /// Before.
    #[garde(skip)]
    until: Option<DateTime<Utc>>,
    /// Goes on behind the entry with this id.
    #[garde(skip)]
    after: Option<Id>,
    /// Most entries in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    page_size: u64,
}

impl Default for LogQuery {
    fn default() -> Self {
        Self {
            act_id: None,
            model_name: None,
            object_id: None,
            operation_type: None,
            operate_user_id: None,
            request_code: None,
            from: None,
            until: None,
            after: None,
            page_size: PAGE_SIZE_DEFAULT,
        }
    }
}

impl LogQuery {
    fn into_filter(self) -> LogFilter {
        LogFilter {
            act_id: self.act_id,
            model_name: self.model_name,
            object_id: self.object_id,
            operation: self.operation_type.and_then(Operation::of),
            operate_user_id: self.operate_user_id,
            request_code: self.request_code,
            from: self.from,
            until: self.until,
        }
    }
}

/// All of them.
pub(super) fn routes() -> Router {
    Router::default().routes(routes!(list)).routes(routes!(get))
}

/// The log of the tenant, newest first
///
/// Words are in the language of the request. Needs the permission `operation_log.read`.
#[utoipa::path(
    get, path = "/admin/operation-logs", tag = "admin", params(LogQuery),
    responses((status = 200, description = "Entries", body = Envelope<Slice<LogView>>)),
)]
async fn list(
    State(ctx): State<Context>,
    operator: Operator,
    Query(query): Query<LogQuery>,
) -> AppResult<Reply<Slice<LogView>>> {
    operator.require(READ)?;
    let keyset = KeysetQuery::new(query.after, query.page_size);
    let (filter, log) = (query.into_filter(), ctx.oplog());
    let rows = log.list(&operator.app_id, &filter, keyset.after(), keyset.limit());
    let rows = Slice::new(rows.await?, &keyset, |row| row.id);
    Ok(Reply(rows.map(|row| view(&ctx, &row))))
}

/// One entry, with the rows before and after
///
/// Needs the permission `operation_log.read`.
#[utoipa::path(
    get, path = "/admin/operation-logs/{id}", tag = "admin",
    params(("id" = Id, Path, description = "The entry")),
    responses((status = 200, description = "The entry", body = Envelope<LogDetail>)),
)]
async fn get(
    State(ctx): State<Context>,
    operator: Operator,
    Path(id): Path<Id>,
) -> AppResult<Reply<LogDetail>> {
    operator.require(READ)?;
    let row = ctx.oplog().get(&operator.app_id, id).await?;
    let read = |text: &Option<String>| -> AppResult<Option<AnyJson>> {
        let read = text.as_deref().map(serde_json::from_str).transpose();
        read.map_err(AppError::internal)
    };
    Ok(Reply(LogDetail {
        entry: view(&ctx, &row),
        detail: read(&row.detail)?,
        update_detail: read(&row.update_detail)?,
        request_uri: row.request_uri,
        request_host: row.request_host,
        protocol: row.protocol,
    }))
}

fn view(ctx: &Context, row: &LogRow) -> LogView {
    let language = Scope::current().language;
    let word = Operation::of(row.operation_type).map_or("", |one| one.word(language));
    let what = ctx.oplog().model_title(row, language);
    let which = match (row.title.as_str(), row.object_id.as_str()) {
        ("", "") => String::new(),
        ("", id) => format!(" {id}"),
        (title, _) => format!(" “{title}”"),
    };
    LogView {
        id: row.id,
        act_id: row.act_id,
        operation_type: row.operation_type,
        summary: format!("{word}: {what}{which}"),
        operation_desc: row.operation_desc.clone(),
        model_name: row.model_name.clone(),
        object_id: row.object_id.clone(),
        operation_ways: row.operation_ways,
        operate_user_id: row.operate_user_id,
        operate_user_name: row.operate_user_name.clone(),
        remote_ip: row.remote_ip.clone(),
        request_code: row.request_code.clone(),
        handler_name: format!("{} {}", row.method, row.handler_name)
            .trim()
            .to_owned(),
        created_at: row.created_at,
        changes: ctx.oplog().differences(row, language),
    }
}
