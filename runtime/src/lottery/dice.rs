//! Numbers that follow from a seed: nobody knows them without it, everybody can check them with it.

use sha2::{Digest as _, Sha256};

/// Rolls of a seed: the n-th number is the first 8 bytes of SHA-256(seed ‖ n).
pub(super) struct Dice {
    seeded: Sha256,
    number: u64,
}

impl Dice {
    pub(super) fn new(seed: &[u8; 32]) -> Self {
        Self {
            seeded: Sha256::new_with_prefix(seed),
            number: 0,
        }
    }

    /// A number in `0..bound` without bias; 0 when `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // As in `random::below`: the first numbers would make small results more likely.
        let reject_below = bound.wrapping_neg() % bound;
        loop {
            let value = self.next();
            if value >= reject_below {
                return value % bound;
            }
        }
    }

    fn next(&mut self) -> u64 {
        let numbered = self.seeded.clone().chain_update(self.number.to_be_bytes());
        self.number += 1;
        let digest = numbered.finalize();
        digest[..8]
            .iter()
            .fold(0, |value, byte| (value << 8) | u64::from(*byte))
    }
}
