//! Values that add up exactly on every database.

use std::ops::AddAssign;

use crate::error::{AppError, AppResult};
use crate::types::Decimal;

/// Largest value of one event, and smallest below zero: 10^12. An hour of a metric would need nine
/// million of them to leave the range of its column.
pub const STAT_VALUE_MAX: i64 = 1_000_000_000_000;

/// Digits behind the point.
const SCALE: u32 = 9;
const UNIT: i128 = 1_000_000_000;

/// What an event adds to a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatValue {
    /// A whole number.
    Int(i64),
    /// An exact decimal with at most nine digits behind the point; for metrics of decimals.
    Decimal(Decimal),
}

impl From<i64> for StatValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for StatValue {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<Decimal> for StatValue {
    fn from(value: Decimal) -> Self {
        Self::Decimal(value)
    }
}

/// A value as columns hold it: a whole number and billionths, which add up on their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) whole: i64,
    pub(super) billionths: i64,
}

impl Amount {
    /// Of a value in range.
    pub(super) fn new(value: StatValue) -> AppResult<Self> {
        let amount = match value {
            StatValue::Int(whole) => Self {
                whole,
                billionths: 0,
            },
            StatValue::Decimal(value) => {
                let value = value.normalize();
                if value.scale() > SCALE {
                    return Err(AppError::param((
                        "value: must have at most 9 digits behind the point",
                        "value：小数最多 9 位",
                    )));
                }
                let whole = i64::try_from(value.trunc().mantissa());
                let whole = whole.map_err(|_| range())?;
                let mut part = value.fract();
                part.rescale(SCALE);
                Self {
                    whole,
                    billionths: i64::try_from(part.mantissa()).unwrap_or(0),
                }
            }
        };
        if amount.whole.unsigned_abs() > STAT_VALUE_MAX.unsigned_abs() {
            return Err(range());
        }
        Ok(amount)
    }
}

fn range() -> AppError {
    AppError::param((
        "value: must be -10^12 to 10^12",
        "value：须在 -10^12 到 10^12 之间",
    ))
}

/// What cells hold and statements add: sums of amounts, and how many events they are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) whole: i128,
    pub(super) billionths: i128,
    pub(super) count: i128,
}

impl Sum {
    pub(super) fn add(&mut self, amount: Amount) {
        self.whole += i128::from(amount.whole);
        self.billionths += i128::from(amount.billionths);
        self.count += 1;
    }

    /// The figure.
    pub(super) fn value(&self) -> AppResult<Decimal> {
        let total = self.whole.checked_mul(UNIT);
        let total = total.and_then(|whole| whole.checked_add(self.billionths));
        let value = total.and_then(|total| {
            rust_decimal::Decimal::try_from_i128_with_scale(total, SCALE)
                .ok()
                .or_else(|| rust_decimal::Decimal::try_from_i128_with_scale(total / UNIT, 0).ok())
        });
        value
            .map(|value| Decimal(value.normalize()))
            .ok_or_else(|| AppError::internal("a figure is larger than a decimal can be"))
    }

    /// The three columns.
    pub(super) fn columns(&self) -> AppResult<[i64; 3]> {
        let column = |value: i128| {
            i64::try_from(value).map_err(|_| AppError::internal("a figure left its column's range"))
        };
        Ok([
            column(self.whole)?,
            column(self.billionths)?,
            column(self.count)?,
        ])
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.whole += other.whole;
        self.billionths += other.billionths;
        self.count += other.count;
    }
}
