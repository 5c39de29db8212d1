//! The field types and what each one is in Rust and in the schema.

use std::fmt;

/// Longest `string(n)`, in characters: longer text is `text`.
pub(super) const STRING_LEN_MAX: u32 = 2_000;
/// Longest `string(n)` that can be indexed: MySQL limits a key to 3,072 bytes, tenant included.
pub(super) const INDEXED_LEN_MAX: u32 = 700;
/// Most digits of a decimal that every database and `rust_decimal` keep exactly.
pub(super) const DECIMAL_PRECISION_MAX: u32 = 28;

/// A field's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Up to `len` characters.
    String {
        /// Limit in characters.
        len: u32,
    },
    /// Up to 65,535 bytes.
    Text,
    /// 32-bit integer.
    Int,
    /// 64-bit integer; a string in JSON.
    Bigint,
    /// Exact decimal; a string in JSON.
    Decimal {
        /// Digits in all.
        precision: u32,
        /// Digits behind the point.
        scale: u32,
    },
    /// True or false.
    Bool,
    /// Calendar day.
    Date,
    /// Moment in UTC.
    Datetime,
    /// Any JSON value.
    Json,
    /// UUID.
    Uuid,
}

impl FieldKind {
    /// The names that `--field` takes.
    pub const NAMES: [&'static str; 10] = [
        "string", "text", "int", "bigint", "decimal", "bool", "date", "datetime", "json", "uuid",
    ];

    /// The Rust type of a value, as generated code spells it.
    #[must_use]
    pub fn rust_type(self) -> &'static str {
        match self {
            Self::String { .. } | Self::Text => "String",
            Self::Int => "i32",
            Self::Bigint => "Int64",
            Self::Decimal { .. } => "Decimal",
            Self::Bool => "bool",
            Self::Date => "NaiveDate",
            Self::Datetime => "DateTime<Utc>",
            Self::Json => "Json",
            Self::Uuid => "Uuid",
        }
    }

    /// The column's constructor in a migration, without the name: `string_len`, arguments.
    #[must_use]
    pub fn column(self) -> (&'static str, String) {
        match self {
            Self::String { len } => ("string_len", format!(", {len}")),
            Self::Text => ("text", String::new()),
            Self::Int => ("integer", String::new()),
            Self::Bigint => ("big_integer", String::new()),
            Self::Decimal { precision, scale } => {
                ("decimal_len", format!(", {precision}, {scale}"))
            }
            Self::Bool => ("boolean", String::new()),
            Self::Date => ("date", String::new()),
            Self::Datetime => ("date_time", String::new()),
            Self::Json => ("json", String::new()),
            Self::Uuid => ("uuid", String::new()),
        }
    }

    /// The rule that a request's value is checked with, as an argument of `#[garde(…)]`.
    #[must_use]
    pub fn rule(self) -> String {
        match self {
            Self::String { len } => format!("custom(valid::string({len}))"),
            Self::Text => "custom(valid::text)".to_owned(),
            Self::Decimal { precision, scale } => {
                format!("custom(valid::decimal({precision}, {scale}))")
            }
            Self::Date => "custom(valid::date)".to_owned(),
            Self::Datetime => "custom(valid::datetime)".to_owned(),
            Self::Json => "custom(valid::json)".to_owned(),
            Self::Int | Self::Bigint | Self::Bool | Self::Uuid => "skip".to_owned(),
        }
    }

    /// An expression of `n: u8` (1 to 9) for generated tests: a legal JSON value, another for each
    /// n.
    #[must_use]
    pub fn sample(self) -> String {
        match self {
            Self::String { len } if len < 10 => "n.to_string()".to_owned(),
            Self::String { .. } => "format!(\"value {n}\")".to_owned(),
            Self::Text => "format!(\"text {n}\")".to_owned(),
            Self::Int => "n".to_owned(),
            Self::Bigint => "format!(\"900000000000000000{n}\")".to_owned(),
            Self::Decimal { precision, scale } => decimal_sample(precision, scale),
            Self::Bool => "n.is_multiple_of(2)".to_owned(),
            Self::Date => "format!(\"2026-01-0{n}\")".to_owned(),
            Self::Datetime => "format!(\"2026-01-02T03:04:0{n}Z\")".to_owned(),
            Self::Json => "{ \"n\": n }".to_owned(),
            Self::Uuid => "format!(\"018f0000-0000-7000-8000-00000000000{n}\")".to_owned(),
        }
    }

    /// The first of the samples, as it stands in JSON.
    #[must_use]
    pub fn sample_json(self) -> String {
        match (self, self.sample().as_str()) {
            (Self::Int, _) | (Self::Decimal { .. }, "n.to_string()") => "1".to_owned(),
            (Self::Bool, _) => "false".to_owned(),
            (Self::Json, _) => "{ \"n\": 1 }".to_owned(),
            (_, "n.to_string()") => "\"1\"".to_owned(),
            (_, format) => {
                let text = format.trim_start_matches("format!(").trim_end_matches(')');
                text.replace("{n}", "1")
            }
        }
    }

    /// A JSON literal that a request must not be accepted with, if there is one.
    #[must_use]
    pub fn bad_sample(self) -> Option<String> {
        match self {
            Self::String { len } => Some(format!("\"x\".repeat({})", len + 1)),
            Self::Text => Some("\"x\".repeat(65_536)".to_owned()),
            Self::Int => Some("2_147_483_648_i64".to_owned()),
            Self::Bigint => Some("\"9223372036854775808\"".to_owned()),
            Self::Decimal { scale, .. } => Some(format!("\"0.{}1\"", "0".repeat(scale as usize))),
            Self::Bool => Some("\"yes\"".to_owned()),
            Self::Date => Some("\"2026-02-30\"".to_owned()),
            Self::Datetime => Some("\"2026-01-02 03:04\"".to_owned()),
            Self::Json => None,
            Self::Uuid => Some("\"018f\"".to_owned()),
        }
    }

    /// Whether a column of this type can be part of an index on every database.
    #[must_use]
    pub fn can_be_indexed(self) -> bool {
        match self {
            Self::String { len } => len <= INDEXED_LEN_MAX,
            Self::Text | Self::Json => false,
            _ => true,
        }
    }
}

/// Every digit of the column is used: what is rounded or cut anywhere comes back as another text.
fn decimal_sample(precision: u32, scale: u32) -> String {
    let zeros = |count: u32| "0".repeat(count as usize);
    let whole = match precision - scale {
        0 => "0".to_owned(),
        1 => "{n}".to_owned(),
        digits => format!("9{}{{n}}", zeros(digits - 2)),
    };
    match (precision - scale, scale) {
        (1, 0) => "n.to_string()".to_owned(),
        (_, 0) => format!("format!(\"{whole}\")"),
        (0, scale) => format!("format!(\"0.{}{{n}}\")", zeros(scale - 1)),
        (_, scale) => format!("format!(\"{whole}.{}5\")", zeros(scale - 1)),
    }
}

impl fmt::Display for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String { len } => write!(f, "string({len})"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Text => f.write_str("text"),
            Self::Int => f.write_str("int"),
            Self::Bigint => f.write_str("bigint"),
            Self::Bool => f.write_str("bool"),
            Self::Date => f.write_str("date"),
            Self::Datetime => f.write_str("datetime"),
            Self::Json => f.write_str("json"),
            Self::Uuid => f.write_str("uuid"),
        }
    }
}
