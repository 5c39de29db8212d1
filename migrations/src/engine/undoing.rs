//! What undoes a step, in which order: table by table where the step is on a sharded one.

use super::action::{Action, Undo};

/// What undoes step number `first` and those after it, of which there is one for each of `up`.
/// `undo` is what undoes them all, a list for each statement of the author. Undone are the physical
/// tables backwards, each by the statements on it; what is not about the same sharded table is run
/// once, before or after.
pub(crate) fn undoing(first: usize, up: &[Action], undo: Vec<Vec<Action>>) -> Vec<Undo> {
    let at = |step: usize, action: &Action| Undo {
        action: action.clone(),
        undoes: Some(step),
    };
    let Some(table) = up.first().and_then(table_of) else {
        return undo
            .iter()
            .flatten()
            .map(|action| at(first, action))
            .collect();
    };
    let same = |list: &Vec<Action>| list.first().and_then(table_of) == Some(table);
    let begin = undo.iter().position(same).unwrap_or(0);
    let end = undo.iter().rposition(same).map_or(0, |last| last + 1);
    let last = first + up.len().saturating_sub(1);
    let mut before: Vec<Undo> = Vec::new();
    let mut middle: Vec<Undo> = Vec::new();
    let mut after: Vec<Undo> = Vec::new();
    for list in &undo[..begin] {
        before.extend(list.iter().map(|action| at(last, action)));
    }
    let numbers: Vec<Option<u16>> = up.iter().map(number_of).collect();
    let (on_it, beside): (Vec<_>, Vec<_>) = undo[begin..end].iter().partition(|list| same(list));
    for list in &on_it {
        // A layout row that the step itself did not touch comes first, or goes last.
        let rest = |action: &&Action| !numbers.contains(&number_of(action));
        for action in list.iter().filter(rest) {
            if list.first().map(number_of) == Some(number_of(action)) {
                before.push(at(last, action));
            } else {
                after.push(at(first, action));
            }
        }
    }
    for (index, number) in numbers.iter().enumerate().rev() {
        for list in &on_it {
            let of_it = list.iter().filter(|action| number_of(action) == *number);
            middle.extend(of_it.map(|action| at(first + index, action)));
        }
    }
    for list in beside.into_iter().chain(&undo[end..]) {
        after.extend(list.iter().map(|action| at(first, action)));
    }
    [before, middle, after].concat()
}

fn table_of(action: &Action) -> Option<&str> {
    action.part().map(|part| part.table.as_str())
}

fn number_of(action: &Action) -> Option<u16> {
    action.part().and_then(|part| part.number)
}
