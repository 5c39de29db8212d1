//! What each number stands for: the same in each run.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use cloudapp_runtime::job::NewJob;

use super::work;

pub(super) const PRODUCERS: usize = 4;
/// Jobs of one transaction.
pub(super) const GROUP: usize = 10;
/// Of the transactions.
const GHOSTS_PERCENT: u64 = 10;
/// Lanes of each producer.
const LANES: u64 = 4;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Its effect is made alone: at least once.
    Plain,
    /// Its effect is committed with its end: once.
    Settling,
    /// The same, after all that were added to its lane before.
    Lane,
    /// Added twice with one key.
    Unique,
    /// It fails each time.
    Poison,
}

impl Kind {
    pub(super) fn settles(self) -> bool {
        matches!(self, Self::Settling | Self::Lane | Self::Unique)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) lane: Option<String>,
    /// How many are before it in its lane.
    pub(super) place: i64,
}

/// A number that looks random and is the same in each run.
fn scatter(number: usize, salt: u64) -> u64 {
    let mut hash = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (salt << 7);
    for _ in 0..3 {
        hash = (hash ^ (hash >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    hash ^ (hash >> 29)
}

/// Whether the transaction that begins with this number is rolled back.
pub(super) fn is_ghost(first: usize) -> bool {
    scatter(first, 1) % 100 < GHOSTS_PERCENT
}

/// The transactions of a producer.
pub(super) fn groups_of(jobs: usize, producer: usize) -> impl Iterator<Item = Range<usize>> {
    let groups = (0..jobs.div_ceil(GROUP)).skip(producer).step_by(PRODUCERS);
    groups.map(move |group| group * GROUP..((group + 1) * GROUP).min(jobs))
}

impl Plan {
    /// `places` counts the jobs of each lane.
    pub(super) fn of(number: usize, producer: usize, places: &mut BTreeMap<String, i64>) -> Self {
        let kind = match scatter(number, 2) % 100 {
            0 => Kind::Poison,
            1..6 => Kind::Unique,
            6..26 => Kind::Lane,
            26..60 => Kind::Settling,
            _ => Kind::Plain,
        };
        if kind != Kind::Lane {
            return Self {
                kind,
                lane: None,
                place: 0,
            };
        }
        let lane = format!("{producer}-{}", scatter(number, 3) % LANES);
        let place = places.entry(lane.clone()).or_default();
        *place += 1;
        Self {
            kind,
            place: *place - 1,
            lane: Some(lane),
        }
    }

    /// What is added for it.
    pub(super) fn jobs(&self, number: usize) -> Vec<NewJob> {
        let mut job = NewJob::of(&work(number, self)).unwrap();
        if let Some(lane) = &self.lane {
            job = job.lane(lane.as_str());
        }
        match self.kind {
            Kind::Unique => {
                let job = job.unique(format!("number {number}"));
                vec![job.clone(), job]
            }
            Kind::Poison => vec![job.attempts(3)],
            Kind::Plain if scatter(number, 4).is_multiple_of(10) => {
                vec![job.delay(Duration::from_millis(scatter(number, 5) % 500))]
            }
            _ => vec![job],
        }
    }
}
