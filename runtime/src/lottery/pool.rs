//! What a draw starts from: the rows of prizes as the model sees them.

use std::collections::HashMap;

use rust_decimal::prelude::ToPrimitive as _;

use super::entity::{count, prize, rule};
use super::model::{Algorithm, Candidate, Start};
use crate::types::Id;

/// The type of a prize that is thanks only.
pub(super) const CONSOLATION: i32 = 4;
/// The type of a prize that is points.
pub(super) const POINTS: i32 = 6;
/// Fixed to a draw, not by chance.
pub(super) const FORCED: i32 = 2;

impl prize::Model {
    /// Whether it is thanks only: it has no stock, and is no winning.
    #[must_use]
    pub fn is_consolation(&self) -> bool {
        self.prize_type == CONSOLATION
    }

    fn candidate(&self, algorithm: Algorithm, won: u64) -> Candidate {
        let is_consolation = self.is_consolation();
        let share = match algorithm {
            Algorithm::Percent => steps(self),
            _ => unsigned(self.probability),
        };
        let limit = unsigned(self.prize_limit);
        Candidate {
            id: self.id.get(),
            share,
            stock: (!is_consolation).then(|| unsigned(self.surplus)),
            left: (limit > 0 && !is_consolation).then(|| limit.saturating_sub(won)),
            is_consolation,
            force_at: match self.lottery_type {
                FORCED => unsigned(self.force_at),
                _ => 0,
            },
        }
    }
}

/// A percentage in ten-thousandths of a percent.
fn steps(prize: &prize::Model) -> u64 {
    let steps = prize.chance.0 * rust_decimal::Decimal::from(10_000);
    steps.to_u64().unwrap_or(0)
}

/// A column that is never negative.
pub(super) fn unsigned(value: impl TryInto<u64>) -> u64 {
    value.try_into().unwrap_or(0)
}

/// How a rule chooses.
pub(super) fn algorithm(number: i32) -> Algorithm {
    match number {
        2 => Algorithm::Percent,
        3 => Algorithm::WeightByStock,
        _ => Algorithm::Weight,
    }
}

/// What a draw of a player starts from; `won` is how many he has of each prize.
pub(super) fn start(
    rule: &rule::Model,
    count: Option<&count::Model>,
    prizes: &[prize::Model],
    won: &HashMap<Id, u64>,
) -> Start {
    let algorithm = algorithm(rule.algorithm);
    let candidates = prizes.iter().map(|prize| {
        let won = won.get(&prize.id).copied().unwrap_or(0);
        prize.candidate(algorithm, won)
    });
    Start {
        algorithm,
        pity_after: unsigned(rule.pity_after),
        drawn: count.map_or(0, |row| unsigned(row.draw_count)),
        misses: count.map_or(0, |row| unsigned(row.miss_count)),
        candidates: candidates.collect(),
    }
}
