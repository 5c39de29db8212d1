//! What tasks do, in plain numbers: nothing is kept but what happened, and every answer is counted
//! anew from it. Days count from 1970, in the zone of the tenant.

use std::collections::{BTreeMap, BTreeSet};

const DAY_MS: i64 = 24 * 3600 * 1000;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum How {
    /// Counted; `true`: paid at once.
    Rounds(bool),
    /// A calendar.
    Days,
    /// Days in a row; `true`: again and again.
    Row(bool),
    /// Sums against tiers.
    Tiers,
}

/// What counts once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Once {
    User,
    UserAndDay,
    All,
}

pub(super) struct Setting {
    pub(super) how: How,
    /// 1 day, 2 week, 3 for ever, 4 month, 5 activity.
    pub(super) period: i32,
    pub(super) zone_ms: i64,
    pub(super) need: i64,
    pub(super) limit: i64,
    /// By day, or by tier.
    pub(super) values: BTreeMap<i64, i64>,
    pub(super) once: Once,
    pub(super) is_fact: bool,
}

#[derive(Clone, Copy)]
struct Seen {
    day: i64,
    period: i64,
    amount: i64,
}

#[derive(Default)]
struct Person {
    clock: i64,
    seen: Vec<Seen>,
    /// Rounds that were paid, by period and part.
    paid: BTreeMap<(i64, i64), i64>,
}

/// An answer: rounds and value that were paid, or a word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Paid(i64, i64),
    Word(&'static str),
}

pub(super) struct Model {
    pub(super) setting: Setting,
    people: BTreeMap<i64, Person>,
    used: BTreeSet<(i64, i64, i64)>,
    /// By person: each part has a clock of its own, as each has a row.
    clocks: BTreeMap<(i64, i64), i64>,
}

/// Months since the year 0, of a day. After "chrono-Compatible Low-Level Date Algorithms".
fn month(day: i64) -> i64 {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let year = yoe + era * 400 + i64::from(mp >= 10);
    year * 12 + if mp < 10 { mp + 2 } else { mp - 10 }
}

impl Model {
    pub(super) fn new(setting: Setting) -> Self {
        Self {
            setting,
            people: BTreeMap::new(),
            used: BTreeSet::new(),
            clocks: BTreeMap::new(),
        }
    }

    fn day(&self, at: i64) -> i64 {
        (at + self.setting.zone_ms).div_euclid(DAY_MS)
    }

    fn period(&self, day: i64) -> i64 {
        match self.setting.period {
            1 => day,
            2 => (day + 3).div_euclid(7),
            4 => month(day),
            _ => 0,
        }
    }

    /// Something that a person did, or brought.
    pub(super) fn act(&mut self, at: i64, user: i64, object: i64, amount: i64) -> Answer {
        let clock = self.people.entry(user).or_default().clock;
        let is_tiers = self.setting.how == How::Tiers;
        let at = if is_tiers { at } else { at.max(clock) };
        let day = self.day(at);
        let period = self.period(day);
        let evidence = match self.setting.once {
            Once::User => (user, object, 0),
            Once::UserAndDay => (user, object, day),
            Once::All => (0, object, 0),
        };
        if self.used.contains(&evidence) {
            return Answer::Word("known");
        }
        let setting = &self.setting;
        let person = self.people.entry(user).or_default();
        let sum = |person: &Person| -> i64 {
            let here = person.seen.iter().filter(|seen| seen.period == period);
            here.map(|seen| seen.amount).sum()
        };
        let done = Seen {
            day,
            period,
            amount,
        };
        let answer = match setting.how {
            How::Tiers => {
                person.seen.push(done);
                Answer::Paid(0, 0)
            }
            How::Rounds(at_once) => {
                if !setting.is_fact && sum(person) >= setting.limit * setting.need {
                    return Answer::Word("done");
                }
                person.seen.push(done);
                if at_once {
                    settle(setting, person, period, sum(person))
                } else {
                    Answer::Paid(0, 0)
                }
            }
            How::Days | How::Row(_) => {
                let last = *setting.values.keys().max().unwrap();
                match next_day(setting.how, &person.seen, day, period, last) {
                    Ok(ordinal) => {
                        person.seen.push(done);
                        Answer::Paid(1, setting.values.get(&ordinal).copied().unwrap_or(0))
                    }
                    Err(word) => return Answer::Word(word),
                }
            }
        };
        person.clock = at;
        self.used.insert(evidence);
        answer
    }

    /// A claim; `part` is the tier, or 0.
    pub(super) fn claim(&mut self, at: i64, user: i64, part: i64) -> Answer {
        let is_tiers = self.setting.how == How::Tiers;
        let own = self.people.entry(user).or_default().clock;
        let clock = if is_tiers {
            self.clocks.get(&(user, part)).copied().unwrap_or(0)
        } else {
            own
        };
        let at = at.max(clock);
        let period = self.period(self.day(at));
        let setting = &self.setting;
        let person = self.people.entry(user).or_default();
        let paid = person.paid.get(&(period, part)).copied().unwrap_or(0);
        let from_now_on =
            |seen: &&Seen| seen.period == period || (is_tiers && seen.period > period);
        let sum: i64 = person
            .seen
            .iter()
            .filter(from_now_on)
            .map(|seen| seen.amount)
            .sum();
        if is_tiers {
            if paid > 0 {
                return Answer::Word("done");
            }
            if sum < part {
                return Answer::Word("not ready");
            }
            person.paid.insert((period, part), 1);
            self.clocks.insert((user, part), at);
            return Answer::Paid(1, setting.values[&part]);
        }
        if paid >= setting.limit {
            return Answer::Word("done");
        }
        match settle(setting, person, period, sum) {
            Answer::Paid(0, _) => Answer::Word("not ready"),
            paid => {
                person.clock = at;
                paid
            }
        }
    }
}

/// Pays what is finished and not paid.
fn settle(setting: &Setting, person: &mut Person, period: i64, sum: i64) -> Answer {
    let paid = person.paid.entry((period, 0)).or_default();
    let rounds = (sum / setting.need).min(setting.limit) - *paid;
    *paid += rounds;
    Answer::Paid(rounds, rounds * setting.values[&0])
}

/// Which day of the calendar a sign is.
fn next_day(
    how: How,
    seen: &[Seen],
    day: i64,
    period: i64,
    last: i64,
) -> Result<i64, &'static str> {
    if seen.iter().any(|one| one.day == day) {
        return Err("today");
    }
    let here: Vec<i64> = seen
        .iter()
        .filter(|one| one.period == period)
        .map(|one| one.day)
        .collect();
    if how == How::Days {
        let count = here.len() as i64;
        return if count >= last {
            Err("done")
        } else {
            Ok(count + 1)
        };
    }
    let (mut run, mut longest, mut before) = (0, 0, None);
    for one in &here {
        run = if before == Some(one - 1) { run + 1 } else { 1 };
        longest = longest.max(run);
        before = Some(*one);
    }
    if how == How::Row(false) && longest >= last {
        return Err("done");
    }
    let run = if before == Some(day - 1) { run } else { 0 };
    Ok(run % last + 1)
}
