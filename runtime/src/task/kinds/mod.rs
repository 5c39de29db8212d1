//! Types of tasks: the framework's, and the app's own from 201.

mod markdown;
mod reader;
mod shape;
mod table;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;

use super::deed::Deed;
use super::model::{Period, Rule};
use crate::app::Context;
use crate::auth::Player;
use crate::error::{AppError, AppResult};

pub use markdown::rule_table;
pub use reader::ConfigProblem;
pub(crate) use table::Kind;

/// The first type of the application's own.
pub const OWN_FROM: i32 = 201;

/// A type of task of the application's own: `App::task_kind`, `Module::task_kind`.
#[async_trait]
pub trait TaskKind: Send + Sync + 'static {
    /// Its number, from 201.
    fn number(&self) -> i32;

    /// Its name, in lower case with underscores.
    fn name(&self) -> &'static str;

    /// What players read when a task has no name of its own, in English and Chinese.
    fn titles(&self) -> [&'static str; 2];

    /// The rule that a `config_json` stands for. [`plain_rule`] reads the fields of the framework's
    /// own counted tasks.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    fn rule(&self, period: Period, config: &Value) -> Result<Rule, ConfigProblem>;

    /// Whether what a player says he did is true; asked before it is counted.
    ///
    /// # Errors
    /// The reason why not.
    async fn verify(&self, _ctx: &Context, _player: &Player, _deed: &Deed) -> AppResult<()> {
        Ok(())
    }
}

/// The rule of a task that is counted and claimed, from the fields `reward_value`, `satisfy_num`,
/// `limit_num`, `auto_claim` and those of what it pays.
///
/// # Errors
/// What is wrong with the configuration, and where.
pub fn plain_rule(period: Period, config: &Value) -> Result<Rule, ConfigProblem> {
    match Kind::of(SHARE) {
        Some(kind) => shape::rule(kind, period, config),
        None => Err(ConfigProblem::new("there is no type `share`")),
    }
}

const SHARE: i32 = 14;

/// The rule of one of the framework's types, 1 to 26.
///
/// # Errors
/// There is no such type; what is wrong with the configuration, and where.
pub fn framework_rule(
    task_type: i32,
    period: Period,
    config: &Value,
) -> Result<Rule, ConfigProblem> {
    Kinds::default().rule(task_type, period, config)
}

/// All types that an application knows.
#[derive(Clone, Default)]
pub(crate) struct Kinds(BTreeMap<i32, Arc<dyn TaskKind>>);

impl Kinds {
    /// With types of the application's own.
    ///
    /// # Errors
    /// A number is below 201, or taken.
    pub(crate) fn new(own: &[Arc<dyn TaskKind>]) -> Result<Self, String> {
        let mut kinds = BTreeMap::new();
        for kind in own {
            let (number, name) = (kind.number(), kind.name());
            if number < OWN_FROM {
                return Err(format!(
                    "task type `{name}` has the number {number}, below 201"
                ));
            }
            if kinds.insert(number, Arc::clone(kind)).is_some() {
                return Err(format!("there are two task types of the number {number}"));
            }
        }
        Ok(Self(kinds))
    }

    pub(crate) fn own(&self, number: i32) -> Option<&Arc<dyn TaskKind>> {
        self.0.get(&number)
    }

    /// The name of a type.
    pub(crate) fn name(&self, number: i32) -> &'static str {
        let own = || self.own(number).map_or("unknown", |kind| kind.name());
        Kind::of(number).map_or_else(own, |kind| kind.name)
    }

    /// What players read, in English and Chinese.
    pub(crate) fn titles(&self, number: i32) -> [&'static str; 2] {
        let own = || self.own(number).map_or(["", ""], |kind| kind.titles());
        Kind::of(number).map_or_else(own, |kind| kind.titles)
    }

    /// The rule of a task.
    ///
    /// # Errors
    /// There is no such type; the configuration is malformed.
    pub(crate) fn rule(
        &self,
        number: i32,
        period: Period,
        config: &Value,
    ) -> Result<Rule, ConfigProblem> {
        let rule = match (Kind::of(number), self.own(number)) {
            (Some(kind), _) => shape::rule(kind, period, config)?,
            (None, Some(own)) => own.rule(period, config)?,
            (None, None) => {
                let reason = format!("there is no task type {number}: 1 to 26, or your own");
                return Err(ConfigProblem::new(reason));
            }
        };
        if rule.parts.is_empty() {
            return Err(ConfigProblem::new("has no part that could be done"));
        }
        Ok(rule)
    }

    /// Makes a configuration ready to be kept.
    pub(crate) fn prepare(
        &self,
        number: i32,
        old: &Value,
        new: &mut Value,
        today: NaiveDate,
    ) -> Result<(), ConfigProblem> {
        let is_tiers = Kind::of(number).is_some_and(|kind| kind.shape == table::Shape::Gears);
        if is_tiers {
            shape::date_gears(old, new, today)?;
        }
        Ok(())
    }
}

impl From<ConfigProblem> for AppError {
    fn from(problem: ConfigProblem) -> Self {
        AppError::param((problem.to_string(), format!("配置有误：{problem}")))
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
