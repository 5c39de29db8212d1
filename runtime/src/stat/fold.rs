//! What a batch of events comes to; pure.

use std::collections::{BTreeMap, HashSet};

use chrono::FixedOffset;

use super::calendar::Hour;
use super::event::Stored;
use super::metric::Repeat;
use super::value::Sum;

/// A figure of an hour.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ReportKey<'e> {
    pub(super) act_id: i64,
    pub(super) app_id: &'e str,
    pub(super) hour: Hour,
    pub(super) module_id: i64,
    pub(super) object_id: &'e str,
    pub(super) name: &'e str,
}

/// A player's figure of a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct UserKey<'e> {
    pub(super) user_id: i64,
    pub(super) app_id: &'e str,
    pub(super) act_id: i64,
    pub(super) day: i32,
    pub(super) module_id: i64,
    pub(super) object_id: &'e str,
    pub(super) name: &'e str,
}

/// What is added to a figure, and the id of a new row: that of the first event in it, which is in
/// no other figure of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) id: i64,
    pub(super) sum: Sum,
}

/// A row of the log.
#[derive(Clone, Debug)]
pub(super) struct Logged<'e> {
    pub(super) event: &'e Stored,
    pub(super) digest: String,
    pub(super) day: i32,
}

/// An event with the day and the digest that it has.
#[derive(Clone, Debug)]
pub(super) struct Dated<'e> {
    pub(super) event: &'e Stored,
    pub(super) hour: Hour,
    pub(super) digest: Option<String>,
}

/// Looks at events that are not known to be counted: of each key the first one.
pub(super) fn dated<'e>(
    events: &'e [Stored],
    counted: &HashSet<String>,
    offset: FixedOffset,
) -> Vec<Dated<'e>> {
    let mut seen: HashSet<&str> = HashSet::with_capacity(events.len());
    // What counts a player once needs no key: the log knows.
    let fresh = events.iter().filter(|event| {
        event.repeat() != Repeat::All || (!counted.contains(&event.key) && seen.insert(&event.key))
    });
    let dated = fresh.map(|event| {
        let hour = Hour::of(event.at_ms, offset);
        let digest = event.digest(hour.day);
        Dated {
            event,
            hour,
            digest,
        }
    });
    dated.collect()
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Folded<'e> {
    pub(super) log: Vec<Logged<'e>>,
    pub(super) users: BTreeMap<UserKey<'e>, Cell>,
    pub(super) reports: BTreeMap<ReportKey<'e>, Cell>,
}

/// Adds events up, in their order: of those that count a player once, the first.
pub(super) fn fold<'e>(events: Vec<Dated<'e>>, logged: &HashSet<String>) -> Folded<'e> {
    let mut folded = Folded::default();
    let mut now: HashSet<String> = HashSet::new();
    for Dated {
        event,
        hour,
        digest,
    } in events
    {
        if let Some(digest) = digest {
            let is_known = logged.contains(&digest) || !now.insert(digest.clone());
            if is_known && event.repeat() != Repeat::All {
                continue;
            }
            if !is_known {
                folded.log.push(Logged {
                    event,
                    digest,
                    day: hour.day,
                });
            }
        }
        let key = ReportKey {
            act_id: event.act_id,
            app_id: &event.app_id,
            hour,
            module_id: event.module_id,
            object_id: &event.object_id,
            name: &event.name,
        };
        add(folded.reports.entry(key).or_insert(cell(event)), event);
        if event.is_user {
            let key = UserKey {
                user_id: event.user_id,
                app_id: &event.app_id,
                act_id: event.act_id,
                day: hour.day,
                module_id: event.module_id,
                object_id: &event.object_id,
                name: &event.name,
            };
            add(folded.users.entry(key).or_insert(cell(event)), event);
        }
    }
    folded
}

fn cell(event: &Stored) -> Cell {
    Cell {
        id: event.id,
        sum: Sum::default(),
    }
}

fn add(cell: &mut Cell, event: &Stored) {
    cell.sum.add(event.amount());
}
