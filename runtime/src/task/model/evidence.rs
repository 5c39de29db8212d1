//! Evidence: what a thing is called that may count once only.

use super::Moment;
use super::rule::{Evidence, Rule};

/// Where evidence counts: nothing that is taken for one task, module or activity is missing in
/// another.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The activity.
    pub act_id: i64,
    /// The module of the activity; 0 for none.
    pub module_id: i64,
    /// The task.
    pub task_id: i64,
    /// Its type.
    pub task_type: i32,
    /// The part of it.
    pub part: &'a str,
}

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub struct Happened<'a> {
    /// Who is counted: of invitations, the inviter.
    pub user_id: i64,
    /// What it is about: a goods, the invited player, an order, a draw.
    pub object: &'a str,
    /// Key of the request, for what has no evidence of its own.
    pub request: Option<&'a str>,
}

/// The text that is unique in its kind; `None` when any number of them may count.
///
/// Of invitations it does not hold the inviter: whoever comes first has invited.
#[must_use]
pub fn evidence_key(
    rule: &Rule,
    place: &Place<'_>,
    happened: &Happened<'_>,
    moment: &Moment,
) -> Option<String> {
    let Place {
        act_id,
        module_id,
        task_id,
        task_type,
        part,
    } = place;
    let Happened {
        user_id, object, ..
    } = happened;
    let of_task = || format!("{task_id}:{user_id}:{part}");
    let of_place = || format!("{act_id}:{module_id}:{task_type}");
    let key = match rule.evidence {
        Evidence::None => {
            let request = happened.request?;
            format!("request:{}:{request}", of_task())
        }
        Evidence::Goods => format!("goods:{}:{object}", of_task()),
        Evidence::GoodsOfDay => format!("goods:{}:{}:{object}", of_task(), moment.day()),
        Evidence::Invitee => format!("invitee:{}:{object}", of_place()),
        Evidence::Pair => format!("pair:{}:{user_id}:{object}", of_place()),
        Evidence::Order => format!("order:{}:{object}", of_task()),
        Evidence::Draw => format!("draw:{}:{object}", of_task()),
    };
    Some(key)
}
