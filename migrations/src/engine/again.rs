//! The statements of an applied migration as they would be today: those on a sharded table are on
//! the physical tables that it has now.

use std::collections::BTreeMap;
use std::ops::Range;

use sea_orm::DbBackend;

use super::action::{Action, Part, Stored};
use super::history::Row;
use super::shards::Shards;
use super::undoing::undoing;

/// Expands the statements of an applied migration again. Tables that are no longer known keep the
/// statements that were run.
pub(crate) fn expand_again(
    row: &mut Row,
    shards: &Shards,
    backend: DbBackend,
) -> Result<(), String> {
    let sharded = |stored: &Stored| known(stored, shards, backend).is_some();
    if !row.up.iter().chain(row.down.iter().flatten()).any(sharded) {
        return Ok(());
    }
    let mut up = Vec::new();
    let mut moved = Vec::new();
    for block in blocks(&row.up, |part| (part.step, part.item)) {
        let start = up.len();
        match block
            .first()
            .and_then(|stored| known(stored, shards, backend))
        {
            Some(part) => up.extend(
                expand(part, shards, backend)?
                    .iter()
                    .map(|a| a.stored(None)),
            ),
            None => up.extend_from_slice(block),
        }
        moved.extend(std::iter::repeat_n(start..up.len(), block.len()));
    }
    if let Some(down) = &mut row.down {
        *down = expand_down(down, &up, &moved, shards, backend)?;
    }
    row.step = up.len();
    row.up = up;
    Ok(())
}

fn expand_down(
    down: &[Stored],
    up: &[Stored],
    moved: &[Range<usize>],
    shards: &Shards,
    backend: DbBackend,
) -> Result<Vec<Stored>, String> {
    let mut again = Vec::new();
    let to = |undoes: usize| moved.get(undoes.saturating_sub(1)).cloned();
    for block in blocks(down, |part| (part.step, 0)) {
        let first = block.first();
        let undone = first.and_then(|stored| stored.undoes).and_then(to);
        if first
            .and_then(|stored| known(stored, shards, backend))
            .is_none()
        {
            again.extend(block.iter().map(|stored| Stored {
                undoes: undone.as_ref().map(|range| range.start + 1),
                ..stored.clone()
            }));
            continue;
        }
        let items: BTreeMap<usize, &Part> = block
            .iter()
            .filter_map(|stored| stored.part.as_ref())
            .map(|part| (part.item, part))
            .collect();
        let lists = items.values().map(|part| expand(part, shards, backend));
        let lists = lists.collect::<Result<Vec<_>, String>>()?;
        match undone {
            Some(range) => {
                let first = range.start + 1;
                let steps: Vec<Action> = up
                    .get(range)
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|stored| stored.revive(std::iter::empty()))
                    .collect();
                let undo = undoing(first, &steps, lists);
                again.extend(undo.iter().map(|undo| undo.action.stored(undo.undoes)));
            }
            None => again.extend(lists.iter().flatten().map(|action| action.stored(None))),
        }
    }
    Ok(again)
}

fn expand(part: &Part, shards: &Shards, backend: DbBackend) -> Result<Vec<Action>, String> {
    let place = (part.step, part.item);
    shards.expand(&part.logical, Some(&part.table), place, backend)
}

fn known<'a>(stored: &'a Stored, shards: &Shards, backend: DbBackend) -> Option<&'a Part> {
    let part = stored.part.as_ref()?;
    shards.get(&part.table, backend).map(|_| part)
}

/// Runs of statements that come from one; others stand alone.
fn blocks(
    all: &[Stored],
    origin: impl Fn(&Part) -> (usize, usize),
) -> impl Iterator<Item = &[Stored]> {
    all.chunk_by(move |a, b| match (&a.part, &b.part) {
        (Some(a), Some(b)) => a.table == b.table && origin(a) == origin(b),
        _ => false,
    })
}
