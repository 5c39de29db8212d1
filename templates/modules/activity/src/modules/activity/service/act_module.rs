//! What can be done with modules. No HTTP here.
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

use super::super::LOGGED_ACT_MODULE as LOGGED;
use super::super::dto::act_module::{AdminQuery, Input, ListQuery};
use super::super::entity::act_module::{ActiveModel, Column, Entity, Model};
use super::super::hooks::AppHooks;
use super::act_info;

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

/// One page of the modules that players see.
pub async fn shown(ctx: &Context, player: &Player, query: &ListQuery) -> AppResult<Page<Model>> {
    let found = rows(&player.app_id)
        .filter(Column::ActId.eq(query.act_id))
        .filter(Column::IsRelease.eq(true))
        .filter(Column::IsDel.eq(false));
    page(ctx, Reader::Player(player), found, &query.page()).await
}

/// One page of the tenant's modules.
pub async fn list(
    ctx: &Context,
    operator: &Operator,
    query: &AdminQuery,
) -> AppResult<Page<Model>> {
    let mut found = rows(&operator.app_id).filter(Column::IsDel.eq(query.is_del));
    if let Some(act_id) = query.act_id {
        found = found.filter(Column::ActId.eq(act_id));
    }
    page(ctx, Reader::Operator(operator), found, &query.page()).await
}

/// One module, whether it was removed or not.
pub async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<Model> {
    let reader = Reader::Operator(operator);
    let found = rows(&operator.app_id).filter(Column::Id.eq(id));
    let one = PageQuery::new(0, 1);
    let found = page(ctx, reader, found, &one).await?.items.pop();
    found.ok_or_else(AppError::not_found)
}

/// Puts what was sent into a row.
fn fill(row: &mut ActiveModel, input: Input) {
    row.module_name = Set(input.module_name);
    row.module_sub_name = Set(input.module_sub_name);
    row.module_type = Set(input.module_type);
    row.business_type = Set(input.business_type);
    row.module_pic = Set(input.module_pic);
    row.module_desc = Set(input.module_desc);
    row.skin_id = Set(input.skin_id);
    row.price = Set(input.price);
    row.price_gear_id = Set(input.price_gear_id);
    row.ip_id = Set(input.ip_id);
    row.join_ways = Set(input.join_ways);
    row.start_date = Set(input.start_date);
    row.end_date = Set(input.end_date);
    row.sort_index = Set(input.sort_index);
    row.is_release = Set(input.is_release);
}

/// Creates a module.
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
                release_date: Set(now),
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

/// Replaces what a module is; its activity stays.
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
            if input.is_release != old.is_release {
                row.release_date = Set(now);
            }
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
            row.release_date = Set(now);
        }
        Change::Remove => {
            row.is_del = Set(true);
            row.is_release = Set(false);
            row.release_date = Set(now);
        }
        Change::Restore => {
            row.is_del = Set(false);
            row.is_release = Set(false);
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

/// Changes a module: releases or hides it, removes it or brings it back.
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

/// Gives modules their places, all or none.
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

/// It ends after it begins, and its activity is one of the tenant's.
async fn check(txn: &Transaction<'_>, operator: &Operator, input: &Input) -> AppResult<()> {
    if let (Some(start), Some(end)) = (input.start_date, input.end_date)
        && start >= end
    {
        return Err(AppError::param((
            "end_date: must be after start_date",
            "end_date：必须晚于 start_date",
        )));
    }
    match act_info::is_there(txn, &operator.app_id, input.act_id).await? {
        true => Ok(()),
        false => Err(AppError::param((
            "act_id: there is no such activity",
            "act_id：活动不存在",
        ))),
    }
}
