//! What operators, and players, do with a shipment.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};

use super::address::Address;
use super::draft::Shipping;
use super::entity::{ActiveModel, Model};
use super::logged::LOGGED;
use super::orders::Orders;
use super::store;
use crate::auth::Player;
use crate::error::{AppError, AppResult};
use crate::oplog::{Entry, Operation};
use crate::task::unit::{self, shard_key};
use crate::types::Id;

const TO_SHIP: i32 = 0;
const SHIPPED: i32 = 1;
/// The ERP knows another address.
const ADDRESS_CHANGED: i32 = 3;

/// Whether a state may follow another.
fn may_follow(old: i32, new: i32) -> bool {
    matches!((old, new), (0, 1..=3) | (1, 0 | 1 | 3 | 4) | (2, 0 | 3))
}

impl Orders<'_> {
    /// Gives a shipment another state, and what is in it with it. Of state 1 the answer has the
    /// express data and when it was shipped.
    ///
    /// # Errors
    /// `not_found`. `param_error`: state 1 needs a carrier or a tracking number. `conflict`: the
    /// state may not follow the one it has. What a hook refuses with.
    pub async fn set_status(&self, app_id: &str, id: Id, shipping: Shipping) -> AppResult<Model> {
        let engine = self.engine()?;
        let mut shipping = shipping;
        let order = self.get(app_id, id).await?;
        let hooks = engine.hooks();
        hooks.before_status(self.ctx, &order, &mut shipping).await?;
        let has_express = !(shipping.express_company.is_empty() && shipping.express_no.is_empty());
        if shipping.order_status == SHIPPED && !has_express {
            return Err(AppError::param((
                "express_company, express_no: one of them is needed",
                "express_company、express_no：至少填写一个",
            )));
        }
        let (now, shipping) = (self.ctx.now(), &shipping);
        self.edit(&order, |old, row| {
            let status = shipping.order_status;
            if !may_follow(old.order_status, status) {
                return Err(AppError::conflict((
                    format!(
                        "a shipment of state {} cannot go to {status}",
                        old.order_status
                    ),
                    format!("订单状态 {} 不能变更为 {status}", old.order_status),
                )));
            }
            row.order_status = Set(status);
            match status {
                SHIPPED => {
                    row.express_company = Set(shipping.express_company.clone());
                    row.express_no = Set(shipping.express_no.clone());
                    let at = old.deliver_date.filter(|_| old.order_status == SHIPPED);
                    row.deliver_date = Set(at.or(Some(now)));
                }
                TO_SHIP => {
                    row.express_company = Set(String::new());
                    row.express_no = Set(String::new());
                    row.deliver_date = Set(None);
                }
                _ => {}
            }
            Ok(())
        })
        .await
    }

    /// What the merchant says of a shipment: at most 200 characters.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn set_remark(&self, app_id: &str, id: Id, remark: &str) -> AppResult<Model> {
        let order = self.get(app_id, id).await?;
        self.edit(&order, |_, row| {
            row.seller_remark = Set(remark.to_owned());
            Ok(())
        })
        .await
    }

    /// Sends a shipment elsewhere, as long as it is to be shipped; for an operator.
    ///
    /// # Errors
    /// `not_found`. `param_error`: the address is malformed. `conflict`: it is on its way.
    pub async fn set_address(&self, app_id: &str, id: Id, address: &Address) -> AppResult<Model> {
        let order = self.get(app_id, id).await?;
        self.readdress(&order, address, true).await
    }

    /// The same for the player whose shipment it is.
    ///
    /// # Errors
    /// As [`Orders::set_address`]; `not_found` for a shipment of somebody else.
    pub async fn set_address_of(
        &self,
        player: &Player,
        (act_id, id): (Id, Id),
        address: &Address,
    ) -> AppResult<Model> {
        let order = self.get_of(player, (act_id, id)).await?;
        self.readdress(&order, address, false).await
    }

    async fn readdress(
        &self,
        order: &Model,
        address: &Address,
        is_operator: bool,
    ) -> AppResult<Model> {
        address.check()?;
        let ring = self.ctx.personal();
        self.edit(order, |old, row| {
            if old.order_status != TO_SHIP {
                return Err(AppError::conflict((
                    "it is on its way, or will not be sent",
                    "订单已发货或不予发货，不能修改地址",
                )));
            }
            let sealed = address.seal(ring, old.id)?;
            row.real_name = Set(sealed.real_name);
            row.telephone = Set(sealed.telephone);
            row.address = Set(sealed.address);
            row.province = Set(address.province.clone());
            row.city = Set(address.city.clone());
            row.county = Set(address.county.clone());
            row.street = Set(address.street.clone());
            if is_operator {
                row.cs_modify_address = Set(true);
            }
            if old.sync_status != 0 {
                row.sync_status = Set(ADDRESS_CHANGED);
            }
            Ok(())
        })
        .await
    }

    /// Changes a shipment that nobody else changes meanwhile, and what is in it with it, and tells
    /// the log.
    async fn edit(
        &self,
        order: &Model,
        change: impl Fn(&Model, &mut ActiveModel) -> AppResult<()> + Send + Sync,
    ) -> AppResult<Model> {
        let (ctx, log, change) = (self.ctx, self.log, &change);
        let hooks = self.engine()?.hooks();
        let key = &shard_key(&order.app_id, order.act_id, order.user_id);
        unit::run(ctx, key, |txn| {
            Box::pin(async move {
                let conn = txn.route(key);
                let of = (order.user_id, order.id);
                let old = store::lock_order(&conn, &order.app_id, of).await?;
                let mut row = old.clone().into_active_model();
                change(&old, &mut row)?;
                row.updated_at = Set(ctx.now());
                let new = row.update(&conn).await?;
                if new.order_status != old.order_status {
                    store::set_logistics(&conn, &new).await?;
                    hooks.after_status(txn, &old, &new).await?;
                }
                if let Some(log) = log {
                    let entry = Entry::new(Operation::Edit, &LOGGED, new.id, &old, &new)?;
                    log.record(txn, entry).await?;
                }
                Ok(new)
            })
        })
        .await
    }
}
