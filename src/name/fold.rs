//! The stem under which two names count as one: `Post`, `posts`, `po_st` and `post` have the same.
//!
//! Not a dictionary: both sides are cut down by the same rules, so only their equality means
//! anything. A pair of different words with one stem is refused needlessly, which costs a longer
//! name; the other mistake would give an app two modules that nobody can tell apart.

/// Plurals whose stem no rule below finds.
const IRREGULAR: &[(&str, &str)] = &[
    ("children", "child"),
    ("feet", "foot"),
    ("geese", "goose"),
    ("indices", "index"),
    ("matrices", "matrix"),
    ("men", "man"),
    ("mice", "mouse"),
    ("people", "person"),
    ("teeth", "tooth"),
    ("vertices", "vertex"),
];

/// A stem this short is not cut further: `bus` and `bu` differ.
const STEM_LENGTH_MIN: usize = 3;

/// The stem of a name: lower case, without `_` and `-`, without the endings of a plural.
pub(super) fn stem(name: &str) -> String {
    let mut stem: String = name
        .chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect();
    for (plural, singular) in IRREGULAR {
        if let Some(front) = stem.strip_suffix(plural) {
            stem = format!("{front}{singular}");
            break;
        }
    }
    // "statuses" → "status" → "statu", and so "status".
    while stem.len() > STEM_LENGTH_MIN && stem.ends_with(['s', 'e']) {
        stem.pop();
    }
    // "category" and "categori(es)", "shelf" and "shelv(es)", "quiz" and "quizz(es)".
    for (ending, same) in [('y', 'i'), ('f', 'v')] {
        if stem.ends_with(ending) {
            stem.pop();
            stem.push(same);
        }
    }
    let mut ending = stem.chars().rev();
    if stem.len() > STEM_LENGTH_MIN && ending.next() == ending.next() {
        stem.pop();
    }
    stem
}
