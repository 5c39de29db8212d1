//! What can be done with themes. No HTTP here.
//!
//! Every query starts from `rows`, so that nobody reaches another tenant's. Every change is in
//! the operation log, in the transaction that makes it.

use cloudapp_runtime::content::{Change, Hooks, Places, Reader};
use cloudapp_runtime::db::{Transaction, transaction};
use cloudapp_runtime::oplog::{Entry, Recorder};
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::types::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait,
    EntityTrait as _, QueryFilter as _, QueryOrder as _, Select,
};

use super::super::LOGGED_THEME as LOGGED;
use super::super::dto::theme::{AdminQuery, Input, ListQuery};
use super::super::entity::theme::{ActiveModel, Column, Entity, Model};
use super::super::hooks::AppHooks;

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

/// One row, in a transaction or outside.
pub async fn row(db: &impl ConnectionTrait, app_id: &str, id: Id) -> AppResult<Model> {
    let row = rows(app_id).filter(Column::Id.eq(id)).one(db);
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

/// Released themes that players of a tenant may see: its own, and those for every tenant.
fn visible(app_id: &str) -> Select<Entity> {
    let may_see = Condition::any()
        .add(Column::AppId.eq(app_id))
        .add(Column::AscriptionType.eq(1));
    Entity::find()
        .filter(may_see)
        .filter(Column::IsRelease.eq(true))
        .order_by_desc(Column::SortIndex)
        .order_by_desc(Column::Id)
}

/// One page of the themes that players see.
pub async fn shown(ctx: &Context, player: &Player, query: &ListQuery) -> AppResult<Page<Model>> {
    let mut found = visible(&player.app_id);
    if let Some(style_type) = query.style_type {
        found = found.filter(Column::StyleType.eq(style_type));
    }
    page(ctx, Reader::Player(player), found, &query.page()).await
}

/// One theme that players see.
pub async fn shown_one(ctx: &Context, player: &Player, id: Id) -> AppResult<Model> {
    let found = visible(&player.app_id).filter(Column::Id.eq(id));
    let one = PageQuery::new(0, 1);
    let found = page(ctx, Reader::Player(player), found, &one)
        .await?
        .items
        .pop();
    found.ok_or_else(AppError::not_found)
}

/// One page of the tenant's themes.
pub async fn list(
    ctx: &Context,
    operator: &Operator,
    query: &AdminQuery,
) -> AppResult<Page<Model>> {
    let mut found = rows(&operator.app_id);
    if let Some(style_type) = query.style_type {
        found = found.filter(Column::StyleType.eq(style_type));
    }
    page(ctx, Reader::Operator(operator), found, &query.page()).await
}

/// One theme.
pub async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<Model> {
    let reader = Reader::Operator(operator);
    let found = rows(&operator.app_id).filter(Column::Id.eq(id));
    let one = PageQuery::new(0, 1);
    let found = page(ctx, reader, found, &one).await?.items.pop();
    found.ok_or_else(AppError::not_found)
}

/// Puts what was sent into a row.
fn fill(row: &mut ActiveModel, input: Input) {
    row.ascription_type = Set(input.ascription_type);
    row.theme_name = Set(input.theme_name);
    row.server_json = Set(input.server_json);
    row.out_id = Set(input.out_id);
    row.style_type = Set(input.style_type);
    row.sort_index = Set(input.sort_index);
    row.is_release = Set(input.is_release);
}

/// Creates a theme.
pub async fn create(ctx: &Context, operator: &Operator, input: Input) -> AppResult<Model> {
    let id = ctx.next_id().await?;
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        let mut input = input.clone();
        Box::pin(async move {
            hooks().before_save(txn, operator, None, &mut input).await?;
            let mut row = ActiveModel {
                id: Set(id),
                app_id: Set(operator.app_id.clone()),
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

/// Replaces what a theme is.
pub async fn replace(ctx: &Context, operator: &Operator, id: Id, input: Input) -> AppResult<Model> {
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        let mut input = input.clone();
        Box::pin(async move {
            let old = row(txn, &operator.app_id, id).await?;
            hooks()
                .before_save(txn, operator, Some(&old), &mut input)
                .await?;
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
    let old = row(txn, &operator.app_id, id).await?;
    hooks().before_change(txn, operator, &old, change).await?;
    let mut row = ActiveModel::from(old.clone());
    match change {
        Change::Release(is_release) => {
            row.is_release = Set(is_release);
        }
        Change::Sort(sort_index) => {
            row.sort_index = Set(sort_index);
        }
        Change::Remove | Change::Restore => {}
    }
    row.updated_at = Set(now);
    let row = row.update(txn).await?;
    let entry = Entry::new(change.operation(), &LOGGED, id, &old, &row)?;
    log.record(txn, entry).await?;
    hooks().after_change(txn, operator, &row, change).await?;
    Ok(row)
}

/// Changes a theme: releases or hides it.
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

/// Gives themes their places, all or none.
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
