//! The one grammar behind all names, `[a-z][a-z0-9]*(SEPARATOR[a-z0-9]+)*`, and suggestions that
//! obey it.

use super::error::{NameError, NameKind, Reason, is_printable, shown};

/// What differs between kinds of names.
pub(super) struct Grammar {
    pub(super) kind: NameKind,
    /// What may stand between two words; the first is what suggestions use.
    pub(super) separators: &'static [char],
    /// The characters, for messages.
    pub(super) allowed: &'static str,
    /// Characters, all ASCII.
    pub(super) length_max: usize,
    /// In front of a suggestion that would not start with a letter.
    pub(super) prefix: &'static str,
    /// Behind a suggestion that is taken; alone the suggestion for nothing.
    pub(super) suffix: &'static str,
}

impl Grammar {
    /// Checks `input` against the grammar, then against `taken`, and makes the error.
    ///
    /// `taken` gets only what the grammar allows.
    pub(super) fn check(
        &self,
        input: &str,
        taken: impl Fn(&str) -> Option<Reason>,
    ) -> Result<(), NameError> {
        match self.shape(input).or_else(|| taken(input)) {
            None => Ok(()),
            Some(reason) => Err(self.refuse(input, reason, taken)),
        }
    }

    /// The error for `input`, with a suggestion that `taken` lets through.
    pub(super) fn refuse(
        &self,
        input: &str,
        reason: Reason,
        taken: impl Fn(&str) -> Option<Reason>,
    ) -> NameError {
        let suggestion = self.suggest(input, |name| {
            self.shape(name).or_else(|| taken(name)).is_none()
        });
        NameError {
            kind: self.kind,
            given: shown(input),
            reason,
            suggestion,
        }
    }

    /// The first thing wrong with the shape.
    fn shape(&self, input: &str) -> Option<Reason> {
        let length = input.chars().count();
        if length == 0 {
            return Some(Reason::Empty);
        }
        let legal = |letter: char| {
            letter.is_ascii_lowercase()
                || letter.is_ascii_digit()
                || self.separators.contains(&letter)
        };
        if let Some((index, character)) = input
            .chars()
            .enumerate()
            .find(|(_, letter)| !legal(*letter))
        {
            return Some(Reason::Character {
                character,
                position: index + 1,
                allowed: self.allowed,
            });
        }
        if !input.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Some(Reason::Start);
        }
        let mut before_is_separator = false;
        for letter in input.chars().chain(self.separators.first().copied()) {
            let is_separator = self.separators.contains(&letter);
            if is_separator && before_is_separator {
                let separator = input
                    .chars()
                    .rev()
                    .find(|last| self.separators.contains(last));
                return separator.map(|separator| Reason::Separator { separator });
            }
            before_is_separator = is_separator;
        }
        (length > self.length_max).then_some(Reason::TooLong {
            length,
            limit: self.length_max,
        })
    }

    fn suggest(&self, input: &str, is_legal: impl Fn(&str) -> bool) -> String {
        let separator = self.separators[0];
        let stem = self.stem(input);
        let first = self.fit(&stem, "");
        if is_legal(&first) {
            return first;
        }
        let second = self.fit(&stem, &format!("{separator}{}", self.suffix));
        if is_legal(&second) {
            return second;
        }
        // What is taken is a finite list, so a number is free; the bound is for the eye only.
        (2..10_000_u32)
            .map(|number| self.fit(&stem, &format!("{separator}{}{number}", self.suffix)))
            .find(|name| is_legal(name))
            .unwrap_or(second)
    }

    /// The words of `input` in the alphabet of the grammar, starting with a letter.
    fn stem(&self, input: &str) -> String {
        let separator = self.separators[0];
        let mut stem = String::new();
        let mut before_is_lower = false;
        for character in input.chars().take(4 * self.length_max) {
            let letter = latin(character).unwrap_or(character);
            if letter.is_ascii_alphanumeric() {
                // "userPost" is two words.
                if letter.is_ascii_uppercase() && before_is_lower {
                    stem.push(separator);
                }
                stem.push(letter.to_ascii_lowercase());
            } else if is_invisible(letter) {
                continue;
            } else if !stem.is_empty() && !stem.ends_with(self.separators) {
                let kept = self.separators.contains(&letter);
                stem.push(if kept { letter } else { separator });
            }
            before_is_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        }
        let stem = stem.trim_end_matches(self.separators);
        match stem.chars().next() {
            None => self.suffix.to_owned(),
            Some(first) if first.is_ascii_digit() => format!("{}{separator}{stem}", self.prefix),
            Some(_) => stem.to_owned(),
        }
    }

    /// `stem` and `ending` within the length.
    fn fit(&self, stem: &str, ending: &str) -> String {
        let room = self.length_max.saturating_sub(ending.len());
        let front = stem
            .get(..room)
            .unwrap_or(stem)
            .trim_end_matches(self.separators);
        format!("{front}{ending}")
    }
}

/// Zero-width characters and such stand between no two words.
fn is_invisible(character: char) -> bool {
    !character.is_control() && !character.is_whitespace() && !is_printable(character)
}

/// The Latin letter that a character of another script is drawn like.
fn latin(character: char) -> Option<char> {
    // Full-width forms mirror ASCII.
    if let '\u{ff01}'..='\u{ff5e}' = character {
        return char::from_u32(u32::from(character) - 0xfee0);
    }
    let pairs = [
        ("аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwкkмmтtвbнh", "Cyrillic"),
        ("οoαaνvρpιiκkτtυuχxωw", "Greek"),
        (
            "áaàaâaäaãaåaçcéeèeêeëeíiìiîiïiñnóoòoôoöoõoøoúuùuûuüuýyÿyıiſs",
            "Latin with marks",
        ),
    ];
    let lower = character.to_lowercase().next()?;
    pairs.iter().find_map(|(pairs, _script)| {
        let mut pairs = pairs.chars();
        while let (Some(other), Some(letter)) = (pairs.next(), pairs.next()) {
            if other == lower {
                return Some(letter);
            }
        }
        None
    })
}
