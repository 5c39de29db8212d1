//! Some operations in one transaction: lock, look, decide, write. Owners who are remembered are
//! neither locked nor looked at before their heads are moved on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbBackend};

use super::book::{Book, State, Terms, account};
use super::change::{Operation, Receipt};
use super::engine::Engine;
use super::entity::notice;
use super::event;
use super::memory::Memory;
use super::owner::{Account, Asset, Owner};
use super::store::{Reads, Shelf, insert};
use crate::app::Context;
use crate::db::{Group, Transaction, is_retryable};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::oplog;
use crate::shard::ShardKey;

/// The tables that are reached by an owner's key.
const TABLES: [&str; 4] = [
    "asset_owner_tb",
    "user_asset_tb",
    "asset_log_tb",
    "asset_lot_tb",
];

/// What became of one operation.
pub(super) type Answer = AppResult<Vec<Receipt>>;

/// How a transaction ended that did not fail as a whole.
pub(super) enum Ended {
    /// One answer for each operation: commit. With the state that is true then.
    Done(Vec<Answer>, State),
    /// An operation, by its index, was refused by a hook or after one. Something may have been
    /// written: roll back, answer this one, and do the others again.
    Refused(usize, AppError),
}

/// Runs operations in a transaction that somebody else commits. A refused operation does not touch
/// the others.
///
/// # Errors
/// The database's, and `busy` when somebody wrote past the locks: nothing may be committed.
pub(super) async fn run(
    ctx: &Context,
    engine: &Engine,
    txn: &Transaction<'_>,
    operations: &[Arc<Operation>],
    reads: Reads,
    memory: Option<&Memory>,
) -> AppResult<Ended> {
    let owners = owners_of(operations);
    let groups = together(txn, &owners)?;
    let accounts = accounts_of(operations);
    let expires = |asset: &Asset| engine.rules().expires(asset.asset_type);
    let mut book = Book::default();
    if let Some(memory) = memory {
        book.state = memory.recall(&owners, &accounts, expires);
    }
    let recalled: BTreeSet<Owner> = book.state.heads.keys().cloned().collect();
    if reads == Reads::Fresh {
        settle(txn).await?;
    }
    let strangers = without(&groups, &recalled);
    for (key, owners) in &strangers {
        let conn = txn.route(key);
        let shelf = shelf(engine, &conn, owners, reads);
        shelf.lock(&mut book.state.heads).await?;
    }
    // Of everybody: a replay must not be refused for what the balance is by now.
    for (key, owners) in &with_head(&groups, &book.state) {
        let keys = keys(operations, owners);
        let conn = txn.route(key);
        let shelf = shelf(engine, &conn, owners, reads);
        shelf.known(&keys, &mut book.known).await?;
    }
    let strangers = with_head(&strangers, &book.state);
    load(engine, txn, &strangers, &accounts, reads, &mut book).await?;
    let next_id = || ctx.try_next_id();
    let terms = Terms {
        rules: engine.rules(),
        chain: engine.chain(),
        // Under the locks, or before nobody else wrote: times grow with the numbers of the rows.
        now: ctx.now(),
        next_id: &next_id,
    };
    let mut decided = Vec::with_capacity(operations.len());
    for (index, operation) in operations.iter().enumerate() {
        match decide(engine, txn, &mut book, operation, &terms).await? {
            Decided::Refused(error) => return Ok(Ended::Refused(index, error)),
            Decided::Answered(operation, answer) => decided.push((operation, answer)),
        }
    }
    let refused = refused_on_trust(&decided, &book, &recalled);
    for (key, owners) in &groups {
        let conn = txn.route(key);
        let refused: BTreeSet<Owner> = owners.intersection(&refused).cloned().collect();
        let shelf_of_refused = shelf(engine, &conn, &refused, reads);
        shelf_of_refused.confirm(&book.state.heads).await?;
        let shelf = shelf(engine, &conn, owners, reads);
        shelf.write(&book, terms.chain.current()).await?;
    }
    report(engine, txn, &book, &decided, &terms).await?;
    for (index, (operation, answer)) in decided.iter().enumerate() {
        match after(engine, txn, operation, answer).await {
            Ok(()) => {}
            Err(error) if is_databases_fault(&error) => return Err(error),
            Err(error) => return Ok(Ended::Refused(index, error)),
        }
    }
    let answers = decided.into_iter().map(|(_, answer)| answer);
    Ok(Ended::Done(answers.collect(), book.state))
}

/// Everybody whose balances operations are about.
pub(super) fn owners_of(operations: &[Arc<Operation>]) -> BTreeSet<&Owner> {
    let changes = operations.iter().flat_map(|operation| &operation.changes);
    changes.map(|change| &change.owner).collect()
}

fn accounts_of(operations: &[Arc<Operation>]) -> BTreeSet<Account> {
    let changes = operations.iter().flat_map(|operation| &operation.changes);
    changes.map(account).collect()
}

