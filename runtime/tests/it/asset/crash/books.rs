//! The tables, read past the ledger, against what the clients were told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cloudapp_runtime::app::Context;
use sea_orm::{ConnectionTrait as _, QueryResult, Statement};

use super::app::SHARDS;
use super::{Answer, delta_of, only_id_of, user_of};

/// A row of the journal.
struct Row {
    id: i64,
    user: i64,
    only_id: String,
    delta: i64,
    before: i64,
    after: i64,
    seq: i64,
}

/// How many things are wrong, by kind.
#[derive(Debug, Default)]
pub(super) struct Findings {
    rows: usize,
    lost: BTreeSet<String>,
    doubled: BTreeSet<String>,
    /// Rows that nobody asked for, or of changes that were refused.
    unasked: BTreeSet<String>,
    /// Rows that are not as it was answered.
    different: BTreeSet<String>,
    /// Journals with a gap, or whose figures do not go on from row to row.
    broken: BTreeSet<i64>,
    /// Balances that are not the sum of their journal, or negative.
    unbalanced: BTreeSet<i64>,
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} rows: {} lost, {} doubled, {} unasked, {} different, {} journals broken, {} \
             balances wrong",
            self.rows,
            self.lost.len(),
            self.doubled.len(),
            self.unasked.len(),
            self.different.len(),
            self.broken.len(),
            self.unbalanced.len()
        )
    }
}

impl Findings {
    #[track_caller]
    pub(super) fn must_be_none(&self) {
        let texts = [&self.lost, &self.doubled, &self.unasked, &self.different];
        let owners = [&self.broken, &self.unbalanced];
        let is_good = texts.iter().all(|some| some.is_empty());
        assert!(
            is_good && owners.iter().all(|some| some.is_empty()),
            "{self:#?}"
        );
    }
}

/// Rows of all physical tables of a logical one.
async fn all(ctx: &Context, columns: &str, table: &str) -> Vec<QueryResult> {
    let db = ctx.db();
    let mut rows = Vec::new();
    for number in 0..SHARDS {
        let sql = format!("SELECT {columns} FROM {table}_{number}_tb");
        let statement = Statement::from_string(db.get_database_backend(), sql);
        rows.extend(db.query_all_raw(statement).await.unwrap());
    }
    rows
}

fn number(row: &QueryResult, index: usize) -> i64 {
    row.try_get_by_index(index).unwrap()
}

/// By owner, in the order of their numbers.
async fn journals(ctx: &Context) -> BTreeMap<i64, Vec<Row>> {
    let columns = "id, user_id, only_id, operate_value, history_value, now_value, seq";
    let mut journals: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    for row in all(ctx, columns, "asset_log").await {
        let row = Row {
            id: number(&row, 0),
            user: number(&row, 1),
            only_id: row.try_get_by_index(2).unwrap(),
            delta: number(&row, 3),
            before: number(&row, 4),
            after: number(&row, 5),
            seq: number(&row, 6),
        };
        journals.entry(row.user).or_default().push(row);
    }
    for journal in journals.values_mut() {
        journal.sort_unstable_by_key(|row| row.seq);
    }
    journals
}

/// Compares answers, journals and balances.
pub(super) async fn compare(ctx: &Context, answers: &BTreeMap<usize, Answer>) -> Findings {
    let journals = journals(ctx).await;
    let mut findings = Findings::default();
    let mut by_key: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in journals.values().flatten() {
        findings.rows += 1;
        by_key.entry(&row.only_id).or_default().push(row);
    }
    for (number, answer) in answers {
        let key = only_id_of(*number);
        let rows = by_key.remove(key.as_str()).unwrap_or_default();
        match answer {
            Answer::Refused(_) if rows.is_empty() => {}
            Answer::Refused(_) => drop(findings.unasked.insert(key)),
            Answer::Done { .. } if rows.is_empty() => drop(findings.lost.insert(key)),
            Answer::Done { .. } if rows.len() > 1 => drop(findings.doubled.insert(key)),
            Answer::Done { log_id, value } => {
                let row = rows[0];
                let expected = (*log_id, *value, user_of(*number), delta_of(*number));
                if (row.id, row.after, row.user, row.delta) != expected {
                    findings.different.insert(key);
                }
            }
        }
    }
    let unasked = by_key.into_keys().map(str::to_owned);
    findings.unasked.extend(unasked);
    let mut sums = BTreeMap::new();
    for (user, journal) in &journals {
        let mut sum = 0;
        for (row, seq) in journal.iter().zip(1..) {
            let is_next = row.seq == seq && row.before == sum;
            sum += row.delta;
            if !is_next || row.after != sum || sum < 0 {
                findings.broken.insert(*user);
            }
        }
        sums.insert(*user, sum);
    }
    for row in all(ctx, "user_id, asset_value", "user_asset").await {
        let (user, value) = (number(&row, 0), number(&row, 1));
        if value < 0 || sums.remove(&user) != Some(value) {
            findings.unbalanced.insert(user);
        }
    }
    findings.unbalanced.extend(sums.keys());
    findings
}

/// Every owner's head has the number and the hash of the newest row of his journal.
pub(super) async fn heads_match(ctx: &Context) {
    let mut newest: BTreeMap<i64, (i64, String)> = BTreeMap::new();
    for row in all(ctx, "user_id, seq, chain", "asset_log").await {
        let entry = (number(&row, 1), row.try_get_by_index(2).unwrap());
        let newest = newest.entry(number(&row, 0)).or_default();
        if entry.0 > newest.0 {
            *newest = entry;
        }
    }
    for row in all(ctx, "user_id, seq, chain", "asset_owner").await {
        let head = (number(&row, 1), row.try_get_by_index(2).unwrap());
        assert_eq!(newest.remove(&number(&row, 0)), Some(head));
    }
    assert!(newest.is_empty(), "journals without a head: {newest:?}");
}
