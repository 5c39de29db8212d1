//! The mover: from an announced layout to a stable one.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, Statement,
    TransactionOptions, TransactionTrait as _, Value,
};
use tokio::time::sleep;

use super::catalog::{Columns, quoted};
use super::sql::Sql;
use super::store::{self, Phase};
use super::{Plan, Progress, ReshardError, Summary, summary_of, work};
use crate::db::{is_retryable, is_unavailable, transaction_options};
use crate::migrate::SchemaLock;
use crate::migrate::shard::{Layout, Scheme, SlotMap};
use crate::shard::key::KeyValue;
use crate::shard::layouts::slot_of;
use crate::shard::moving::UNMOVED;

/// Keys of one statement.
const KEYS_MAX: usize = 256;
/// The app is left alone after each slot for as long as the slot took, within these limits.
const GIVE_WAY_MIN: Duration = Duration::from_millis(5);
const GIVE_WAY_MAX: Duration = Duration::from_millis(100);
/// How often a slot is tried whose transaction the database gave up.
const ATTEMPTS_MAX: u32 = 20;
/// Pause before it is tried again.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) struct Mover<'a> {
    plan: &'a Plan<'a>,
    lock: &'a SchemaLock,
    layout: Layout,
    target: SlotMap,
    columns: Columns,
    summary: Summary,
}

impl<'a> Mover<'a> {
    pub(super) async fn new(
        plan: &'a Plan<'a>,
        lock: &'a SchemaLock,
        layout: Layout,
    ) -> Result<Self, ReshardError> {
        let physical = layout.physical(layout.numbers().first().copied().unwrap_or(0));
        Ok(Self {
            plan,
            lock,
            target: layout
                .target
                .clone()
                .unwrap_or_else(|| layout.slots.clone()),
            columns: Columns::read(plan.conn, &physical, &layout.key).await?,
            summary: summary_of(&layout),
            layout,
        })
    }

    pub(super) async fn run(mut self, mut phase: Phase) -> Result<Summary, ReshardError> {
        if phase == Phase::Announced {
            settle(self.plan).await;
            for number in self.layout.numbers() {
                drain(self.plan, &self.layout.physical(number)).await?;
            }
            phase = Phase::Scan {
                number: 0,
                after: None,
            };
            self.enter(&phase).await?;
        }
        if let Phase::Scan { number, after } = phase {
            self.scan(number, after).await?;
            self.enter(&Phase::Move).await?;
        }
        self.move_all().await?;
        self.sweep().await?;
        still_held(self.lock, &self.layout.table).await?;
        self.layout = store::finish(self.plan.conn, self.layout).await?;
        settle(self.plan).await;
        clean_up(self.plan, self.lock, &self.layout).await?;
        self.summary.count = self.layout.count;
        Ok(self.summary)
    }

    async fn enter(&self, phase: &Phase) -> Result<(), ReshardError> {
        store::set_phase(self.plan.conn, &self.layout.table, phase).await
    }

    /// The table where the rows of a key are, by its slot's owner.
    fn place(&self, owner: u16, key: &KeyValue) -> u16 {
        match &self.layout.scheme {
            Scheme::Compat(rule) if owner == UNMOVED => {
                rule.number_of(&key.to_text(), self.layout.count)
            }
            _ => owner,
        }
    }

    /// Puts the keys of all tables on the work list, as far as their slots move.
    async fn scan(&self, first: u16, after: Option<String>) -> Result<(), ReshardError> {
        let owners: BTreeMap<u16, u16> = store::owners(self.plan.conn, &self.layout.table)
            .await?
            .into_iter()
            .collect();
        let moves = |key: &KeyValue| {
            let slot = slot_of(key);
            owners.get(&slot).copied() != Some(self.target.owner(slot))
        };
        let mut after = after.map(|text| work::parse(&text, &self.columns));
        let mut keys_seen = 0;
        for number in self.layout.numbers() {
            if number < first {
                continue;
            }
            let physical = self.layout.physical(number);
            loop {
                let keys = self.keys_after(&physical, after.as_ref()).await?;
                let Some(last) = keys.last().cloned() else {
                    break;
                };
                keys_seen += keys.len() as u64;
                let moving: Vec<KeyValue> = keys.into_iter().filter(moves).collect();
                work::add(self.plan.conn, &self.layout.table, &moving).await?;
                self.enter(&Phase::Scan {
                    number,
                    after: Some(last.to_text().into_owned()),
                })
                .await?;
                (self.plan.progress)(&Progress::Scanning {
                    table: physical.clone(),
                    keys: keys_seen,
                });
                after = Some(last);
            }
            after = None;
        }
        Ok(())
    }

