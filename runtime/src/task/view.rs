//! What players see of a task: one shape for all types.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::definition::Task;
use super::engine::Engine;
use super::model::{Count, Moment, Part, Pay, Progress, Reward, Rule, Trigger, tier_sum};
use crate::error::Language;
use crate::types::Id;

/// How far a task, or a part of it, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = task::Status)]
pub enum Status {
    /// There is something to do.
    Todo,
    /// There is something to claim.
    Claimable,
    /// There is nothing more in this period; of signs, today.
    Done,
}

/// Something that a round gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = task::RewardView)]
pub struct RewardView {
    /// 1 asset, 2 prize, 3 card.
    pub reward_type: i32,
    /// Of assets: the kind.
    pub asset_type: Option<i32>,
    /// Which one.
    pub object_id: String,
    /// Its name.
    pub name: String,
    /// How many.
    pub value: i64,
}

/// A text with the name under which clients may have their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = task::Text)]
pub struct Text {
    /// The name, e.g. `task.claim`.
    pub key: &'static str,
    /// In the app's language.
    pub text: &'static str,
}

/// What the client does next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = task::NextStep)]
pub struct NextStep {
    /// `act`, `claim`, or `wait`: for the shop, the platform, or tomorrow.
    pub action: &'static str,
    /// For which part.
    pub sub_type: String,
    /// Fields that the request needs besides `sub_type`.
    pub needs: &'static [&'static str],
}

/// A part of a task; of calendars a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = task::PartView)]
pub struct PartView {
    /// Its name in requests; of calendars the number of the day.
    pub sub_type: String,
    /// How far it is.
    pub status: Status,
    /// Progress towards the next round.
    pub current: i64,
    /// What a round takes.
    pub total: i64,
    /// Rounds of this period that were paid.
    pub rounds_done: i64,
    /// Most rounds in a period; absent for any number.
    pub rounds_max: Option<i64>,
    /// What a round gives, added up.
    pub reward_value: i64,
    /// What a round gives.
    pub rewards: Vec<RewardView>,
    /// Where the client goes for it.
    pub link_url: String,
}

/// A task as its player sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = task::View)]
pub struct TaskView {
    /// Its id.
    pub id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// 1 to 26, or an own one from 201.
    pub task_type: i32,
    /// The name of the type.
    pub kind: &'static str,
    /// 1 day, 2 week, 3 permanent, 4 month, 5 activity.
    pub complete_type: i32,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub desc: String,
    /// How far it is.
    pub status: Status,
    /// Whether it is finished for good in this period.
    pub is_over: bool,
    /// Progress towards the next round; of tiers the sum, of calendars the day.
    pub current: i64,
    /// What that takes.
    pub total: i64,
    /// `times`, `days`, or `hundredths` of money.
    pub unit: &'static str,
    /// What the next round gives, added up.
    pub reward_value: i64,
    /// `now`, `claim` or `swap`: when it pays.
    pub pays: &'static str,
    /// What the client does next.
    pub next_step: NextStep,
    /// What the button says.
    pub button: Text,
    /// Its parts; one, unless it has days, tiers or sub-tasks.
    pub parts: Vec<PartView>,
    /// What counted already: goods, or invited players.
    pub done_ids: Vec<String>,
    /// Goods to show.
    #[schema(value_type = Option<Object>)]
    pub goods_list: Value,
    /// A picture.
    pub pic: String,
    /// Where the client goes for it.
    pub route_url: String,
    /// Tasks are shown by this, the largest first.
    pub sort_index: i32,
}

/// What is known of a player for one task.
pub(super) struct Known<'a> {
    /// Counters by part.
    pub(super) counts: Vec<(&'a str, Count)>,
    /// Amounts by day.
    pub(super) days: Vec<(i32, i64)>,
    /// What counted.
    pub(super) objects: Vec<String>,
}

