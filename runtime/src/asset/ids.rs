//! The ids of owners and balances that were seen before. They never change, so that rows are found
//! by their primary keys; the other processes of an app need not be told of anything.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::book::State;
use super::owner::{Account, Owner};
use crate::types::Id;

/// Most entries of a kind. Beyond that all are forgotten, which costs one more condition each.
const ENTRIES_MAX: usize = 200_000;

#[derive(Debug, Default)]
pub(super) struct Ids {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    owners: HashMap<Owner, Id>,
    accounts: HashMap<Account, Id>,
}

impl Ids {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn owners<'a>(&self, owners: impl Iterator<Item = &'a Owner>) -> Vec<Option<Id>> {
        let known = self.known();
        owners
            .map(|owner| known.owners.get(owner).copied())
            .collect()
    }

    pub(super) fn accounts<'a>(
        &self,
        accounts: impl Iterator<Item = &'a Account>,
    ) -> Vec<Option<Id>> {
        let known = self.known();
        let ids = accounts.map(|account| known.accounts.get(account).copied());
        ids.collect()
    }

    /// Learns from what was committed.
    pub(super) fn learn(&self, state: &State) {
        let mut known = self.known();
        if known.owners.len() > ENTRIES_MAX {
            known.owners.clear();
        }
        if known.accounts.len() > ENTRIES_MAX {
            known.accounts.clear();
        }
        for (owner, head) in &state.heads {
            if known.owners.get(owner) != Some(&head.id) {
                known.owners.insert(owner.clone(), head.id);
            }
        }
        for (account, balance) in &state.balances {
            if known.accounts.get(account) != Some(&balance.id) {
                known.accounts.insert(account.clone(), balance.id);
            }
        }
    }

    /// Forgets all: something was not where it was thought to be.
    pub(super) fn forget(&self) {
        *self.known() = Known::default();
    }
}
