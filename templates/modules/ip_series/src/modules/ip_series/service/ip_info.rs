//! What can be done with series. No HTTP here.
//!
//! Every query starts from `rows`, so that nobody reaches another tenant's. Every change is in
//! the operation log, in the transaction that makes it.

use cloudapp_runtime::content::{Change, Hooks, Places, Reader};
use cloudapp_runtime::db::{Transaction, transaction};
use cloudapp_runtime::oplog::{Entry, Recorder};
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::types::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, Select,
};

use super::super::LOGGED_IP_INFO as LOGGED;
use super::super::dto::ip_info::{AdminQuery, Input, ListQuery};
use super::super::entity::ip_info::{ActiveModel, Column, Entity, Model};
use super::super::hooks::AppHooks;
use super::ip_type;

fn hooks() -> impl Hooks<Entity, Input> {
    AppHooks
}

/// The rows of a tenant, in the operator's order.
fn rows(app_id: &str) -> Select<Entity> {
    Entity::find()
        .filter(Column::AppId.eq(app_id))
        .order_by_desc(Column::SortIndex)
        .order_by_desc(Column::Id)
}

/// A row that was removed, or one that was not.
async fn row(db: &impl ConnectionTrait, app_id: &str, id: Id, is_del: bool) -> AppResult<Model> {
    let row = rows(app_id)
        .filter(Column::Id.eq(id))
        .filter(Column::IsDel.eq(is_del))
        .one(db);
    row.await?.ok_or_else(AppError::not_found)
}

/// One page, by the rules of the app.
async fn page(
    ctx: &Context,
    reader: Reader<'_>,
    rows: Select<Entity>,
    page: &PageQuery,
) -> AppResult<Page<Model>> {
    let rows = hooks().before_read(ctx, reader, rows).await?;
    let mut page = Page::fetch(rows, ctx.db(), page).await?;
    hooks().after_read(ctx, reader, &mut page.items).await?;
    Ok(page)
}

/// One page of the series that players see.
pub async fn shown(ctx: &Context, player: &Player, query: &ListQuery) -> AppResult<Page<Model>> {
    let mut found = rows(&player.app_id)
        .filter(Column::ActId.eq(query.act_id))
        .filter(Column::IsRelease.eq(true))
        .filter(Column::IsDel.eq(false));
    if let Some(ip_type) = query.ip_type {
        found = found.filter(Column::IpType.eq(ip_type));
    }
    page(ctx, Reader::Player(player), found, &query.page()).await
}

/// One page of the tenant's series.
pub async fn list(
    ctx: &Context,
    operator: &Operator,
    query: &AdminQuery,
) -> AppResult<Page<Model>> {
    let mut found = rows(&operator.app_id).filter(Column::IsDel.eq(query.is_del));
    if let Some(act_id) = query.act_id {
        found = found.filter(Column::ActId.eq(act_id));
    }
    if let Some(ip_type) = query.ip_type {
        found = found.filter(Column::IpType.eq(ip_type));
    }
    page(ctx, Reader::Operator(operator), found, &query.page()).await
}

/// One series, whether it was removed or not.
pub async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<Model> {
    let reader = Reader::Operator(operator);
    let found = rows(&operator.app_id).filter(Column::Id.eq(id));
    let one = PageQuery::new(0, 1);
    let found = page(ctx, reader, found, &one).await?.items.pop();
    found.ok_or_else(AppError::not_found)
}

/// Puts what was sent into a row.
fn fill(row: &mut ActiveModel, input: Input) {
    row.ip_name = Set(input.ip_name);
    row.mode_type = Set(input.mode_type);
    row.ip_type = Set(input.ip_type);
    row.ip_pic = Set(input.ip_pic);
    row.show_pic = Set(input.show_pic);
    row.ip_summary = Set(input.ip_summary);
    row.ip_config_json = Set(input.ip_config_json);
    row.sort_index = Set(input.sort_index);
    row.is_release = Set(input.is_release);
}

/// Creates a series.
pub async fn create(ctx: &Context, operator: &Operator, input: Input) -> AppResult<Model> {
    let id = ctx.next_id().await?;
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        let mut input = input.clone();
        Box::pin(async move {
            hooks().before_save(txn, operator, None, &mut input).await?;
            check(txn, operator, &input).await?;
            let mut row = ActiveModel {
                id: Set(id),
                app_id: Set(operator.app_id.clone()),
                act_id: Set(input.act_id),
                is_del: Set(false),
                del_date: Set(None),
                created_at: Set(now),
                updated_at: Set(now),
                ..Default::default()
            };
            fill(&mut row, input);
            let row = row.insert(txn).await?;
            log.added(txn, &LOGGED, id, &row).await?;
            hooks().after_save(txn, operator, &row).await?;
            Ok(row)
        })
    })
    .await
}

