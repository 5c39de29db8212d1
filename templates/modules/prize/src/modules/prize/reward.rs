//! Prizes for tasks: a task says that one is due, in the transaction in which it is finished; the
//! job gives it from stock, once for the key of the payment.

use cloudapp_runtime::auth::Player;
use cloudapp_runtime::job::{Job, JobContext};
use cloudapp_runtime::lottery::Award;
use cloudapp_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// The kind of reward that is a prize; 3 are cards.
const PRIZE: i32 = 2;

/// What a task says is due: a part of the payload of `task.reward_due`.
#[derive(Debug, Serialize, Deserialize)]
pub struct GivePrizeJob {
    /// Who is to have it.
    pub user_id: Id,
    /// 2 a prize, 3 a card.
    pub reward_type: i32,
    /// Which prize.
    pub object_id: String,
    /// How many.
    pub value: i64,
    /// Unique for the payment.
    pub key: String,
}

#[cloudapp_runtime::async_trait]
impl Job for GivePrizeJob {
    const NAME: &'static str = "prize.give";

    /// Without stock it is tried again, and ends as a dead letter: an operator adds to the stock
    /// and drives it again.
    async fn run(&self, ctx: &JobContext) -> AppResult<()> {
        if self.reward_type != PRIZE {
            return Ok(());
        }
        let malformed = || JobContext::discard("the task names no prize, or not how many");
        let award = Award {
            prize_id: self.object_id.parse().map_err(|_| malformed())?,
            count: self.value.try_into().map_err(|_| malformed())?,
            key: self.key.clone(),
        };
        let player = Player {
            user_id: self.user_id,
            app_id: ctx.app_id().to_owned(),
        };
        ctx.context().lottery().award(&player, &award).await?;
        Ok(())
    }
}
