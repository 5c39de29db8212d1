//! What can be done with price gears. No HTTP here.
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

use super::LOGGED;
use super::binding;
use super::dto::{AdminQuery, Input, ListQuery};
use super::entity::{ActiveModel, Column, Entity, Model};
use super::hooks::AppHooks;

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

/// One page of the price gears that players see.
pub async fn shown(ctx: &Context, player: &Player, query: &ListQuery) -> AppResult<Page<Model>> {
    let mut found = rows(&player.app_id)
        .filter(Column::ActId.eq(query.act_id))
        .filter(Column::IsDel.eq(false));
    let holds = Condition::any()
        .add(Column::EffectiveDate.is_null())
        .add(Column::EffectiveDate.lte(ctx.now()));
    found = found.filter(holds);
    if let Some(business_type) = query.business_type {
        found = found.filter(Column::BusinessType.eq(business_type));
    }
    page(ctx, Reader::Player(player), found, &query.page()).await
}

/// One page of the tenant's price gears.
pub async fn list(
    ctx: &Context,
    operator: &Operator,
    query: &AdminQuery,
) -> AppResult<Page<Model>> {
    let mut found = rows(&operator.app_id).filter(Column::IsDel.eq(query.is_del));
    if let Some(act_id) = query.act_id {
        found = found.filter(Column::ActId.eq(act_id));
    }
    if let Some(business_type) = query.business_type {
        found = found.filter(Column::BusinessType.eq(business_type));
    }
    page(ctx, Reader::Operator(operator), found, &query.page()).await
}

/// One price gear, whether it was removed or not.
pub async fn get(ctx: &Context, operator: &Operator, id: Id) -> AppResult<Model> {
    let reader = Reader::Operator(operator);
    let found = rows(&operator.app_id).filter(Column::Id.eq(id));
    let one = PageQuery::new(0, 1);
    let found = page(ctx, reader, found, &one).await?.items.pop();
    found.ok_or_else(AppError::not_found)
}

/// Puts what was sent into a row.
fn fill(row: &mut ActiveModel, input: Input) {
    row.business_type = Set(input.business_type);
    row.relation_type = Set(input.relation_type);
    row.goods_id = Set(input.goods_id);
    row.sku_id = Set(input.sku_id);
    row.price_gear_name = Set(input.price_gear_name);
    row.price_gear_pic = Set(input.price_gear_pic);
    row.price = Set(input.price);
    row.effective_date = Set(input.effective_date);
    row.remark = Set(input.remark);
    row.sort_index = Set(input.sort_index);
}

/// Creates a price gear.
pub async fn create(ctx: &Context, operator: &Operator, input: Input) -> AppResult<Model> {
    let id = ctx.next_id().await?;
    let binding_id = ctx.next_id().await?;
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        let mut input = input.clone();
        Box::pin(async move {
            hooks().before_save(txn, operator, None, &mut input).await?;
            binding::bind(txn, &operator.app_id, None, &input, (binding_id, now)).await?;
            let mut row = ActiveModel {
                id: Set(id),
                app_id: Set(operator.app_id.clone()),
                act_id: Set(input.act_id),
                is_del: Set(false),
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

/// Replaces what a price gear is; its activity stays.
pub async fn replace(ctx: &Context, operator: &Operator, id: Id, input: Input) -> AppResult<Model> {
    let binding_id = ctx.next_id().await?;
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
            binding::bind(txn, &operator.app_id, Some(id), &input, (binding_id, now)).await?;
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
        Change::Remove => {
            row.is_del = Set(true);
            // The goods is free for another gear.
            row.goods_id = Set(None);
            row.sku_id = Set(None);
        }
        Change::Restore => {
            row.is_del = Set(false);
        }
        Change::Sort(sort_index) => {
            row.sort_index = Set(sort_index);
        }
        Change::Release(_) => {}
    }
    row.updated_at = Set(now);
    let row = row.update(txn).await?;
    let entry = Entry::new(change.operation(), &LOGGED, id, &old, &row)?;
    log.record(txn, entry).await?;
    hooks().after_change(txn, operator, &row, change).await?;
    Ok(row)
}

/// Changes a price gear: removes it or brings it back.
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

/// Gives price gears their places, all or none.
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

/// The gears that a goods is bound to.
pub async fn bound(ctx: &Context, operator: &Operator, goods_id: &str) -> AppResult<Vec<Model>> {
    let reader = Reader::Operator(operator);
    let bound = rows(&operator.app_id).filter(Column::GoodsId.eq(goods_id));
    let bound = hooks().before_read(ctx, reader, bound).await?;
    let mut bound = bound.all(ctx.db()).await?;
    hooks().after_read(ctx, reader, &mut bound).await?;
    Ok(bound)
}