/// The owners who were refused something by figures that were only remembered, and whose heads no
/// statement is going to move on.
fn refused_on_trust(
    decided: &[(Arc<Operation>, Answer)],
    book: &Book,
    recalled: &BTreeSet<Owner>,
) -> BTreeSet<Owner> {
    let is_moved = |owner: &Owner| {
        let head = book.state.heads.get(owner);
        head.is_some_and(|head| head.stored != Some(head.seq))
    };
    let refused = decided.iter().filter(|(_, answer)| answer.is_err());
    let changes = refused.flat_map(|(operation, _)| &operation.changes);
    let owners = changes.map(|change| &change.owner);
    let owners = owners.filter(|owner| recalled.contains(*owner) && !is_moved(owner));
    owners.cloned().collect()
}

/// Whether a hook failed because the database gave up on the whole transaction.
fn is_databases_fault(error: &AppError) -> bool {
    error.database_error().is_some_and(is_retryable)
}

enum Decided {
    /// After a hook may have written something: roll back.
    Refused(AppError),
    /// By the rules; with the operation as the hooks left it.
    Answered(Arc<Operation>, Answer),
}

/// Replays an operation, or asks the hooks and does it, in memory.
async fn decide(
    engine: &Engine,
    txn: &Transaction<'_>,
    book: &mut Book,
    operation: &Arc<Operation>,
    terms: &Terms<'_>,
) -> AppResult<Decided> {
    let unamended = |answer| Ok(Decided::Answered(Arc::clone(operation), answer));
    match book.replay(operation) {
        Ok(Some(receipts)) => return unamended(Ok(receipts)),
        Err(conflict) => return unamended(Err(conflict)),
        Ok(None) => {}
    }
    let uses = txn.uses();
    let operation = match before(engine, txn, operation).await {
        Ok(amended) => amended,
        Err(error) if is_databases_fault(&error) => return Err(error),
        Err(error) => return Ok(Decided::Refused(error)),
    };
    match book.apply(&operation, terms) {
        // No fault of the operation: all of them again.
        Err(error) if error.code() == ErrorCode::BUSY => Err(error),
        // What its hooks have written must go, too.
        Err(error) if txn.uses() != uses => Ok(Decided::Refused(error)),
        answer => Ok(Decided::Answered(operation, answer)),
    }
}

/// Asks the hooks.
async fn before(
    engine: &Engine,
    txn: &Transaction<'_>,
    operation: &Arc<Operation>,
) -> AppResult<Arc<Operation>> {
    let mut amended = Operation::clone(operation);
    for (change, asked) in amended.changes.iter_mut().zip(&operation.changes) {
        engine.hooks().before_change(txn, change).await?;
        if account(change) != account(asked) || change.only_id != asked.only_id {
            return Err(AppError::internal(
                "a hook must not change the owner, the asset or the key of a change",
            ));
        }
    }
    amended.check()?;
    Ok(Arc::new(amended))
}

/// Tells the hooks.
async fn after(
    engine: &Engine,
    txn: &Transaction<'_>,
    operation: &Operation,
    answer: &Answer,
) -> AppResult<()> {
    let Ok(receipts) = answer else { return Ok(()) };
    let done = operation.changes.iter().zip(receipts);
    for (change, receipt) in done.filter(|(_, receipt)| !receipt.replayed) {
        engine.hooks().after_change(txn, change, receipt).await?;
    }
    Ok(())
}

/// Writes the notices, the events and what the operation log has of the answers.
async fn report(
    engine: &Engine,
    txn: &Transaction<'_>,
    book: &Book,
    decided: &[(Arc<Operation>, Answer)],
    terms: &Terms<'_>,
) -> AppResult<()> {
    let is_conflict = |answer: &Answer| match answer {
        Err(error) => error.code() == ErrorCode::IDEMPOTENCY_CONFLICT,
        Ok(_) => false,
    };
    let conflicts = decided.iter().filter(|(_, answer)| is_conflict(answer));
    let notices = conflicts.map(|(operation, _)| event::interception(operation, terms));
    let notices: Vec<notice::Model> = notices.collect::<AppResult<_>>()?;
    insert::<notice::Entity, _>(txn, notices).await?;
    if engine.writes_events() {
        event::publish(txn, &book.entries, terms).await?;
    }
    log(txn, decided).await
}

/// Tells the operation log what operators did.
async fn log(txn: &Transaction<'_>, decided: &[(Arc<Operation>, Answer)]) -> AppResult<()> {
    let mut rows = Vec::new();
    for (operation, answer) in decided {
        let Ok(receipts) = answer else { continue };
        let done = operation.changes.iter().zip(receipts);
        for (change, receipt) in done.filter(|(_, receipt)| !receipt.replayed) {
            rows.extend(change.log_row(receipt)?);
        }
    }
    oplog::write(txn, rows).await
}