/// How a task is shown.
pub(super) struct Shown<'a> {
    pub(super) engine: &'a Engine,
    pub(super) language: Language,
}

impl Shown<'_> {
    /// A task as its player sees it. Nothing of the secret code is in it.
    pub(super) fn view(&self, task: &Task, known: &Known<'_>, moment: &Moment) -> TaskView {
        let rule = &task.rule;
        let parts = match rule.is_calendar() {
            true => self.days(rule, known, moment),
            false => self.parts(rule, known, moment),
        };
        let is_today = rule.is_calendar() && count_of(known, "").day == moment.day();
        let of = |status| parts.iter().find(|part| part.status == status);
        let status = match (of(Status::Claimable), of(Status::Todo)) {
            (Some(_), _) => Status::Claimable,
            (None, Some(_)) if !is_today => Status::Todo,
            _ => Status::Done,
        };
        let next = of(Status::Claimable).or_else(|| of(Status::Todo));
        let shown = next.or(parts.last());
        let is_waiting = rule.pay == Pay::Swap && count_of(known, "").now > 0;
        let row = &task.row;
        let text = |name: &str| task.config[name].as_str().unwrap_or_default().to_owned();
        let desc = match text("desc") {
            empty if empty.is_empty() => text("content"),
            desc => desc,
        };
        TaskView {
            id: row.id,
            module_id: row.module_id,
            task_type: row.task_type,
            kind: self.engine.kinds().name(row.task_type),
            complete_type: rule.period.number(),
            title: task.title(self.engine, self.language),
            desc,
            status,
            is_over: next.is_none(),
            current: match rule.is_calendar() {
                true => within(rule, known, "", moment).complete,
                false => shown.map_or(0, |part| part.current),
            },
            total: match rule.is_calendar() {
                true => rule.last_day(),
                false => shown.map_or(1, |part| part.total),
            },
            unit: unit(rule),
            reward_value: shown.map_or(0, |part| part.reward_value),
            pays: match rule.pay {
                Pay::Now => "now",
                Pay::Claim => "claim",
                Pay::Swap => "swap",
            },
            next_step: next_step(rule, status, is_waiting, next),
            button: self.button(rule, (status, is_waiting, next.is_none())),
            parts,
            done_ids: known.objects.clone(),
            goods_list: task.config["goods_list"].clone(),
            pic: text("pic"),
            route_url: row.route_url.clone(),
            sort_index: row.sort_index,
        }
    }

    fn parts(&self, rule: &Rule, known: &Known<'_>, moment: &Moment) -> Vec<PartView> {
        let parts = rule.parts.iter().map(|part| {
            let mut count = within(rule, known, &part.id, moment);
            let mut current = count.now;
            if rule.progress == Progress::Tiers {
                current = tier_sum(rule, part, &known.days, moment);
                count.now = if current >= part.need { part.need } else { 0 };
            }
            let is_full = part.limit.is_some_and(|limit| count.complete >= limit);
            let status = match is_full {
                true => Status::Done,
                false if rule.pay == Pay::Claim && count.rounds(part) > 0 => Status::Claimable,
                false => Status::Todo,
            };
            let shown = if is_full { part.need } else { current };
            self.part(part, status, (shown, part.need), count.complete)
        });
        parts.collect()
    }

    fn days(&self, rule: &Rule, known: &Known<'_>, moment: &Moment) -> Vec<PartView> {
        let count = within(rule, known, "", moment);
        let days = rule.parts.iter().map(|part| {
            let is_done = part.need <= count.complete;
            let status = if is_done { Status::Done } else { Status::Todo };
            let done = i64::from(is_done);
            self.part(part, status, (done, 1), done)
        });
        days.collect()
    }

    fn part(
        &self,
        part: &Part,
        status: Status,
        (current, total): (i64, i64),
        rounds_done: i64,
    ) -> PartView {
        PartView {
            sub_type: part.id.clone(),
            status,
            current,
            total,
            rounds_done,
            rounds_max: part.limit,
            reward_value: part.rewards.iter().map(|reward| reward.value).sum(),
            rewards: part.rewards.iter().map(|one| self.reward(one)).collect(),
            link_url: part.link_url.clone(),
        }
    }

    pub(super) fn reward(&self, reward: &Reward) -> RewardView {
        reward_view(self.engine, reward)
    }

    fn button(&self, rule: &Rule, (status, is_waiting, is_over): (Status, bool, bool)) -> Text {
        let (key, english, chinese) = match status {
            _ if is_waiting => ("task.waiting", "In progress", "处理中"),
            Status::Claimable => ("task.claim", "Claim", "领取"),
            Status::Done if is_over => ("task.done", "Done", "已完成"),
            Status::Done => ("task.tomorrow", "Come back tomorrow", "明日再来"),
            Status::Todo => match rule.trigger {
                Trigger::Sign => ("task.sign", "Sign in", "签到"),
                Trigger::Invite(_) => ("task.invite", "Invite", "去邀请"),
                Trigger::Order => ("task.buy", "Go shopping", "去购买"),
                Trigger::Draw | Trigger::Trial => ("task.draw", "Draw", "去抽奖"),
                Trigger::Swap => ("task.swap", "Swap", "去兑换"),
                Trigger::Follow => ("task.follow", "Follow", "去关注"),
                Trigger::Member => ("task.join", "Join", "去入会"),
                Trigger::Own if rule.pay == Pay::Now => ("task.take", "Take", "领取"),
                _ => ("task.act", "Go", "去完成"),
            },
        };
        let text = match self.language {
            Language::English => english,
            Language::Chinese => chinese,
        };
        Text { key, text }
    }
}

