//! Warnings that nobody was told of yet.

use sea_orm::QuerySelect as _;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::attempt::GROUP;
use super::entity::notice::{Column, Entity, Model};
use super::event::WARNING;
use super::ledger::Ledger;
use crate::error::AppResult;
use crate::types::Id;

impl Ledger<'_> {
    /// The oldest warnings that nobody was told of, at most `limit`.
    pub(crate) async fn warnings_to_tell(&self, limit: u64) -> AppResult<Vec<Model>> {
        let untold = Entity::find()
            .filter(Column::IsNotice.eq(false))
            .filter(Column::AscriptionType.eq(WARNING))
            .order_by_asc(Column::Id)
            .limit(limit);
        Ok(untold.all(self.ctx.db_of(GROUP)).await?)
    }

    /// Notes that somebody was told.
    pub(crate) async fn warnings_were_told(&self, ids: Vec<Id>) -> AppResult<()> {
        Entity::update_many()
            .col_expr(Column::IsNotice, Expr::value(true))
            .col_expr(Column::NoticeDate, Expr::value(self.ctx.now()))
            .filter(Column::Id.is_in(ids))
            .exec(self.ctx.db_of(GROUP))
            .await?;
        Ok(())
    }
}
