//! What may come in: known metrics, values that fit them, times near the present.

use std::collections::BTreeMap;

use chrono::Duration;

use super::definition::{Definitions, Place, Rules};
use super::engine::Engine;
use super::event::{StatEvent, Stored, key_digest};
use super::metric::{Repeat, ValueType};
use super::value::{Amount, StatValue};
use crate::app::Context;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::{DateTime, Id, Utc};

/// Most events in one report.
pub const STAT_EVENTS_MAX: usize = 10_000;
/// How old an event may be: less than the log remembers.
pub(super) const AGE_MAX_DAYS: i64 = 7;
/// How far ahead another machine's clock may be.
const AHEAD_MINUTES: i64 = 5;
/// Longest texts in characters.
const NAME_MAX: usize = 64;
const KEY_MAX: usize = 255;

/// Who reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reporter {
    /// The application.
    Code,
    /// A player's request.
    Client,
}

/// Checks events; all pass or none.
pub(super) async fn check(
    ctx: &Context,
    engine: &Engine,
    events: Vec<StatEvent>,
    by: Reporter,
) -> AppResult<Vec<Stored>> {
    if events.len() > STAT_EVENTS_MAX {
        let text = format!("events: at most {STAT_EVENTS_MAX} at once");
        return Err(AppError::param(text));
    }
    let mut tenants: BTreeMap<String, Definitions<'_>> = BTreeMap::new();
    let now = ctx.now();
    let mut passed = Vec::with_capacity(events.len());
    for event in events {
        texts(&event)?;
        if !tenants.contains_key(&event.app_id) {
            let loaded = Definitions::load(ctx, engine.metrics(), &event.app_id).await?;
            tenants.insert(event.app_id.clone(), loaded);
        }
        let known = tenants.get(&event.app_id);
        let known = known.ok_or_else(|| unknown(&event.metric))?;
        passed.push(pass(known, event, now, by)?);
    }
    Ok(passed)
}

/// Checks one event, of well-formed texts, by the definitions of its tenant.
pub(super) fn pass(
    known: &Definitions<'_>,
    event: StatEvent,
    now: DateTime<Utc>,
    by: Reporter,
) -> AppResult<Stored> {
    let place = Place {
        act_id: event.act_id,
        module_id: event.module_id,
        object_id: &event.object_id,
    };
    let rules = known.rules(&event.metric, place);
    let rules = rules.ok_or_else(|| unknown(&event.metric))?;
    stored(event, rules, now, by)
}

/// There is no such metric; or none that the reporter may know of.
fn unknown(name: &str) -> AppError {
    AppError::param((
        format!("metric: there is no `{name}` to report"),
        format!("metric：没有可上报的指标 `{name}`"),
    ))
}

pub(super) fn texts(event: &StatEvent) -> AppResult<()> {
    let fits = |text: &str, max: usize| {
        text.chars().count() <= max
            && !text.chars().any(char::is_control)
            // MySQL takes `a ` for `a`.
            && text.trim_end() == text
    };
    let wrong = |what: &str, max: usize| {
        AppError::param(format!(
            "{what}: must have at most {max} characters, no control character, no space at the end"
        ))
    };
    if event.app_id.is_empty() || !fits(&event.app_id, NAME_MAX) {
        return Err(wrong("app_id", NAME_MAX));
    }
    if !fits(&event.object_id, NAME_MAX) {
        return Err(wrong("object_id", NAME_MAX));
    }
    if !fits(&event.metric, NAME_MAX) {
        return Err(wrong("metric", NAME_MAX));
    }
    match &event.key {
        Some(key) if key.is_empty() || key.chars().count() > KEY_MAX => Err(AppError::param(
            format!("key: must have 1 to {KEY_MAX} characters"),
        )),
        _ => Ok(()),
    }
}

fn stored(event: StatEvent, rules: Rules, now: DateTime<Utc>, by: Reporter) -> AppResult<Stored> {
    let amount = amount(event.value, rules, by, &event.metric)?;
    if rules.repeat != Repeat::All && event.user_id.get() == 0 {
        let text = format!(
            "user_id: `{}` counts players, so it needs one",
            event.metric
        );
        return Err(AppError::param(text));
    }
    let at = event.at.unwrap_or(now);
    let oldest = now - Duration::days(AGE_MAX_DAYS);
    if at < oldest || at > now + Duration::minutes(AHEAD_MINUTES) {
        return Err(AppError::param(
            "at: must be within the last 7 days, and not in the future",
        ));
    }
    let key = event.key.as_deref();
    Ok(Stored {
        id: 0,
        is_once: key.is_some(),
        key: key.map_or_else(String::new, |key| {
            key_digest(&event.app_id, &event.metric, key)
        }),
        act_id: event.act_id.get(),
        module_id: event.module_id.get(),
        user_id: event.user_id.get(),
        app_id: event.app_id,
        object_id: event.object_id,
        name: event.metric,
        whole: amount.whole,
        billionths: amount.billionths,
        repeat: rules.repeat.number(),
        is_log: rules.is_log,
        is_user: rules.is_user && event.user_id.get() != 0,
        at_ms: at.timestamp_millis(),
    })
}

fn amount(value: StatValue, rules: Rules, by: Reporter, name: &str) -> AppResult<Amount> {
    if rules.value_type == ValueType::Int && matches!(value, StatValue::Decimal(_)) {
        let text = format!("value: `{name}` counts whole numbers");
        return Err(AppError::param(text));
    }
    let amount = Amount::new(value)?;
    if by == Reporter::Client {
        // A metric that clients may not report is none that they may know of.
        let max = rules.client_max.ok_or_else(|| unknown(name))?;
        let is_above = amount.whole > max || (amount.whole == max && amount.billionths > 0);
        if is_above || amount.whole < 0 || amount.billionths < 0 {
            let text = format!("value: `{name}` takes 0 to {max}");
            return Err(AppError::new(ErrorCode::PARAM_ERROR).with_message(text));
        }
    }
    Ok(amount)
}

/// Gives an event its id, which is its key unless it has one.
pub(super) fn numbered(mut event: Stored, id: Id) -> Stored {
    event.id = id.get();
    if event.key.is_empty() {
        event.key = id.to_string();
    }
    event
}