/// Takes away what has expired of one balance. Answers how much.
pub(super) async fn expire(
    ctx: &Context,
    engine: &Engine,
    txn: &Transaction<'_>,
    account: &Account,
) -> AppResult<i64> {
    if !engine.rules().expires(account.asset.asset_type) {
        return Ok(0);
    }
    let owners = BTreeSet::from([&account.owner]);
    let groups = together(txn, &owners)?;
    engine.memory().distrust(owners.iter().copied());
    let mut book = Book::default();
    let accounts = BTreeSet::from([account.clone()]);
    let next_id = || ctx.try_next_id();
    let mut expired = 0;
    for (key, owners) in &groups {
        let conn = txn.route(key);
        let shelf = shelf(engine, &conn, owners, Reads::Locking);
        shelf.lock(&mut book.state.heads).await?;
        let terms = Terms {
            rules: engine.rules(),
            chain: engine.chain(),
            now: ctx.now(),
            next_id: &next_id,
        };
        shelf.balances(&accounts, &mut book.state.balances).await?;
        shelf.lots(&accounts, &mut book.state.lots).await?;
        expired += book.expire(account, &terms)?;
        shelf.write(&book, terms.chain.current()).await?;
        if engine.writes_events() {
            event::publish(txn, &book.entries, &terms).await?;
        }
    }
    Ok(expired)
}

/// Owners by the physical tables that their rows are in, each group with a key to reach them. While
/// rows are moved every player is a group of his own.
type Groups = Vec<(ShardKey, BTreeSet<Owner>)>;

fn together(txn: &Transaction<'_>, owners: &BTreeSet<&Owner>) -> AppResult<Groups> {
    let mut groups: BTreeMap<_, (ShardKey, BTreeSet<Owner>)> = BTreeMap::new();
    for owner in owners {
        let key = owner.shard_key();
        let place = txn.place_of(&TABLES, &key).map_err(|error| {
            AppError::internal(error).with_message("no module of this app has the ledger's tables")
        })?;
        let alone = place.is_none().then_some(owner.user_id);
        let group = groups
            .entry((place, alone))
            .or_insert((key, BTreeSet::new()));
        group.1.insert((*owner).clone());
    }
    Ok(groups.into_values().collect())
}

/// The groups without the owners who have no head yet, hence no balance and no journal either. If
/// somebody gives one of them a head meanwhile, the row of a second head is refused by the
/// database, and the transaction is done again.
fn with_head(groups: &Groups, state: &State) -> Groups {
    let owners = groups.iter().flat_map(|(_, owners)| owners);
    let new = owners.filter(|owner| !state.heads.contains_key(*owner));
    without(groups, &new.cloned().collect())
}

/// The groups without some owners.
fn without(groups: &Groups, some: &BTreeSet<Owner>) -> Groups {
    let rest = groups.iter().map(|(key, owners)| {
        let owners: BTreeSet<Owner> = owners.difference(some).cloned().collect();
        (key.clone(), owners)
    });
    rest.filter(|(_, owners)| !owners.is_empty()).collect()
}

/// PostgreSQL keeps a plan that was made for a small table for as long as the table was not
/// analysed again. A ledger grows from nothing within a minute: its statements are planned as for
/// large tables from the first.
async fn settle(txn: &Transaction<'_>) -> AppResult<()> {
    if txn.get_database_backend() == DbBackend::Postgres {
        txn.execute_unprepared("SET LOCAL enable_seqscan = off")
            .await?;
    }
    Ok(())
}

fn shelf<'a, C>(
    engine: &'a Engine,
    conn: &'a C,
    owners: &'a BTreeSet<Owner>,
    reads: Reads,
) -> Shelf<'a, C> {
    Shelf {
        conn,
        owners,
        reads,
        memory: engine.memory(),
    }
}

/// The keys of some owners that may have been used before.
fn keys<'a>(operations: &'a [Arc<Operation>], owners: &BTreeSet<Owner>) -> Vec<&'a str> {
    let given = operations.iter().filter(|operation| !operation.is_own_key);
    let all = given.flat_map(|operation| operation.changes.iter().zip(&operation.only_keys));
    let here = all.filter(|(change, _)| owners.contains(&change.owner));
    let keys: BTreeSet<&str> = here.map(|(_, key)| key.as_str()).collect();
    keys.into_iter().collect()
}

/// Reads balances and lots of the owners in these groups.
async fn load(
    engine: &Engine,
    txn: &Transaction<'_>,
    groups: &Groups,
    accounts: &BTreeSet<Account>,
    reads: Reads,
    book: &mut Book,
) -> AppResult<()> {
    let expires = |one: &&Account| engine.rules().expires(one.asset.asset_type);
    let expiring: BTreeSet<Account> = accounts.iter().filter(expires).cloned().collect();
    for (key, owners) in groups {
        let conn = txn.route(key);
        let shelf = shelf(engine, &conn, owners, reads);
        shelf.balances(accounts, &mut book.state.balances).await?;
        shelf.lots(&expiring, &mut book.state.lots).await?;
    }
    Ok(())
}

/// In whose database the ledger is.
pub(super) const GROUP: Group = Group::Asset;
