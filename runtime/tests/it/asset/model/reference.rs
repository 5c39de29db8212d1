//! What the ledger does, in plain maps. Owners and kinds are numbers, days count from 1970.

use std::collections::BTreeMap;

use cloudapp_runtime::asset::Asset;

/// What has no end.
const FOR_EVER: i64 = i64::MAX;

/// A kind of asset, with its object.
pub(super) struct Kind {
    pub(super) number: i32,
    pub(super) object: &'static str,
    pub(super) limit: Option<i64>,
    pub(super) days: Option<i64>,
}

const fn kind(number: i32, limit: Option<i64>, days: Option<i64>) -> Kind {
    Kind {
        number,
        object: if number == Asset::PRICE_GEAR {
            "gear"
        } else {
            ""
        },
        limit,
        days,
    }
}

pub(super) const KINDS: [Kind; 5] = [
    kind(Asset::POINTS, None, None),
    kind(Asset::PRICE_GEAR, None, None),
    kind(101, Some(100), None),
    kind(102, None, Some(0)),
    kind(103, Some(150), Some(2)),
];

/// Part of an operation: owner and kind by their numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ask {
    pub(super) owner: usize,
    pub(super) kind: usize,
    pub(super) delta: i64,
}

/// An operation with its key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
    pub(super) key: usize,
    pub(super) title: u8,
    pub(super) asks: Vec<Ask>,
}

/// A row of a journal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) kind: usize,
    pub(super) delta: i64,
    pub(super) before: i64,
    pub(super) after: i64,
    pub(super) seq: usize,
}

#[derive(Clone, Default)]
pub(super) struct Model {
    /// By owner and kind: what there is, by the last day on which it is good.
    lots: BTreeMap<(usize, usize), BTreeMap<i64, i64>>,
    pub(super) journals: BTreeMap<usize, Vec<Row>>,
    pub(super) done: BTreeMap<(usize, usize), (Wish, Vec<Row>)>,
}

impl Model {
    /// The rows of an operation, and whether they are from earlier.
    pub(super) fn apply(
        &mut self,
        wish: &Wish,
        today: i64,
        is_expiring: bool,
    ) -> Result<(Vec<Row>, bool), &'static str> {
        let is_wrong = |delta: i64| delta == 0 || delta.unsigned_abs() >= 1 << 53;
        if wish.asks.iter().any(|ask| is_wrong(ask.delta)) {
            return Err("param_error");
        }
        let name = (wish.asks[0].owner, wish.key);
        match self.done.get(&name) {
            Some((same, rows)) if same == wish => return Ok((rows.clone(), true)),
            Some(_) => return Err("idempotency_conflict"),
            None => {}
        }
        let mut next = self.clone();
        let mut rows = Vec::new();
        for ask in &wish.asks {
            let account = (ask.owner, ask.kind);
            next.expire(account, today);
            let after = next.value(account, today) + ask.delta;
            if after < 0 {
                return Err("no_enough");
            }
            let kind = &KINDS[ask.kind];
            if ask.delta > 0 && after > kind.limit.unwrap_or((1 << 31) - 1) {
                return Err("over_limit");
            }
            let days = kind.days.filter(|_| is_expiring);
            let until = days.map_or(FOR_EVER, |days| today + days);
            rows.push(next.write(account, ask.delta, until));
        }
        next.done.insert(name, (wish.clone(), rows.clone()));
        *self = next;
        Ok((rows, false))
    }

    pub(super) fn value(&self, account: (usize, usize), today: i64) -> i64 {
        let lots = self.lots.get(&account).into_iter().flatten();
        lots.filter(|(until, _)| **until >= today)
            .map(|(_, left)| left)
            .sum()
    }

    /// A row for each day whose gains are over. Answers how much that was.
    pub(super) fn expire(&mut self, account: (usize, usize), today: i64) -> i64 {
        let lots = self.lots.entry(account).or_default();
        let due: Vec<i64> = lots.range(..today).map(|(_, left)| *left).collect();
        for left in &due {
            self.write(account, -left, FOR_EVER);
        }
        due.iter().sum()
    }

    /// A row, and what it does: a spending takes first what ends first.
    fn write(&mut self, account: (usize, usize), delta: i64, until: i64) -> Row {
        let lots = self.lots.entry(account).or_default();
        let before: i64 = lots.values().sum();
        if delta > 0 {
            *lots.entry(until).or_default() += delta;
        }
        let mut left = (-delta).max(0);
        for lot in lots.values_mut() {
            let taken = left.min(*lot);
            *lot -= taken;
            left -= taken;
        }
        lots.retain(|_, lot| *lot > 0);
        let journal = self.journals.entry(account.0).or_default();
        journal.push(Row {
            kind: account.1,
            delta,
            before,
            after: before + delta,
            seq: journal.len() + 1,
        });
        journal[journal.len() - 1].clone()
    }
}
