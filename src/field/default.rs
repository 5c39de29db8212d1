//! Defaults of fields: checked against the type, and written as Rust.

use super::kind::FieldKind;

/// Longest default text, in characters: it stands on one line of generated code.
const TEXT_LEN_MAX: usize = 60;

/// A default that fits its field's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// For `string` and `text`.
    Text(String),
    /// For `int` and `bigint`.
    Integer(i64),
    /// For `decimal`: digits without the point, and how many of them stand behind it.
    Decimal {
        /// All digits as an integer.
        mantissa: i128,
        /// Digits behind the point.
        scale: u32,
    },
    /// For `bool`.
    Bool(bool),
}

impl DefaultValue {
    /// Reads `text` as a default for `kind`.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn parse(kind: FieldKind, text: &str) -> Result<Self, String> {
        match kind {
            FieldKind::String { len } => parse_text(text, len as usize),
            FieldKind::Text => parse_text(text, TEXT_LEN_MAX),
            FieldKind::Int => match text.parse::<i32>() {
                Ok(value) => Ok(Self::Integer(value.into())),
                Err(_) => Err("is not a 32-bit integer".to_owned()),
            },
            FieldKind::Bigint => match text.parse::<i64>() {
                Ok(value) => Ok(Self::Integer(value)),
                Err(_) => Err("is not a 64-bit integer".to_owned()),
            },
            FieldKind::Decimal { precision, scale } => parse_decimal(text, precision, scale),
            FieldKind::Bool => match text {
                "true" => Ok(Self::Bool(true)),
                "false" => Ok(Self::Bool(false)),
                _ => Err("is neither `true` nor `false`".to_owned()),
            },
            FieldKind::Date | FieldKind::Datetime | FieldKind::Json | FieldKind::Uuid => Err(
                format!("can't be: a {kind} has no default; make it nullable with `?`"),
            ),
        }
    }

    /// The default as a Rust expression of the field's type.
    #[must_use]
    pub fn to_rust(&self, kind: FieldKind) -> String {
        match self {
            Self::Text(text) if text.is_empty() => "String::new()".to_owned(),
            Self::Text(text) => format!("{text:?}.to_owned()"),
            Self::Integer(value) if kind == FieldKind::Bigint => format!("Int64({value})"),
            Self::Integer(value) => value.to_string(),
            Self::Decimal { mantissa, scale } => {
                format!("Decimal::from_parts({mantissa}, {scale})")
            }
            Self::Bool(value) => value.to_string(),
        }
    }
}

fn parse_text(text: &str, len: usize) -> Result<DefaultValue, String> {
    let limit = len.min(TEXT_LEN_MAX);
    if text.chars().count() > limit {
        return Err(format!("is longer than {limit} characters"));
    }
    if text
        .chars()
        .any(|c| c.is_control() || matches!(c, '«' | '»'))
    {
        return Err("holds a character that can't stand in source code".to_owned());
    }
    Ok(DefaultValue::Text(text.to_owned()))
}

fn parse_decimal(text: &str, precision: u32, scale: u32) -> Result<DefaultValue, String> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let pointless = unsigned.ends_with('.');
    if whole.is_empty() || pointless || !digits(whole) || !digits(fraction) {
        return Err("is not a decimal such as 12.50".to_owned());
    }
    let whole = whole.trim_start_matches('0');
    if fraction.len() > scale as usize || whole.len() > (precision - scale) as usize {
        return Err(format!("does not fit decimal({precision},{scale})"));
    }
    let mantissa = format!("{whole}{fraction}").parse::<i128>().unwrap_or(0);
    let mantissa = if text.starts_with('-') {
        -mantissa
    } else {
        mantissa
    };
    Ok(DefaultValue::Decimal {
        mantissa,
        scale: u32::try_from(fraction.len()).unwrap_or(0),
    })
}
