//! The rule by which a schedule ticks: pure, without clock and database.

use std::str::FromStr as _;

use chrono::{DateTime, TimeDelta, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use super::schedule::{Schedule, Tick, Timing};
use super::zone::Zone;
use crate::config::{Missed, ScheduleConfig};

/// A tick that is found later than this after its time counts as missed. Longer than any change of
/// the leader takes.
pub(super) const MISSED_AFTER: TimeDelta = TimeDelta::seconds(60);
/// Most ticks of a schedule that are turned into jobs at a time.
pub(super) const TICKS_MAX: usize = 100;
/// Missed ticks are counted up to this.
const COUNT_MAX: u32 = 1_000;
/// Times outside of the hours that are passed over before a schedule counts as one that never runs.
const SEARCH_MAX: usize = 2_000;
/// Longest expression and name of a zone.
const TEXT_MAX: usize = 80;
/// Most attempts of a tick.
const ATTEMPTS_MAX: u32 = 100;

/// When a schedule ticks: what code and configuration come to.
#[derive(Clone, Debug)]
pub struct Plan {
    when: When,
    zone: Zone,
    hours: Option<Hours>,
    missed: Missed,
    pub(crate) enabled: bool,
    pub(crate) attempts: u32,
    /// What decides about the times, as text: a stored next tick is good only for the same.
    pub(crate) spec: String,
}

#[derive(Clone, Debug)]
enum When {
    Cron(Box<Cron>),
    Once(DateTime<Utc>),
}

/// Hours of the day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hours {
    from: u32,
    to: u32,
}

/// What is to be run, and when to look again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The ticks to be run, in their order.
    pub ticks: Vec<Tick>,
    /// The tick after those, which may be due too; none when there will be none.
    pub next: Option<DateTime<Utc>>,
}

impl Hours {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`hours` is `{text}`; it must be two hours of 0 to 23, like `8-22`");
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let hour = |text: &str| u32::from_str(text.trim()).ok().filter(|hour| *hour < 24);
        match (hour(from), hour(to)) {
            (Some(from), Some(to)) => Ok(Self { from, to }),
            _ => Err(wrong()),
        }
    }

    fn contain(self, hour: u32) -> bool {
        if self.from <= self.to {
            (self.from..=self.to).contains(&hour)
        } else {
            hour >= self.from || hour <= self.to
        }
    }
}

impl Plan {
    /// What code and configuration come to.
    ///
    /// # Errors
    /// What is wrong, in words that name the key.
    pub fn new(
        code: &Schedule,
        config: Option<&ScheduleConfig>,
        tenant_zone: &str,
    ) -> Result<Self, String> {
        let default = ScheduleConfig::default();
        let config = config.unwrap_or(&default);
        let (when, text) = match (&config.cron, &config.once_at, &code.when) {
            (Some(_), Some(_), _) => return Err("`cron` and `once_at` exclude each other".into()),
            (Some(cron), None, _) => parse_cron(cron)?,
            (None, None, Timing::Cron(cron)) => parse_cron(cron)?,
            (None, Some(at), _) => parse_once(at)?,
            (None, None, Timing::Once(at)) => parse_once(at)?,
        };
        let zone = config.time_zone.as_deref().or(code.time_zone.as_deref());
        let zone = Zone::parse(zone.unwrap_or(tenant_zone))?;
        let hours = config.hours.as_deref().or(code.hours.as_deref());
        let hours = hours.map(Hours::parse).transpose()?;
        let attempts = config.attempts.unwrap_or(code.attempts);
        if !(1..=ATTEMPTS_MAX).contains(&attempts) {
            return Err(format!("`attempts` must be 1 to {ATTEMPTS_MAX}"));
        }
        let enabled = config.enabled.unwrap_or(code.enabled);
        let window = hours.map_or_else(String::new, |Hours { from, to }| format!(" {from}-{to}"));
        let off = if enabled { "" } else { "off " };
        let plan = Self {
            when,
            zone,
            hours,
            missed: config.missed.unwrap_or(code.missed),
            enabled,
            attempts,
            spec: format!("{off}{text} {zone}{window}"),
        };
        if plan.first(DateTime::UNIX_EPOCH).is_none() {
            return Err(format!("`{text}` never comes within its `hours`"));
        }
        Ok(plan)
    }

