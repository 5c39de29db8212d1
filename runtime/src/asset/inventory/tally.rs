//! What a day made of one balance. Pure: no database.

use crate::asset::entity::{inventory, journal};
use crate::asset::owner::Account;
use crate::types::{DateTime, Id, Utc};

/// The figures of one balance on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) account: Account,
    pub(super) opening: i64,
    pub(super) inc: i64,
    pub(super) dec: i64,
    pub(super) closing: i64,
    pub(super) count: i64,
    /// Number of its last row.
    pub(super) last_seq: i64,
}

impl Tally {
    /// Begins with the first row of the day.
    pub(super) fn new(account: Account, first: &journal::Model) -> Self {
        Self {
            account,
            opening: first.history_value,
            inc: 0,
            dec: 0,
            closing: first.history_value,
            count: 0,
            last_seq: first.seq,
        }
    }

    /// The next row of the day.
    pub(super) fn add(&mut self, row: &journal::Model) {
        if row.operate_value < 0 {
            self.dec = self.dec.saturating_add(row.operate_value);
        } else {
            self.inc = self.inc.saturating_add(row.operate_value);
        }
        self.closing = row.now_value;
        self.count += 1;
        self.last_seq = row.seq;
    }

    /// What the closing should be.
    pub(super) fn sum(&self) -> i128 {
        i128::from(self.opening) + i128::from(self.inc) + i128::from(self.dec)
    }

    pub(super) fn row(&self, id: Id, day: i32, at: DateTime<Utc>) -> inventory::Model {
        let Account { owner, asset } = &self.account;
        inventory::Model {
            id,
            app_id: owner.app_id.clone(),
            act_id: owner.act_id,
            user_id: owner.user_id,
            asset_type: asset.asset_type,
            asset_object_id: asset.object_id.clone(),
            create_day: day,
            history_value: self.opening,
            inc_value: self.inc,
            dec_value: self.dec,
            now_value: self.closing,
            process_count: self.count,
            created_at: at,
        }
    }
}
