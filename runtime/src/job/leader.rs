//! One leader at a time over all processes: who turns ticks and events into jobs.
//!
//! The leader holds a row of `job_leader_tb` for a lease, by the database's clock, and renews it
//! while he lives. Each holding has a number, greater than any before. What a leader changes, he
//! changes in transactions that end with [`Term::confirm`]: the number is still his, or nothing is
//! changed, however long he was suspended. The row is locked by its last statement alone, so that
//! a leader who is suspended within a transaction keeps nobody from taking over.
//!
//! This is not `guard().lock(…)`: that one can be granted by Redis, and its number stands in another
//! place than what it protects. Here lease, number and jobs are in one database.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use tokio::time::{Instant, sleep, timeout};

use crate::db::statement::{execute, for_update, insert, one};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::random;

/// Renewals and questions within a lease.
const TURNS: u32 = 4;

/// A seat that one process has at a time.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    conn: DatabaseConnection,
    name: &'static str,
    lease: Duration,
    /// Names this process: its number, then what tells it from others of that number.
    owner: String,
}

/// The time for which this process holds a seat.
#[derive(Debug)]
pub(crate) struct Term {
    seat: Seat,
    fencing: i64,
    /// Until when the lease is good by this process's clock.
    until: Mutex<Instant>,
}

impl Seat {
    /// # Errors
    /// `internal` when the operating system has no randomness to give.
    pub(crate) fn new(
        conn: &DatabaseConnection,
        name: &'static str,
        lease: Duration,
    ) -> AppResult<Self> {
        Ok(Self {
            conn: conn.clone(),
            name,
            lease,
            owner: format!("{}-{}", std::process::id(), random::hex::<16>()?),
        })
    }

    /// Waits until the seat is this process's. Who leaves it is followed at once, or within five
    /// quarters of a lease if he is gone without a word.
    pub(crate) async fn take(&self) -> Term {
        loop {
            // What is asked now is granted from now on at the earliest.
            let asked = Instant::now();
            match timeout(self.lease, self.attempt()).await {
                Ok(Ok(Some(fencing))) => {
                    return Term {
                        seat: self.clone(),
                        fencing,
                        until: Mutex::new(asked + self.lease),
                    };
                }
                Ok(Ok(None)) => {}
                Ok(Err(error)) => tracing::debug!(%error, "the leader's seat cannot be asked for"),
                Err(_) => tracing::debug!("the leader's seat cannot be asked for in time"),
            }
            sleep(self.lease / TURNS).await;
        }
    }

    /// The number, if the seat is free and now ours.
    async fn attempt(&self) -> Result<Option<i64>, DbErr> {
        let lease_us = micros(self.lease);
        // Asked first, so that those who wait write nothing.
        let sql = "SELECT CASE WHEN lease_until_us <= {now} THEN 1 ELSE 0 END AS is_free \
                   FROM job_leader_tb WHERE name = ?";
        match one(&self.conn, sql, vec![self.name.into()]).await? {
            Some(row) if number(&row, "is_free")? == 0 => return Ok(None),
            Some(_) => {
                let sql = "UPDATE job_leader_tb SET owner = ?, fencing = fencing + 1, \
                           lease_until_us = {now} + ? WHERE name = ? AND lease_until_us <= {now}";
                let owner = self.owner.as_str().into();
                let values = vec![owner, lease_us.into(), self.name.into()];
                if execute(&self.conn, sql, values).await? == 0 {
                    return Ok(None);
                }
            }
            None => {
                // The first number is the time, so that it grows even if the row is lost.
                let sql = "INSERT INTO job_leader_tb (name, owner, fencing, lease_until_us) \
                           VALUES (?, ?, {now}, {now} + ?)";
                let owner = self.owner.as_str().into();
                let values = vec![self.name.into(), owner, lease_us.into()];
                if !insert(&self.conn, sql, values).await? {
                    return Ok(None);
                }
            }
        }
        // Of two who take it one after the other, each finds his own number or none.
        let sql = "SELECT fencing FROM job_leader_tb WHERE name = ? AND owner = ?";
        let values = vec![self.name.into(), self.owner.as_str().into()];
        let row = one(&self.conn, sql, values).await?;
        row.map(|row| row.try_get("", "fencing")).transpose()
    }
}

/// A small number, which databases give in different types.
fn number(row: &sea_orm::QueryResult, column: &str) -> Result<i64, DbErr> {
    row.try_get::<i64>("", column)
        .or_else(|_| row.try_get::<i32>("", column).map(i64::from))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Term {
    /// The number of this holding.
    pub(crate) fn fencing(&self) -> i64 {
        self.fencing
    }

    /// Renews the lease for as long as it can be renewed. Ends when the seat is lost.
    pub(crate) async fn keep(&self) {
        let every = self.seat.lease / TURNS;
        loop {
            sleep(every).await;
            let asked = Instant::now();
            match timeout(every, self.renew()).await {
                Ok(Ok(true)) => {
                    let until = asked + self.seat.lease;
                    *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
                    continue;
                }
                Ok(Ok(false)) => return,
                Ok(Err(error)) => tracing::debug!(%error, "the leader's lease was not renewed"),
                Err(_) => tracing::debug!("the leader's lease was not renewed in time"),
            }
            if Instant::now() >= self.until() {
                return;
            }
        }
    }

    fn until(&self) -> Instant {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody else had the seat as long as the number is ours, even if the lease was over.
    async fn renew(&self) -> Result<bool, DbErr> {
        let sql = "UPDATE job_leader_tb SET lease_until_us = {now} + ? \
                   WHERE name = ? AND owner = ? AND fencing = ?";
        let mut values = vec![micros(self.seat.lease).into()];
        values.extend(self.key());
        Ok(execute(&self.seat.conn, sql, values).await? > 0)
    }

    fn key(&self) -> Vec<sea_orm::Value> {
        let Seat { name, owner, .. } = &self.seat;
        vec![(*name).into(), owner.as_str().into(), self.fencing.into()]
    }

    /// The last statement of each transaction of a leader: the seat is ours until it is committed.
    ///
    /// # Errors
    /// `acquire_lock` when the seat is another's, which takes the transaction back; the database's.
    pub(crate) async fn confirm(&self, txn: &impl ConnectionTrait) -> AppResult<()> {
        let select = "SELECT fencing FROM job_leader_tb \
                      WHERE name = ? AND owner = ? AND fencing = ?";
        let sql = format!("{select}{}", for_update(txn));
        match one(txn, &sql, self.key()).await? {
            Some(_) => Ok(()),
            None => Err(AppError::new(ErrorCode::ACQUIRE_LOCK)
                .with_source("another process leads by now; this one was suspended")),
        }
    }

    /// Gives the seat back, so that the next one need not wait for the end of the lease.
    pub(crate) async fn leave(&self) {
        let sql = "UPDATE job_leader_tb SET lease_until_us = {now} \
                   WHERE name = ? AND owner = ? AND fencing = ?";
        let left = timeout(self.seat.lease, execute(&self.seat.conn, sql, self.key())).await;
        if !matches!(left, Ok(Ok(_))) {
            tracing::debug!("the leader's seat stays taken until its lease ends");
        }
    }
}
