//! What is drawn follows the weights: χ² over dry draws, for each way to choose.
//!
//! The size is for CI. Full size:
//!
//! ```sh
//! CLOUDAPP_LOTTERY_DRY=1000000 tests/run.sh --release -p cloudapp-runtime --all-features \
//!   --test it -- --exact --nocapture lottery::odds::draws_follow_the_weights
//! ```

use std::collections::BTreeMap;

use cloudapp_runtime::lottery::model::{Algorithm, Candidate, Start, WHOLE};
use cloudapp_runtime::random;

use crate::asset::world::size;

/// χ² beyond which one of a hundred fair series is, by degrees of freedom 1 to 5.
const CRITICAL: [f64; 5] = [6.635, 9.210, 11.345, 13.277, 15.086];

pub(super) fn candidate(id: i64, share: u64, stock: u64) -> Candidate {
    Candidate {
        id,
        share,
        stock: Some(stock),
        left: None,
        is_consolation: false,
        force_at: 0,
    }
}

pub(super) fn consolation(id: i64, share: u64) -> Candidate {
    Candidate {
        stock: None,
        is_consolation: true,
        ..candidate(id, share, 0)
    }
}

/// Of so many first draws, how many won what.
fn counts(start: &Start, draws: usize) -> BTreeMap<Option<i64>, u64> {
    let mut counts = BTreeMap::new();
    for _ in 0..draws {
        let seed = random::bytes::<32>().unwrap();
        let outcome = &start.draw(&seed, 1).unwrap()[0];
        *counts.entry(outcome.prize).or_default() += 1;
    }
    counts
}

fn chi_square(counts: &BTreeMap<Option<i64>, u64>, expected: &[(Option<i64>, f64)]) -> f64 {
    let known = expected.iter().all(|(_, share)| *share > 0.0);
    assert!(
        known
            && counts
                .keys()
                .all(|id| expected.iter().any(|(one, _)| one == id))
    );
    let draws = counts.values().sum::<u64>() as f64;
    let whole: f64 = expected.iter().map(|(_, share)| share).sum();
    let terms = expected.iter().map(|(id, share)| {
        let wanted = draws * share / whole;
        let found = counts.get(id).copied().unwrap_or(0) as f64;
        (found - wanted).powi(2) / wanted
    });
    terms.sum()
}

/// A fair series fails once in a hundred, so the test allows two more; an unfair one fails all.
fn is_fair(name: &str, start: &Start, expected: &[(Option<i64>, f64)]) {
    let draws = size("CLOUDAPP_LOTTERY_DRY", 40_000);
    let mut found = Vec::new();
    for _ in 0..3 {
        let value = chi_square(&counts(start, draws), expected);
        println!(
            "{name}: {draws} draws, chi-square {value:.2} of {:.2} for p = 0.01",
            CRITICAL[expected.len() - 2]
        );
        if value <= CRITICAL[expected.len() - 2] {
            return;
        }
        found.push(value);
    }
    panic!("{name}: {found:?}");
}

#[test]
fn draws_follow_the_weights() {
    let by_weight = Start {
        candidates: vec![
            candidate(1, 1, 5),
            candidate(2, 20, 1_000),
            candidate(3, 79, 1_000),
            // Sold out: its share is the consolation prize's.
            candidate(4, 50, 0),
            consolation(5, 100),
        ],
        ..Start::default()
    };
    let of = |id: i64, share: u32| (Some(id), f64::from(share));
    is_fair(
        "weight",
        &by_weight,
        &[of(1, 1), of(2, 20), of(3, 79), of(5, 150)],
    );

    let by_percentage = Start {
        algorithm: Algorithm::Percent,
        candidates: vec![
            candidate(1, WHOLE / 200, 10),
            candidate(2, WHOLE / 4, 10),
            candidate(3, WHOLE / 10, 0),
        ],
        ..Start::default()
    };
    let nothing = (None, 74.5);
    is_fair(
        "percentage",
        &by_percentage,
        &[(Some(1), 0.5), of(2, 25), nothing],
    );

    let by_stock = Start {
        algorithm: Algorithm::WeightByStock,
        candidates: vec![
            candidate(1, 1, 3),
            candidate(2, 2, 40),
            candidate(3, 5, 0),
            consolation(4, 30),
        ],
        ..Start::default()
    };
    is_fair(
        "weight by stock",
        &by_stock,
        &[of(1, 3), of(2, 80), of(4, 30)],
    );
}

#[test]
fn unfair_draws_are_found() {
    let start = Start {
        candidates: vec![candidate(1, 50, 1), candidate(2, 50, 1)],
        ..Start::default()
    };
    let counts = counts(&start, 40_000);
    let wrong = [(Some(1), 48.0), (Some(2), 52.0)];
    assert!(chi_square(&counts, &wrong) > CRITICAL[0]);
}