    async fn keys_after(
        &self,
        physical: &str,
        after: Option<&KeyValue>,
    ) -> Result<Vec<KeyValue>, ReshardError> {
        let key = &self.layout.key;
        work::keys_after(self.plan.conn, physical, key, &self.columns, after).await
    }

    async fn move_all(&mut self) -> Result<(), ReshardError> {
        let owners = store::owners(self.plan.conn, &self.layout.table).await?;
        let is_there = |(slot, owner): &&(u16, u16)| *owner == self.target.owner(*slot);
        let already = owners.iter().filter(is_there).count();
        let open: Vec<u16> = owners
            .iter()
            .filter(|one| !is_there(one))
            .map(|(slot, _)| *slot)
            .collect();
        for (index, slot) in open.iter().enumerate() {
            let begun = Instant::now();
            self.move_slot(*slot, None).await?;
            self.summary.slots += 1;
            // Gives way: on SQLite a slot's lock is that of the whole file.
            sleep(begun.elapsed().clamp(GIVE_WAY_MIN, GIVE_WAY_MAX)).await;
            (self.plan.progress)(&Progress::Moving {
                done: already + index + 1,
                slots: owners.len(),
                rows: self.summary.processed,
            });
        }
        Ok(())
    }

    /// Looks into every table for rows that belong elsewhere: written by a process that was held up
    /// for longer than it may be.
    async fn sweep(&mut self) -> Result<(), ReshardError> {
        for number in self.layout.numbers() {
            let physical = self.layout.physical(number);
            (self.plan.progress)(&Progress::Sweeping {
                table: physical.clone(),
            });
            let mut after = None;
            loop {
                let keys = self.keys_after(&physical, after.as_ref()).await?;
                let Some(last) = keys.last().cloned() else {
                    break;
                };
                for key in keys {
                    let slot = slot_of(&key);
                    if self.place(self.target.owner(slot), &key) != number {
                        self.move_slot(slot, Some((number, key))).await?;
                    }
                }
                after = Some(last);
            }
        }
        Ok(())
    }

