//! Keys that try to be taken for each other.

use cloudapp_runtime::cache::{CacheKey, KeyPart};
use cloudapp_runtime::types::{Decimal, Id, Uuid};
use proptest::prelude::*;

/// A part, as something that can be compared by its type and value.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Bytes(Vec<u8>),
    Bool(bool),
    Int(i32),
    Long(i64),
    Unsigned(u64),
    Id(i64),
    Decimal(i64),
    Uuid(u128),
    Nothing,
    Some(Box<Part>),
    List(Vec<Part>),
}

impl KeyPart for Part {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(value) => value.write(out),
            Self::Bytes(value) => value[..].write(out),
            Self::Bool(value) => value.write(out),
            Self::Int(value) => value.write(out),
            Self::Long(value) => value.write(out),
            Self::Unsigned(value) => value.write(out),
            Self::Id(value) => Id::new(*value).write(out),
            Self::Decimal(value) => Decimal::from(*value).write(out),
            Self::Uuid(value) => Uuid::from_u128(*value).write(out),
            Self::Nothing => None::<i64>.write(out),
            Self::Some(value) => Some((**value).clone()).write(out),
            Self::List(values) => values.write(out),
        }
    }
}

fn part() -> impl Strategy<Value = Part> {
    // Few values, so that equal ones and look-alikes are frequent.
    let text = prop_oneof![
        Just(String::new()),
        "[a-c1\0s]{0,3}",
        Just("s\0\0\0\0\0\0\0\u{1}a".to_owned()),
    ];
    let leaf = prop_oneof![
        text.prop_map(Part::Text),
        proptest::collection::vec(prop_oneof![Just(0_u8), Just(b's'), Just(b'a')], 0..10)
            .prop_map(Part::Bytes),
        any::<bool>().prop_map(Part::Bool),
        (0..3_i32).prop_map(Part::Int),
        (0..3_i64).prop_map(Part::Long),
        (0..3_u64).prop_map(Part::Unsigned),
        (0..3_i64).prop_map(Part::Id),
        (0..3_i64).prop_map(Part::Decimal),
        (0..3_u128).prop_map(Part::Uuid),
        Just(Part::Nothing),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Part::Some(Box::new(part))),
            proptest::collection::vec(inner, 0..3).prop_map(Part::List),
        ]
    })
}

fn key((name, parts): &(String, Vec<Part>)) -> CacheKey {
    parts.iter().fold(CacheKey::of(name), CacheKey::and)
}

fn keys() -> impl Strategy<Value = (String, Vec<Part>)> {
    ("[ab]{0,2}", proptest::collection::vec(part(), 0..4))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn two_keys_are_the_same_only_if_all_of_their_parts_are(left in keys(), right in keys()) {
        prop_assert_eq!(left == right, key(&left) == key(&right));
        prop_assert_eq!(left == right, key(&left).as_bytes() == key(&right).as_bytes());
    }

    #[test]
    fn texts_that_move_from_one_part_to_the_next_are_other_keys(
        text in "\\PC{2,12}", cut in 1_usize..6, other in 1_usize..6,
    ) {
        let at = |count: usize| text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
        let split = |at: usize| CacheKey::of("k").and(&text[..at]).and(&text[at..]);
        prop_assert_eq!(at(cut) == at(other), split(at(cut)) == split(at(other)));
    }
}

#[test]
fn numbers_of_one_value_and_different_types_are_different() {
    let keys = [
        CacheKey::of("k").and("1"),
        CacheKey::of("k").and(1_i32),
        CacheKey::of("k").and(1_i64),
        CacheKey::of("k").and(1_u64),
        CacheKey::of("k").and(Id::new(1)),
        CacheKey::of("k").and(Decimal::from(1)),
        CacheKey::of("k").and(true),
        CacheKey::of("k").and(Some(1_i64)),
        CacheKey::of("k").and(vec![1_i64]),
        CacheKey::of("k1"),
        CacheKey::of("k"),
    ];
    for (index, key) in keys.iter().enumerate() {
        assert!(!keys[..index].contains(key), "{key:?}");
    }
    // The same amount, however it is written.
    let of = |text: &str| CacheKey::of("k").and(text.parse::<Decimal>().unwrap());
    assert_eq!(of("1.50"), of("1.5"));
}
