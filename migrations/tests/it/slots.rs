//! The model of sharding: slots, the map of slots, the rules for keys.

use cloudapp_migrations::{
    CompatRule, SLOTS, Scheme, SlotMap, md5_int, physical_name, slot_of_int, slot_of_text,
};

const COUNTS: [u16; 10] = [1, 2, 3, 4, 7, 8, 16, 100, 1000, 1024];

fn sizes(map: &SlotMap, count: u16) -> Vec<usize> {
    let mut sizes = vec![0; usize::from(count)];
    for slot in 0..SLOTS {
        sizes[usize::from(map.owner(slot as u16))] += 1;
    }
    sizes
}

fn is_balanced(map: &SlotMap, count: u16) -> bool {
    let sizes = sizes(map, count);
    sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1
}

#[test]
fn even_maps() {
    for count in COUNTS {
        let map = SlotMap::even(count);
        assert_eq!(map.numbers(), (0..count).collect::<Vec<_>>());
        assert!(is_balanced(&map, count), "{count}");
    }
    assert_eq!(SlotMap::even(2).encode(), "0*512,1*512");
    assert_eq!(SlotMap::even(0), SlotMap::even(1));
    assert_eq!(SlotMap::even(u16::MAX), SlotMap::even(1024));
}

#[test]
fn resized_moves_as_little_as_possible() {
    let mut uneven = SlotMap::even(5);
    (0..300).for_each(|slot| uneven.set(slot * 3, 2));
    (0..50).for_each(|slot| uneven.set(slot * 7, 900));
    let starts = COUNTS.map(SlotMap::even).into_iter().chain([uneven]);
    for from in starts {
        for count in COUNTS {
            let to = from.resized(count);
            assert_eq!(to.numbers(), (0..count).collect::<Vec<_>>());
            assert!(is_balanced(&to, count));
            // A table may keep what it has up to its share; the larger shares go to the largest.
            let tables = usize::from(count).max(1024);
            let mut owned = vec![0; tables];
            (0..SLOTS).for_each(|slot| owned[usize::from(from.owner(slot as u16))] += 1);
            owned.truncate(usize::from(count));
            owned.sort_unstable_by(|a, b| b.cmp(a));
            let (share, more) = (SLOTS / usize::from(count), SLOTS % usize::from(count));
            let kept = owned.iter().enumerate();
            let kept: usize = kept
                .map(|(rank, has)| (*has).min(share + usize::from(rank < more)))
                .sum();
            let moves = from.moves(&to);
            assert_eq!(moves.len(), SLOTS - kept, "{} to {count}", from.encode());
            let moved = |slot: &u16| from.owner(*slot) != to.owner(*slot);
            assert!(moves.is_sorted() && moves.iter().all(moved));
        }
    }
    assert_eq!(
        SlotMap::even(8).moves(&SlotMap::even(8).resized(16)).len(),
        512
    );
    assert!(
        SlotMap::even(7)
            .moves(&SlotMap::even(7).resized(7))
            .is_empty()
    );
}

#[test]
fn maps_as_text() {
    for count in COUNTS {
        let mut map = SlotMap::even(count).resized(13);
        map.set(17, 9);
        map.set(1023, 700);
        assert_eq!(SlotMap::decode(&map.encode()), Ok(map));
    }
    for bad in [
        "",
        "0",
        "0*",
        "0*1023",
        "0*1025",
        "0*1024,",
        "0*512;1*512",
        "-1*1024",
        "x*1024",
        "0*1024,1*1",
        "70000*1024",
        "0*99999999999",
    ] {
        assert!(SlotMap::decode(bad).is_err(), "{bad}");
    }
}

#[test]
fn schemes_as_text() {
    let compat = |drop_last, calculate_value| {
        Scheme::Compat(CompatRule {
            drop_last,
            calculate_value,
        })
    };
    let all = [
        (Scheme::Slot, "slot"),
        (compat(false, None), "compat"),
        (compat(true, None), "compat:drop_last"),
        (
            compat(true, Some(30_000_000_001)),
            "compat:drop_last:30000000001",
        ),
    ];
    for (scheme, text) in all {
        assert_eq!(scheme.encode(), text);
        assert_eq!(Scheme::decode(text), Ok(scheme));
    }
    for bad in [
        "",
        "slots",
        "compat:",
        "compat:drop_last:",
        "compat:drop_last:x",
    ] {
        assert!(Scheme::decode(bad).is_err(), "{bad}");
    }
}

#[test]
fn names() {
    assert_eq!(physical_name("user_asset_tb", 3), "user_asset_3_tb");
    assert_eq!(physical_name("gift", 12), "gift_12");
    assert_eq!(physical_name("_tb", 0), "_0_tb");
}

