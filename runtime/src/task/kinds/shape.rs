//! From a type and its `config_json` to a rule.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;

use super::reader::{ConfigProblem, NUMBER_MAX, Node, Read};
use super::table::{Kind, Shape};
use crate::asset::rules::asset_type;
use crate::task::model::{
    Evidence, Goods, Part, Pay, Period, Progress, Reward, RewardKind, Rule, Trigger,
};

/// Fields that every type has: what people see.
const COMMON: [&str; 13] = [
    "title",
    "desc",
    "content",
    "pic",
    "link_url",
    "store_name",
    "get_ways",
    "reward_value",
    "reward_type",
    "reward_name",
    "asset_object_id",
    "asset_type",
    "rewards",
];
/// Fields of one reward.
const REWARD: [&str; 5] = [
    "reward_value",
    "reward_type",
    "reward_name",
    "asset_object_id",
    "asset_type",
];
/// Most rewards of one round.
const REWARDS_MAX: usize = 10;

/// The rule of a task of one of the framework's types.
pub(super) fn rule(kind: &Kind, period: Period, config: &Value) -> Read<Rule> {
    let root = Node::root(config);
    let mut rule = Rule {
        trigger: kind.trigger,
        period,
        progress: kind.progress,
        pay: kind.pay,
        evidence: kind.evidence,
        parts: Vec::new(),
        goods: Goods::All,
        secret: None,
        is_unbounded: false,
        pays_earlier: false,
        price: 0,
    };
    if kind.shape == Shape::Sites && root.is_list() {
        rule.parts = sites(&root)?;
        return Ok(rule);
    }
    known(&root, kind.shape.fields())?;
    match kind.shape {
        Shape::Plain => rule.parts = vec![plain(&root, kind)?],
        Shape::Counted | Shape::Sites | Shape::Goods => counted(&root, kind, &mut rule)?,
        Shape::Days => days(&root, kind, &mut rule)?,
        Shape::Secret => {
            let code = root.need("secret_code")?.text()?;
            rule.secret = Some(code);
            rule.parts = vec![plain(&root, kind)?];
        }
        Shape::Swap => {
            rule.price = root.need("satisfy_num")?.whole(1, NUMBER_MAX)?;
            rule.parts = vec![plain(&root, kind)?];
        }
        Shape::Gears => gears(&root, kind, &mut rule)?,
        Shape::Once => {
            let field = match kind.trigger {
                Trigger::Follow => "once_favor_reward",
                _ => "once_member_reward",
            };
            rule.pays_earlier = root.flag_or(field, true)?;
            let mut part = plain(&root, kind)?;
            part.limit = Some(1);
            rule.parts = vec![part];
        }
    }
    Ok(rule)
}

fn known(node: &Node<'_>, fields: &[&str]) -> Read<()> {
    node.only(&[&COMMON[..], fields].concat())
}

fn limit(node: &Node<'_>) -> Read<Option<i64>> {
    match node.get("limit_num") {
        None => Ok(Some(1)),
        Some(given) => match given.whole(0, NUMBER_MAX)? {
            0 => given.wrong("is 0, so that nobody could finish; leave it out for 1"),
            number => Ok(Some(number)),
        },
    }
}

fn plain(node: &Node<'_>, kind: &Kind) -> Read<Part> {
    let limit = match kind.trigger {
        // Once a period: who signs more often changes nothing.
        Trigger::Sign => Some(1),
        _ => limit(node)?,
    };
    part(node, String::new(), 1, limit)
}

fn part(node: &Node<'_>, id: String, need: i64, limit: Option<i64>) -> Read<Part> {
    Ok(Part {
        id,
        need,
        limit,
        rewards: rewards(node)?,
        link_url: node.text_or("link_url", "")?,
        since: None,
    })
}

