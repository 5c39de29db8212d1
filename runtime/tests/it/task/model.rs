//! Random histories: the rules against a model that keeps nothing but what happened.
//!
//! Events come twice, late, and two at a time on what both of them read before; the clock stands at
//! the borders of days, weeks, months and years, and where other zones change to summer time.
//!
//! `CLOUDAPP_TASK_SEEDS` and `CLOUDAPP_TASK_EVENTS` set the size. Full size:
//!
//! ```sh
//! CLOUDAPP_TASK_SEEDS=10000 CLOUDAPP_TASK_EVENTS=1000 tests/run.sh --release \
//!   -p cloudapp-runtime --all-features --test it -- --exact --nocapture task::model::histories
//! ```

mod databases;
mod reference;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use chrono::{DateTime, FixedOffset, TimeZone as _, Utc};
use cloudapp_runtime::task::framework_rule;
use cloudapp_runtime::task::model::{
    Count, Due, Happened, Moment, Period, Place, Progress, Refusal, Rule, act, claim, evidence_key,
    tier_sum,
};
use cloudapp_runtime::types::Id;
use serde_json::{Value, json};

use self::reference::{Answer, How, Model, Once, Setting};
use super::world::{Chance, size};

const USERS: u64 = 4;
const TASK: i64 = 7;

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
    let mut period = Period::ALL[chance.below(5) as usize];
    let (need, limit) = (1 + chance.below(4) as i64, 1 + chance.below(4) as i64);
    let value = 1 + chance.below(9) as i64;
    let mut values = BTreeMap::from([(0, value)]);
    let mut config = json!({ "reward_value": value, "limit_num": limit });
    let how = match task_type {
        1 | 2 | 16 => How::Rounds(true),
        3 | 13 => How::Days,
        18 => How::Row(chance.below(2) == 0),
        21 | 26 => How::Tiers,
        _ => How::Rounds(chance.below(4) == 0),
    };
    let (mut need, mut limit) = (need, limit);
    match (task_type, how) {
        (1 | 16, _) => need = 1,
        (2, _) => (need, limit) = (1, 1),
        (_, How::Rounds(at_once)) => {
            let per_round = if task_type == 20 {
                json!(format!("{need}.50"))
            } else {
                json!(need)
            };
            config["satisfy_num"] = per_round;
            config["auto_claim"] = json!(at_once);
        }
        (_, How::Tiers) => {
            let gears = (1..=3).map(|gear| {
                let need = gear * 3;
                let hundredths = if task_type == 21 { need * 100 } else { need };
                values.insert(hundredths, value + gear);
                json!({ "id": hundredths, "gear": need, "reward_value": value + gear })
            });
            config = json!({ "gear_list": gears.collect::<Vec<_>>() });
        }
        (_, How::Days | How::Row(_)) => {
            values.clear();
            let last = if task_type == 3 {
                7
            } else {
                2 + chance.below(11) as i64
            };
            let days = (1..=last).filter(|day| *day == last || day % 3 != 2);
            let days: Vec<_> = days
                .map(|day| {
                    values.insert(day, value + day);
                    json!({ "day": day, "reward_value": value + day })
                })
                .collect();
            config = json!({ "day_list": days, "is_repeat": how == How::Row(true) });
            period = match period {
                _ if task_type == 3 => Period::Week,
                Period::Day => Period::Permanent,
                other => other,
            };
            if task_type != 18 {
                config.as_object_mut().unwrap().remove("is_repeat");
            }
        }
    }
    match task_type {
        2 => config = json!({ "reward_value": value }),
        9 => config["daily_repeat_browse"] = json!(1),
        16 => config["secret_code"] = json!("open sesame"),
        20 => need = need * 100 + 50,
        _ => {}
    }
    let hours = if is_shanghai { 8 } else { 0 };
    Case {
        task_type,
        period,
        config,
        starts_at: (period == Period::Activity)
            .then(|| Utc.timestamp_opt(1_700_000_000, 0).unwrap()),
        zone: FixedOffset::east_opt(hours * 3600).unwrap(),
        setting: Setting {
            how,
            period: period.number(),
            zone_ms: i64::from(hours) * 3_600_000,
            need,
            limit,
            values,
            once: match task_type {
                9 => Once::OfUserAndDay,
                4 => Once::OfAll,
                _ => Once::OfUser,
            },
            is_fact: matches!(task_type, 20 | 21 | 24 | 26),
        },
    }
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

