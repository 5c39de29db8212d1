//! [`Decimal`]: exact decimal numbers, strings in JSON.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use garde::rules::range::{Bounds, OutOfBounds};
use rust_decimal::prelude::FromPrimitive;
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, Value, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// An exact decimal number with up to 28 digits: a string in JSON, without trailing zeros.
///
/// On input a string or a JSON integer is accepted; a JSON number with a fraction is refused,
/// because it passes through a binary double and would not arrive as it was written.
///
/// Every database stores it exactly. SQLite has no decimal type: there the column is text (as
/// `decimal_len` of a migration makes it), which SQL neither sorts nor adds up by value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub rust_decimal::Decimal);

impl Decimal {
    /// `mantissa` with the point `scale` digits from the right: `from_parts(1250, 2)` is 12.5.
    ///
    /// # Panics
    /// `scale` is above 28, or `mantissa` has more than 96 bits: for literals in code.
    #[must_use]
    pub fn from_parts(mantissa: i128, scale: u32) -> Self {
        Self(rust_decimal::Decimal::from_i128_with_scale(mantissa, scale))
    }
}

impl Deref for Decimal {
    type Target = rust_decimal::Decimal;

    fn deref(&self) -> &rust_decimal::Decimal {
        &self.0
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

impl FromStr for Decimal {
    type Err = rust_decimal::Error;

    fn from_str(text: &str) -> Result<Self, rust_decimal::Error> {
        // `from_str_exact` refuses more digits than fit instead of rounding them away.
        rust_decimal::Decimal::from_str_exact(text).map(Self)
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(value: rust_decimal::Decimal) -> Self {
        Self(value)
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(value.into())
    }
}

impl From<Decimal> for rust_decimal::Decimal {
    fn from(value: Decimal) -> Self {
        value.0
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DecimalVisitor)
    }
}

struct DecimalVisitor;

impl Visitor<'_> for DecimalVisitor {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number as a string, e.g. \"12.50\"")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Decimal, E> {
        Ok(Decimal(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Decimal, E> {
        Ok(Decimal(value.into()))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Decimal, E> {
        value
            .parse()
            .map_err(|_| E::invalid_value(de::Unexpected::Str(value), &self))
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        value.0.into()
    }
}

impl TryGetable for Decimal {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        #[cfg(feature = "sqlite")]
        if row.try_as_sqlite_row().is_some() {
            let text = String::try_get_by(row, index)?;
            let wrong =
                |error| TryGetError::DbErr(sea_orm::DbErr::Type(format!("`{text}`: {error}")));
            return text.parse().map_err(wrong);
        }
        rust_decimal::Decimal::try_get_by(row, index).map(Self)
    }
}

impl ValueType for Decimal {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <rust_decimal::Decimal as ValueType>::try_from(value).map(Self)
    }

    fn type_name() -> String {
        "Decimal".to_owned()
    }

    fn array_type() -> ArrayType {
        rust_decimal::Decimal::array_type()
    }

    fn column_type() -> ColumnType {
        ColumnType::Decimal(None)
    }
}

impl Nullable for Decimal {
    fn null() -> Value {
        rust_decimal::Decimal::null()
    }
}

/// Ranges in `#[garde(range(min = 0.0))]` are given as floating-point literals.
impl Bounds for Decimal {
    type Size = f64;

    const MIN: f64 = f64::MIN;
    const MAX: f64 = f64::MAX;

    fn validate_bounds(&self, lower: f64, upper: f64) -> Result<(), OutOfBounds> {
        // A bound that no `Decimal` reaches does not convert, and then does not bind.
        let bound = rust_decimal::Decimal::from_f64;
        if bound(lower).is_some_and(|lower| self.0 < lower) {
            return Err(OutOfBounds::Lower);
        }
        if bound(upper).is_some_and(|upper| self.0 > upper) {
            return Err(OutOfBounds::Upper);
        }
        Ok(())
    }
}

impl PartialSchema for Decimal {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^-?[0-9]+(\\.[0-9]+)?$"))
            .description(Some("Decimal number"))
            .into()
    }
}

impl ToSchema for Decimal {}
