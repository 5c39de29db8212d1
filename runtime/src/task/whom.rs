//! Who is counted for what a player says he did, and whether to believe him.

use chrono::Duration;

use super::code::TASK_REFUSED;
use super::count::Doing;
use super::deed::Deed;
use super::definition::Task;
use super::engine::Engine;
use super::model::{Guest, Trigger};
use super::verifier::Standing;
use crate::app::Context;
use crate::auth::{self, Player};
use crate::error::{AppError, AppResult, ErrorCode, Message};
use crate::types::Id;

/// Longest name of a thing that a player brings, in characters.
const OBJECT_MAX_CHARS: usize = 64;

/// Makes an event of what a player says.
///
/// # Errors
/// It is not to be believed, or something is missing.
pub(super) async fn doing<'a>(
    ctx: &Context,
    engine: &Engine,
    player: &Player,
    task: &'a Task,
    deed: &Deed,
) -> AppResult<Doing<'a>> {
    let mut doing = Doing {
        task,
        user_id: player.user_id,
        guest: None,
        part: deed.sub_type.clone(),
        object: String::new(),
        amount: 1,
        is_fact: false,
        is_paid: true,
        request: deed.request.clone(),
        handler: "POST /client/tasks/{id}/act",
    };
    if let Some(own) = engine.kinds().own(task.row.task_type) {
        own.verify(ctx, player, deed).await?;
    }
    match task.rule.trigger {
        Trigger::Own | Trigger::Sign | Trigger::Swap => {}
        Trigger::Goods => doing.object = goods(task, deed)?,
        Trigger::Secret => {
            let given = deed.secret_code.as_deref();
            let given = given.ok_or_else(|| {
                AppError::param(("secret_code: is missing", "secret_code：缺少口令"))
            })?;
            if task.rule.secret.as_deref() != Some(given.trim()) {
                return Err(refused(("the secret code is another", "口令不正确")));
            }
        }
        Trigger::Invite(kind) => {
            let inviter = inviter(ctx, engine, player, kind, deed).await?;
            doing.user_id = inviter;
            doing.guest = Some(player.user_id);
            doing.object = player.user_id.to_string();
        }
        Trigger::Follow | Trigger::Member => {
            doing.is_paid = standing(ctx, engine, player, task).await?;
        }
        Trigger::Order | Trigger::Draw | Trigger::Trial => {
            return Err(refused((
                "it is the shop or the lottery that reports this",
                "该任务由店铺或抽奖自动上报",
            )));
        }
    }
    Ok(doing)
}

pub(super) fn refused(reason: impl Into<Message>) -> AppError {
    AppError::new(TASK_REFUSED).with_message(reason)
}

fn goods(task: &Task, deed: &Deed) -> AppResult<String> {
    let id = deed.goods_id.as_deref().map(str::trim).unwrap_or_default();
    let is_id = (1..=OBJECT_MAX_CHARS).contains(&id.chars().count());
    if !is_id || id.chars().any(char::is_control) {
        return Err(AppError::param((
            "goods_id: must have 1 to 64 characters",
            "goods_id：须为 1 到 64 个字符",
        )));
    }
    if !task.rule.goods.counts(id) {
        return Err(refused(("these goods do not count", "该商品不计入任务")));
    }
    Ok(id.to_owned())
}

/// Who invited the player; refused unless the player counts as invited.
async fn inviter(
    ctx: &Context,
    engine: &Engine,
    player: &Player,
    kind: Guest,
    deed: &Deed,
) -> AppResult<Id> {
    let inviter = deed.inviter_id;
    let inviter =
        inviter.ok_or_else(|| AppError::param(("inviter_id: is missing", "缺少 inviter_id")))?;
    if inviter == player.user_id {
        return Err(refused(("nobody invites himself", "不能邀请自己")));
    }
    if !auth::is_player(ctx, &player.app_id, inviter).await? {
        return Err(ErrorCode::NO_USER.into());
    }
    match kind {
        Guest::Anybody => {}
        Guest::New => {
            let since = auth::player_since(ctx, &player.app_id, player.user_id).await?;
            let hours = i64::from(engine.config().new_user_hours);
            let is_new = since.is_some_and(|since| ctx.now() - since <= Duration::hours(hours));
            if !is_new {
                return Err(refused((
                    "only who is new counts as invited",
                    "只有新用户算作受邀",
                )));
            }
        }
        Guest::Member => {
            let standing = engine.verifier()?.is_member(ctx, player).await?;
            if standing == Standing::No {
                return Err(refused((
                    "only members of the shop count as invited",
                    "只有店铺会员算作受邀",
                )));
            }
        }
    }
    Ok(inviter)
}

/// Whether the player is paid for following, or for being a member; refused when he is neither.
async fn standing(ctx: &Context, engine: &Engine, player: &Player, task: &Task) -> AppResult<bool> {
    let verifier = engine.verifier()?;
    let standing = match task.rule.trigger {
        Trigger::Follow => verifier.follows(ctx, player).await?,
        _ => verifier.is_member(ctx, player).await?,
    };
    let since = match standing {
        Standing::No => return Err(refused(("the platform does not say so", "平台未确认"))),
        Standing::Yes => return Ok(true),
        Standing::Since(since) => since,
    };
    let here = auth::player_since(ctx, &player.app_id, player.user_id).await?;
    let was_before = here.is_some_and(|here| since < here);
    Ok(!was_before || task.rule.pays_earlier)
}