/// What the product keeps.
#[derive(Default)]
struct Kept {
    counts: BTreeMap<(i64, String), (u64, Count)>,
    days: BTreeMap<(i64, i32), i64>,
    evidence: BTreeSet<String>,
    keys: BTreeSet<(i64, String)>,
    paid: BTreeMap<(i64, String, String), i64>,
}

struct Product<'a> {
    rule: Rule,
    case: &'a Case,
    kept: Kept,
}

/// Decided on what was read: written only if that is as it was.
struct Decided {
    row: (i64, String),
    version: u64,
    count: Option<Count>,
    day: Option<(i32, i64)>,
    evidence: Option<String>,
    answer: Answer,
    due: Option<Due>,
}

fn word(refusal: Refusal) -> Answer {
    Answer::Word(match refusal {
        Refusal::Done => "done",
        Refusal::Today => "today",
        Refusal::NotReady => "not ready",
        Refusal::NoClaim | Refusal::NoPart => "never",
    })
}

fn paid(due: Option<&Due>) -> Answer {
    due.map_or(Answer::Paid(0, 0), |due| {
        Answer::Paid(due.rounds(), due.value())
    })
}

impl Product<'_> {
    fn decide(&self, event: &Event) -> Decided {
        let part = if event.object.is_none() && event.part > 0 {
            event.part.to_string()
        } else {
            String::new()
        };
        let row = (event.user, part);
        let (version, old) = self.kept.counts.get(&row).cloned().unwrap_or_default();
        let at = Utc.timestamp_millis_opt(event.at).unwrap();
        let moment = Moment::new(at, self.case.zone, self.case.starts_at).not_before(old.at);
        let mut decided = Decided {
            row,
            version,
            count: None,
            day: None,
            evidence: None,
            answer: Answer::Paid(0, 0),
            due: None,
        };
        let Some(object) = event.object else {
            let mut sum = 0;
            if let Some(part) = self.rule.part(&decided.row.1) {
                let own = self
                    .kept
                    .days
                    .iter()
                    .filter(|((user, _), _)| *user == event.user);
                let days: Vec<_> = own.map(|((_, day), amount)| (*day, *amount)).collect();
                sum = tier_sum(&self.rule, part, &days, &moment);
            }
            match claim(&self.rule, &decided.row.1, &old, sum, &moment) {
                Ok(step) => {
                    decided.answer = paid(step.due.as_ref());
                    (decided.count, decided.due) = (Some(step.count), step.due);
                }
                Err(refusal) => decided.answer = word(refusal),
            }
            return decided;
        };
        let place = Place {
            act_id: 1,
            module_id: 0,
            task_id: TASK,
            task_type: self.case.task_type,
            part: "",
        };
        let object = object.to_string();
        let happened = Happened {
            user_id: event.user,
            object: &object,
            request: Some(&object),
        };
        let key = evidence_key(&self.rule, &place, &happened, &moment).unwrap();
        if self.kept.evidence.contains(&key) {
            decided.answer = Answer::Word("known");
            return decided;
        }
        if self.rule.progress == Progress::Tiers {
            decided.day = Some((moment.day(), event.amount));
            decided.evidence = Some(key);
            return decided;
        }
        let counted = (event.amount, self.case.setting.is_fact);
        match act(&self.rule, "", &old, counted, &moment) {
            Ok(step) => {
                decided.evidence = Some(key);
                decided.answer = paid(step.due.as_ref());
                (decided.count, decided.due) = (Some(step.count), step.due);
            }
            Err(refusal) => decided.answer = word(refusal),
        }
        decided
    }

    /// Writes what was decided; `None`: somebody else was quicker.
    fn commit(&mut self, event: &Event, decided: Decided) -> Option<Answer> {
        let (version, _) = self
            .kept
            .counts
            .get(&decided.row)
            .cloned()
            .unwrap_or_default();
        let is_new = decided
            .evidence
            .as_ref()
            .is_none_or(|key| !self.kept.evidence.contains(key));
        if (decided.count.is_some() && version != decided.version) || !is_new {
            return None;
        }
        self.kept.evidence.extend(decided.evidence);
        if let Some((day, amount)) = decided.day {
            *self.kept.days.entry((event.user, day)).or_default() += amount;
        }
        if let Some(due) = decided.due {
            let key = due.key(Id::new(TASK));
            assert!(
                self.kept.keys.insert((event.user, key.clone())),
                "{key} is paid twice"
            );
            let of = (event.user, due.part.clone(), due.period.clone());
            let sum = self.kept.paid.entry(of).or_default();
            *sum += due.rounds();
            let limit = self.rule.part(&due.part).and_then(|part| part.limit);
            assert!(
                limit.is_none_or(|limit| *sum <= limit),
                "{key}: {sum} rounds"
            );
        }
        if let Some(count) = decided.count {
            self.kept.counts.insert(decided.row, (version + 1, count));
        }
        Some(decided.answer)
    }

    fn apply(&mut self, event: &Event) -> Answer {
        let decided = self.decide(event);
        self.commit(event, decided).unwrap()
    }

    /// Two at once: both read before either writes.
    fn race(&mut self, first: &Event, second: &Event) -> [Answer; 2] {
        let (a, b) = (self.decide(first), self.decide(second));
        let a = self.commit(first, a).unwrap();
        let b = self.commit(second, b);
        [a, b.unwrap_or_else(|| self.apply(second))]
    }
}

