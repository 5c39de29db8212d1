//! What can be done with links. No HTTP here.
//!
//! Every query starts from `rows`, so that nobody reaches another tenant's links. Every change is in
//! the operation log, in the transaction that makes it.

use cloudapp_runtime::db::transaction;
use cloudapp_runtime::prelude::*;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    ModelTrait as _, QueryFilter as _, QueryOrder as _, Select,
};

use super::LOGGED;
use super::dto::Input;
use super::entity::{ActiveModel, Column, Entity, Model};
use super::hooks::{AppHooks, Hooks as _};

fn rows(app_id: &str) -> Select<Entity> {
    Entity::find()
        .filter(Column::AppId.eq(app_id))
        .order_by_desc(Column::SortIndex)
        .order_by_desc(Column::Id)
}

async fn row(db: &impl ConnectionTrait, operator: &Operator, id: Id) -> AppResult<Model> {
    let row = rows(&operator.app_id).filter(Column::Id.eq(id)).one(db);
    row.await?.ok_or_else(AppError::not_found)
}

/// One page of what players see.
pub async fn released(ctx: &Context, player: &Player, page: &PageQuery) -> AppResult<Page<Model>> {
    let released = rows(&player.app_id).filter(Column::IsRelease.eq(true));
    Page::fetch(released, ctx.db(), page).await
}

/// One page of all links.
pub async fn list(ctx: &Context, operator: &Operator, page: &PageQuery) -> AppResult<Page<Model>> {
    Page::fetch(rows(&operator.app_id), ctx.db(), page).await
}

/// One link.
pub async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<Model> {
    row(ctx.db(), operator, id).await
}

/// Creates a link.
pub async fn create(ctx: &Context, operator: &Operator, input: Input) -> AppResult<Model> {
    let id = ctx.next_id().await?;
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        let mut input = input.clone();
        Box::pin(async move {
            AppHooks.before_save(txn, operator, &mut input).await?;
            let row = ActiveModel {
                id: Set(id),
                app_id: Set(operator.app_id.clone()),
                title: Set(input.title),
                ad_pic: Set(input.ad_pic),
                big_pic: Set(input.big_pic),
                product_link: Set(input.product_link),
                associated_url: Set(input.associated_url),
                sort_index: Set(input.sort_index),
                is_release: Set(input.is_release),
                release_date: Set(now),
                created_at: Set(now),
                updated_at: Set(now),
            };
            let row = row.insert(txn).await?;
            log.added(txn, &LOGGED, id, &row).await?;
            AppHooks.after_save(txn, &row).await?;
            Ok(row)
        })
    })
    .await
}

/// Replaces what a link holds.
pub async fn replace(ctx: &Context, operator: &Operator, id: Id, input: Input) -> AppResult<Model> {
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        let mut input = input.clone();
        Box::pin(async move {
            let old = row(txn, operator, id).await?;
            AppHooks.before_save(txn, operator, &mut input).await?;
            let was_released = old.is_release;
            let mut row = ActiveModel::from(old.clone());
            row.title = Set(input.title);
            row.ad_pic = Set(input.ad_pic);
            row.big_pic = Set(input.big_pic);
            row.product_link = Set(input.product_link);
            row.associated_url = Set(input.associated_url);
            row.sort_index = Set(input.sort_index);
            row.is_release = Set(input.is_release);
            if was_released != input.is_release {
                row.release_date = Set(now);
            }
            row.updated_at = Set(now);
            let row = row.update(txn).await?;
            log.edited(txn, &LOGGED, id, (&old, &row)).await?;
            AppHooks.after_save(txn, &row).await?;
            Ok(row)
        })
    })
    .await
}

/// Removes a link.
pub async fn remove(ctx: &Context, operator: &Operator, id: Id) -> AppResult<()> {
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let row = row(txn, operator, id).await?;
            AppHooks.before_remove(txn, &row).await?;
            log.removed(txn, &LOGGED, id, &row).await?;
            row.delete(txn).await?;
            Ok(())
        })
    })
    .await
}
