//! `name:type[(len)][!][?][=default][:unique][:index]` → [`Field`].

use std::fmt;

use thiserror::Error;

use super::default::DefaultValue;
use super::kind::{DECIMAL_PRECISION_MAX, FieldKind, INDEXED_LEN_MAX, STRING_LEN_MAX};
use crate::name::{FieldName, NameError};

/// One field of a custom module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name of the column and of the JSON key.
    pub name: FieldName,
    /// Its type.
    pub kind: FieldKind,
    /// Whether it may be null, and be left out of requests.
    pub nullable: bool,
    /// What a request that leaves it out gets.
    pub default: Option<DefaultValue>,
    /// The text of the default as given, for the manifest.
    default_text: Option<String>,
    /// Whether a tenant has each value at most once.
    pub unique: bool,
    /// Whether the column is indexed.
    pub index: bool,
}

/// Why a `--field` was refused.
#[derive(Debug, Error)]
pub enum FieldError {
    /// The text has no `name:type` in it.
    #[error("field `{spec}`: expected `name:type`, e.g. `title:string(100)`")]
    Shape {
        /// What was given.
        spec: String,
    },
    /// The name is not legal.
    #[error("field `{spec}`: {reason}")]
    Name {
        /// What was given.
        spec: String,
        /// Why not.
        reason: NameError,
    },
    /// There is no such type.
    #[error("field `{spec}`: unknown type `{kind}`; use one of {}", FieldKind::NAMES.join(", "))]
    Kind {
        /// What was given.
        spec: String,
        /// The type in it.
        kind: String,
    },
    /// Type, length, default and options don't go together.
    #[error("field `{spec}`: {reason}")]
    Rule {
        /// What was given.
        spec: String,
        /// Why not.
        reason: String,
    },
    /// Two fields have the same name, or names that become one in Rust.
    #[error("field `{second}` collides with field `{first}`: choose another name")]
    Duplicate {
        /// The earlier field.
        first: String,
        /// The later one.
        second: String,
    },
}

/// Parses all `--field` values of one module.
///
/// # Errors
/// The first one that is not legal, or that collides with an earlier one.
pub fn parse_all<S: AsRef<str>>(specs: &[S]) -> Result<Vec<Field>, FieldError> {
    let mut fields: Vec<Field> = Vec::with_capacity(specs.len());
    for spec in specs {
        let field = Field::parse(spec.as_ref())?;
        if let Some(first) = fields
            .iter()
            .find(|other| other.name.collides_with(&field.name))
        {
            return Err(FieldError::Duplicate {
                first: first.name.to_string(),
                second: field.name.to_string(),
            });
        }
        fields.push(field);
    }
    Ok(fields)
}

impl Field {
    /// Parses one `--field` value.
    ///
    /// # Errors
    /// [`FieldError`], naming the value and what would be legal.
    pub fn parse(spec: &str) -> Result<Self, FieldError> {
        let shown = crate::name::shown(spec);
        let rule = |reason: String| FieldError::Rule {
            spec: shown.clone(),
            reason,
        };
        let shape = || FieldError::Shape {
            spec: shown.clone(),
        };

        let (name, mut rest) = spec.split_once(':').ok_or_else(shape)?;
        let name = FieldName::new(name).map_err(|reason| FieldError::Name {
            spec: shown.clone(),
            reason,
        })?;

        let (mut unique, mut index) = (false, false);
        loop {
            if let Some(before) = rest.strip_suffix(":unique") {
                (rest, unique) = (before, true);
            } else if let Some(before) = rest.strip_suffix(":index") {
                (rest, index) = (before, true);
            } else {
                break;
            }
        }
        let (type_text, default_text) = match rest.split_once('=') {
            Some((type_text, default)) => (type_text, Some(default)),
            None => (rest, None),
        };
        let bare = type_text.trim_end_matches(['!', '?']);
        let marks = &type_text[bare.len()..];
        let nullable = marks.contains('?');
        if marks.len() > 1 {
            return Err(rule(
                "use one of `!` (required) and `?` (nullable)".to_owned(),
            ));
        }
        let kind = parse_kind(bare, &shown)?;
        if nullable && default_text.is_some() {
            return Err(rule("use `?` or a default, not both".to_owned()));
        }
        let default = match default_text {
            Some(text) => Some(DefaultValue::parse(kind, text).map_err(|reason| {
                rule(format!(
                    "the default `{}` {reason}",
                    crate::name::shown(text)
                ))
            })?),
            None => None,
        };
        if (unique || index) && !kind.can_be_indexed() {
            return Err(rule(format!(
                "a {kind} can't be indexed on every database; \
                 use `string(n)` with n up to {INDEXED_LEN_MAX}"
            )));
        }
        let default_text = default_text.map(str::to_owned);
        Ok(Self {
            name,
            kind,
            nullable,
            default,
            default_text,
            unique,
            index,
        })
    }

