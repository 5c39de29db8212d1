//! The table of all types for people: `docs/tasks.md` has it, and a test compares.

use std::fmt::Write as _;

use super::table::{KINDS, Kind};
use crate::task::model::{Evidence, Guest, Pay, Progress, Trigger};

/// The rules of the framework's types as a table in Markdown.
#[must_use]
pub fn rule_table() -> String {
    let mut text = String::from(
        "| # | type | what counts | how | paid | counts once | fields | statistics |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for kind in &KINDS {
        let fields: Vec<String> = fields(kind).iter().map(|one| format!("`{one}`")).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} | {} | {} | `{}…` |",
            kind.number,
            kind.name,
            trigger(kind.trigger),
            progress(kind.progress),
            pay(kind.pay),
            evidence(kind.evidence),
            fields.join(", "),
            kind.statistics,
        );
    }
    text
}

fn fields(kind: &Kind) -> Vec<&'static str> {
    let all = kind.shape.fields().iter().copied();
    // One shape serves several types; each of them reads its own.
    let is_read = |field: &&str| match *field {
        "once_favor_reward" => kind.trigger == Trigger::Follow,
        "once_member_reward" => kind.trigger == Trigger::Member,
        "close_invite_limit" => matches!(kind.trigger, Trigger::Invite(_)),
        "daily_repeat_browse" => kind.trigger == Trigger::Goods,
        "is_repeat" => matches!(kind.progress, Progress::Streak(_)),
        "goods_ids" | "goods_list" => matches!(kind.trigger, Trigger::Goods | Trigger::Order),
        "limit_num" => kind.trigger != Trigger::Sign,
        _ => true,
    };
    all.filter(is_read).collect()
}

fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Own => "the player does it",
        Trigger::Sign => "the player signs in",
        Trigger::Goods => "the player names a goods",
        Trigger::Secret => "the player knows the code",
        Trigger::Invite(Guest::New) => "an invited player who is new",
        Trigger::Invite(Guest::Member) => "an invited player who is a member",
        Trigger::Invite(Guest::Anybody) => "an invited player",
        Trigger::Follow => "the platform says he follows",
        Trigger::Member => "the platform says he is a member",
        Trigger::Swap => "the platform takes member points",
        Trigger::Order => "the shop reports an order",
        Trigger::Draw => "the lottery reports a draw",
        Trigger::Trial => "the lottery reports a trial draw",
    }
}

fn progress(progress: Progress) -> &'static str {
    match progress {
        Progress::Count => "number",
        Progress::Sum => "sum of money",
        Progress::Distinct => "distinct goods",
        Progress::Calendar => "days, with gaps",
        Progress::Streak(_) => "days in a row",
        Progress::Tiers => "sum over the period, by tiers",
    }
}

fn pay(pay: Pay) -> &'static str {
    match pay {
        Pay::Now => "at once",
        Pay::Claim => "when claimed",
        Pay::Swap => "after the points are taken",
    }
}

fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::None => "",
        Evidence::Goods => "goods, in the task",
        Evidence::GoodsOfDay => "goods, a day",
        Evidence::Invitee => "invited player, in the activity and module",
        Evidence::Pair => "inviter and invited",
        Evidence::Order => "order, in the task",
        Evidence::Draw => "draw, in the task",
    }
}
