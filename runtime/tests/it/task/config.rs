//! Configurations: all of the original's shapes are read; what is wrong is said with its place.

use cloudapp_runtime::task::framework_rule;
use cloudapp_runtime::task::model::{Goods, Period, RewardKind};
use serde_json::json;

/// A type and a `config_json` of the original's, a line.
const OLD: &str = r#"
1 {"reward_value":0,"asset_object_id":""}
2 {"reward_value":"3","asset_object_id":null}
3 {"day_list":[{"day":1,"reward_value":1},{"day":7,"reward_value":2}]}
3 {"day_list":{"1":5,"2":8},"asset_object_id":""}
4 {"reward_value":1,"satisfy_num":1,"limit_num":"3"}
5 {"reward_value":1,"satisfy_num":1,"limit_num":3}
6 {"reward_value":1,"once_favor_reward":0,"asset_object_id":""}
7 {"reward_value":1,"once_member_reward":1}
8 {"reward_value":1,"satisfy_num":1,"goods_ids":"1,2","goods_list":[]}
9 {"reward_value":1,"goods_ids":[1,"2"]}
10 {"reward_value":1,"satisfy_num":1,"asset_object_id":""}
11 [{"id":1,"reward_value":1,"link_url":"a","limit_num":2}]
12 [{"id":"x","reward_value":1,"link_url":"","satisfy_num":1}]
13 {"day_list":[{"day":30,"reward_value":1}],"reward_type":1}
14 {"reward_value":2,"satisfy_num":2}
15 {"reward_value":2}
16 {"reward_value":2,"secret_code":"abc"}
17 {"reward_value":1,"satisfy_num":50,"limit_num":1}
18 {"day_list":[{"day":1,"reward_value":1}]}
19 {"reward_value":2,"satisfy_num":1,"goods_ids":"1"}
20 {"reward_value":2,"satisfy_num":99.5,"goods_ids":"1"}
21 {"gear_list":[{"id":1,"gear":10,"reward_type":1,"reward_name":""}]}
22 {"reward_value":2,"satisfy_num":"100"}
23 {"gear_list":[{"id":1,"gear":10.25}],"goods_ids":"","goods_list":[]}
24 {"reward_value":1,"satisfy_num":5}
25 {"reward_value":1}
26 {"gear_list":[{"id":1,"gear":10,"reward_value":3}]}
"#;

/// A type, a configuration, and what is said about it.
const WRONG: &str = r#"
1 {"limt_num":1} => config.limt_num: is not a field of this type of task; did you mean `limit_num`?
1 {"reward_value":-1} => config.reward_value: is -1; it must be 0 to 1000000000
1 {"reward_value":1.5} => config.reward_value: is not a whole number
1 {"limit_num":0} => config.limit_num: is 0, so that nobody could finish; leave it out for 1
1 [] => config: is not an object
3 {"day_list":{"8":1}} => config.day_list: a week has 7 days
13 {"day_list":[]} => config.day_list: has no days
13 {"day_list":[{"day":1},{"day":"1"}]} => config.day_list[1].day: day 1 comes twice
12 [{"reward_value":1}] => config[0].id: is missing
16 {"reward_value":1} => config.secret_code: is missing
20 {"reward_value":1} => config.satisfy_num: is missing
20 {"satisfy_num":"1.005"} => config.satisfy_num: must be more than 0, with at most two digits behind the point
21 {"gear_list":[{"id":1,"gear":1},{"id":2}]} => config.gear_list[1].gear: is missing
26 {"gear_list":[{"id":1,"gear":1,"reward_type":2}]} => config.gear_list[0].reward_type: a prize or card needs its id in `asset_object_id`
14 {"rewards":[{"asset_type":50}]} => config.rewards[0].asset_type: must be 1 to 4, or one of your own from 101
27 {} => config: there is no task type 27: 1 to 26, or your own
"#;

#[test]
fn the_original_shapes_are_read() {
    for line in OLD.lines().skip(1) {
        let (task_type, config) = line.split_once(' ').unwrap();
        let config = serde_json::from_str(config).unwrap();
        let rule = framework_rule(task_type.parse().unwrap(), Period::Day, &config);
        rule.unwrap_or_else(|problem| panic!("{line}: {problem}"));
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for line in WRONG.lines().skip(1) {
        let (given, expected) = line.split_once(" => ").unwrap();
        let (task_type, config) = given.split_once(' ').unwrap();
        let config = serde_json::from_str(config).unwrap();
        let rule = framework_rule(task_type.parse().unwrap(), Period::Permanent, &config);
        assert_eq!(rule.unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_round_may_give_several_things() {
    let config = json!({ "rewards": [
        { "reward_value": 2, "asset_type": 1 },
        { "reward_value": 1, "reward_type": 3, "asset_object_id": "card" },
    ]});
    let rule = framework_rule(14, Period::Day, &config).unwrap();
    let kinds: Vec<_> = rule.parts[0]
        .rewards
        .iter()
        .map(|reward| reward.kind)
        .collect();
    assert_eq!(kinds, [RewardKind::Asset(Some(1)), RewardKind::Card]);
}

#[test]
fn goods_of_a_shop_are_those_that_do_not_count() {
    let config = json!({ "satisfy_num": 1, "goods_ids": "1, 2" });
    let in_list = framework_rule(20, Period::Day, &config).unwrap().goods;
    let of_shop = framework_rule(22, Period::Day, &config).unwrap().goods;
    assert!(in_list.counts("1") && !in_list.counts("3"));
    assert!(!of_shop.counts("2") && of_shop.counts("3"));
    assert!(Goods::All.counts("x"));
}
