//! Which gear, and which activity, a goods of the shop belongs to. No HTTP here.
//!
//! A goods belongs to one activity of the tenant, a SKU to one gear, and a goods with all its SKUs
//! to one gear. Whoever binds something writes the row of the goods first, so that others who bind
//! to the same goods wait for him and see what he did.

use cloudapp_runtime::db::Transaction;
use cloudapp_runtime::prelude::*;
use cloudapp_runtime::types::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _,
    QuerySelect as _,
};

use super::dto::Input;
use super::entity::{Column, Entity, Model};

/// Bound to one SKU of a goods.
const BY_SKU: i32 = 1;

/// Table `price_goods_tb`.
pub mod goods {
    use cloudapp_runtime::types::{DateTime, Id, Utc};
    use sea_orm::entity::prelude::*;

    /// A goods that gears are or were bound to.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "price_goods_tb")]
    pub struct Model {
        /// Unique over all tables, ordered by time.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Id,
        /// The tenant.
        pub app_id: String,
        /// The goods of the shop, once in a tenant.
        pub goods_id: String,
        /// The activity that last had it.
        pub act_id: Id,
        /// When the row was made.
        pub created_at: DateTime<Utc>,
        /// When something was last bound to it.
        pub updated_at: DateTime<Utc>,
    }

    /// Rows stand alone.
    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Checks that a gear, a new one or that of this id, may be bound as was sent, and keeps others
/// from binding to the same goods until the transaction ends. `fresh` is an id that was not used,
/// and now.
pub async fn bind(
    txn: &Transaction<'_>,
    app_id: &str,
    gear: Option<Id>,
    input: &Input,
    fresh: (Id, DateTime<Utc>),
) -> AppResult<()> {
    let Some(goods_id) = input.goods_id.as_deref() else {
        return match input.sku_id {
            Some(_) => Err(AppError::param((
                "sku_id: needs its goods_id",
                "sku_id：需要同时提供 goods_id",
            ))),
            None => Ok(()),
        };
    };
    if (input.relation_type == BY_SKU) != input.sku_id.is_some() {
        return Err(AppError::param((
            "sku_id: is needed with relation_type 1, and only with it",
            "sku_id：relation_type 为 1 时必填，否则不能填",
        )));
    }
    hold(txn, app_id, goods_id, input.act_id, fresh).await?;
    let bound = Entity::find()
        .filter(Column::AppId.eq(app_id))
        .filter(Column::GoodsId.eq(goods_id))
        .lock_exclusive();
    for other in bound.all(txn).await? {
        if Some(other.id) != gear {
            agree(&other, input)?;
        }
    }
    Ok(())
}

/// Whether two gears may be bound to the same goods.
fn agree(other: &Model, input: &Input) -> AppResult<()> {
    let reason = if other.act_id != input.act_id {
        (
            "the goods belongs to another activity",
            "该商品已属于其他活动",
        )
    } else if other.relation_type != BY_SKU || input.relation_type != BY_SKU {
        (
            "the goods with all its SKUs belongs to another gear",
            "该商品已整体绑定其他价格档位",
        )
    } else if other.sku_id == input.sku_id {
        (
            "the SKU belongs to another gear",
            "该 SKU 已绑定其他价格档位",
        )
    } else {
        return Ok(());
    };
    Err(AppError::conflict(reason))
}

/// Writes the row of a goods, which locks it.
async fn hold(
    txn: &Transaction<'_>,
    app_id: &str,
    goods_id: &str,
    act_id: Id,
    (id, now): (Id, DateTime<Utc>),
) -> AppResult<()> {
    let held = goods::Entity::update_many()
        .col_expr(goods::Column::ActId, Expr::value(act_id))
        .col_expr(goods::Column::UpdatedAt, Expr::value(now))
        .filter(goods::Column::AppId.eq(app_id))
        .filter(goods::Column::GoodsId.eq(goods_id))
        .exec(txn)
        .await?;
    if held.rows_affected > 0 {
        return Ok(());
    }
    let row = goods::ActiveModel {
        id: Set(id),
        app_id: Set(app_id.to_owned()),
        goods_id: Set(goods_id.to_owned()),
        act_id: Set(act_id),
        created_at: Set(now),
        updated_at: Set(now),
    };
    // Of two that bind to a new goods at once, the second is told of a conflict.
    row.insert(txn).await?;
    Ok(())
}
