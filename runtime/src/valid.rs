//! Rules for the fields of requests, for `#[garde(custom(…))]`: what every database stores as it came.
//!
//! A nullable field passes when it is null.

use std::borrow::Cow;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use garde::{Error, Result};

use crate::error::Language;
use crate::http::Scope;
use crate::types::{Decimal, Json};

/// Most bytes of a `text` column, as MySQL limits it.
const TEXT_BYTES_MAX: usize = 65_535;
/// Years that every database stores.
const YEARS: std::ops::RangeInclusive<i32> = 1000..=9999;

/// A broken rule, in the language of the request that is being answered. For rules of your own.
#[must_use]
pub fn broken(
    english: impl Into<Cow<'static, str>>,
    chinese: impl Into<Cow<'static, str>>,
) -> Error {
    Error::new(match Scope::current().language {
        Language::English => english.into(),
        Language::Chinese => chinese.into(),
    })
}

/// A value that may be absent.
pub trait Field<T: ?Sized> {
    /// The value, when there is one.
    fn value(&self) -> Option<&T>;
}

impl Field<str> for String {
    fn value(&self) -> Option<&str> {
        Some(self)
    }
}

impl Field<str> for Option<String> {
    fn value(&self) -> Option<&str> {
        self.as_deref()
    }
}

macro_rules! field {
    ($($type:ty),*) => {$(
        impl Field<$type> for $type {
            fn value(&self) -> Option<&$type> {
                Some(self)
            }
        }

        impl Field<$type> for Option<$type> {
            fn value(&self) -> Option<&$type> {
                self.as_ref()
            }
        }
    )*};
}

field!(Decimal, NaiveDate, DateTime<Utc>, Json);

/// Text of at most `max` characters, without NUL.
pub fn string<F: Field<str>>(max: usize) -> impl FnOnce(&F, &()) -> Result {
    move |field, ()| match field.value() {
        Some(text) if text.chars().count() > max => Err(broken(
            format!("is longer than {max} characters"),
            format!("不能超过 {max} 个字符"),
        )),
        Some(text) => no_nul(text),
        None => Ok(()),
    }
}

/// Text of at most 65,535 bytes, without NUL.
///
/// # Errors
/// What is wrong with it.
pub fn text<F: Field<str>>(field: &F, (): &()) -> Result {
    match field.value() {
        Some(text) if text.len() > TEXT_BYTES_MAX => Err(broken(
            format!("is longer than {TEXT_BYTES_MAX} bytes"),
            format!("不能超过 {TEXT_BYTES_MAX} 字节"),
        )),
        Some(text) => no_nul(text),
        None => Ok(()),
    }
}

/// A decimal that a column `decimal(precision, scale)` holds without rounding.
pub fn decimal<F: Field<Decimal>>(precision: u32, scale: u32) -> impl FnOnce(&F, &()) -> Result {
    move |field, ()| {
        let Some(value) = field.value().map(|value| value.normalize()) else {
            return Ok(());
        };
        let whole = value.trunc().mantissa().unsigned_abs();
        let whole_digits = whole.checked_ilog10().map_or(0, |digits| digits + 1);
        if value.scale() > scale || whole_digits > precision - scale {
            return Err(broken(
                format!(
                    "has more digits than {} before and {scale} behind the point",
                    precision - scale
                ),
                format!(
                    "整数部分最多 {} 位，小数部分最多 {scale} 位",
                    precision - scale
                ),
            ));
        }
        Ok(())
    }
}

/// A decimal that is not below 0: a price, a threshold.
///
/// # Errors
/// What is wrong with it.
pub fn not_negative<F: Field<Decimal>>(field: &F, (): &()) -> Result {
    match field.value() {
        Some(value) if value.is_sign_negative() && !value.is_zero() => {
            Err(broken("is below 0", "不能小于 0"))
        }
        _ => Ok(()),
    }
}

/// A day in the years 1000 to 9999.
///
/// # Errors
/// What is wrong with it.
pub fn date<F: Field<NaiveDate>>(field: &F, (): &()) -> Result {
    year(field.value().map(|date| date.year()))
}

/// A moment in the years 1000 to 9999.
///
/// # Errors
/// What is wrong with it.
pub fn datetime<F: Field<DateTime<Utc>>>(field: &F, (): &()) -> Result {
    year(field.value().map(|moment| moment.year()))
}

/// JSON of at most 65,535 bytes, without NUL in its texts.
///
/// # Errors
/// What is wrong with it.
pub fn json<F: Field<Json>>(field: &F, (): &()) -> Result {
    let Some(value) = field.value() else {
        return Ok(());
    };
    let text = value.to_string();
    if text.len() > TEXT_BYTES_MAX {
        return Err(broken(
            format!("is longer than {TEXT_BYTES_MAX} bytes"),
            format!("不能超过 {TEXT_BYTES_MAX} 字节"),
        ));
    }
    if holds_nul(value) {
        return Err(broken("holds the character NUL", "不能包含 NUL 字符"));
    }
    Ok(())
}

fn year(year: Option<i32>) -> Result {
    match year {
        Some(year) if !YEARS.contains(&year) => Err(broken(
            "is not in the years 1000 to 9999",
            "年份必须在 1000 到 9999 之间",
        )),
        _ => Ok(()),
    }
}

fn no_nul(text: &str) -> Result {
    if text.contains('\0') {
        return Err(broken("holds the character NUL", "不能包含 NUL 字符"));
    }
    Ok(())
}

fn holds_nul(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains('\0'),
        Json::Array(items) => items.iter().any(holds_nul),
        Json::Object(map) => map
            .iter()
            .any(|(key, value)| key.contains('\0') || holds_nul(value)),
        _ => false,
    }
}
