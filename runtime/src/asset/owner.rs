//! Whose balance, and of what.

use crate::error::{AppError, AppResult};
use crate::shard::ShardKey;
use crate::types::Id;

/// Whose journal and balances: a player in an activity, a player at the tenant as a whole, or the
/// merchant himself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// The player; 0 for the merchant.
    pub user_id: Id,
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
}

impl Owner {
    /// A player in an activity.
    #[must_use]
    pub fn user(app_id: impl Into<String>, act_id: Id, user_id: Id) -> Self {
        Self {
            user_id,
            app_id: app_id.into(),
            act_id,
        }
    }

    /// The merchant: assets of the shop, which the original calls store assets.
    #[must_use]
    pub fn store(app_id: impl Into<String>) -> Self {
        Self::user(app_id, Id::new(0), Id::new(0))
    }

    /// Where the rows are.
    #[must_use]
    pub fn shard_key(&self) -> ShardKey {
        ShardKey::user(&self.app_id, self.user_id).with("act_id", self.act_id)
    }

    pub(super) fn check(&self) -> AppResult<()> {
        if crate::auth::is_tenant(&self.app_id) {
            Ok(())
        } else {
            Err(AppError::param(
                "app_id: must be 1 to 64 letters, digits, `-`, `_` and `.`",
            ))
        }
    }
}

/// Of what a balance is: a kind, and which of that kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asset {
    /// One of the kinds, or an own one from 101.
    pub asset_type: i32,
    /// Which of that kind, e.g. a price gear; empty when there is only one.
    pub object_id: String,
}

impl Asset {
    /// Chances to draw.
    pub const COUNT: i32 = 1;
    /// Points.
    pub const POINTS: i32 = 2;
    /// Chances of a price gear; needs an object.
    pub const PRICE_GEAR: i32 = 3;
    /// Coupons for freight.
    pub const FREIGHT_COUPON: i32 = 4;
    /// The first kind of the application's own.
    pub const OWN_FROM: i32 = 101;

    /// One of a kind.
    #[must_use]
    pub fn new(asset_type: i32, object_id: impl Into<String>) -> Self {
        Self {
            asset_type,
            object_id: object_id.into(),
        }
    }
}

impl From<i32> for Asset {
    fn from(asset_type: i32) -> Self {
        Self::new(asset_type, "")
    }
}

/// One balance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Account {
    pub(super) owner: Owner,
    pub(super) asset: Asset,
}
