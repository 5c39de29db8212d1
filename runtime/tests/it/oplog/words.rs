//! What is left of rows when secrets are taken away, and what differs between them in words.

use cloudapp_runtime::error::Language;
use cloudapp_runtime::oplog::{Field, Logged, Operation, REDACTED, differences, redacted};
use proptest::prelude::*;
use serde_json::{Value, json};

const LOGGED: Logged = Logged::new("gift_card").fields(&[
    Field::new("state", "State", "状态").values(&[("1", "Open", "开启"), ("2", "Shut", "关闭")]),
    Field::new("config.total", "Total", "总数"),
    Field::secret("redeem", "Redeem code", "兑换码"),
    Field::secret("config.seed", "Seed", "种子"),
]);

fn clean(before: Value, after: Value) -> (Value, Value) {
    let (before, after) = redacted(&LOGGED, Some(before), Some(after));
    (before.unwrap(), after.unwrap())
}

#[test]
fn secrets_are_taken_away_wherever_they_are() {
    let row = json!({
        "redeem": "s3cret",
        "password": "s3cret",
        "password_hash": "s3cret",
        "access_token": "s3cret",
        "app_secret": "s3cret",
        "AccessToken": "kept: no word of its own",
        "tokens_left": 3,
        "api_key": { "id": "s3cret" },
        "config": { "seed": ["s3cret"], "total": 3, "list": [{ "client-secret": "s3cret" }] },
        "secret": null,
    });
    let (before, after) = clean(row.clone(), row);
    assert!(!before.to_string().contains("s3cret"), "{before}");
    assert_eq!(before, after, "nothing changed");
    assert_eq!(before["redeem"], REDACTED);
    assert_eq!(
        (&before["tokens_left"], &before["config"]["total"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(before["secret"], Value::Null);
}

#[test]
fn that_a_secret_changed_can_be_seen() {
    let row = |code: &str, seed: i32| json!({ "redeem": code, "config": { "seed": seed } });
    let (before, after) = clean(row("a", 1), row("b", 1));
    assert_ne!(before["redeem"], after["redeem"]);
    assert_eq!(before["config"], after["config"]);
    let found = differences(
        Some(&LOGGED),
        Some(&before),
        Some(&after),
        Language::English,
    );
    let labels: Vec<&str> = found.iter().map(|one| one.label.as_str()).collect();
    assert_eq!(labels, ["Redeem code"]);
}

#[test]
fn what_is_very_long_is_cut() {
    let row = json!({ "text": "界".repeat(10_000), "list": vec![1; 1_000] });
    let (before, _) = clean(row.clone(), row);
    assert_eq!(before["text"].as_str().unwrap().chars().count(), 4_001);
    assert_eq!(before["list"].as_array().unwrap().len(), 200);
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!({ "deeper": deep });
    }
    assert!(clean(deep.clone(), deep).0.to_string().len() < 500);
}

#[test]
fn differences_in_words() {
    let before = json!({ "state": 1, "is_open": true, "config": { "total": 3 }, "gone": "x" });
    let after = json!({ "state": 2, "is_open": false, "config": { "total": 4 }, "new_one": [1] });
    let found = |language| {
        let found = differences(Some(&LOGGED), Some(&before), Some(&after), language);
        let line = |one: cloudapp_runtime::oplog::Difference| {
            let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
            format!("{}: {} → {}", one.label, text(one.before), text(one.after))
        };
        found.into_iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(
        found(Language::English),
        [
            "Total: 3 → 4",
            "Gone: x → -",
            "Is open: Yes → No",
            "New one: - → [1]",
            "State: Open → Shut",
        ]
    );
    assert_eq!(
        found(Language::Chinese),
        [
            "总数: 3 → 4",
            "Gone: x → -",
            "Is open: 是 → 否",
            "New one: - → [1]",
            "状态: 开启 → 关闭",
        ]
    );
    let row = json!({ "state": 1 });
    let made = differences(Some(&LOGGED), None, Some(&row), Language::English);
    assert_eq!(
        (made[0].before.as_deref(), made[0].after.as_deref()),
        (None, Some("Open"))
    );
    assert!(differences(None, Some(&row), Some(&row), Language::English).is_empty());
}

#[test]
fn operations_have_the_numbers_of_the_original() {
    let numbers: Vec<i32> = Operation::ALL.iter().map(|one| one.number()).collect();
    assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    assert_eq!(Operation::of(8), Some(Operation::Release));
    assert_eq!(Operation::of(11), None);
    assert_eq!(LOGGED.title(Language::Chinese), "Gift card");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("(password|a|b|redeem|x_token)", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Equal rows have no difference, and what was cleaned is clean.
    #[test]
    fn any_rows(before in any_json(), after in any_json()) {
        let (clean_before, clean_after) = redacted(&LOGGED, Some(before.clone()), Some(after));
        for language in [Language::English, Language::Chinese] {
            let (one, other) = (clean_before.as_ref(), clean_after.as_ref());
            let found = differences(Some(&LOGGED), one, other, language);
            prop_assert!(clean_before != clean_after || found.is_empty());
        }
        let (twice, _) = redacted(&LOGGED, clean_before.clone(), None);
        prop_assert_eq!(twice, clean_before);
    }
}
