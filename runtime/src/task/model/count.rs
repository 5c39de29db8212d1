//! The decisions: from a definition, counters, an event and a moment to new counters and what is
//! due. No clock, no database.

use chrono::{DateTime, Utc};

use super::rule::{Part, Pay, Progress, ROUNDS_MAX, Reward, Rule};
use super::{Moment, Period};

/// What a player has done of one part of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Rounds of the period that are paid; of calendars, the day that was reached.
    pub complete: i64,
    /// Progress that is not paid for yet: events, or hundredths of money.
    pub now: i64,
    /// Name of the period that both are of.
    pub period: String,
    /// Last day on which something counted, `20260131`; 0 for none.
    pub day: i32,
    /// When that was.
    pub at: Option<DateTime<Utc>>,
}

/// Why something does not count, or is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The limit of the period is reached.
    Done,
    /// It was done today.
    Today,
    /// There is nothing to claim yet.
    NotReady,
    /// It is not claimed: it pays at once.
    NoClaim,
    /// There is no such part.
    NoPart,
}

/// What is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The part's id.
    pub part: String,
    /// Name of the period.
    pub period: String,
    /// The first round that is paid, from 1.
    pub first: i64,
    /// The last one.
    pub last: i64,
    /// Everything, of all rounds together.
    pub rewards: Vec<Reward>,
}

impl Due {
    /// How many rounds.
    #[must_use]
    pub fn rounds(&self) -> i64 {
        self.last - self.first + 1
    }

    /// The idempotency key of the payment. Round by round a player is paid once, whatever became of
    /// his counters.
    #[must_use]
    pub fn key(&self, task_id: crate::types::Id) -> String {
        format!("task:{task_id}:{}:{}:{}", self.part, self.period, self.last)
    }

    /// How much of assets, prizes and cards.
    #[must_use]
    pub fn value(&self) -> i64 {
        self.rewards.iter().map(|reward| reward.value).sum()
    }
}

/// What an event or a claim does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The counters afterwards.
    pub count: Count,
    /// What is to be paid now.
    pub due: Option<Due>,
    /// How many pieces of evidence are used up by the rounds that are paid.
    pub evidence: i64,
}

impl Count {
    /// The counters as they are for a moment: those of an earlier period are zero.
    #[must_use]
    pub fn within(&self, rule: &Rule, moment: &Moment) -> Self {
        let period = rule.period.key(moment);
        let mut now = self.clone();
        // Who has come to the last day has finished, whatever he misses then.
        let is_finished =
            rule.progress == Progress::Streak(false) && self.complete >= rule.last_day();
        let is_broken = matches!(rule.progress, Progress::Streak(_))
            && !is_finished
            && self.day != moment.day()
            && self.day != moment.yesterday();
        if self.period != period || is_broken {
            now.complete = 0;
            now.now = 0;
        }
        now.period = period;
        now
    }

    /// How many rounds could be paid now.
    #[must_use]
    pub fn rounds(&self, part: &Part) -> i64 {
        let left = part.limit.map_or(i64::MAX, |limit| limit - self.complete);
        (self.now / part.need.max(1)).min(left).max(0)
    }

    /// Whether nothing more counts in this period.
    #[must_use]
    pub fn is_full(&self, part: &Part) -> bool {
        let need = part.need.max(1);
        part.limit.is_some_and(|limit| {
            let done = self.complete.saturating_mul(need).saturating_add(self.now);
            done >= limit.saturating_mul(need)
        })
    }

    fn paid(mut self, part: &Part, rounds: i64) -> Step {
        let used = rounds * part.need.max(1);
        let first = self.complete + 1;
        self.complete += rounds;
        self.now -= used;
        let due = Due {
            part: part.id.clone(),
            period: self.period.clone(),
            first,
            last: self.complete,
            rewards: times(&part.rewards, rounds),
        };
        Step {
            count: self,
            due: Some(due),
            evidence: used,
        }
    }
}

fn times(rewards: &[Reward], rounds: i64) -> Vec<Reward> {
    let some = rewards.iter().filter(|reward| reward.value > 0);
    let all = some.map(|reward| Reward {
        value: reward.value.saturating_mul(rounds),
        ..reward.clone()
    });
    all.collect()
}

/// Counts an event of a part: one action, or `amount` hundredths of money.
///
/// Facts, such as orders, are written down whatever the limit is; it limits what is paid for them.
///
/// # Errors
/// Why it does not count.
pub fn act(
    rule: &Rule,
    part: &str,
    count: &Count,
    (amount, is_fact): (i64, bool),
    moment: &Moment,
) -> Result<Step, Refusal> {
    let moment = moment.not_before(count.at);
    if rule.is_calendar() {
        return sign(rule, count, &moment);
    }
    let part = rule.part(part).ok_or(Refusal::NoPart)?;
    let mut count = count.within(rule, &moment);
    if !is_fact && !rule.is_unbounded && count.is_full(part) {
        return Err(Refusal::Done);
    }
    count.now = count.now.saturating_add(amount);
    count.day = moment.day();
    count.at = Some(moment.at);
    let rounds = count.rounds(part).min(ROUNDS_MAX);
    if rule.pay == Pay::Now && rounds > 0 {
        return Ok(count.paid(part, rounds));
    }
    Ok(Step {
        count,
        due: None,
        evidence: 0,
    })
}

/// The next day of a calendar.
fn sign(rule: &Rule, count: &Count, moment: &Moment) -> Result<Step, Refusal> {
    if count.day == moment.day() {
        return Err(Refusal::Today);
    }
    let mut count = count.within(rule, moment);
    let is_over = count.complete >= rule.last_day();
    if is_over && rule.progress != Progress::Streak(true) {
        return Err(Refusal::Done);
    }
    let day = if is_over { 1 } else { count.complete + 1 };
    count.complete = day;
    count.day = moment.day();
    count.at = Some(moment.at);
    let rewards = rule.parts.iter().find(|part| part.need == day);
    let rewards = rewards.map_or_else(Vec::new, |part| times(&part.rewards, 1));
    // A streak comes to the same day again within its period, but never twice on one day.
    let (period, round) = match rule.progress {
        Progress::Streak(_) => (Period::Day.key(moment), 1),
        _ => (count.period.clone(), day),
    };
    let due = Due {
        part: String::new(),
        period,
        first: round,
        last: round,
        rewards,
    };
    Ok(Step {
        count,
        due: Some(due),
        evidence: 0,
    })
}

/// Pays all finished rounds of a part. `sum` is what was added up in the period, of tiers.
///
/// # Errors
/// Why there is nothing to be paid.
pub fn claim(
    rule: &Rule,
    part: &str,
    count: &Count,
    sum: i64,
    moment: &Moment,
) -> Result<Step, Refusal> {
    if rule.is_calendar() || rule.pay != Pay::Claim {
        return Err(Refusal::NoClaim);
    }
    let moment = moment.not_before(count.at);
    let part = rule.part(part).ok_or(Refusal::NoPart)?;
    let mut count = count.within(rule, &moment);
    if part.limit.is_some_and(|limit| count.complete >= limit) {
        return Err(Refusal::Done);
    }
    if rule.progress == Progress::Tiers {
        count.now = if sum >= part.need { part.need } else { 0 };
    }
    let rounds = count.rounds(part).min(ROUNDS_MAX);
    if rounds == 0 {
        return Err(Refusal::NotReady);
    }
    count.at = Some(moment.at);
    Ok(count.paid(part, rounds))
}
