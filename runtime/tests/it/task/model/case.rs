//! Random tasks, and random events for them.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, TimeZone as _, Utc};
use cloudapp_runtime::task::model::Period;
use serde_json::{Value, json};

use super::reference::{How, Once, Setting};
use crate::task::world::Chance;

const USERS: u64 = 4;

/// A task with the setting that the model takes for it.
pub(super) struct Case {
    pub(super) task_type: i32,
    pub(super) period: Period,
    pub(super) config: Value,
    pub(super) starts_at: Option<DateTime<Utc>>,
    pub(super) zone: FixedOffset,
    pub(super) setting: Setting,
}

/// A random task.
pub(super) fn case(chance: &mut Chance, is_shanghai: bool) -> Case {
    const TYPES: [i32; 15] = [1, 2, 3, 4, 8, 9, 13, 14, 15, 18, 20, 21, 24, 26, 16];
    let task_type = TYPES[chance.below(TYPES.len() as u64) as usize];
    let hours = if is_shanghai { 8 } else { 0 };
    let how = match task_type {
        1 | 2 | 16 => How::Rounds(true),
        3 | 13 => How::Days,
        18 => How::Row(chance.below(2) == 0),
        21 | 26 => How::Tiers,
        _ => How::Rounds(chance.below(4) == 0),
    };
    let period = Period::ALL[chance.below(5) as usize];
    let period = match (task_type, how, period) {
        (3, ..) => Period::Week,
        (_, How::Days | How::Row(_), Period::Day) => Period::Permanent,
        _ => period,
    };
    let mut setting = Setting {
        how,
        period: period.number(),
        zone_ms: i64::from(hours) * 3_600_000,
        need: 1 + chance.below(4) as i64,
        limit: 1 + chance.below(4) as i64,
        values: BTreeMap::from([(0, 1 + chance.below(9) as i64)]),
        once: match task_type {
            9 => Once::UserAndDay,
            4 => Once::All,
            _ => Once::User,
        },
        is_fact: matches!(task_type, 20 | 21 | 24 | 26),
    };
    let mut config = match how {
        How::Rounds(_) => rounds(task_type, &mut setting),
        How::Tiers => tiers(task_type, &mut setting),
        How::Days | How::Row(_) => days(task_type, &mut setting, chance),
    };
    if task_type == 18 {
        config["is_repeat"] = json!(how == How::Row(true));
    }
    let start = Utc.timestamp_opt(1_700_000_000, 0).unwrap();
    Case {
        task_type,
        period,
        config,
        starts_at: (period == Period::Activity).then_some(start),
        zone: FixedOffset::east_opt(hours * 3600).unwrap(),
        setting,
    }
}

fn rounds(task_type: i32, setting: &mut Setting) -> Value {
    let mut config = json!({ "reward_value": setting.values[&0], "limit_num": setting.limit });
    let at_once = setting.how == How::Rounds(true);
    match task_type {
        1 => setting.need = 1,
        2 => {
            (setting.need, setting.limit) = (1, 1);
            config = json!({ "reward_value": setting.values[&0] });
        }
        16 => {
            setting.need = 1;
            config["secret_code"] = json!("open sesame");
        }
        20 => {
            config["satisfy_num"] = json!(format!("{}.50", setting.need));
            config["auto_claim"] = json!(at_once);
            setting.need = setting.need * 100 + 50;
        }
        _ => {
            config["satisfy_num"] = json!(setting.need);
            config["auto_claim"] = json!(at_once);
        }
    }
    if task_type == 9 {
        config["daily_repeat_browse"] = json!(1);
    }
    config
}

fn tiers(task_type: i32, setting: &mut Setting) -> Value {
    let value = setting.values[&0];
    let mut gears = Vec::new();
    for gear in 1..=3 {
        let need = gear * 3;
        let id = if task_type == 21 { need * 100 } else { need };
        setting.values.insert(id, value + gear);
        gears.push(json!({ "id": id, "gear": need, "reward_value": value + gear }));
    }
    json!({ "gear_list": gears })
}

/// Some days give nothing.
fn days(task_type: i32, setting: &mut Setting, chance: &mut Chance) -> Value {
    let value = setting.values[&0];
    setting.values.clear();
    let last = match task_type {
        3 => 7,
        _ => 2 + chance.below(11) as i64,
    };
    let mut days = Vec::new();
    for day in (1..=last).filter(|day| *day == last || day % 3 != 2) {
        setting.values.insert(day, value + day);
        days.push(json!({ "day": day, "reward_value": value + day }));
    }
    json!({ "day_list": days })
}

/// What is done next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) at: i64,
    pub(super) user: i64,
    /// `None`: a claim of this part.
    pub(super) object: Option<i64>,
    pub(super) amount: i64,
    pub(super) part: i64,
}

/// Borders: ends of years, of months, of weeks, and changes to summer time elsewhere.
const BORDERS: [&str; 10] = [
    "2026-12-31T16:00:00Z",
    "2027-01-01T00:00:00Z",
    "2026-11-29T16:00:00Z",
    "2026-11-30T00:00:00Z",
    "2026-11-30T16:00:00Z",
    "2027-01-03T16:00:00Z",
    "2027-03-14T10:00:00Z",
    "2027-03-28T01:00:00Z",
    "2028-02-28T16:00:00Z",
    "2028-02-29T16:00:00Z",
];

pub(super) struct Clock(pub(super) i64);

impl Clock {
    pub(super) fn new() -> Self {
        Self(1_795_000_000_000)
    }

    pub(super) fn advance(&mut self, chance: &mut Chance) {
        const DAY: i64 = 24 * 3_600_000;
        let midnight = (self.0 + 8 * 3_600_000).div_euclid(DAY) * DAY - 8 * 3_600_000;
        self.0 = match chance.below(40) {
            0..=20 => self.0,
            21..=27 => self.0 + chance.below(8 * 3_600_000) as i64,
            28..=31 => midnight + DAY,
            32 => midnight + DAY - 1,
            33..=35 => self.0 + DAY,
            36 => self.0 + 2 * DAY,
            37 => self.0 + chance.below(40) as i64 * DAY,
            38 => {
                let border = BORDERS[chance.below(BORDERS.len() as u64) as usize];
                let border = border.parse::<DateTime<Utc>>().unwrap().timestamp_millis();
                border.max(self.0) - chance.below(2) as i64
            }
            _ => self.0,
        };
    }
}

pub(super) fn event(case: &Case, chance: &mut Chance, clock: &Clock) -> Event {
    let part = match case.setting.how {
        How::Tiers => {
            let parts: Vec<_> = case.setting.values.keys().filter(|key| **key > 0).collect();
            *parts[chance.below(parts.len() as u64) as usize]
        }
        _ => 0,
    };
    let claims = case.setting.how == How::Tiers || case.setting.how == How::Rounds(false);
    // Objects come again: that is a duplicate.
    let object = match case.task_type {
        1 | 2 | 3 | 13 | 16 | 18 => i64::try_from(chance.next() >> 8).unwrap(),
        _ => chance.below(400) as i64,
    };
    Event {
        // Some come late.
        at: clock.0
            - if chance.below(10) == 0 {
                chance.below(172_800_000) as i64
            } else {
                0
            },
        user: 1 + chance.below(USERS) as i64,
        object: (!claims || chance.below(3) > 0).then_some(object),
        amount: if case.task_type > 19 && case.task_type < 24 {
            1 + chance.below(500) as i64
        } else {
            1
        },
        part,
    }
}
