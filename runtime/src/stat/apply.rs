//! A batch of events in one transaction: known ones left out, the others added up and written.

use std::collections::{BTreeMap, HashSet};

use sea_orm::{DbErr, SqlErr};
use tokio::time::sleep;

use super::GROUP;
use super::engine::Engine;
use super::event::Stored;
use super::fold::{self, Dated, Folded};
use super::inbox;
use super::lane::Lane;
use super::metric::Repeat;
use super::{rows, sql};
use crate::app::Context;
use crate::db::{Transaction, is_retryable, transaction_options};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::random;
use crate::shard::ShardKey;

/// How often a batch is tried.
const ATTEMPTS_MAX: u32 = 8;
/// Longest pause before the second attempt; it doubles with each further one.
const FIRST_PAUSE_MS: u64 = 4;

/// Where a batch comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The inbox in the database of the figures: the events go in the same transaction.
    Here,
    /// Elsewhere: the events come again until they are taken away there, so that it is remembered
    /// here that they were counted.
    Elsewhere,
}

/// Counts a batch of a lane's events.
pub(super) async fn apply(
    ctx: &Context,
    engine: &Engine,
    lane: &Lane,
    events: &[Stored],
    source: Source,
) -> AppResult<()> {
    let mut attempt = 1;
    loop {
        let error = match once(ctx, engine, lane, events, source).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !is_worth_another(&error) || attempt == ATTEMPTS_MAX {
            return Err(error);
        }
        tracing::debug!(attempt, error = %error.detail(), "events are counted again");
        let pause_ms = 1 + random::below(FIRST_PAUSE_MS << (attempt - 1))?;
        sleep(std::time::Duration::from_millis(pause_ms)).await;
        attempt += 1;
    }
}

/// Whether the transaction was certainly taken back, and may well succeed when done again.
fn is_worth_another(error: &AppError) -> bool {
    // A duplicate: two lanes met the same key at the same time.
    error.database_error().is_some_and(|error| {
        is_retryable(error) || matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
    })
}

async fn once(
    ctx: &Context,
    engine: &Engine,
    lane: &Lane,
    events: &[Stored],
    source: Source,
) -> AppResult<()> {
    let Some(first) = events.first() else {
        return Ok(());
    };
    let conn = ctx.shard_of(GROUP, &key_of(first));
    let txn = conn.begin_as(transaction_options()).await?;
    match work(ctx, engine, &txn, lane, events, source).await {
        Ok(()) => {
            sea_orm::TransactionSession::commit(txn).await?;
            Ok(())
        }
        Err(error) => {
            if let Err(error) = sea_orm::TransactionSession::rollback(txn).await {
                // The connection is gone, and the transaction with it.
                tracing::debug!(%error, "roll-back failed");
            }
            Err(error)
        }
    }
}

async fn work(
    ctx: &Context,
    engine: &Engine,
    txn: &Transaction<'_>,
    lane: &Lane,
    events: &[Stored],
    source: Source,
) -> AppResult<()> {
    lane.hold(txn).await?;
    // What counts a player once is known by the log.
    let comes_again = events.iter().filter(|event| {
        event.repeat() == Repeat::All && (event.is_once || source == Source::Elsewhere)
    });
    let keys: HashSet<&str> = comes_again.map(|event| event.key.as_str()).collect();
    let keys: Vec<&str> = keys.into_iter().collect();
    let counted = sql::known(txn, rows::APPLIED, "event_key", &keys).await?;
    let counted: HashSet<String> = counted.into_iter().collect();
    let dated = fold::dated(events, &counted, engine.offset());
    let logged = logged(txn, &dated).await?;
    let folded = fold::fold(dated, &logged);
    let mut new: Vec<&str> = keys
        .into_iter()
        .filter(|key| !counted.contains(*key))
        .collect();
    new.sort_unstable();
    let now_ms = ctx.now().timestamp_millis();
    let applied = new.into_iter().map(|key| vec![key.into(), now_ms.into()]);
    let applied = applied.collect();
    sql::insert(txn, rows::APPLIED, &rows::APPLIED_COLUMNS, applied, None).await?;
    write(txn, folded).await?;
    if source == Source::Here && inbox::remove(txn, events).await? != events.len() as u64 {
        return Err(AppError::new(ErrorCode::ACQUIRE_LOCK)
            .with_source("somebody else has counted these events"));
    }
    Ok(())
}

