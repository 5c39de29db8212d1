//! What a draw comes to: pure, so that whoever has what it started from can do it again.
//!
//! Shares are fixed: a prize that the player cannot win now, because there is none left or he has
//! had his number of them, gives its share to the consolation prize. So the published odds of the
//! others hold to the end of a campaign. Where there is no consolation prize, by weight the others
//! share what is left, and by percentage nothing is won.

use serde::{Deserialize, Serialize};

use super::dice::Dice;

/// The whole of percentages: 100 %, in steps of a ten-thousandth of a percent.
pub const WHOLE: u64 = 1_000_000;

/// How a prize is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// By weights.
    #[default]
    Weight,
    /// By percentages; what is left of 100 % wins nothing.
    Percent,
    /// By weight × what is left in stock.
    WeightByStock,
}

/// A prize that may be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The prize.
    pub id: i64,
    /// Its weight, or its percentage in steps of [`WHOLE`].
    pub share: u64,
    /// How many are left; `None`: as many as one likes.
    pub stock: Option<u64>,
    /// How many this player may still win; `None`: as many as he likes.
    pub left: Option<u64>,
    /// Whether it is the thanks for those who win nothing.
    pub is_consolation: bool,
    /// The draw of a player that wins it for certain; 0: it is won by chance.
    pub force_at: u64,
}

/// Everything that a draw depends on, besides its seed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// How a prize is chosen.
    pub algorithm: Algorithm,
    /// After so many draws without a prize the next one wins; 0: never for certain.
    pub pity_after: u64,
    /// How often the player has drawn.
    pub drawn: u64,
    /// His draws without a prize since the last one.
    pub misses: u64,
    /// The prizes, by id.
    pub candidates: Vec<Candidate>,
}

/// Why a draw won what it won.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By chance.
    Chance,
    /// The operator fixed that this draw wins it.
    Forced,
    /// So many draws before had won nothing.
    Guaranteed,
}

/// What a draw came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The prize; `None`: nothing was won, not even thanks.
    pub prize: Option<i64>,
    /// Why.
    pub way: Way,
    /// The number that was rolled, of `of`; both 0 when nothing was to be rolled.
    pub roll: u64,
    /// How many numbers there were.
    pub of: u64,
}

/// There is nothing left that could be won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoldOut;

impl Candidate {
    fn is_there(&self) -> bool {
        self.stock != Some(0) && self.left != Some(0)
    }

    fn is_by_chance(&self) -> bool {
        self.force_at == 0 && !self.is_consolation
    }

    fn take(&mut self) {
        for number in [&mut self.stock, &mut self.left].into_iter().flatten() {
            *number = number.saturating_sub(1);
        }
    }
}

impl Start {
    /// Draws so many times in a row, each draw seeing what those before it took.
    ///
    /// # Errors
    /// [`SoldOut`]: for one of them there was nothing left; then none counts.
    pub fn draw(&self, seed: &[u8; 32], times: u64) -> Result<Vec<Outcome>, SoldOut> {
        let mut state = self.clone();
        let mut dice = Dice::new(seed);
        (0..times).map(|_| state.next(&mut dice)).collect()
    }

    /// The player's draws without a prize since the last one, after these.
    #[must_use]
    pub fn misses_after(&self, outcomes: &[Outcome]) -> u64 {
        outcomes.iter().fold(self.misses, |misses, one| {
            match one.prize.is_some_and(|id| self.is_prize(id)) {
                true => 0,
                false => misses + 1,
            }
        })
    }

    /// Whether it is more than thanks.
    fn is_prize(&self, id: i64) -> bool {
        let found = self.candidates.iter().find(|one| one.id == id);
        found.is_some_and(|one| !one.is_consolation)
    }

    fn next(&mut self, dice: &mut Dice) -> Result<Outcome, SoldOut> {
        self.drawn += 1;
        let outcome = match self.forced() {
            Some(id) => Outcome {
                prize: Some(id),
                way: Way::Forced,
                roll: 0,
                of: 0,
            },
            None => self.by_chance(dice)?,
        };
        self.misses = self.misses_after(std::slice::from_ref(&outcome));
        let won = outcome.prize;
        let won = self.candidates.iter_mut().find(|one| Some(one.id) == won);
        if let Some(won) = won {
            won.take();
        }
        Ok(outcome)
    }

    fn forced(&self) -> Option<i64> {
        let mut candidates = self.candidates.iter();
        let fixed = candidates.find(|one| one.force_at == self.drawn && one.is_there());
        fixed.map(|one| one.id)
    }

    fn by_chance(&self, dice: &mut Dice) -> Result<Outcome, SoldOut> {
        let is_due = self.pity_after > 0 && self.misses >= self.pity_after;
        let winning = self.pool(true);
        let (way, pool) = match is_due && winning.of > 0 {
            true => (Way::Guaranteed, winning),
            false => (Way::Chance, self.pool(false)),
        };
        let roll = dice.below(pool.of);
        let prize = match pool.of {
            0 => pool.rest,
            _ => pool.at(roll),
        };
        if prize.is_none() && self.algorithm != Algorithm::Percent {
            return Err(SoldOut);
        }
        Ok(Outcome {
            prize,
            way,
            roll,
            of: pool.of,
        })
    }

    /// Who has which numbers; only prizes, or thanks as well.
    fn pool(&self, only_prizes: bool) -> Pool {
        let thanks = self.candidates.iter();
        let thanks = thanks
            .filter(|one| one.is_consolation && !only_prizes)
            .find(|one| one.is_there() && one.force_at == 0);
        let by_stock = self.algorithm == Algorithm::WeightByStock;
        let (mut numbers, mut lost) = (Vec::new(), 0_u64);
        for one in self.candidates.iter().filter(|one| one.is_by_chance()) {
            let times = if by_stock { one.stock.unwrap_or(1) } else { 1 };
            let share = one.share.saturating_mul(times);
            match one.is_there() {
                true => numbers.push((one.id, share)),
                false => lost = lost.saturating_add(share),
            }
        }
        let of_prizes: u64 = numbers.iter().map(|(_, share)| share).sum();
        let of_thanks = thanks.map_or(0, |one| one.share);
        let rest = match self.algorithm {
            _ if only_prizes => 0,
            Algorithm::Percent => WHOLE.saturating_sub(of_prizes),
            _ if thanks.is_some() => lost + of_thanks,
            _ => 0,
        };
        Pool {
            of: of_prizes + rest,
            numbers,
            rest: thanks.map(|one| one.id),
        }
    }
}

/// Numbers from 0: each prize has as many as its share, thanks the rest.
struct Pool {
    numbers: Vec<(i64, u64)>,
    of: u64,
    rest: Option<i64>,
}

impl Pool {
    fn at(&self, roll: u64) -> Option<i64> {
        let mut end = 0;
        let mut numbers = self.numbers.iter();
        let won = numbers.find(|(_, share)| {
            end += share;
            roll < end
        });
        won.map(|(id, _)| *id).or(self.rest)
    }
}