/// Replaces what a series is; its activity stays.
pub async fn replace(ctx: &Context, operator: &Operator, id: Id, input: Input) -> AppResult<Model> {
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        let mut input = input.clone();
        Box::pin(async move {
            let old = row(txn, &operator.app_id, id, false).await?;
            hooks()
                .before_save(txn, operator, Some(&old), &mut input)
                .await?;
            if input.act_id != old.act_id {
                return Err(AppError::param((
                    "act_id: can't be changed",
                    "act_id：不能修改",
                )));
            }
            check(txn, operator, &input).await?;
            let mut row = ActiveModel::from(old.clone());
            fill(&mut row, input);
            row.updated_at = Set(now);
            let row = row.update(txn).await?;
            log.edited(txn, &LOGGED, id, (&old, &row)).await?;
            hooks().after_save(txn, operator, &row).await?;
            Ok(row)
        })
    })
    .await
}

/// Changes one row in a transaction, by the rules of the app.
async fn change_in(
    txn: &Transaction<'_>,
    operator: &Operator,
    log: &Recorder,
    id: Id,
    change: Change,
    now: DateTime<Utc>,
) -> AppResult<Model> {
    // What was removed can be brought back, and nothing else.
    let is_del = matches!(change, Change::Restore);
    let old = row(txn, &operator.app_id, id, is_del).await?;
    hooks().before_change(txn, operator, &old, change).await?;
    let mut row = ActiveModel::from(old.clone());
    match change {
        Change::Release(is_release) => {
            row.is_release = Set(is_release);
        }
        Change::Remove => {
            row.is_del = Set(true);
            row.is_release = Set(false);
            row.del_date = Set(Some(now));
        }
        Change::Restore => {
            row.is_del = Set(false);
            row.del_date = Set(None);
        }
        Change::Sort(sort_index) => {
            row.sort_index = Set(sort_index);
        }
    }
    row.updated_at = Set(now);
    let row = row.update(txn).await?;
    let entry = Entry::new(change.operation(), &LOGGED, id, &old, &row)?;
    log.record(txn, entry).await?;
    hooks().after_change(txn, operator, &row, change).await?;
    Ok(row)
}

/// Changes a series: releases or hides it, removes it or brings it back.
pub async fn change(
    ctx: &Context,
    operator: &Operator,
    id: Id,
    change: Change,
) -> AppResult<Model> {
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        Box::pin(change_in(txn, operator, log, id, change, now))
    })
    .await
}

/// Gives series their places, all or none.
pub async fn sort(ctx: &Context, operator: &Operator, places: &Places) -> AppResult<()> {
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        Box::pin(async move {
            for place in &places.places {
                let change = Change::Sort(place.sort_index);
                change_in(txn, operator, log, place.id, change, now).await?;
            }
            Ok(())
        })
    })
    .await
}

/// Whether series that were not removed are of this type.
pub async fn is_used(db: &impl ConnectionTrait, app_id: &str, ip_type: Id) -> AppResult<bool> {
    let of_type = rows(app_id)
        .filter(Column::IpType.eq(ip_type))
        .filter(Column::IsDel.eq(false));
    Ok(of_type.one(db).await?.is_some())
}

/// Series that were removed, and may come back, are no longer of this type.
pub async fn forget_type(db: &impl ConnectionTrait, app_id: &str, ip_type: Id) -> AppResult<()> {
    let none = ActiveModel {
        ip_type: Set(Id::new(0)),
        ..Default::default()
    };
    Entity::update_many()
        .set(none)
        .filter(Column::AppId.eq(app_id))
        .filter(Column::IpType.eq(ip_type))
        .exec(db)
        .await?;
    Ok(())
}

/// Its type is one of the same activity.
async fn check(txn: &Transaction<'_>, operator: &Operator, input: &Input) -> AppResult<()> {
    if input.ip_type == Id::new(0) {
        return Ok(());
    }
    let found = ip_type::hold(txn, &operator.app_id, input.ip_type).await;
    match found {
        Ok(found) if found.act_id == input.act_id => Ok(()),
        Ok(_) => Err(AppError::param((
            "ip_type: is of another activity",
            "ip_type：属于其他活动",
        ))),
        Err(error) if error.code() == ErrorCode::NOT_FOUND => Err(AppError::param((
            "ip_type: there is no such type",
            "ip_type：类型不存在",
        ))),
        Err(error) => Err(error),
    }
}
