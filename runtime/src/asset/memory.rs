//! What this process wrote last about owners: the heads of their journals, their balances and lots.
//!
//! An owner who is remembered is not looked at again before the next change. What is remembered can
//! be out of date, as another process may have changed him since: so it counts for nothing until
//! the head was found to be as remembered, by the statement that moves it on or by a look under its
//! lock. Every change of a balance moves the head of its owner on; a head that is as it was vouches
//! for all of his balances.
//!
//! The ids of rows never change, so that rows are found by their primary keys in any case.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::book::{Balance, Head, Lot, State};
use super::owner::{Account, Asset, Owner};
use crate::types::Id;

/// Most owners. Beyond that all are forgotten, which costs one more look each.
const OWNERS_MAX: usize = 200_000;

/// For how many batches nothing is trusted after memory was found to be out of date: at first, and
/// at most. It doubles when it happens again, as it does where many processes change the same
/// owners.
const DOUBT_MIN: u32 = 8;
const DOUBT_MAX: u32 = 1024;

#[derive(Debug, Default)]
pub(super) struct Memory {
    owners: Mutex<HashMap<Owner, Remembered>>,
    /// How many batches more look at everything.
    doubt: AtomicU32,
    /// How many the next disappointment will cost.
    next_doubt: AtomicU32,
}

#[derive(Debug)]
struct Remembered {
    head: Head,
    assets: HashMap<Asset, Kept>,
    /// Whether the figures may be used, or only the ids.
    is_trusted: bool,
}

#[derive(Debug)]
struct Kept {
    balance: Balance,
    /// `None` when they were not looked at.
    lots: Option<Vec<Lot>>,
}

impl Memory {
    fn owners(&self) -> MutexGuard<'_, HashMap<Owner, Remembered>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the next batch may go by what is remembered.
    pub(super) fn is_trusted(&self) -> bool {
        let less = |doubt: u32| doubt.checked_sub(1);
        self.doubt
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_err()
    }

    /// What is remembered of owners, as far as all of their accounts are.
    pub(super) fn recall(
        &self,
        owners: &BTreeSet<&Owner>,
        accounts: &BTreeSet<Account>,
        expires: impl Fn(&Asset) -> bool,
    ) -> State {
        let remembered = self.owners();
        let mut state = State::default();
        let mut missing: BTreeSet<&Owner> = BTreeSet::new();
        for account in accounts {
            let owner = remembered.get(&account.owner);
            let kept = owner
                .filter(|owner| owner.is_trusted)
                .and_then(|owner| owner.assets.get(&account.asset))
                .filter(|kept| kept.lots.is_some() || !expires(&account.asset));
            let Some(kept) = kept else {
                missing.insert(&account.owner);
                continue;
            };
            state.balances.insert(account.clone(), kept.balance.clone());
            if let Some(lots) = &kept.lots {
                state.lots.insert(account.clone(), lots.clone());
            }
        }
        for owner in owners.iter().filter(|owner| !missing.contains(*owner)) {
            if let Some(known) = remembered.get(*owner).filter(|known| known.is_trusted) {
                state.heads.insert((*owner).clone(), known.head.clone());
            }
        }
        state
            .balances
            .retain(|account, _| !missing.contains(&account.owner));
        state
            .lots
            .retain(|account, _| !missing.contains(&account.owner));
        state
    }

    pub(super) fn owner_ids<'a>(&self, owners: impl Iterator<Item = &'a Owner>) -> Vec<Option<Id>> {
        let known = self.owners();
        owners
            .map(|owner| known.get(owner).map(|owner| owner.head.id))
            .collect()
    }

    pub(super) fn account_ids<'a>(
        &self,
        accounts: impl Iterator<Item = &'a Account>,
    ) -> Vec<Option<Id>> {
        let known = self.owners();
        let id = |account: &Account| {
            let kept = known.get(&account.owner)?.assets.get(&account.asset)?;
            Some(kept.balance.id)
        };
        accounts.map(id).collect()
    }

    /// Learns what was committed: the state that a batch left.
    pub(super) fn learn(&self, state: State) {
        let mut owners = self.owners();
        if owners.len() > OWNERS_MAX {
            owners.clear();
        }
        let State {
            heads,
            balances,
            mut lots,
        } = state;
        let mut newest: BTreeSet<Owner> = BTreeSet::new();
        for (owner, mut head) in heads {
            let before = head.stored.replace(head.seq);
            match owners.get_mut(&owner) {
                // Somebody learned something newer in the meantime.
                Some(known) if known.is_trusted && known.head.seq > head.seq => continue,
                Some(known) => {
                    let follows = known.is_trusted && Some(known.head.seq) == before;
                    if !follows {
                        known.assets.clear();
                    }
                    known.head = head;
                    known.is_trusted = true;
                }
                None => {
                    let known = Remembered {
                        head,
                        assets: HashMap::new(),
                        is_trusted: true,
                    };
                    owners.insert(owner.clone(), known);
                }
            }
            newest.insert(owner);
        }
        for (account, mut balance) in balances {
            if !newest.contains(&account.owner) {
                continue;
            }
            balance.stored = Some(balance.value);
            let kept = Kept {
                balance,
                lots: lots.remove(&account),
            };
            if let Some(known) = owners.get_mut(&account.owner) {
                known.assets.insert(account.asset, kept);
            }
        }
    }

    /// Trusts nothing about some owners, whom somebody else is about to change. Their ids stay.
    pub(super) fn distrust<'a>(&self, owners: impl Iterator<Item = &'a Owner>) {
        let mut known = self.owners();
        for owner in owners {
            if let Some(owner) = known.get_mut(owner) {
                owner.is_trusted = false;
            }
        }
    }

    /// Something was not as it was remembered, or not where it was thought to be.
    pub(super) fn forget<'a>(&self, owners: impl Iterator<Item = &'a Owner>) {
        let mut known = self.owners();
        for owner in owners {
            known.remove(owner);
        }
    }

    /// Looks at everything for a while.
    pub(super) fn doubt(&self) {
        let next = self.next_doubt.load(Ordering::Relaxed).max(DOUBT_MIN);
        self.doubt.store(next, Ordering::Relaxed);
        self.next_doubt
            .store((next * 2).min(DOUBT_MAX), Ordering::Relaxed);
    }

    /// What was remembered was right.
    pub(super) fn was_right(&self) {
        let less = |doubt: u32| (doubt > DOUBT_MIN).then(|| doubt - 1);
        let _ = self
            .next_doubt
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}
