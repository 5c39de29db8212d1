//! What can be done with articles. No HTTP here.
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
    ModelTrait as _, QueryFilter as _, QueryOrder as _, Select,
};

use super::super::LOGGED_ARTICLE as LOGGED;
use super::super::dto::article::{AdminQuery, Input, ListQuery};
use super::super::entity::article::{ActiveModel, Column, Entity, Model};
use super::super::hooks::AppHooks;
use super::place;

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

/// Released articles of an activity at a place, as players of the tenant see them.
async fn visible(ctx: &Context, player: &Player, place_id: Id) -> AppResult<Select<Entity>> {
    let place = place::row(ctx.db(), &player.app_id, place_id).await?;
    if !place.is_release || place.place_type != place::FOR_PLAYERS {
        return Err(AppError::not_found());
    }
    let found = rows(&player.app_id).filter(Column::PlaceId.eq(place.id));
    Ok(found.filter(Column::IsRelease.eq(true)))
}

/// One page of the articles that players see.
pub async fn shown(ctx: &Context, player: &Player, query: &ListQuery) -> AppResult<Page<Model>> {
    let found = visible(ctx, player, query.place_id).await?;
    let found = found.filter(Column::ActId.eq(query.act_id));
    page(ctx, Reader::Player(player), found, &query.page()).await
}

/// One article that players see.
pub async fn shown_one(ctx: &Context, player: &Player, id: Id) -> AppResult<Model> {
    let article = row(ctx.db(), &player.app_id, id).await?;
    let found = visible(ctx, player, article.place_id).await?;
    let one = PageQuery::new(0, 1);
    let found = found.filter(Column::Id.eq(id));
    let found = page(ctx, Reader::Player(player), found, &one).await?;
    let found = found.items.into_iter().next();
    found.ok_or_else(AppError::not_found)
}

/// One page of the tenant's articles.
pub async fn list(
    ctx: &Context,
    operator: &Operator,
    query: &AdminQuery,
) -> AppResult<Page<Model>> {
    let mut found = rows(&operator.app_id);
    if let Some(act_id) = query.act_id {
        found = found.filter(Column::ActId.eq(act_id));
    }
    if let Some(place_id) = query.place_id {
        found = found.filter(Column::PlaceId.eq(place_id));
    }
    page(ctx, Reader::Operator(operator), found, &query.page()).await
}

/// One article.
pub async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<Model> {
    let reader = Reader::Operator(operator);
    let found = rows(&operator.app_id).filter(Column::Id.eq(id));
    let one = PageQuery::new(0, 1);
    let found = page(ctx, reader, found, &one).await?.items.pop();
    found.ok_or_else(AppError::not_found)
}

/// Puts what was sent into a row.
fn fill(row: &mut ActiveModel, input: Input) {
    row.info_title = Set(input.info_title);
    row.simple_title = Set(input.simple_title);
    row.simple_title_url = Set(input.simple_title_url);
    row.info_type = Set(input.info_type);
    row.info_summary = Set(input.info_summary);
    row.info_tag = Set(input.info_tag);
    row.info_mark = Set(input.info_mark);
    row.target_url = Set(input.target_url);
    row.min_pic = Set(input.min_pic);
    row.mid_pic = Set(input.mid_pic);
    row.max_pic = Set(input.max_pic);
    row.info_data = Set(input.info_data);
    row.pic_collect_json = Set(input.pic_collect_json);
    row.i1 = Set(input.i1);
    row.i2 = Set(input.i2);
    row.i3 = Set(input.i3);
    row.i4 = Set(input.i4);
    row.s1 = Set(input.s1);
    row.s2 = Set(input.s2);
    row.s3 = Set(input.s3);
    row.s4 = Set(input.s4);
    row.sort_index = Set(input.sort_index);
    row.is_release = Set(input.is_release);
}

/// Creates an article.
pub async fn create(ctx: &Context, operator: &Operator, input: Input) -> AppResult<Model> {
    let id = ctx.next_id().await?;
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        let mut input = input.clone();
        Box::pin(async move {
            hooks().before_save(txn, operator, None, &mut input).await?;
            place::hold(txn, &operator.app_id, input.place_id).await?;
            let mut row = ActiveModel {
                id: Set(id),
                app_id: Set(operator.app_id.clone()),
                act_id: Set(input.act_id),
                place_id: Set(input.place_id),
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

/// Replaces what an article is; its activity and place stay.
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
            if input.place_id != old.place_id {
                return Err(AppError::param((
                    "place_id: can't be changed",
                    "place_id：不能修改",
                )));
            }
            let was_released = old.is_release;
            let mut row = ActiveModel::from(old.clone());
            if was_released != input.is_release {
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
    let old = row(txn, &operator.app_id, id).await?;
    hooks().before_change(txn, operator, &old, change).await?;
    let mut row = ActiveModel::from(old.clone());
    match change {
        Change::Release(is_release) => {
            row.is_release = Set(is_release);
            row.release_date = Set(now);
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

/// Changes an article: releases or hides it.
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

/// Removes an article.
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

/// Gives articles their places, all or none.
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

/// Whether a place has articles.
pub async fn is_used(db: &impl ConnectionTrait, app_id: &str, place_id: Id) -> AppResult<bool> {
    let at_place = rows(app_id).filter(Column::PlaceId.eq(place_id));
    Ok(at_place.one(db).await?.is_some())
}