    /// Moves a slot, or one key's rows that lie in a wrong table; tries again when the database
    /// gives the transaction up.
    async fn move_slot(
        &mut self,
        slot: u16,
        stray: Option<(u16, KeyValue)>,
    ) -> Result<(), ReshardError> {
        let mut attempt = 1;
        loop {
            match self.try_slot(slot, stray.as_ref()).await {
                Ok((rows, locked)) => {
                    self.summary.processed += rows;
                    self.summary.matching += rows;
                    let locked = u64::try_from(locked.as_millis()).unwrap_or(u64::MAX);
                    self.summary.longest_lock_ms = self.summary.longest_lock_ms.max(locked);
                    return Ok(());
                }
                Err(ReshardError::Database(error))
                    if attempt < ATTEMPTS_MAX
                        && (is_retryable(&error) || is_unavailable(&error)) =>
                {
                    tracing::debug!(slot, attempt, %error, "a slot is tried again");
                    sleep(PAUSE * attempt).await;
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn try_slot(
        &self,
        slot: u16,
        stray: Option<&(u16, KeyValue)>,
    ) -> Result<(u64, Duration), ReshardError> {
        let txn = self
            .plan
            .conn
            .begin_with_options(options_of(self.plan))
            .await?;
        let owner = lock_slot(&txn, &self.layout.table, slot).await?;
        let locked = Instant::now();
        let end = self.target.owner(slot);
        let mut by_source: BTreeMap<(u16, u16), Vec<KeyValue>> = BTreeMap::new();
        match stray {
            Some((number, key)) => {
                let end = self.place(end, key);
                by_source
                    .entry((*number, end))
                    .or_default()
                    .push(key.clone());
            }
            None => {
                for key in work::of_slot(&txn, &self.layout.table, slot, &self.columns).await? {
                    let way = (self.place(owner, &key), self.place(end, &key));
                    by_source.entry(way).or_default().push(key);
                }
            }
        }
        let mut rows = 0;
        for ((from, to), keys) in &by_source {
            if from == to {
                continue;
            }
            for keys in keys.chunks(KEYS_MAX) {
                rows += self.move_rows(&txn, slot, (*from, *to), keys).await?;
            }
        }
        if stray.is_none() {
            set_owner(&txn, &self.layout.table, slot, end).await?;
            work::remove_slot(&txn, &self.layout.table, slot).await?;
        }
        txn.commit().await?;
        Ok((rows, locked.elapsed()))
    }

    /// Copies, compares and deletes the rows of some keys.
    async fn move_rows(
        &self,
        txn: &DatabaseTransaction,
        slot: u16,
        (from, to): (u16, u16),
        keys: &[KeyValue],
    ) -> Result<u64, ReshardError> {
        let backend = txn.get_database_backend();
        let sql = Sql::new(&self.layout, &self.columns, backend, (from, to), keys.len());
        let values: Vec<Value> = keys
            .iter()
            .map(|key| work::bind(key, &self.columns))
            .collect();
        let run = |sql: String| Statement::from_sql_and_values(backend, sql, values.clone());
        let copied = txn.execute_raw(run(sql.copy())).await?.rows_affected();
        let matching = count(txn, run(sql.compare())).await?;
        let found = count(txn, run(sql.count())).await?;
        let deleted = txn.execute_raw(run(sql.delete())).await?.rows_affected();
        if copied != matching || copied != found || copied != deleted {
            return Err(ReshardError::Mismatch {
                table: self.layout.table.clone(),
                slot,
                processed: deleted,
                matching,
                found,
            });
        }
        Ok(copied)
    }
}

async fn count(txn: &impl ConnectionTrait, statement: Statement) -> Result<u64, DbErr> {
    let row = txn.query_one_raw(statement).await?;
    let count: i64 = row
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or(0);
    Ok(u64::try_from(count).unwrap_or(0))
}

fn options_of(plan: &Plan<'_>) -> TransactionOptions {
    let mut options = transaction_options();
    if plan.conn.get_database_backend() == DbBackend::MySql {
        // What was committed before the slot's lock was given must be seen.
        options.isolation_level = Some(IsolationLevel::ReadCommitted);
    }
    options
}

/// Waits for every statement on the slot, and keeps new ones out; answers where its rows are.
async fn lock_slot(txn: &DatabaseTransaction, table: &str, slot: u16) -> Result<u16, ReshardError> {
    let backend = txn.get_database_backend();
    let sql = match backend {
        DbBackend::MySql => {
            "SELECT owner FROM cloudapp_shard_slot_tb WHERE table_name = ? AND slot = ? FOR UPDATE"
        }
        DbBackend::Postgres => {
            "SELECT owner FROM cloudapp_shard_slot_tb WHERE table_name = $1 AND slot = $2 \
             FOR UPDATE"
        }
        _ => "SELECT owner FROM cloudapp_shard_slot_tb WHERE table_name = ? AND slot = ?",
    };
    let values: [Value; 2] = [table.into(), i32::from(slot).into()];
    let row = txn
        .query_one_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    let owner: Option<i32> = row.map(|row| row.try_get("", "owner")).transpose()?;
    let owner = owner.and_then(|owner| u16::try_from(owner).ok());
    owner.ok_or_else(|| ReshardError::Busy {
        table: table.to_owned(),
    })
}

async fn set_owner(
    txn: &DatabaseTransaction,
    table: &str,
    slot: u16,
    owner: u16,
) -> Result<(), ReshardError> {
    let backend = txn.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => {
            "UPDATE cloudapp_shard_slot_tb SET owner = $1, version = version + 1 \
             WHERE table_name = $2 AND slot = $3"
        }
        _ => {
            "UPDATE cloudapp_shard_slot_tb SET owner = ?, version = version + 1 \
             WHERE table_name = ? AND slot = ?"
        }
    };
    let values: [Value; 3] = [
        i32::from(owner).into(),
        table.into(),
        i32::from(slot).into(),
    ];
    txn.execute_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    Ok(())
}

/// Waits until nobody uses the layout before the present one.
pub(super) async fn settle(plan: &Plan<'_>) {
    (plan.progress)(&Progress::Settling);
    sleep(plan.settle_time()).await;
}

/// Waits until every transaction has ended that has written to a table. Gives way each second, so
/// that nobody waits behind this for longer.
async fn drain(plan: &Plan<'_>, physical: &str) -> Result<(), ReshardError> {
    let backend = plan.conn.get_database_backend();
    let table = quoted(physical, backend);
    let begun = Instant::now();
    loop {
        let txn = plan.conn.begin_with_options(transaction_options()).await?;
        let statements: [String; 3] = match backend {
            DbBackend::MySql => [
                "SET SESSION lock_wait_timeout = 1".to_owned(),
                format!("LOCK TABLES {table} READ"),
                "UNLOCK TABLES".to_owned(),
            ],
            DbBackend::Postgres => [
                "SET LOCAL lock_timeout = '1s'".to_owned(),
                format!("LOCK TABLE {table} IN SHARE MODE"),
                "SELECT 1".to_owned(),
            ],
            // To have begun is to have waited.
            _ => Default::default(),
        };
        let mut outcome = Ok(());
        for sql in statements.iter().filter(|sql| !sql.is_empty()) {
            outcome = txn.execute_unprepared(sql).await.map(|_| ());
            if outcome.is_err() {
                break;
            }
        }
        if backend == DbBackend::MySql {
            txn.execute_unprepared("SET SESSION lock_wait_timeout = DEFAULT")
                .await?;
        }
        txn.rollback().await?;
        match outcome {
            Ok(()) => return Ok(()),
            Err(error) if is_unavailable(&error) && begun.elapsed() < DRAIN_MAX => {
                sleep(PAUSE * 4).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// A transaction that is older than this holds the move up until it is ended by hand.
const DRAIN_MAX: Duration = Duration::from_secs(600);

/// Before what cannot be done again by somebody else: a process that was stopped for long may have
/// lost the lock.
async fn still_held(lock: &SchemaLock, table: &str) -> Result<(), ReshardError> {
    if lock.is_held().await? {
        return Ok(());
    }
    Err(ReshardError::Busy {
        table: table.to_owned(),
    })
}

/// Whether there is something to clean up.
pub(super) async fn is_anything_left(
    plan: &Plan<'_>,
    layout: &Layout,
) -> Result<bool, ReshardError> {
    if !store::owners(plan.conn, &layout.table).await?.is_empty() {
        return Ok(true);
    }
    let used = layout.numbers();
    let existing = super::overview::existing(plan.conn, &layout.table).await?;
    Ok(existing.iter().any(|number| !used.contains(number)))
}

/// Removes what a finished move left: the rows of the slots, and tables that own no slot any more.
pub(super) async fn clean_up(
    plan: &Plan<'_>,
    lock: &SchemaLock,
    layout: &Layout,
) -> Result<(), ReshardError> {
    still_held(lock, &layout.table).await?;
    store::forget_rows(plan.conn, &layout.table).await?;
    let used = layout.numbers();
    for number in super::overview::existing(plan.conn, &layout.table).await? {
        if used.contains(&number) {
            continue;
        }
        let backend = plan.conn.get_database_backend();
        let physical = layout.physical(number);
        let name = quoted(&physical, backend);
        let sql = format!("SELECT COUNT(*) AS n FROM {name}");
        if count(plan.conn, Statement::from_string(backend, sql)).await? > 0 {
            return Err(ReshardError::NotEmpty { physical });
        }
        plan.conn
            .execute_unprepared(&format!("DROP TABLE {name}"))
            .await?;
    }
    Ok(())
}
