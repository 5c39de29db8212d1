//! Draws for those who doubt them: done again from what they started from.

use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::attempt::Kept;
use super::draw::{DrawResult, Lottery};
use super::entity::draw::{Column, Entity, Model};
use super::model::{Outcome, Start};
use super::pool::unsigned;
use crate::auth::Player;
use crate::error::AppResult;
use crate::task::unit::{GROUP, shard_key};
use crate::types::Id;

impl Model {
    /// Whether the same seed and the same start come to the same results: draws it again.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.again().is_some_and(|outcomes| {
            let kept = self.kept().into_iter();
            let told = kept.map(|one| {
                let is_told = one.outcome.prize.unwrap_or(0) == one.result.prize_id.get();
                is_told.then_some(one.outcome)
            });
            let told: Option<Vec<Outcome>> = told.collect();
            told == Some(outcomes)
        })
    }

    /// What the draws come to when they are done again; `None`: they cannot be.
    fn again(&self) -> Option<Vec<Outcome>> {
        let start: Start = serde_json::from_str(&self.start_json).ok()?;
        let seed = seed(&self.seed)?;
        start.draw(&seed, unsigned(self.draw_times)).ok()
    }

    fn kept(&self) -> Vec<Kept> {
        serde_json::from_str(&self.result_json).unwrap_or_default()
    }

    /// What the player was told, draw by draw.
    #[must_use]
    pub fn results(&self) -> Vec<DrawResult> {
        self.kept().into_iter().map(|one| one.result).collect()
    }

    /// What the draws started from: shares, stock, the player's count.
    #[must_use]
    pub fn start(&self) -> Option<Start> {
        serde_json::from_str(&self.start_json).ok()
    }
}

/// 32 bytes in hexadecimal.
fn seed(text: &str) -> Option<[u8; 32]> {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let pair = is_hex.then(|| &text[index * 2..index * 2 + 2])?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

impl Lottery<'_> {
    /// A player's draws in an activity, newest first: rows with an id below `after`, at most
    /// `limit`.
    ///
    /// # Errors
    /// The database's.
    pub async fn draws_of(
        &self,
        player: &Player,
        act_id: Id,
        after: Option<Id>,
        limit: u64,
    ) -> AppResult<Vec<Model>> {
        let key = shard_key(&player.app_id, act_id, player.user_id);
        let conn = self.ctx.shard_of(GROUP, &key);
        let rows = Entity::find()
            .filter(Column::UserId.eq(player.user_id))
            .filter(Column::AppId.eq(&player.app_id))
            .filter(Column::ActId.eq(act_id))
            .filter(Condition::all().add_option(after.map(|after| Column::Id.lt(after))))
            .order_by_desc(Column::Id)
            .limit(limit);
        Ok(rows.all(&conn).await?)
    }
}
