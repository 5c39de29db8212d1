//! Leasing a node number from the table `node_lease_tb`.
//!
//! Uniqueness does not depend on clocks that agree: an id carries its millisecond, the owner of a
//! lease never issues one beyond the lease's end, and the next owner of the number starts behind
//! that end. The margin only keeps a number from going to and fro.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, SqlErr};

use crate::error::AppResult;
use crate::random;

const TABLE: &str = "node_lease_tb";
/// Node numbers are below this.
const NODES: u16 = 1024;
/// How long a lease lasts. A process that was killed blocks its number for so long.
const TERM: Duration = Duration::from_secs(300);
/// How long after its end a lease is left alone.
const MARGIN: Duration = Duration::from_secs(10);
/// Lost races for a number before giving up.
const ATTEMPTS_MAX: u32 = 64;

/// A node number, for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The number, below 1024.
    pub node: u16,
    /// Whom it belongs to: random, so that two processes never take each other for themselves.
    pub owner: String,
    /// Last millisecond (since 1970) that an id may carry.
    pub expires_ms: i64,
    /// Ids carry later milliseconds than this: earlier ones may belong to an earlier owner.
    pub floor_ms: i64,
}

impl Lease {
    /// Whether it is time to renew.
    pub(super) fn is_half_over(&self, now_ms: i64) -> bool {
        now_ms + millis(TERM) / 2 > self.expires_ms
    }
}

/// Takes, renews and gives back leases.
#[derive(Clone, Debug)]
pub struct LeaseStore {
    conn: DatabaseConnection,
}

/// A number that may be taken: never leased before, or the row as it was seen.
struct Candidate {
    node: u16,
    seen: Option<(String, i64)>,
}

impl LeaseStore {
    /// Leases are kept in this database.
    #[must_use]
    pub fn new(conn: DatabaseConnection) -> Self {
        Self { conn }
    }

    /// Takes a number that is free at `now_ms`, for ids from `from_ms` on; `None` when there is
    /// none.
    ///
    /// # Errors
    /// The database cannot be asked, or the operating system has no randomness.
    pub async fn acquire(&self, now_ms: i64, from_ms: i64) -> AppResult<Option<Lease>> {
        let owner = random::hex::<16>()?;
        let expires_ms = from_ms + millis(TERM);
        for _ in 0..ATTEMPTS_MAX {
            let Some(Candidate { node, seen }) = self.candidate(now_ms).await? else {
                return Ok(None);
            };
            let floor_ms = seen.as_ref().map_or(0, |(_, expires_ms)| *expires_ms);
            if self.take(node, seen, &owner, expires_ms).await? {
                return Ok(Some(Lease {
                    node,
                    owner,
                    expires_ms,
                    floor_ms,
                }));
            }
        }
        Ok(None)
    }

    /// Prolongs a lease from `from_ms` and returns its new end; `None` when it has a new owner.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn renew(&self, lease: &Lease, from_ms: i64) -> Result<Option<i64>, DbErr> {
        // Never shorter: ids up to the old end may have been issued.
        let expires_ms = std::cmp::max(from_ms + millis(TERM), lease.expires_ms);
        let renewed = self.set_end(lease, expires_ms).await?;
        Ok(renewed.then_some(expires_ms))
    }

    /// Gives a number back whose last id carries `last_ms`.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn release(&self, lease: &Lease, last_ms: i64) -> Result<(), DbErr> {
        self.set_end(lease, last_ms).await.map(|_| ())
    }

    async fn set_end(&self, lease: &Lease, expires_ms: i64) -> Result<bool, DbErr> {
        let update = Query::update()
            .table(TABLE)
            .value("expires_ms", expires_ms)
            .and_where(Expr::col("node_id").eq(i32::from(lease.node)))
            .and_where(Expr::col("owner").eq(lease.owner.as_str()))
            .to_owned();
        Ok(self.conn.execute(&update).await?.rows_affected() == 1)
    }

    /// Picks at random among the numbers that may be taken, so that processes that start together
    /// do not all reach for the same one. Used numbers come first, to keep the table small.
    async fn candidate(&self, now_ms: i64) -> AppResult<Option<Candidate>> {
        let select = Query::select()
            .columns(["node_id", "owner", "expires_ms"])
            .from(TABLE)
            .order_by("node_id", Order::Asc)
            .to_owned();
        let mut is_known = [false; NODES as usize];
        let mut ended = Vec::new();
        for row in self.conn.query_all(&select).await? {
            let Ok(node) = u16::try_from(row.try_get::<i32>("", "node_id")?) else {
                continue;
            };
            let Some(is_known) = is_known.get_mut(usize::from(node)) else {
                continue;
            };
            *is_known = true;
            let expires_ms: i64 = row.try_get("", "expires_ms")?;
            if expires_ms.saturating_add(millis(MARGIN)) < now_ms {
                let owner: String = row.try_get("", "owner")?;
                ended.push(Candidate {
                    node,
                    seen: Some((owner, expires_ms)),
                });
            }
        }
        let unused = || (0..NODES).filter(|node| !is_known[usize::from(*node)]);
        let count = if ended.is_empty() {
            unused().count()
        } else {
            ended.len()
        };
        let choice = usize::try_from(random::below(count as u64)?).unwrap_or(0);
        if ended.is_empty() {
            return Ok(unused()
                .nth(choice)
                .map(|node| Candidate { node, seen: None }));
        }
        Ok(Some(ended.swap_remove(choice)))
    }

    /// Whether the number could be taken as it was seen; if not, another process was faster.
    async fn take(
        &self,
        node: u16,
        seen: Option<(String, i64)>,
        owner: &str,
        expires_ms: i64,
    ) -> Result<bool, DbErr> {
        let Some((old_owner, old_expires_ms)) = seen else {
            let insert = Query::insert()
                .into_table(TABLE)
                .columns(["node_id", "owner", "expires_ms"])
                .values_panic([i32::from(node).into(), owner.into(), expires_ms.into()])
                .to_owned();
            return match self.conn.execute(&insert).await {
                Ok(_) => Ok(true),
                Err(error) => match error.sql_err() {
                    Some(SqlErr::UniqueConstraintViolation(_)) => Ok(false),
                    _ => Err(error),
                },
            };
        };
        let update = Query::update()
            .table(TABLE)
            .value("owner", owner)
            .value("expires_ms", expires_ms)
            .and_where(Expr::col("node_id").eq(i32::from(node)))
            .and_where(Expr::col("owner").eq(old_owner))
            .and_where(Expr::col("expires_ms").eq(old_expires_ms))
            .to_owned();
        Ok(self.conn.execute(&update).await?.rows_affected() == 1)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