/// Which digests are in the log already.
async fn logged(txn: &Transaction<'_>, events: &[Dated<'_>]) -> AppResult<HashSet<String>> {
    let with_digest = events.iter().filter_map(|dated| {
        let digest = dated.digest.as_deref();
        digest.map(|digest| (dated.event, digest))
    });
    let mut found = HashSet::new();
    for (key, part) in shelves(txn, rows::LOG, with_digest, |(event, _)| key_of(event))? {
        let mut digests: Vec<&str> = part.into_iter().map(|(_, digest)| digest).collect();
        digests.sort_unstable();
        digests.dedup();
        found.extend(sql::known(&txn.route(&key), rows::LOG, "digest", &digests).await?);
    }
    Ok(found)
}

/// Figures last: their rows are those that several lanes want.
async fn write(txn: &Transaction<'_>, folded: Folded<'_>) -> AppResult<()> {
    let log = folded.log.into_iter();
    for (key, part) in shelves(txn, rows::LOG, log, |logged| key_of(logged.event))? {
        let part = part.iter().map(rows::log).collect();
        sql::insert(&txn.route(&key), rows::LOG, &rows::LOG_COLUMNS, part, None).await?;
    }
    let users = folded.users.into_iter();
    let by_user = |(key, _): &(fold::UserKey<'_>, _)| place(key.app_id, key.act_id, key.user_id);
    for (key, part) in shelves(txn, rows::USER, users, by_user)? {
        let part = part.iter().map(|(key, cell)| rows::user(key, cell));
        let part = part.collect::<AppResult<_>>()?;
        let (columns, upsert) = (&rows::USER_COLUMNS, Some(&rows::USER_UPSERT));
        sql::insert(&txn.route(&key), rows::USER, columns, part, upsert).await?;
    }
    let reports = folded.reports.into_iter();
    let by_act = |(key, _): &(fold::ReportKey<'_>, _)| place(key.app_id, key.act_id, 0);
    for (key, part) in shelves(txn, rows::REPORT, reports, by_act)? {
        let part = part.iter().map(|(key, cell)| rows::report(key, cell));
        let part = part.collect::<AppResult<_>>()?;
        let (columns, upsert) = (&rows::REPORT_COLUMNS, Some(&rows::REPORT_UPSERT));
        sql::insert(&txn.route(&key), rows::REPORT, columns, part, upsert).await?;
    }
    Ok(())
}

/// Rows by the physical table that they are in, in the order of these; while rows are moved, by
/// their own key.
fn shelves<T>(
    txn: &Transaction<'_>,
    table: &str,
    items: impl Iterator<Item = T>,
    key: impl Fn(&T) -> ShardKey,
) -> Result<Vec<(ShardKey, Vec<T>)>, DbErr> {
    let mut shelves: BTreeMap<(Vec<u16>, String), (ShardKey, Vec<T>)> = BTreeMap::new();
    for item in items {
        let key = key(&item);
        let at = match txn.place_of(&[table], &key)? {
            Some(place) => (place, String::new()),
            None => (Vec::new(), format!("{key:?}")),
        };
        let shelf = shelves.entry(at).or_insert_with(|| (key, Vec::new()));
        shelf.1.push(item);
    }
    Ok(shelves.into_values().collect())
}

fn key_of(event: &Stored) -> ShardKey {
    place(&event.app_id, event.act_id, event.user_id)
}

/// Names every column that a table of statistics may be sharded by.
pub(super) fn place(app_id: &str, act_id: i64, user_id: i64) -> ShardKey {
    ShardKey::tenant(app_id)
        .with("act_id", act_id)
        .with("user_id", user_id)
}