fn rewards(node: &Node<'_>) -> Read<Vec<Reward>> {
    let Some(list) = node.get("rewards") else {
        return Ok(vec![reward(node)?]);
    };
    let items = list.items()?;
    if items.is_empty() || items.len() > REWARDS_MAX {
        return list.wrong(format!("must have 1 to {REWARDS_MAX} items"));
    }
    let items = items.iter().map(|item| {
        item.only(&REWARD)?;
        reward(item)
    });
    items.collect()
}

fn reward(node: &Node<'_>) -> Read<Reward> {
    let asset = match node.get("asset_type") {
        None => None,
        Some(given) => match i32::try_from(given.whole(1, i64::from(i32::MAX))?) {
            Ok(number) if asset_type::is_known(number) => Some(number),
            _ => return given.wrong("must be 1 to 4, or one of your own from 101"),
        },
    };
    let kind = match node.whole_or("reward_type", 1, (1, 3))? {
        1 => RewardKind::Asset(asset),
        2 => RewardKind::Prize,
        _ => RewardKind::Card,
    };
    let object_id = node.id_or("asset_object_id", "")?;
    if object_id.is_empty() && !matches!(kind, RewardKind::Asset(_)) {
        let place = node.get("reward_type").unwrap_or_else(|| node.clone());
        return place.wrong("a prize or card needs its id in `asset_object_id`");
    }
    Ok(Reward {
        kind,
        object_id,
        name: node.text_or("reward_name", "")?,
        value: node.whole_or("reward_value", 0, (0, NUMBER_MAX))?,
    })
}

/// What makes a round: of money, in hundredths.
fn need(node: &Node<'_>, progress: Progress) -> Read<i64> {
    match node.get("satisfy_num") {
        None if progress == Progress::Sum => node.need("satisfy_num").map(|_| 1),
        None => Ok(1),
        Some(given) if progress == Progress::Sum => given.money(),
        Some(given) => given.whole(1, NUMBER_MAX),
    }
}

fn counted(root: &Node<'_>, kind: &Kind, rule: &mut Rule) -> Read<()> {
    let need = need(root, kind.progress)?;
    rule.parts = vec![part(root, String::new(), need, limit(root)?)?];
    if root.flag_or("auto_claim", false)? {
        rule.pay = Pay::Now;
    }
    rule.is_unbounded = root.flag_or("close_invite_limit", false)?;
    if kind.shape == Shape::Goods {
        rule.goods = goods(root, kind)?;
        let repeats = root.flag_or("daily_repeat_browse", false)?;
        if repeats && rule.evidence == Evidence::Goods {
            rule.evidence = Evidence::GoodsOfDay;
        }
    }
    Ok(())
}

fn goods(root: &Node<'_>, kind: &Kind) -> Read<Goods> {
    let ids = root.get("goods_ids").map(|node| node.ids()).transpose()?;
    let ids: BTreeSet<String> = ids.into_iter().flatten().collect();
    Ok(match ids.is_empty() {
        true => Goods::All,
        false if kind.excludes_goods() => Goods::Except(ids),
        false => Goods::Only(ids),
    })
}

fn sites(root: &Node<'_>) -> Read<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for item in root.items()? {
        known(&item, &["id", "satisfy_num", "limit_num"])?;
        let id = item.need("id")?.text()?;
        if id.chars().count() > 50 || parts.iter().any(|part| part.id == id) {
            return item
                .need("id")?
                .wrong("is longer than 50 characters, or comes twice");
        }
        let need = need(&item, Progress::Count)?;
        parts.push(part(&item, id, need, limit(&item)?)?);
    }
    if parts.is_empty() {
        return root.wrong("has no sub-tasks");
    }
    Ok(parts)
}