pub(super) fn expected(model: &mut Model, event: &Event) -> Answer {
    match event.object {
        Some(object) => model.act(event.at, event.user, object, event.amount),
        None => model.claim(event.at, event.user, event.part),
    }
}

fn history(seed: u64, events: usize) -> (usize, i64) {
    let mut chance = Chance::new(seed);
    let case = case(&mut chance, seed.is_multiple_of(2));
    let rule = framework_rule(case.task_type, case.period, &case.config);
    let mut product = Product {
        rule: rule.unwrap_or_else(|problem| panic!("{problem}: {}", case.config)),
        case: &case,
        kept: Kept::default(),
    };
    let mut model = Model::new(self::case(&mut Chance::new(seed), seed.is_multiple_of(2)).setting);
    let mut clock = Clock::new();
    let (mut count, mut paid) = (0, 0);
    while count < events {
        clock.advance(&mut chance);
        let first = event(&case, &mut chance, &clock);
        let mut second = event(&case, &mut chance, &clock);
        if chance.below(2) == 0 {
            second = first;
        }
        let answers = match chance.below(3) {
            0 => product.race(&first, &second),
            _ => [product.apply(&first), product.apply(&second)],
        };
        for (event, answer) in [first, second].iter().zip(answers) {
            let expected = expected(&mut model, event);
            let what = || format!("seed {seed}, event {count}: {event:?} of {}", case.config);
            assert_eq!(
                answer,
                expected,
                "{} {:?} {}",
                case.task_type,
                case.period,
                what()
            );
            if let Answer::Paid(_, value) = answer {
                paid += value;
            }
            count += 1;
        }
    }
    (count, paid)
}

#[test]
fn histories() {
    let began = Instant::now();
    let seeds = size("CLOUDAPP_TASK_SEEDS", 300) as u64;
    let events = size("CLOUDAPP_TASK_EVENTS", 400);
    let threads = 2;
    let handles = (0..threads).map(|number| {
        std::thread::spawn(move || {
            let own = (0..seeds).filter(move |seed| seed % threads == number);
            own.map(|seed| history(seed, events))
                .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        })
    });
    let handles: Vec<_> = handles.collect();
    let (mut count, mut paid) = (0, 0);
    for handle in handles {
        let one = handle.join().unwrap();
        (count, paid) = (count + one.0, paid + one.1);
    }
    println!(
        "{seeds} histories, {count} events, {paid} paid: 0 differences; {:.0} s",
        began.elapsed().as_secs_f64()
    );
}
