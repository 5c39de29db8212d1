//! The state of some owners while their locks are held, and the rules by which operations change
//! it. Pure: no database, no clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::chain::Chain;
use super::change::{Change, Operation, Receipt, Source, only_key};
use super::entity::journal;
use super::owner::{Account, Owner};
use super::rules::Rules;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::{DateTime, Id, Utc};

/// `operate_type` of the journal.
const GAIN: i32 = 0;
const SPENDING: i32 = 1;

/// The head of an owner's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) id: Id,
    pub(super) seq: i64,
    pub(super) chain: String,
    /// Time of the newest row.
    pub(super) at: DateTime<Utc>,
    /// What the database has; `None` for an owner who is new.
    pub(super) stored: Option<i64>,
}

/// A balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Balance {
    pub(super) id: Id,
    pub(super) value: i64,
    /// What the database has; `None` for a balance that is new.
    pub(super) stored: Option<i64>,
}

/// What is left of the gains that expire at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lot {
    pub(super) id: Id,
    pub(super) remaining: i64,
    pub(super) expires_at: DateTime<Utc>,
}

/// Everything about some owners that operations need.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) heads: BTreeMap<Owner, Head>,
    pub(super) balances: HashMap<Account, Balance>,
    /// Of accounts whose kind expires, by time.
    pub(super) lots: HashMap<Account, Vec<Lot>>,
}

/// What is the same for all operations of a transaction.
pub(super) struct Terms<'a> {
    pub(super) rules: &'a Rules,
    pub(super) chain: &'a Chain,
    pub(super) now: DateTime<Utc>,
    /// A new id; `None` when there is none at the moment.
    pub(super) next_id: &'a (dyn Fn() -> Option<Id> + Sync),
}

/// A row of the journal, as far as a replay needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) fingerprint: String,
    pub(super) receipt: Receipt,
}

/// State, and what was done to it.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) state: State,
    /// Rows of the journal by `only_key`: those of earlier operations, and the new ones.
    pub(super) known: HashMap<String, Known>,
    /// New rows, in order.
    pub(super) entries: Vec<journal::Model>,
    /// Accounts whose lots are others than in the database.
    pub(super) touched_lots: BTreeSet<Account>,
}

impl Book {
    /// The receipts of an operation that was done before.
    ///
    /// # Errors
    /// `idempotency_conflict`: the key was used for something else.
    pub(super) fn replay(&self, operation: &Operation) -> AppResult<Option<Vec<Receipt>>> {
        let rows = operation.only_keys.iter().map(|key| self.known.get(key));
        let rows: Vec<&Known> = rows.flatten().collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let is_same = |row: &&Known| row.fingerprint == operation.fingerprint;
        if rows.len() != operation.changes.len() || !rows.iter().all(is_same) {
            return Err(ErrorCode::IDEMPOTENCY_CONFLICT.into());
        }
        let receipts = rows.into_iter().map(|row| Receipt {
            replayed: true,
            ..row.receipt.clone()
        });
        Ok(Some(receipts.collect()))
    }

    /// Does all changes of an operation, or none.
    ///
    /// # Errors
    /// `no_enough`: a balance does not suffice. `over_limit`: one would exceed its limit.
    pub(super) fn apply(
        &mut self,
        operation: &Operation,
        terms: &Terms,
    ) -> AppResult<Vec<Receipt>> {
        let mut draft = Draft {
            state: self.part_of(operation),
            entries: Vec::new(),
            touched_lots: BTreeSet::new(),
        };
        let mut receipts = Vec::with_capacity(operation.changes.len());
        for (index, change) in operation.changes.iter().enumerate() {
            draft.expire(&account(change), change, terms)?;
            let row = draft.change(operation, index, change, terms)?;
            receipts.push(receipt(&row));
            draft.entries.push(row);
        }
        self.absorb(draft);
        Ok(receipts)
    }

    /// Takes away what has expired of an account, in the name of nobody. Answers how much.
    pub(super) fn expire(&mut self, account: &Account, terms: &Terms) -> AppResult<i64> {
        let change = Change::new(account.owner.clone(), account.asset.clone(), -1);
        let operation = Operation::new(vec![change.clone()])?;
        let mut draft = Draft {
            state: self.part_of(&operation),
            entries: Vec::new(),
            touched_lots: BTreeSet::new(),
        };
        draft.expire(account, &change, terms)?;
        let expired = draft.entries.iter().map(|row| -row.operate_value).sum();
        self.absorb(draft);
        Ok(expired)
    }