/// The vectors of the reference.
#[test]
fn compat_vectors() {
    let plain = CompatRule::default();
    let drop_last = CompatRule {
        drop_last: true,
        calculate_value: None,
    };
    for (text, digest, number) in [
        ("1_1", -1_087_836_151_883_497_532, 8),
        ("tb_app_abc", 3_079_034_355_173_230_659, 9),
        ("100_42_3_0", 4_091_073_799_980_051_862, 2),
        ("wx1234567890abcdef", -8_058_413_003_255_986_949, 1),
        ("app_0_7", 6_934_867_523_499_357_548, 8),
    ] {
        assert_eq!(md5_int(text), digest, "{text}");
        assert_eq!(plain.number_of(text, 10), number, "{text}");
    }
    for (digits, whole, dropped) in [
        ("3000000004582301", 1, 0),
        ("999999999999999999999999999993", 3, 9),
    ] {
        assert_eq!(plain.number_of(digits, 10), whole);
        assert_eq!(drop_last.number_of(digits, 10), dropped);
    }
}

#[test]
fn compat_line_and_edges() {
    let line = |calculate_value| CompatRule {
        drop_last: true,
        calculate_value: Some(calculate_value),
    };
    let id = "3000000004582301";
    assert_eq!(line(30_000_000_045).number_of(id, 10), 0, "at the line");
    assert_eq!(line(30_000_000_046).number_of(id, 10), 1, "below it");
    assert_eq!(
        line(1).number_of("tb_app_abc", 10),
        9,
        "no number, below it"
    );
    assert_eq!(line(12).number_of("123", 10), 2, "shorter than the line");
    let drop_last = CompatRule {
        drop_last: true,
        calculate_value: None,
    };
    let empty = md5_int("").rem_euclid(7).unsigned_abs();
    assert_eq!(u64::from(drop_last.number_of("5", 7)), empty);
    assert_eq!(u64::from(drop_last.number_of("", 7)), empty);
    let text = md5_int("naïv").rem_euclid(7).unsigned_abs();
    assert_eq!(u64::from(drop_last.number_of("naïvé", 7)), text);
    assert_eq!(drop_last.number_of("5", 0), 0);
}

#[test]
fn slots_are_for_ever() {
    // Whoever changes these loses the rows of every database.
    let ints = [0, 1, 2, 1024, -1, i64::MIN, i64::MAX, 1 << 40];
    assert_eq!(ints.map(slot_of_int), [0, 346, 879, 449, 723, 151, 361, 2]);
    let texts = ["", "a", "b", "1", "user_1", "日本"];
    assert_eq!(texts.map(slot_of_text), [980, 11, 248, 282, 914, 735]);
    assert_ne!(slot_of_int(1), slot_of_text("1"));
}

const IDS: u64 = 1_000_000;

fn skew(slots: impl Iterator<Item = u16>) -> f64 {
    let map = SlotMap::even(16);
    let mut rows = [0_u64; 16];
    slots.for_each(|slot| rows[usize::from(map.owner(slot))] += 1);
    let all: u64 = rows.iter().sum();
    assert_eq!(all, IDS);
    *rows.iter().max().unwrap() as f64 * 16.0 / all as f64
}

/// As the ids of this framework: milliseconds, node, sequence.
fn snowflake(n: u64) -> u64 {
    ((65_000_000_000 + n / 7 * 3) << 22) | (((n % 3) + 1) << 12) | (n % 7)
}

/// Ten digits, and the last always 1 to 5.
fn taobao(n: u64) -> u64 {
    (3_000_000_000 + n * 17) * 10 + 1 + n % 5
}

#[test]
fn skew_of_a_million() {
    type Id = fn(u64) -> u64;
    let patterns: [(&str, Id); 4] = [
        ("sequential", |n| n),
        ("multiples of 1024", |n| n * 1024),
        ("snowflake", snowflake),
        ("taobao", taobao),
    ];
    for (name, id) in patterns {
        let ints = skew((0..IDS).map(|n| slot_of_int(id(n) as i64)));
        let texts = skew((0..IDS).map(|n| slot_of_text(&id(n).to_string())));
        assert!(ints <= 1.1 && texts <= 1.1, "{name}: {ints} {texts}");
    }
    let digests = (0..IDS).map(|n| format!("{:032x}", u128::from(md5_int(&n.to_string()) as u64)));
    let digests = skew(digests.map(|text| slot_of_text(&text)));
    assert!(digests <= 1.1, "{digests}");
}