/// A reward as people see it.
pub(super) fn reward_view(engine: &Engine, reward: &Reward) -> RewardView {
    use super::model::RewardKind;
    let asset_type = match reward.kind {
        RewardKind::Asset(kind) => Some(kind.unwrap_or(engine.config().asset_type)),
        _ => None,
    };
    RewardView {
        reward_type: reward.kind.number(),
        asset_type,
        object_id: reward.object_id.clone(),
        name: reward.name.clone(),
        value: reward.value,
    }
}

fn count_of(known: &Known<'_>, part: &str) -> Count {
    let found = known.counts.iter().find(|(id, _)| *id == part);
    found.map(|(_, count)| count.clone()).unwrap_or_default()
}

fn within(rule: &Rule, known: &Known<'_>, part: &str, moment: &Moment) -> Count {
    let count = count_of(known, part);
    let moment = moment.not_before(count.at);
    count.within(rule, &moment)
}

fn unit(rule: &Rule) -> &'static str {
    match (rule.progress, rule.trigger) {
        (Progress::Sum, _) | (Progress::Tiers, Trigger::Order) => "hundredths",
        (Progress::Calendar | Progress::Streak(_), _) => "days",
        _ => "times",
    }
}

fn next_step(rule: &Rule, status: Status, is_waiting: bool, next: Option<&PartView>) -> NextStep {
    let sub_type = match next {
        Some(part) if !rule.is_calendar() => part.sub_type.clone(),
        _ => String::new(),
    };
    let (action, needs): (&str, &'static [&str]) = match (status, rule.trigger) {
        _ if is_waiting => ("wait", &[]),
        (Status::Claimable, _) => ("claim", &[]),
        (Status::Done, _) | (_, Trigger::Order | Trigger::Draw | Trigger::Trial) => ("wait", &[]),
        (_, Trigger::Goods) => ("act", &["goods_id"]),
        (_, Trigger::Secret) => ("act", &["secret_code"]),
        // The one who is invited acts.
        (_, Trigger::Invite(_)) => ("wait", &["inviter_id"]),
        _ => ("act", &[]),
    };
    NextStep {
        action,
        sub_type,
        needs,
    }
}
