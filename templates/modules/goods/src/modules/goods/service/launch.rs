//! What can be done with goods. No HTTP here.
//!
//! Every query starts from `rows`, so that nobody reaches another tenant's. Every change is in
//! the operation log, in the transaction that makes it.

use cloudapp_runtime::content::{Change, Hooks, Reader};
use cloudapp_runtime::db::transaction;
use cloudapp_runtime::prelude::*;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    ModelTrait as _, QueryFilter as _, QueryOrder as _, Select,
};

use super::super::LOGGED_LAUNCH as LOGGED;
use super::super::dto::launch::{AdminQuery, Input, ListQuery};
use super::super::entity::launch::{ActiveModel, Column, Entity, Model};
use super::super::hooks::AppHooks;

fn hooks() -> impl Hooks<Entity, Input> {
    AppHooks
}

/// The rows of a tenant, newest first.
fn rows(app_id: &str) -> Select<Entity> {
    Entity::find()
        .filter(Column::AppId.eq(app_id))
        .order_by_desc(Column::Id)
}

async fn row(db: &impl ConnectionTrait, app_id: &str, id: Id) -> AppResult<Model> {
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

/// One page of the goods that players see.
pub async fn shown(ctx: &Context, player: &Player, query: &ListQuery) -> AppResult<Page<Model>> {
    let found = rows(&player.app_id)
        .filter(Column::ActId.eq(query.act_id))
        .filter(Column::IsLaunch.eq(true));
    page(ctx, Reader::Player(player), found, &query.page()).await
}

/// One page of the tenant's goods.
pub async fn list(
    ctx: &Context,
    operator: &Operator,
    query: &AdminQuery,
) -> AppResult<Page<Model>> {
    let mut found = rows(&operator.app_id);
    if let Some(act_id) = query.act_id {
        found = found.filter(Column::ActId.eq(act_id));
    }
    page(ctx, Reader::Operator(operator), found, &query.page()).await
}

/// One goods.
pub async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<Model> {
    let reader = Reader::Operator(operator);
    let found = rows(&operator.app_id).filter(Column::Id.eq(id));
    let one = PageQuery::new(0, 1);
    let found = page(ctx, reader, found, &one).await?.items.pop();
    found.ok_or_else(AppError::not_found)
}

/// Puts what was sent into a row.
fn fill(row: &mut ActiveModel, input: Input) {
    row.is_launch = Set(input.is_launch);
}

/// Creates a goods.
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
                act_id: Set(input.act_id),
                goods_id: Set(input.goods_id.clone()),
                launch_date: Set(input.is_launch.then_some(now)),
                is_sync: Set(false),
                sync_date: Set(None),
                error_message: Set(String::new()),
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

/// Replaces what a goods is; its activity and goods stay.
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
            if input.act_id != old.act_id {
                return Err(AppError::param((
                    "act_id: can't be changed",
                    "act_id：不能修改",
                )));
            }
            if input.goods_id != old.goods_id {
                return Err(AppError::param((
                    "goods_id: can't be changed",
                    "goods_id：不能修改",
                )));
            }
            let is_new = input.is_launch != old.is_launch;
            let mut row = ActiveModel::from(old.clone());
            fill(&mut row, input);
            if is_new {
                // The platform is to be told.
                row.launch_date = Set(Some(now));
                row.is_sync = Set(false);
                row.error_message = Set(String::new());
            }
            row.updated_at = Set(now);
            let row = row.update(txn).await?;
            log.edited(txn, &LOGGED, id, (&old, &row)).await?;
            hooks().after_save(txn, operator, &row).await?;
            Ok(row)
        })
    })
    .await
}

/// Removes a goods.
pub async fn remove(ctx: &Context, operator: &Operator, id: Id) -> AppResult<()> {
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let row = row(txn, &operator.app_id, id).await?;
            let change = Change::Remove;
            hooks().before_change(txn, operator, &row, change).await?;
            log.removed(txn, &LOGGED, id, &row).await?;
            row.clone().delete(txn).await?;
            hooks().after_change(txn, operator, &row, change).await?;
            Ok(())
        })
    })
    .await
}
