//! By which rule a key finds its table.

use md5::{Digest, Md5};

/// By which rule a key finds its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// Key → slot → the table that owns it: tables can be added one slot at a time.
    Slot,
    /// The rule of the original framework, so that its databases can be taken over.
    Compat(CompatRule),
}

impl Scheme {
    /// As text, for the layout row: `slot`, `compat`, `compat:drop_last`, or
    /// `compat:drop_last:30000000001`.
    #[must_use]
    pub fn encode(&self) -> String {
        match self {
            Self::Slot => "slot".to_owned(),
            Self::Compat(rule) => match (rule.drop_last, rule.calculate_value) {
                (false, _) => "compat".to_owned(),
                (true, None) => "compat:drop_last".to_owned(),
                (true, Some(line)) => format!("compat:drop_last:{line}"),
            },
        }
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn decode(text: &str) -> Result<Self, String> {
        let rule = |drop_last, calculate_value| CompatRule {
            drop_last,
            calculate_value,
        };
        match text {
            "slot" => Ok(Self::Slot),
            "compat" => Ok(Self::Compat(rule(false, None))),
            "compat:drop_last" => Ok(Self::Compat(rule(true, None))),
            other => {
                let line = other.strip_prefix("compat:drop_last:");
                let line = line.and_then(|line| line.parse().ok());
                let line = line.ok_or_else(|| format!("unknown scheme `{other}`"))?;
                Ok(Self::Compat(rule(true, Some(line))))
            }
        }
    }
}

/// The rule of the original framework: a key of digits modulo the number of tables, any other text
/// by [`md5_int`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompatRule {
    /// Leaves out the last character of the key: ids of some platforms end in a few digits only.
    pub drop_last: bool,
    /// Restricts `drop_last` to keys whose first 11 characters, as a number, are at least this;
    /// keys that do not begin with a number are then below the line.
    pub calculate_value: Option<u64>,
}

impl CompatRule {
    /// The number of the table, 0..`count`, of a key written as text (an integer key: its decimal
    /// digits). 0 if `count` is.
    #[must_use]
    pub fn number_of(&self, key_text: &str, count: u16) -> u16 {
        if count == 0 {
            return 0;
        }
        let text = self.shortened(key_text);
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits && !text.is_empty() {
            // Digit by digit: ids may be longer than any integer type.
            text.bytes().fold(0, |rest, digit| {
                (rest * 10 + u64::from(digit - b'0')) % u64::from(count)
            })
        } else {
            md5_int(text).rem_euclid(i64::from(count)).unsigned_abs()
        };
        u16::try_from(number).unwrap_or_default()
    }

    /// The key without its last character, if the rule says so for it.
    fn shortened<'a>(&self, key: &'a str) -> &'a str {
        const PREFIX: usize = 11;
        let prefix = || {
            key.char_indices()
                .nth(PREFIX)
                .map_or(key, |(at, _)| &key[..at])
        };
        let reaches = |line| prefix().parse::<u64>().is_ok_and(|number| number >= line);
        if !self.drop_last || !self.calculate_value.is_none_or(reaches) {
            return key;
        }
        let mut characters = key.chars();
        characters.next_back();
        characters.as_str()
    }
}

/// The original's 64-bit digest of a text: both halves of its MD5, as little-endian integers,
/// xor-ed.
#[must_use]
pub fn md5_int(text: &str) -> i64 {
    let digest: [u8; 16] = Md5::digest(text.as_bytes()).into();
    let both = u128::from_le_bytes(digest);
    let halves = [both, both >> 64].map(|half| half & u128::from(u64::MAX));
    u64::try_from(halves[0] ^ halves[1])
        .unwrap_or_default()
        .cast_signed()
}
