//! The demo campaign that `seed demo` makes.

use super::Context;
use crate::auth;
use crate::error::AppResult;
use crate::types::Id;

/// What the modules' seed functions share: the tenant and activity of the demo campaign.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Demo {
    /// The tenant, `demo`.
    pub app_id: &'static str,
    /// The released activity, 1.
    pub act_id: Id,
    /// The module of the activity, 1.
    pub module_id: Id,
}

impl Demo {
    /// The user of the player who logs in at the platform `dev` with this name; made when he was
    /// never there.
    ///
    /// # Errors
    /// The database's.
    pub async fn player(&self, ctx: &Context, name: &str) -> AppResult<Id> {
        auth::dev_player(ctx, self.app_id, name).await
    }
}

impl Default for Demo {
    fn default() -> Self {
        Self {
            app_id: "demo",
            act_id: Id::new(1),
            module_id: Id::new(1),
        }
    }
}
