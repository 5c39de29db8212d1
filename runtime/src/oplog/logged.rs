//! What a module says of the rows whose changes are logged.

use std::borrow::Cow;

use crate::error::Language;

/// A kind of rows: its name in the log, and what it and its fields are called.
///
/// ```
/// use cloudapp_runtime::oplog::{Field, Logged};
///
/// pub const LOGGED: Logged = Logged::new("coupon")
///     .called("Coupon", "优惠券")
///     .fields(&[
///         Field::new("title", "Title", "标题"),
///         Field::new("kind", "Kind", "类型").values(&[("1", "Fixed", "定额"), ("2", "Share", "折扣")]),
///         Field::secret("redeem_code", "Redeem code", "兑换码"),
///     ]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Logged {
    name: &'static str,
    english: &'static str,
    chinese: &'static str,
    fields: &'static [Field],
}

impl Logged {
    /// Rows of this name, e.g. that of their module: at most 64 characters. Without
    /// [`Logged::called`] and [`Logged::fields`] people read the names of code.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            english: "",
            chinese: "",
            fields: &[],
        }
    }

    /// Sets what people call such a row, in English and Chinese.
    #[must_use]
    pub const fn called(mut self, english: &'static str, chinese: &'static str) -> Self {
        self.english = english;
        self.chinese = chinese;
        self
    }

    /// Says what its fields are called. Others are shown by their names.
    #[must_use]
    pub const fn fields(mut self, fields: &'static [Field]) -> Self {
        self.fields = fields;
        self
    }

    /// The name in the log.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What people call such a row.
    #[must_use]
    pub fn title(&self, language: Language) -> Cow<'static, str> {
        match language {
            Language::English if !self.english.is_empty() => self.english.into(),
            Language::Chinese if !self.chinese.is_empty() => self.chinese.into(),
            _ => readable(self.name).into(),
        }
    }

    /// What is said of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A field of a row.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    name: &'static str,
    english: &'static str,
    chinese: &'static str,
    is_secret: bool,
    values: &'static [(&'static str, &'static str, &'static str)],
}

impl Field {
    /// A field by its name in JSON, and what people call it in English and Chinese. A field of a
    /// field is named `config.total`.
    #[must_use]
    pub const fn new(name: &'static str, english: &'static str, chinese: &'static str) -> Self {
        Self {
            name,
            english,
            chinese,
            is_secret: false,
            values: &[],
        }
    }

    /// A field whose values are not written into the log, only whether they changed.
    #[must_use]
    pub const fn secret(name: &'static str, english: &'static str, chinese: &'static str) -> Self {
        let mut field = Self::new(name, english, chinese);
        field.is_secret = true;
        field
    }

    /// Says what single values are called: the value as text, English, Chinese.
    #[must_use]
    pub const fn values(
        mut self,
        values: &'static [(&'static str, &'static str, &'static str)],
    ) -> Self {
        self.values = values;
        self
    }

    /// Whether its values stay out of the log.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.is_secret
    }

    /// What people call it.
    #[must_use]
    pub const fn label(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }

    /// What people call a value of it.
    #[must_use]
    pub fn value(&self, value: &str, language: Language) -> Option<&'static str> {
        let found = self.values.iter().find(|(known, _, _)| *known == value);
        found.map(|(_, english, chinese)| match language {
            Language::English => *english,
            Language::Chinese => *chinese,
        })
    }
}

/// A name of code for people: `gift_card` → `Gift card`.
pub(super) fn readable(name: &str) -> String {
    let mut text = name.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