    /// The Rust type of the field: `Option<…>` when nullable.
    #[must_use]
    pub fn rust_type(&self) -> String {
        let inner = self.kind.rust_type();
        if self.nullable {
            format!("Option<{inner}>")
        } else {
            inner.to_owned()
        }
    }
}

/// The canonical spelling, as the manifest records it.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.kind)?;
        if self.nullable {
            f.write_str("?")?;
        }
        if let Some(text) = &self.default_text {
            write!(f, "={text}")?;
        }
        if self.unique {
            f.write_str(":unique")?;
        }
        if self.index {
            f.write_str(":index")?;
        }
        Ok(())
    }
}

fn parse_kind(text: &str, shown: &str) -> Result<FieldKind, FieldError> {
    let rule = |reason: String| FieldError::Rule {
        spec: shown.to_owned(),
        reason,
    };
    let (name, arguments) = match text.split_once('(') {
        None => (text, None),
        Some((name, rest)) => match rest.strip_suffix(')') {
            Some(arguments) => (name, Some(arguments)),
            None => return Err(rule("`(` is not closed by `)`".to_owned())),
        },
    };
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let kind = match name {
        "string" => {
            let len = arguments.map_or(Some(255), number);
            let len = len
                .filter(|len| (1..=STRING_LEN_MAX).contains(len))
                .ok_or_else(|| {
                    rule(format!(
                        "a string's length is 1 to {STRING_LEN_MAX}; longer text is `text`"
                    ))
                })?;
            return Ok(FieldKind::String { len });
        }
        "decimal" => return parse_decimal(arguments, number).map_err(rule),
        "text" => FieldKind::Text,
        "int" => FieldKind::Int,
        "bigint" => FieldKind::Bigint,
        "bool" => FieldKind::Bool,
        "date" => FieldKind::Date,
        "datetime" => FieldKind::Datetime,
        "json" => FieldKind::Json,
        "uuid" => FieldKind::Uuid,
        other => {
            let kind = crate::name::shown(other);
            return Err(FieldError::Kind {
                spec: shown.to_owned(),
                kind,
            });
        }
    };
    match arguments {
        Some(_) => Err(rule(format!("a {name} has no length"))),
        None => Ok(kind),
    }
}

fn parse_decimal(
    arguments: Option<&str>,
    number: impl Fn(&str) -> Option<u32>,
) -> Result<FieldKind, String> {
    let (precision, scale) = match arguments {
        None => (Some(20), Some(4)),
        Some(text) => match text.split_once(',') {
            Some((precision, scale)) => (number(precision), number(scale)),
            None => (number(text), Some(0)),
        },
    };
    match (precision, scale) {
        (Some(precision @ 1..=DECIMAL_PRECISION_MAX), Some(scale)) if scale <= precision => {
            Ok(FieldKind::Decimal { precision, scale })
        }
        _ => Err(format!(
            "a decimal is `decimal(digits,behind the point)` with at most \
             {DECIMAL_PRECISION_MAX} digits, e.g. `decimal(20,4)`"
        )),
    }
}
