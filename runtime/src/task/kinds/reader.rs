//! Reads `config_json`: says what is wrong with it, and where.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value;

use crate::config::nearest;

/// What is wrong with a task's configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("config{path}: {reason}")]
pub struct ConfigProblem {
    /// Where: a JSON path, e.g. `.gear_list[2].gear`; empty for the whole.
    pub path: String,
    /// What.
    pub reason: String,
}

impl ConfigProblem {
    /// Something is wrong with the whole of it.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            reason: reason.into(),
        }
    }
}

pub(super) type Read<T> = Result<T, ConfigProblem>;

/// Longest text in a configuration.
const TEXT_MAX_CHARS: usize = 500;
/// Most items of a list.
const ITEMS_MAX: usize = 1_000;
/// Largest number of anything.
pub(super) const NUMBER_MAX: i64 = 1_000_000_000;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    path: String,
    value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self {
            path: String::new(),
            value,
        }
    }

    pub(super) fn wrong<T>(&self, reason: impl fmt::Display) -> Read<T> {
        Err(ConfigProblem {
            path: self.path.clone(),
            reason: reason.to_string(),
        })
    }

    pub(super) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// A member; absent, `null` and the empty text are the same.
    pub(super) fn get(&self, name: &str) -> Option<Node<'a>> {
        let value = self.value.get(name)?;
        let is_empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        (!is_empty).then(|| Node {
            path: format!("{}.{name}", self.path),
            value,
        })
    }

    /// A member that must be there.
    pub(super) fn need(&self, name: &str) -> Read<Node<'a>> {
        match self.get(name) {
            Some(node) => Ok(node),
            None => Err(ConfigProblem {
                path: format!("{}.{name}", self.path),
                reason: "is missing".to_owned(),
            }),
        }
    }

    /// Refuses members of other names.
    pub(super) fn only(&self, known: &[&str]) -> Read<()> {
        let Some(map) = self.value.as_object() else {
            return self.wrong("is not an object");
        };
        let Some(unknown) = map.keys().find(|name| !known.contains(&name.as_str())) else {
            return Ok(());
        };
        let hint = nearest(unknown, known.iter().copied());
        let hint = hint.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Err(ConfigProblem {
            path: format!("{}.{unknown}", self.path),
            reason: format!("is not a field of this type of task{hint}"),
        })
    }

    /// A whole number, which may be written as text, as the original framework often did.
    pub(super) fn whole(&self, least: i64, most: i64) -> Read<i64> {
        let number = match self.value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if (least..=most).contains(&number) => Ok(number),
            Some(number) => self.wrong(format!("is {number}; it must be {least} to {most}")),
            None => self.wrong("is not a whole number"),
        }
    }

    pub(super) fn whole_or(
        &self,
        name: &str,
        default: i64,
        (least, most): (i64, i64),
    ) -> Read<i64> {
        let given = self.get(name);
        given.map_or(Ok(default), |node| node.whole(least, most))
    }

    /// An amount of money, in hundredths.
    pub(super) fn money(&self) -> Read<i64> {
        let text = match self.value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.trim().to_owned(),
            _ => String::new(),
        };
        let Ok(amount) = text.parse::<Decimal>() else {
            return self.wrong("is not an amount of money");
        };
        let hundredths = amount * Decimal::ONE_HUNDRED;
        let is_fit = hundredths.fract().is_zero() && hundredths > Decimal::ZERO;
        match hundredths.to_i64() {
            Some(value) if is_fit && value <= NUMBER_MAX * 100 => Ok(value),
            _ => self.wrong("must be more than 0, with at most two digits behind the point"),
        }
    }

    /// A switch: `true`, `false`, 1 or 0.
    pub(super) fn flag_or(&self, name: &str, default: bool) -> Read<bool> {
        let Some(node) = self.get(name) else {
            return Ok(default);
        };
        match node.value {
            Value::Bool(flag) => Ok(*flag),
            _ => Ok(node.whole(0, 1)? == 1),
        }
    }

    /// Text; a number is taken for its digits.
    pub(super) fn text(&self) -> Read<String> {
        let text = match self.value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return self.wrong("is not text"),
        };
        if text.chars().count() > TEXT_MAX_CHARS || text.contains('\0') {
            return self.wrong(format!(
                "has more than {TEXT_MAX_CHARS} characters, or a NUL"
            ));
        }
        Ok(text)
    }

    pub(super) fn text_or(&self, name: &str, default: &str) -> Read<String> {
        let given = self.get(name);
        given.map_or_else(|| Ok(default.to_owned()), |node| node.text())
    }

    /// An id: text of at most 64 characters, as the columns hold.
    pub(super) fn id_or(&self, name: &str, default: &str) -> Read<String> {
        let Some(node) = self.get(name) else {
            return Ok(default.to_owned());
        };
        let text = node.text()?;
        if text.chars().count() > 64 || text.chars().any(char::is_control) {
            return node.wrong("has more than 64 characters, or a control character");
        }
        Ok(text)
    }

    pub(super) fn items(&self) -> Read<Vec<Node<'a>>> {
        let Some(items) = self.value.as_array() else {
            return self.wrong("is not a list");
        };
        if items.len() > ITEMS_MAX {
            return self.wrong(format!("has more than {ITEMS_MAX} items"));
        }
        let nodes = items.iter().enumerate().map(|(index, value)| Node {
            path: format!("{}[{index}]", self.path),
            value,
        });
        Ok(nodes.collect())
    }

    /// Ids as a list, or separated by commas.
    pub(super) fn ids(&self) -> Read<Vec<String>> {
        let ids: Vec<String> = match self.value {
            Value::Array(_) => {
                let items = self.items()?;
                items.iter().map(Node::text).collect::<Read<_>>()?
            }
            _ => self
                .text()?
                .split(',')
                .map(|id| id.trim().to_owned())
                .collect(),
        };
        Ok(ids.into_iter().filter(|id| !id.is_empty()).collect())
    }

    /// Rewards by day: a list of `{day, …}`, or the older form, an object whose names are days.
    /// By number, so that day 10 comes after day 9.
    pub(super) fn days(&self) -> Read<BTreeMap<i64, Node<'a>>> {
        let mut days = BTreeMap::new();
        let Some(map) = self.value.as_object() else {
            for item in self.items()? {
                let day = item.need("day")?;
                let number = day.whole(1, 366)?;
                if days.insert(number, item).is_some() {
                    return day.wrong(format!("day {number} comes twice"));
                }
            }
            return Ok(days);
        };
        for (name, value) in map {
            let node = Node {
                path: format!("{}.{name}", self.path),
                value,
            };
            match name.trim().parse::<i64>() {
                Ok(number) if (1..=366).contains(&number) => drop(days.insert(number, node)),
                _ => return node.wrong("is not the number of a day, 1 to 366"),
            }
        }
        Ok(days)
    }

    /// Whether it is a bare number, as the older form has instead of an object.
    pub(super) fn is_scalar(&self) -> bool {
        !self.value.is_object() && !self.value.is_array()
    }
}
