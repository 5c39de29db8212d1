//! A task as it is kept, and its rule.

use serde_json::Value;

use super::code::TASK_CLOSED;
use super::engine::Engine;
use super::entity::info;
use super::kinds::ConfigProblem;
use super::model::{Moment, Period, Rule};
use crate::error::{AppResult, Language};
use crate::types::{DateTime, Id, Utc};

/// A task with its rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its row.
    pub row: info::Model,
    /// `config_json`.
    pub config: Value,
    /// What both stand for.
    pub rule: Rule,
}

impl Task {
    pub(super) fn new(engine: &Engine, row: info::Model) -> Result<Self, ConfigProblem> {
        let config = parse(&row.config_json)?;
        let period = period(row.complete_type)?;
        let rule = engine.kinds().rule(row.task_type, period, &config)?;
        Ok(Self { row, config, rule })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Id {
        self.row.id
    }

    /// What players read.
    pub(super) fn title(&self, engine: &Engine, language: Language) -> String {
        if !self.row.task_name.is_empty() {
            return self.row.task_name.clone();
        }
        if let Some(title) = self.config["title"]
            .as_str()
            .filter(|text| !text.is_empty())
        {
            return title.chars().take(100).collect();
        }
        let [english, chinese] = engine.kinds().titles(self.row.task_type);
        match language {
            Language::English => english.to_owned(),
            Language::Chinese => chinese.to_owned(),
        }
    }

    /// Whether players see it now.
    pub(super) fn is_open(&self, at: DateTime<Utc>) -> bool {
        is_open(&self.row, at)
    }

    /// Refuses what comes when it is not open.
    pub(super) fn must_be_open(&self, at: DateTime<Utc>) -> AppResult<()> {
        if self.is_open(at) {
            Ok(())
        } else {
            Err(TASK_CLOSED.into())
        }
    }

    pub(super) fn moment(&self, engine: &Engine, at: DateTime<Utc>) -> Moment {
        Moment::new(at, engine.offset(), self.row.starts_at)
    }
}

/// Whether players see a task.
pub(super) fn is_open(row: &info::Model, at: DateTime<Utc>) -> bool {
    let is_here = row.is_release && !row.is_del;
    is_here && row.starts_at.is_none_or(|from| at >= from) && row.ends_at.is_none_or(|end| at < end)
}

pub(super) fn parse(text: &str) -> Result<Value, ConfigProblem> {
    serde_json::from_str(text).map_err(|error| ConfigProblem::new(format!("is no JSON: {error}")))
}

pub(super) fn period(complete_type: i32) -> Result<Period, ConfigProblem> {
    let unknown = || {
        ConfigProblem::new(
            "complete_type must be 1 (day), 2 (week), 3 (permanent), 4 (month) or 5 (activity)",
        )
    };
    Period::of_number(complete_type).ok_or_else(unknown)
}
