//! Prizes that are not drawn: rewards of tasks.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::attempt::Winning;
use super::code::LOTTERY_SOLD_OUT;
use super::draw::Lottery;
use super::entity::{prize, roster};
use super::hooks::KnownAs;
use super::pool::unsigned;
use super::store;
use crate::app::Context;
use crate::auth::Player;
use crate::db::Transaction;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::task::unit::{self, shard_key};
use crate::types::Id;

/// Most pieces of one award.
const COUNT_MAX: u32 = 100;
/// Won by a task.
const BY_TASK: i32 = 1;

/// A prize that a player is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    /// Which.
    pub prize_id: Id,
    /// How many, at most 100.
    pub count: u32,
    /// Idempotency key: the same award again gives nothing more. At most 90 characters.
    pub key: String,
}

impl Lottery<'_> {
    /// Gives a player a prize, from its stock: the reward of a task. Answers the ids of the
    /// winnings, as it did the first time.
    ///
    /// # Errors
    /// `no_user_prize`: there is no such prize. [`LOTTERY_SOLD_OUT`]: there are not so many left,
    /// or it is not released.
    /// `param_error`: the award is malformed, or the prize is thanks or points, which have no
    /// winnings. `idempotency_conflict`: the key was used for another prize.
    pub async fn award(&self, player: &Player, award: &Award) -> AppResult<Vec<Id>> {
        let (ctx, engine) = (self.ctx, self.engine()?);
        let is_fine =
            (1..=COUNT_MAX).contains(&award.count) && (1..=90).contains(&award.key.chars().count());
        if !is_fine {
            return Err(AppError::param("an award has 1 to 100 pieces and a key"));
        }
        let prize = self.prize_of(&player.app_id, award.prize_id).await?;
        if prize.is_consolation() || prize.prize_type == super::pool::POINTS {
            return Err(AppError::param((
                "prize_id: thanks and points cannot be awarded",
                "prize_id：谢谢参与和积分奖品不能发放",
            )));
        }
        let known = &engine.hooks().known_as(ctx, player).await?;
        let key = shard_key(&player.app_id, prize.act_id, player.user_id);
        let prize = &prize;
        unit::run(ctx, &key, |txn| {
            Box::pin(give(ctx, txn, (player, known), prize, award))
        })
        .await
    }

    async fn prize_of(&self, app_id: &str, id: Id) -> AppResult<prize::Model> {
        let row = prize::Entity::find_by_id(id)
            .filter(prize::Column::AppId.eq(app_id))
            .one(self.ctx.db_of(unit::GROUP));
        row.await?.ok_or(ErrorCode::NO_USER_PRIZE.into())
    }
}

async fn give(
    ctx: &Context,
    txn: &Transaction<'_>,
    (player, known): (&Player, &KnownAs),
    prize: &prize::Model,
    award: &Award,
) -> AppResult<Vec<Id>> {
    use roster::Column;
    let key = shard_key(&player.app_id, prize.act_id, player.user_id);
    let conn = txn.route(&key);
    let mut rows = Vec::new();
    // One more than there are to be: whoever had more by this key had something else.
    for number in 1..=award.count + 1 {
        let by = Winning {
            player,
            known,
            source: (BY_TASK, format!("{}:{number}", award.key)),
            at: ctx.now(),
        };
        rows.push(by.row(ctx, prize)?);
    }
    let keys = rows.iter().map(|row| row.only_key.clone());
    let there = roster::Entity::find()
        .filter(Column::UserId.eq(player.user_id))
        .filter(Column::OnlyKey.is_in(keys))
        .all(&conn)
        .await?;
    if !there.is_empty() {
        let is_same = there.len() as u64 == u64::from(award.count)
            && there.iter().all(|row| row.prize_id == prize.id);
        return match is_same {
            true => Ok(there.into_iter().map(|row| row.id).collect()),
            false => Err(ErrorCode::IDEMPOTENCY_CONFLICT.into()),
        };
    }
    rows.pop();
    let ids = rows.iter().map(|row| row.id).collect();
    store::add_winnings(&conn, rows).await?;
    let now = prize::Entity::find_by_id(prize.id).one(txn).await?;
    let now = now.filter(|row| row.is_release && !row.is_del);
    let left = now.map_or(0, |row| unsigned(row.surplus));
    if left < u64::from(award.count) {
        return Err(LOTTERY_SOLD_OUT.into());
    }
    store::take(txn, &BTreeMap::from([(prize.id, i64::from(award.count))])).await?;
    Ok(ids)
}
