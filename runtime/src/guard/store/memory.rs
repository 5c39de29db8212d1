//! In this process.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Granted, Store};
use crate::error::AppResult;
use crate::guard::rule::{Admission, Cell, Rule, micros};

const MINUTE_US: i64 = 60_000_000;
/// From so many entries on, those that are over are cleared away now and then.
const SWEEP_FROM: usize = 4_096;

/// What guards of one process know.
#[derive(Debug)]
pub(in crate::guard) struct MemoryStore {
    began: Instant,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    cells: HashMap<String, Cell>,
    /// Owner and end, by name.
    locks: HashMap<String, (String, i64)>,
    visitors: HashMap<String, Visitors>,
    sweep_at: usize,
}

#[derive(Debug, Default)]
struct Visitors {
    minute: i64,
    now: HashSet<String>,
    next: HashSet<String>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            known: Mutex::default(),
        }
    }
}

impl MemoryStore {
    fn now_us(&self) -> i64 {
        micros(self.began.elapsed())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Clears away what is over, when it has become much since the last time.
    fn sweep(&mut self, now_us: i64) {
        let entries = self.cells.len() + self.locks.len() + self.visitors.len();
        if entries < self.sweep_at.max(SWEEP_FROM) {
            return;
        }
        self.cells.retain(|_, cell| cell.until_us > now_us);
        self.locks.retain(|_, (_, until_us)| *until_us > now_us);
        let minute = now_us / MINUTE_US;
        self.visitors.retain(|_, known| known.minute + 1 >= minute);
        let left = self.cells.len() + self.locks.len() + self.visitors.len();
        self.sweep_at = left * 2;
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn decide(&self, key: &str, rule: &Rule) -> AppResult<Admission> {
        let now_us = self.now_us();
        let mut known = self.known();
        known.sweep(now_us);
        let (cell, admission) = rule.step(known.cells.get(key).copied(), now_us);
        match known.cells.get_mut(key) {
            Some(old) => *old = cell,
            None => drop(known.cells.insert(key.to_owned(), cell)),
        }
        Ok(admission)
    }

    async fn forget(&self, key: &str) -> AppResult<()> {
        self.known().cells.remove(key);
        Ok(())
    }

    async fn admit(&self, scope: &str, visitor: &str, limit: u32) -> AppResult<Admission> {
        let now_us = self.now_us();
        let minute = now_us / MINUTE_US;
        let mut known = self.known();
        known.sweep(now_us);
        let of_scope = known.visitors.entry(scope.to_owned()).or_default();
        if of_scope.minute != minute {
            let follows = of_scope.minute + 1 == minute;
            let next = std::mem::take(&mut of_scope.next);
            of_scope.now = if follows { next } else { HashSet::new() };
            of_scope.minute = minute;
        }
        let is_known = of_scope.now.contains(visitor);
        if !is_known && of_scope.now.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            return Ok(Admission::refused_us((minute + 1) * MINUTE_US - now_us));
        }
        of_scope.now.insert(visitor.to_owned());
        of_scope.next.insert(visitor.to_owned());
        Ok(Admission::Admitted)
    }

    async fn acquire(
        &self,
        name: &str,
        owner: &str,
        lease: Duration,
    ) -> AppResult<Option<Granted>> {
        let now_us = self.now_us();
        let mut known = self.known();
        known.sweep(now_us);
        let held = known.locks.get(name);
        if held.is_some_and(|(holder, until_us)| holder != owner && *until_us > now_us) {
            return Ok(None);
        }
        let entry = (owner.to_owned(), now_us + micros(lease));
        known.locks.insert(name.to_owned(), entry);
        Ok(Some(Granted { fencing: None }))
    }

    async fn renew(&self, name: &str, owner: &str, lease: Duration) -> AppResult<bool> {
        let now_us = self.now_us();
        let mut known = self.known();
        let held = known.locks.get_mut(name);
        let held = held.filter(|(holder, until_us)| holder == owner && *until_us > now_us);
        let is_ours = held.map(|(_, until_us)| *until_us = now_us + micros(lease));
        Ok(is_ours.is_some())
    }

    async fn release(&self, name: &str, owner: &str) -> AppResult<bool> {
        let now_us = self.now_us();
        let mut known = self.known();
        let held = known.locks.get(name);
        if held.is_none_or(|(holder, _)| holder != owner) {
            return Ok(false);
        }
        let released = known.locks.remove(name);
        Ok(released.is_some_and(|(_, until_us)| until_us > now_us))
    }
}
