//! What holds for every start and seed: stock, limits, fixed draws, prizes after draws without.

use cloudapp_runtime::lottery::model::{Algorithm, Candidate, SoldOut, Start, Way};
use proptest::prelude::*;

use super::odds::{candidate, consolation};

fn algorithms() -> impl Strategy<Value = Algorithm> {
    prop_oneof![
        Just(Algorithm::Weight),
        Just(Algorithm::Percent),
        Just(Algorithm::WeightByStock),
    ]
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let one = (
        0..300_000_u64,
        0..6_u64,
        proptest::option::of(0..4_u64),
        proptest::option::weighted(0.1, 1..20_u64),
    );
    let some = proptest::collection::vec(one, 0..8);
    (some, proptest::option::of(0..100_u64)).prop_map(|(some, thanks)| {
        let prizes = (1..).zip(some);
        let prizes = prizes.map(|(id, (share, stock, left, force_at))| Candidate {
            left,
            force_at: force_at.unwrap_or(0),
            ..candidate(id, share, stock)
        });
        let thanks = thanks.map(|share| consolation(99, share));
        prizes.chain(thanks).collect()
    })
}

fn starts() -> impl Strategy<Value = Start> {
    let numbers = (algorithms(), 0..5_u64, 0..10_u64, 0..8_u64);
    (numbers, candidates()).prop_map(
        |((algorithm, pity_after, drawn, misses), candidates)| Start {
            algorithm,
            pity_after,
            drawn,
            misses,
            candidates,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_is_won_that_is_not_there(start in starts(), seed: [u8; 32], times in 1..30_u64) {
        let Ok(outcomes) = start.draw(&seed, times) else {
            prop_assert_ne!(start.algorithm, Algorithm::Percent);
            prop_assert!(start.candidates.iter().all(|one| !one.is_consolation));
            return Ok(());
        };
        prop_assert_eq!(outcomes.len() as u64, times);
        prop_assert_eq!(&start.draw(&seed, times).unwrap(), &outcomes);
        for one in &start.candidates {
            let won = outcomes.iter().filter(|out| out.prize == Some(one.id)).count() as u64;
            prop_assert!(one.stock.is_none_or(|stock| won <= stock));
            prop_assert!(one.left.is_none_or(|left| won <= left));
            if one.force_at > 0 {
                prop_assert!(won <= 1);
            }
        }
        let mut misses = start.misses;
        for (number, out) in (start.drawn + 1..).zip(&outcomes) {
            let found = start.candidates.iter().find(|one| Some(one.id) == out.prize);
            match out.way {
                Way::Forced => prop_assert_eq!(found.unwrap().force_at, number),
                Way::Guaranteed => {
                    prop_assert!(start.pity_after > 0 && misses >= start.pity_after);
                    prop_assert!(!found.unwrap().is_consolation);
                }
                Way::Chance => {
                    prop_assert!(out.roll < out.of || out.of == 0);
                    prop_assert!(found.is_none_or(|one| one.force_at == 0));
                }
            }
            misses = match found.is_some_and(|one| !one.is_consolation) {
                true => 0,
                false => misses + 1,
            };
        }
        prop_assert_eq!(start.misses_after(&outcomes), misses);
    }
}

#[test]
fn a_prize_comes_after_so_many_draws_without() {
    let start = Start {
        pity_after: 3,
        candidates: vec![candidate(1, 1, 100), consolation(2, 1_000_000)],
        ..Start::default()
    };
    let outcomes = start.draw(&[7; 32], 40).unwrap();
    let won = outcomes.iter().filter(|out| out.prize == Some(1));
    assert_eq!(won.count(), 10);
    assert!(outcomes[3].way == Way::Guaranteed && outcomes[7].way == Way::Guaranteed);
}

#[test]
fn without_thanks_the_others_share_what_is_left() {
    let start = Start {
        candidates: vec![candidate(1, 99, 0), candidate(2, 1, 2)],
        ..Start::default()
    };
    let outcomes = start.draw(&[1; 32], 2).unwrap();
    assert!(outcomes.iter().all(|out| out.prize == Some(2)));
    assert_eq!(start.draw(&[1; 32], 3), Err(SoldOut));
}
