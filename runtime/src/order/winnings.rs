//! Winnings on the way to a shipment.

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QuerySelect as _,
};
use serde_json::Value;

use super::orders::Orders;
use super::store::FREE;
use crate::auth::Player;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::lottery::{WinningRow, roster};
use crate::task::unit::{self, shard_key};
use crate::types::Id;

impl Orders<'_> {
    /// Chooses the variant of a winning, until it is in a shipment. The prize names its variants in
    /// `sku_json`: a list of objects with `sku_id` and `sku_name`.
    ///
    /// # Errors
    /// `no_user_prize`: the player has no such winning. `param_error`: it has no such variant.
    /// `conflict`: it is in a shipment.
    pub async fn choose_variant(
        &self,
        player: &Player,
        (act_id, id): (Id, Id),
        sku_id: &str,
    ) -> AppResult<WinningRow> {
        let key = &shard_key(&player.app_id, act_id, player.user_id);
        unit::run(self.ctx, key, |txn| {
            Box::pin(async move {
                let conn = txn.route(key);
                let row = roster::Entity::find()
                    .filter(roster::Column::UserId.eq(player.user_id))
                    .filter(roster::Column::Id.eq(id))
                    .filter(roster::Column::AppId.eq(&player.app_id))
                    .filter(roster::Column::ActId.eq(act_id))
                    .lock_exclusive();
                let row = row.one(&conn).await?.ok_or(ErrorCode::NO_USER_PRIZE)?;
                if row.prize_status != FREE {
                    return Err(AppError::conflict((
                        "it is in a shipment already",
                        "奖品已下单，不能再选规格",
                    )));
                }
                let name = variant(&row, sku_id).ok_or_else(|| {
                    AppError::param((
                        "sku_id: the prize has no such variant",
                        "sku_id：奖品没有该规格",
                    ))
                })?;
                let mut row = row.into_active_model();
                row.sku_id = Set(sku_id.to_owned());
                row.sku_name = Set(name.chars().take(100).collect());
                Ok(row.update(&conn).await?)
            })
        })
        .await
    }
}

/// The name of a variant that a prize has.
fn variant(row: &WinningRow, sku_id: &str) -> Option<String> {
    let variants: Value = serde_json::from_str(&row.sku_json).ok()?;
    let variants = variants.as_array().filter(|_| row.is_sku)?.iter();
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut same = variants.filter(|one| one.get("sku_id").is_some_and(|id| text(id) == sku_id));
    Some(same.next()?.get("sku_name").map_or_else(String::new, text))
}
