//! Which of our languages a client reads.

use axum::http::{HeaderMap, header};

use crate::error::Language;

/// The best of our languages by `Accept-Language`, or `fallback` when the header names neither.
///
/// Follows RFC 9110: higher weight first, then the order of the header; weight 0 means "not this".
pub(super) fn negotiate(headers: &HeaderMap, fallback: Language) -> Language {
    let Some(header) = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
    else {
        return fallback;
    };
    let mut best: Option<(Language, u16)> = None;
    for item in header.split(',') {
        let mut parts = item.split(';');
        let tag = parts.next().unwrap_or_default().trim();
        let weight = parts.find_map(weight).unwrap_or(1000);
        let Some(language) = known(tag, fallback) else {
            continue;
        };
        if weight > 0 && best.is_none_or(|(_, heaviest)| weight > heaviest) {
            best = Some((language, weight));
        }
    }
    best.map_or(fallback, |(language, _)| language)
}

/// Our language for a tag such as `zh-CN`; `*` is whatever we speak by default.
fn known(tag: &str, fallback: Language) -> Option<Language> {
    let primary = tag.split('-').next().unwrap_or_default();
    if primary.eq_ignore_ascii_case("zh") {
        Some(Language::Chinese)
    } else if primary.eq_ignore_ascii_case("en") {
        Some(Language::English)
    } else if primary == "*" {
        Some(fallback)
    } else {
        None
    }
}

/// The weight in thousandths of a parameter `q=0.8`.
fn weight(parameter: &str) -> Option<u16> {
    let value = parameter
        .trim()
        .strip_prefix("q=")?
        .trim()
        .parse::<f32>()
        .ok()?;
    (0.0..=1.0)
        .contains(&value)
        .then(|| (value * 1000.0).round() as u16)
}
