//! A message for a client, in one language or in both.

use std::borrow::Cow;

use super::Language;

/// What a client is told: `"at most 5 a day"`, or in both languages `("at most 5 a day",
/// "每天最多 5 次")`. Either may be made by `format!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    english: Cow<'static, str>,
    chinese: Option<Cow<'static, str>>,
}

impl Message {
    /// The text in a language; in English where there is no other.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match (language, &self.chinese) {
            (Language::Chinese, Some(chinese)) => chinese,
            _ => &self.english,
        }
    }
}

impl From<Cow<'static, str>> for Message {
    fn from(english: Cow<'static, str>) -> Self {
        Self {
            english,
            chinese: None,
        }
    }
}

impl From<&'static str> for Message {
    fn from(english: &'static str) -> Self {
        Cow::from(english).into()
    }
}

impl From<String> for Message {
    fn from(english: String) -> Self {
        Cow::<'static, str>::from(english).into()
    }
}

impl<E, C> From<(E, C)> for Message
where
    E: Into<Cow<'static, str>>,
    C: Into<Cow<'static, str>>,
{
    fn from((english, chinese): (E, C)) -> Self {
        Self {
            english: english.into(),
            chinese: Some(chinese.into()),
        }
    }
}
