//! What can be done with versions of themes. No HTTP here.
//!
//! Every query starts from a theme that the caller may see or change.

use cloudapp_runtime::content::{Change, Hooks, Reader};
use cloudapp_runtime::db::transaction;
use cloudapp_runtime::prelude::*;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ModelTrait as _,
    QueryFilter as _, QueryOrder as _, Select,
};

use super::super::LOGGED_VERSION as LOGGED;
use super::super::dto::version::{Input, VersionQuery};
use super::super::entity::version::{ActiveModel, Column, Entity, Model};
use super::super::hooks::AppHooks;
use super::theme;

fn hooks() -> impl Hooks<Entity, Input> {
    AppHooks
}

/// The versions of a theme, newest first.
fn rows(theme_id: Id) -> Select<Entity> {
    Entity::find()
        .filter(Column::ThemeId.eq(theme_id))
        .order_by_desc(Column::Id)
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

/// What a version of the client needs of a theme that its player may see. With no version named
/// what was made last; nothing when there is none of that name.
pub async fn of_client(
    ctx: &Context,
    player: &Player,
    theme_id: Id,
    query: &VersionQuery,
) -> AppResult<Option<Model>> {
    let mut found = rows(theme_id);
    if let Some(ver_no) = &query.ver_no {
        found = found.filter(Column::VerNo.eq(ver_no));
    }
    let one = PageQuery::new(0, 1);
    let found = page(ctx, Reader::Player(player), found, &one).await?;
    Ok(found.items.into_iter().next())
}

/// One page of the versions of a theme.
pub async fn list(
    ctx: &Context,
    operator: &Operator,
    theme_id: Id,
    query: &PageQuery,
) -> AppResult<Page<Model>> {
    let theme = theme::row(ctx.db(), &operator.app_id, theme_id).await?;
    page(ctx, Reader::Operator(operator), rows(theme.id), query).await
}

/// Says what a version of the client needs of a theme: a new row, or a new text of an old one.
pub async fn save(
    ctx: &Context,
    operator: &Operator,
    theme_id: Id,
    input: Input,
) -> AppResult<Model> {
    let id = ctx.next_id().await?;
    let now = ctx.now();
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        let mut input = input.clone();
        Box::pin(async move {
            let theme = theme::row(txn, &operator.app_id, theme_id).await?;
            let named = rows(theme.id).filter(Column::VerNo.eq(&input.ver_no));
            let old = named.one(txn).await?;
            hooks()
                .before_save(txn, operator, old.as_ref(), &mut input)
                .await?;
            let row = if let Some(old) = old {
                let mut row = ActiveModel::from(old.clone());
                row.client_json = Set(input.client_json);
                row.out_id = Set(input.out_id);
                row.updated_at = Set(now);
                let row = row.update(txn).await?;
                log.edited(txn, &LOGGED, row.id, (&old, &row)).await?;
                row
            } else {
                let row = ActiveModel {
                    id: Set(id),
                    theme_id: Set(theme.id),
                    out_id: Set(input.out_id),
                    client_json: Set(input.client_json),
                    ver_no: Set(input.ver_no),
                    created_at: Set(now),
                    updated_at: Set(now),
                };
                let row = row.insert(txn).await?;
                log.added(txn, &LOGGED, id, &row).await?;
                row
            };
            hooks().after_save(txn, operator, &row).await?;
            Ok(row)
        })
    })
    .await
}

/// Removes a version of a theme.
pub async fn remove(
    ctx: &Context,
    operator: &Operator,
    theme_id: Id,
    version_id: Id,
) -> AppResult<()> {
    let log = &ctx.oplog().by(operator).await?;
    transaction(ctx.db(), |txn| {
        Box::pin(async move {
            let theme = theme::row(txn, &operator.app_id, theme_id).await?;
            let row = rows(theme.id).filter(Column::Id.eq(version_id));
            let row = row.one(txn).await?.ok_or_else(AppError::not_found)?;
            let change = Change::Remove;
            hooks().before_change(txn, operator, &row, change).await?;
            log.removed(txn, &LOGGED, version_id, &row).await?;
            row.clone().delete(txn).await?;
            hooks().after_change(txn, operator, &row, change).await?;
            Ok(())
        })
    })
    .await
}
