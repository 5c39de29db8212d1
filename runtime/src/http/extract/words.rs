//! What is wrong with the input, in the language of the request.

use std::borrow::Cow;
use std::fmt::Display;

use garde::i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind};

/// Rules of fields, in Chinese.
pub(super) struct Chinese;

impl I18n for Chinese {
    fn length_lower_than(&self, min: usize) -> Cow<'static, str> {
        format!("长度不能小于 {min}").into()
    }

    fn length_greater_than(&self, max: usize) -> Cow<'static, str> {
        format!("长度不能大于 {max}").into()
    }

    fn range_lower_than(&self, min: &dyn Display) -> Cow<'static, str> {
        format!("不能小于 {min}").into()
    }

    fn range_greater_than(&self, max: &dyn Display) -> Cow<'static, str> {
        format!("不能大于 {max}").into()
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Cow<'static, str> {
        "不是有效的卡号".into()
    }

    fn pattern_no_match(&self, pattern: &dyn Display) -> Cow<'static, str> {
        format!("格式不符合 /{pattern}/").into()
    }

    fn contains_missing(&self, pattern: &dyn Display) -> Cow<'static, str> {
        format!("必须包含“{pattern}”").into()
    }

    fn url_invalid(&self, _: InvalidUrl) -> Cow<'static, str> {
        "不是有效的网址".into()
    }

    fn prefix_missing(&self, pattern: &dyn Display) -> Cow<'static, str> {
        format!("必须以“{pattern}”开头").into()
    }

    fn suffix_missing(&self, pattern: &dyn Display) -> Cow<'static, str> {
        format!("必须以“{pattern}”结尾").into()
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Cow<'static, str> {
        "不是有效的电话号码".into()
    }

    fn ip_invalid(&self, kind: IpKind) -> Cow<'static, str> {
        format!("不是有效的 {kind} 地址").into()
    }

    fn matches_field_mismatch(&self, field: &dyn Display) -> Cow<'static, str> {
        format!("与 {field} 不一致").into()
    }

    fn email_invalid(&self, _: InvalidEmail) -> Cow<'static, str> {
        "不是有效的邮箱地址".into()
    }

    fn ascii_invalid(&self) -> Cow<'static, str> {
        "只能使用 ASCII 字符".into()
    }

    fn alphanumeric_invalid(&self) -> Cow<'static, str> {
        "只能使用字母和数字".into()
    }

    fn required_not_set(&self) -> Cow<'static, str> {
        "不能为空".into()
    }
}

/// What the reader of JSON and of query strings says, in its own words and in Chinese: each
/// pattern has its parts between `{}`.
const READER: [(&[&str], &[&str]); 9] = [
    (&["missing field ", ""], &["缺少字段 ", ""]),
    (
        &["unknown field ", ", expected one of ", ""],
        &["未知字段 ", "，可用的字段：", ""],
    ),
    (
        &["unknown field ", ", expected ", ""],
        &["未知字段 ", "，可用的字段：", ""],
    ),
    (
        &["unknown field ", ", there are no fields"],
        &["未知字段 ", "，这里没有字段"],
    ),
    (
        &["unknown variant ", ", expected one of ", ""],
        &["未知的值 ", "，可用的值：", ""],
    ),
    (
        &["unknown variant ", ", expected ", ""],
        &["未知的值 ", "，可用的值：", ""],
    ),
    (
        &["invalid type: ", ", expected ", ""],
        &["类型错误：收到 ", "，应为 ", ""],
    ),
    (
        &["invalid value: ", ", expected ", ""],
        &["值错误：收到 ", "，应为 ", ""],
    ),
    (
        &["the body is not valid JSON: ", ""],
        &["请求内容不是有效的 JSON：", ""],
    ),
];

/// The Chinese of what a reader says, as far as it is known; the names in it stay.
pub(super) fn chinese(text: &str) -> String {
    let known = READER.iter().find_map(|(english, chinese)| {
        let (first, rest) = english.split_first()?;
        let start = text.find(first)?;
        let mut left = &text[start + first.len()..];
        let mut said = text[..start].to_owned();
        said.push_str(chinese.first()?);
        for (mark, word) in rest.iter().zip(chinese.iter().skip(1)) {
            let end = if mark.is_empty() {
                left.len()
            } else {
                left.find(mark)?
            };
            said.push_str(&left[..end]);
            said.push_str(word);
            left = &left[end + mark.len()..];
        }
        Some(said)
    });
    known.unwrap_or_else(|| text.to_owned())
}