    /// The first tick of a schedule that has never ticked.
    #[must_use]
    pub fn first(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.when {
            When::Once(at) => Some(*at),
            When::Cron(_) => self.next_after(now),
        }
    }

    /// The first tick after an instant.
    #[must_use]
    pub fn next_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let cron = match &self.when {
            When::Once(once) => return Some(*once).filter(|once| *once > at),
            When::Cron(cron) => cron,
        };
        let mut from = at;
        for _ in 0..SEARCH_MAX {
            let found = self.zone.next(cron, from)?;
            if self.is_within(found) {
                return Some(found);
            }
            // The rest of that hour is outside too.
            let rest = 3_600 - self.zone.seconds_of_hour(found) - 1;
            from = found + TimeDelta::seconds(rest);
        }
        None
    }

    /// The last tick until an instant.
    fn last_until(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let cron = match &self.when {
            When::Once(once) => return Some(*once).filter(|once| *once <= at),
            When::Cron(cron) => cron,
        };
        let mut until = at;
        for _ in 0..SEARCH_MAX {
            let found = self.zone.last(cron, until)?;
            if self.is_within(found) {
                return Some(found);
            }
            until = found - TimeDelta::seconds(self.zone.seconds_of_hour(found) + 1);
        }
        None
    }

    fn is_within(&self, at: DateTime<Utc>) -> bool {
        let hour = self.zone.hour(at);
        self.hours.is_none_or(|hours| hours.contain(hour))
    }

    /// What is due `now` of a schedule whose next tick is known; nothing if that is to come.
    #[must_use]
    pub fn due(&self, next: DateTime<Utc>, now: DateTime<Utc>) -> Due {
        let mut ticks = Vec::new();
        let mut at = Some(next);
        let missed_until = now - MISSED_AFTER;
        if next <= missed_until {
            match self.missed {
                Missed::All => {}
                Missed::Skip => at = self.next_after(missed_until),
                Missed::Once => {
                    let last = self.last_until(missed_until).filter(|last| *last >= next);
                    let last = last.unwrap_or(next);
                    ticks.push(Tick {
                        at: last,
                        missed: self.count(next, last),
                        by_hand: false,
                    });
                    at = self.next_after(last);
                }
            }
        }
        while let Some(tick) = at.filter(|at| *at <= now) {
            if ticks.len() == TICKS_MAX {
                break;
            }
            ticks.push(Tick {
                at: tick,
                missed: 0,
                by_hand: false,
            });
            at = self.next_after(tick);
        }
        Due { ticks, next: at }
    }

    /// How many ticks there are from one on and before another.
    fn count(&self, from: DateTime<Utc>, before: DateTime<Utc>) -> u32 {
        let mut at = Some(from);
        let mut count = 0;
        while let Some(tick) = at.filter(|at| *at < before) {
            count += 1;
            if count == COUNT_MAX {
                break;
            }
            at = self.next_after(tick);
        }
        count
    }
}

fn parse_cron(text: &str) -> Result<(When, String), String> {
    if text.len() > TEXT_MAX {
        return Err(format!("`cron` is longer than {TEXT_MAX} characters"));
    }
    let parser = CronParser::builder()
        .seconds(Seconds::Optional)
        .year(Year::Disallowed)
        .build();
    match parser.parse(text) {
        Ok(cron) => Ok((When::Cron(Box::new(cron)), text.to_owned())),
        Err(error) => Err(format!(
            "`cron` is `{text}`: {error}; it must be like `0 30 2 * * *` (second, minute, hour, \
             day of month, month, day of week)"
        )),
    }
}

fn parse_once(text: &str) -> Result<(When, String), String> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => Ok((When::Once(at.with_timezone(&Utc)), format!("once {text}"))),
        Err(_) => Err(format!(
            "`once_at` is `{text}`; it must be like `2026-02-01T10:00:00+08:00`"
        )),
    }
}