    fn part_of(&self, operation: &Operation) -> State {
        let mut part = State::default();
        for change in &operation.changes {
            if let Some(head) = self.state.heads.get(&change.owner) {
                part.heads.insert(change.owner.clone(), head.clone());
            }
            let account = account(change);
            if let Some(balance) = self.state.balances.get(&account) {
                part.balances.insert(account.clone(), balance.clone());
            }
            if let Some(lots) = self.state.lots.get(&account) {
                part.lots.insert(account, lots.clone());
            }
        }
        part
    }

    fn absorb(&mut self, draft: Draft) {
        self.state.heads.extend(draft.state.heads);
        self.state.balances.extend(draft.state.balances);
        self.state.lots.extend(draft.state.lots);
        self.touched_lots.extend(draft.touched_lots);
        for row in draft.entries {
            let known = Known {
                fingerprint: row.fingerprint.clone(),
                receipt: receipt(&row),
            };
            self.known.insert(row.only_key.clone(), known);
            self.entries.push(row);
        }
    }
}

pub(super) fn account(change: &Change) -> Account {
    Account {
        owner: change.owner.clone(),
        asset: change.asset.clone(),
    }
}

fn index_number(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

fn receipt(row: &journal::Model) -> Receipt {
    Receipt {
        log_id: row.id,
        only_id: row.only_id.clone(),
        before: row.history_value,
        value: row.now_value,
        seq: row.seq,
        replayed: false,
    }
}

/// The part of the state that one operation is about.
struct Draft {
    state: State,
    entries: Vec<journal::Model>,
    touched_lots: BTreeSet<Account>,
}

impl Draft {
    /// One change: a row for the journal, and the state after it.
    fn change(
        &mut self,
        operation: &Operation,
        index: usize,
        change: &Change,
        terms: &Terms,
    ) -> AppResult<journal::Model> {
        let account = account(change);
        let before = self.value(&account);
        let after = before.checked_add(change.delta);
        let after = after.filter(|value| *value >= 0).ok_or_else(|| {
            let asset = &account.asset;
            let short = format!(
                "balance {before} of asset {} {}, change {}",
                asset.asset_type, asset.object_id, change.delta
            );
            AppError::new(ErrorCode::NO_ENOUGH).with_source(short)
        })?;
        if change.delta > 0 && after > terms.rules.upper_limit(account.asset.asset_type) {
            return Err(ErrorCode::OVER_LIMIT.into());
        }
        let row = journal::Model {
            module_id: change.module_id,
            open_id: change.open_id.clone(),
            user_nick: change.user_nick.clone(),
            log_title: change.title.clone(),
            info_json: change.info_text(),
            source_type: change.source.source_type,
            source_object_id: change.source.object_id.clone(),
            source_object_name: change.source.object_name.clone(),
            only_id: operation.only_id.clone(),
            only_index: index_number(index),
            only_key: operation.only_keys.get(index).cloned().unwrap_or_default(),
            handler_name: change.handler_name.clone(),
            request_code: change.request_code.clone(),
            fingerprint: operation.fingerprint.clone(),
            ..self.row(&account, change.delta, terms)?
        };
        self.sign(&account, row, terms)
    }

    /// Takes what has expired away: a row for each lot.
    fn expire(&mut self, account: &Account, cause: &Change, terms: &Terms) -> AppResult<()> {
        let at = self.time(&account.owner, terms);
        let mut balance = self.value(account);
        let Some(lots) = self.state.lots.get_mut(account) else {
            return Ok(());
        };
        // Spent while this kind did not expire: the oldest first.
        let total: i64 = lots.iter().map(|lot| lot.remaining).sum();
        let mut changed = consume(lots, total - balance);
        let due = lots.partition_point(|lot| lot.expires_at <= at);
        let due: Vec<Lot> = lots.drain(..due).collect();
        changed |= !due.is_empty();
        if changed {
            self.touched_lots.insert(account.clone());
        }
        for (index, lot) in due.into_iter().enumerate() {
            let only_id = format!("expiry:{}", lot.id);
            let only_index = -1 - index_number(index);
            let row = journal::Model {
                log_title: "Expired".to_owned(),
                source_type: Source::EXPIRY,
                source_object_id: lot.id.to_string(),
                only_key: only_key(&account.owner, &only_id, only_index),
                only_id,
                only_index,
                handler_name: cause.handler_name.clone(),
                request_code: cause.request_code.clone(),
                ..self.row(account, -lot.remaining, terms)?
            };
            balance -= lot.remaining;
            let row = self.sign(account, row, terms)?;
            debug_assert_eq!(row.now_value, balance);
            self.entries.push(row);
        }
        Ok(())
    }

    fn value(&self, account: &Account) -> i64 {
        let balance = self.state.balances.get(account);
        balance.map_or(0, |balance| balance.value)
    }

    /// Times in a journal never go back, whatever the clocks of several machines say.
    fn time(&self, owner: &Owner, terms: &Terms) -> DateTime<Utc> {
        let head = self.state.heads.get(owner);
        head.map_or(terms.now, |head| head.at.max(terms.now))
    }

    /// The figures of a row; the caller adds where it comes from.
    fn row(&self, account: &Account, delta: i64, terms: &Terms) -> AppResult<journal::Model> {
        let at = self.time(&account.owner, terms);
        let before = self.value(account);
        let seq = self.state.heads.get(&account.owner);
        let seq = seq.map_or(0, |head| head.seq);
        Ok(journal::Model {
            id: new_id(terms)?,
            app_id: account.owner.app_id.clone(),
            act_id: account.owner.act_id,
            module_id: Id::new(0),
            user_id: account.owner.user_id,
            open_id: None,
            user_nick: None,
            log_title: String::new(),
            info_json: None,
            asset_type: account.asset.asset_type,
            asset_object_id: account.asset.object_id.clone(),
            source_type: 0,
            source_object_id: String::new(),
            source_object_name: String::new(),
            only_id: String::new(),
            only_index: 0,
            only_key: String::new(),
            operate_type: if delta < 0 { SPENDING } else { GAIN },
            operate_value: delta,
            history_value: before,
            now_value: before + delta,
            handler_name: String::new(),
            request_code: String::new(),
            seq: seq + 1,
            fingerprint: String::new(),
            chain: String::new(),
            key_id: terms.chain.current().to_owned(),
            created_at: at,
            create_day: terms.rules.day(at),
        })
    }

    /// Signs a complete row, and makes it the newest of its owner.
    fn sign(
        &mut self,
        account: &Account,
        mut row: journal::Model,
        terms: &Terms,
    ) -> AppResult<journal::Model> {
        let head = match self.state.heads.entry(account.owner.clone()) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(Head {
                id: new_id(terms)?,
                seq: 0,
                chain: String::new(),
                at: row.created_at,
                stored: None,
            }),
        };
        let hash = terms.chain.link(&head.chain, &row);
        row.chain = hash.ok_or_else(|| AppError::internal("the chain has no current key"))?;
        head.seq = row.seq;
        head.at = row.created_at;
        head.chain.clone_from(&row.chain);
        let balance = match self.state.balances.entry(account.clone()) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => new.insert(Balance {
                id: new_id(terms)?,
                value: 0,
                stored: None,
            }),
        };
        balance.value = row.now_value;
        if row.source_type != Source::EXPIRY || row.only_index >= 0 {
            self.move_lots(account, &row, terms);
        }
        Ok(row)
    }

    /// A gain of a kind that expires becomes a lot; a spending takes from the oldest.
    fn move_lots(&mut self, account: &Account, row: &journal::Model, terms: &Terms) {
        let kind = account.asset.asset_type;
        let Some(expires_at) = terms.rules.expiry(kind, row.created_at) else {
            return;
        };
        let lots = self.state.lots.entry(account.clone()).or_default();
        if row.operate_value < 0 {
            // What has no lot is from before the kind expired, and is spent last.
            consume(lots, -row.operate_value);
        } else {
            match lots.iter_mut().find(|lot| lot.expires_at == expires_at) {
                Some(lot) => lot.remaining += row.operate_value,
                None => {
                    let place = lots.partition_point(|lot| lot.expires_at < expires_at);
                    let lot = Lot {
                        id: row.id,
                        remaining: row.operate_value,
                        expires_at,
                    };
                    lots.insert(place, lot);
                }
            }
        }
        self.touched_lots.insert(account.clone());
    }
}

/// Takes an amount from the lots, the oldest first. Answers whether anything was taken.
fn consume(lots: &mut Vec<Lot>, amount: i64) -> bool {
    let mut left = amount.max(0);
    for lot in lots.iter_mut() {
        let taken = lot.remaining.min(left);
        lot.remaining -= taken;
        left -= taken;
    }
    lots.retain(|lot| lot.remaining > 0);
    left < amount
}

fn new_id(terms: &Terms) -> AppResult<Id> {
    (terms.next_id)().ok_or_else(|| AppError::new(ErrorCode::BUSY).with_source("no id at hand"))
}
