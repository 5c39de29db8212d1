//! Who counts the events of a lane: one process at a time, by a lease with a number.
//!
//! Every transaction that counts moves the lease on, on the condition that it is still the
//! process's own with this number. So whoever was paused past the end of his lease cannot commit,
//! and two processes never count events of the same player at the same time.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Value};

use crate::db::statement;
use crate::error::{AppError, AppResult, ErrorCode};

/// How long a lane is one's own without being used.
const LEASE_US: i64 = 3_000_000;
/// The lane of whoever clears up; its lease is how long there is nothing to clear up.
pub(super) const CLEANER: i32 = 1_000;

/// A lane that is the process's own.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) number: u16,
    owner: String,
    fencing: i64,
}

impl Lane {
    /// Takes a lane, unless somebody else has it.
    pub(super) async fn take(
        db: &DatabaseConnection,
        number: u16,
        owner: &str,
    ) -> Result<Option<Self>, DbErr> {
        let lane = i32::from(number);
        if !seize(db, lane, owner, LEASE_US).await? {
            return Ok(None);
        }
        let sql = "SELECT fencing FROM stat_lane_tb WHERE lane = ? AND owner = ?";
        let row = statement::one(db, sql, vec![lane.into(), owner.into()]).await?;
        let fencing = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(fencing.map(|fencing| Self {
            number,
            owner: owner.to_owned(),
            fencing,
        }))
    }

    /// Moves the lease on, and holds the lane until the transaction ends.
    ///
    /// # Errors
    /// `acquire_lock`: somebody else has the lane.
    pub(super) async fn hold(&self, txn: &impl ConnectionTrait) -> AppResult<()> {
        let sql = "UPDATE stat_lane_tb SET lease_until = {now} + ? \
                   WHERE lane = ? AND owner = ? AND fencing = ?";
        let mut values = vec![Value::from(LEASE_US)];
        values.extend(self.is_own());
        match statement::execute(txn, sql, values).await? {
            1 => Ok(()),
            _ => Err(AppError::new(ErrorCode::ACQUIRE_LOCK)
                .with_source("another process counts the events of this lane")),
        }
    }

    /// Gives the lane back.
    pub(super) async fn release(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        let sql = "UPDATE stat_lane_tb SET lease_until = 0 \
                   WHERE lane = ? AND owner = ? AND fencing = ?";
        statement::execute(db, sql, self.is_own()).await?;
        Ok(())
    }

    fn is_own(&self) -> Vec<Value> {
        vec![
            i32::from(self.number).into(),
            self.owner.as_str().into(),
            self.fencing.into(),
        ]
    }
}

/// Takes a lane for so long, unless somebody else has it.
pub(super) async fn seize(
    db: &DatabaseConnection,
    lane: i32,
    owner: &str,
    lease_us: i64,
) -> Result<bool, DbErr> {
    let sql = "UPDATE stat_lane_tb SET owner = ?, fencing = fencing + 1, lease_until = {now} + ? \
               WHERE lane = ? AND lease_until < {now}";
    let values = || vec![owner.into(), lease_us.into(), lane.into()];
    if statement::execute(db, sql, values()).await? == 1 {
        return Ok(true);
    }
    let sql = "SELECT lane FROM stat_lane_tb WHERE lane = ?";
    if statement::one(db, sql, vec![lane.into()]).await?.is_some() {
        return Ok(false);
    }
    let sql =
        "INSERT INTO stat_lane_tb (lane, owner, fencing, lease_until) VALUES (?, ?, 1, {now} + ?)";
    statement::insert(db, sql, vec![lane.into(), owner.into(), lease_us.into()]).await
}
