//! Inventories, for those who only look.

use sea_orm::QueryOrder as _;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, Order, QueryFilter as _};

use crate::asset::attempt::GROUP;
use crate::asset::entity::inventory;
use crate::asset::ledger::Ledger;
use crate::asset::owner::Owner;
use crate::error::AppResult;
use crate::http::{Page, PageQuery};
use crate::types::Id;

/// Which rows of the inventories. Everything, unless set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InventoryFilter {
    /// Of this day, as `20260131`.
    pub day: Option<i32>,
    /// Of this player.
    pub user_id: Option<Id>,
    /// Of this activity.
    pub act_id: Option<Id>,
    /// Of this kind of asset.
    pub asset_type: Option<i32>,
    /// Of this one of the kind.
    pub asset_object_id: Option<String>,
}

impl InventoryFilter {
    fn condition(&self) -> Condition {
        use inventory::Column;
        Condition::all()
            .add_option(self.day.map(|day| Column::CreateDay.eq(day)))
            .add_option(self.user_id.map(|id| Column::UserId.eq(id)))
            .add_option(self.act_id.map(|id| Column::ActId.eq(id)))
            .add_option(self.asset_type.map(|kind| Column::AssetType.eq(kind)))
            .add_option(
                self.asset_object_id
                    .as_ref()
                    .map(|id| Column::AssetObjectId.eq(id)),
            )
    }
}

impl Ledger<'_> {
    /// One page of a tenant's inventories, newest day first.
    ///
    /// # Errors
    /// The database's.
    pub async fn inventory(
        &self,
        app_id: &str,
        filter: &InventoryFilter,
        page: &PageQuery,
    ) -> AppResult<Page<inventory::Model>> {
        use inventory::Column;
        let rows = inventory::Entity::find()
            .filter(Column::AppId.eq(app_id))
            .filter(filter.condition());
        // One owner's rows are in one table.
        if let (Some(user_id), Some(act_id)) = (filter.user_id, filter.act_id) {
            let owner = Owner::user(app_id, act_id, user_id);
            let conn = self.ctx.shard_of(GROUP, &owner.shard_key());
            let rows = rows
                .order_by_desc(Column::CreateDay)
                .order_by_desc(Column::Id);
            return Page::fetch(rows, &conn, page).await;
        }
        let order = [(Column::CreateDay, Order::Desc), (Column::Id, Order::Desc)];
        self.ctx.scatter_of(GROUP).page(rows, &order, page).await
    }
}
