//! Addresses that were encrypted with a key of earlier times, encrypted anew.

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, Order,
    QueryFilter as _,
};

use super::address::Address;
use super::entity::{Column, Entity, Model};
use super::orders::Orders;
use super::store;
use crate::error::AppResult;
use crate::task::unit::{self, GROUP, shard_key};

impl Orders<'_> {
    /// Encrypts up to `limit` addresses of a tenant with the current key. Answers how many: when
    /// there are none, the earlier keys are no longer needed for this tenant's shipments.
    ///
    /// # Errors
    /// `internal`: one cannot be read. The database's.
    pub async fn reseal(&self, app_id: &str, limit: u64) -> AppResult<u64> {
        let current = self.ctx.personal().prefix();
        let rows = Entity::find()
            .filter(Column::AppId.eq(app_id))
            .filter(Column::RealName.not_like(format!("{current}%")));
        let order = [(Column::Id, Order::Asc)];
        let all = self.ctx.scatter_of(GROUP);
        let mut resealed = 0;
        for row in all.top(rows, &order, 0, limit).await? {
            self.reseal_one(&row).await?;
            resealed += 1;
        }
        Ok(resealed)
    }

    async fn reseal_one(&self, order: &Model) -> AppResult<()> {
        let ring = self.ctx.personal();
        let key = &shard_key(&order.app_id, order.act_id, order.user_id);
        unit::run(self.ctx, key, |txn| {
            Box::pin(async move {
                let conn = txn.route(key);
                let of = (order.user_id, order.id);
                let old = store::lock_order(&conn, &order.app_id, of).await?;
                let sealed = Address::open(ring, &old)?.seal(ring, old.id)?;
                let mut row = old.into_active_model();
                row.real_name = Set(sealed.real_name);
                row.telephone = Set(sealed.telephone);
                row.address = Set(sealed.address);
                row.update(&conn).await?;
                Ok(())
            })
        })
        .await
    }
}