fn days(root: &Node<'_>, kind: &Kind, rule: &mut Rule) -> Read<()> {
    let list = root.need("day_list")?;
    for (day, node) in list.days()? {
        let id = day.to_string();
        let part = if node.is_scalar() {
            let mut part = part(root, id, day, Some(1))?;
            for reward in &mut part.rewards {
                reward.value = node.whole(0, NUMBER_MAX)?;
            }
            part
        } else {
            known(&node, &["day", "id"])?;
            let mut part = part(&node, id, day, Some(1))?;
            inherit(root, &node, &mut part)?;
            part
        };
        rule.parts.push(part);
    }
    if rule.parts.is_empty() {
        return list.wrong("has no days");
    }
    if kind.number == 3 && rule.last_day() > 7 {
        return list.wrong("a week has 7 days");
    }
    rule.period = match rule.period {
        _ if kind.number == 3 => Period::Week,
        // A calendar of one day is none; the original took it as permanent.
        Period::Day => Period::Permanent,
        other => other,
    };
    if let Progress::Streak(repeats) = &mut rule.progress {
        *repeats = root.flag_or("is_repeat", false)?;
    }
    Ok(())
}

/// A day's reward is of the kind that is said once for all of them.
fn inherit(root: &Node<'_>, day: &Node<'_>, part: &mut Part) -> Read<()> {
    if day.get("rewards").is_some() {
        return Ok(());
    }
    let whole = reward(root)?;
    for reward in &mut part.rewards {
        if day.get("asset_object_id").is_none() {
            reward.object_id.clone_from(&whole.object_id);
        }
        if day.get("reward_type").is_none() && day.get("asset_type").is_none() {
            reward.kind = whole.kind;
        }
        if reward.name.is_empty() {
            reward.name.clone_from(&whole.name);
        }
    }
    Ok(())
}

fn gears(root: &Node<'_>, kind: &Kind, rule: &mut Rule) -> Read<()> {
    let list = root.need("gear_list")?;
    root.flag_or("count_before", true)?;
    rule.goods = goods(root, kind)?;
    for item in list.items()? {
        known(&item, &["id", "gear", "since"])?;
        let id = item.need("id")?.text()?;
        if id.chars().count() > 50 || rule.parts.iter().any(|part| part.id == id) {
            return item
                .need("id")?
                .wrong("is longer than 50 characters, or comes twice");
        }
        let gear = item.need("gear")?;
        let need = match kind.trigger {
            Trigger::Order => gear.money()?,
            _ => gear.whole(1, NUMBER_MAX)?,
        };
        let mut part = part(&item, id, need, Some(1))?;
        if let Some(since) = item.get("since") {
            let text = since.text()?;
            let Ok(day) = text.parse::<NaiveDate>() else {
                return since.wrong("is not a day such as 2026-01-31");
            };
            part.since = Some(day);
        }
        rule.parts.push(part);
    }
    if rule.parts.is_empty() {
        return list.wrong("has no tiers");
    }
    Ok(())
}

/// Notes since when tiers are there that an earlier configuration did not have, unless what was
/// done before counts for them (`count_before`, the default).
///
/// # Errors
/// The new configuration is malformed.
pub(super) fn date_gears(old: &Value, new: &mut Value, today: NaiveDate) -> Read<()> {
    if Node::root(new).flag_or("count_before", true)? {
        return Ok(());
    }
    let ids = |config: &Value| -> Vec<(String, Value)> {
        let gears = config["gear_list"].as_array();
        let gears = gears.into_iter().flatten();
        gears
            .map(|gear| (gear["id"].to_string(), gear["since"].clone()))
            .collect()
    };
    let before = ids(old);
    let Some(gears) = new.get_mut("gear_list").and_then(Value::as_array_mut) else {
        return Err(ConfigProblem::new("has no `gear_list`"));
    };
    for gear in gears {
        let id = gear["id"].to_string();
        let known = before.iter().find(|(known, _)| *known == id);
        match known {
            Some((_, since)) if since.is_null() => {}
            Some((_, since)) => gear["since"] = since.clone(),
            None => gear["since"] = Value::from(today.to_string()),
        }
    }
    Ok(())
}
