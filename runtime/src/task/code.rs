//! Codes of refusals that are about tasks.

use super::model::Refusal;
use crate::error::{AppError, ErrorCode};

/// Everything that a period allows is done.
pub const TASK_DONE: ErrorCode = ErrorCode::new(
    "task_done",
    409,
    "This task is finished for now",
    "任务已完成",
);
/// It was done today.
pub const TASK_TODAY: ErrorCode = ErrorCode::new(
    "task_today",
    409,
    "This was done today already",
    "今日已完成",
);
/// There is nothing to claim yet.
pub const TASK_NOT_READY: ErrorCode = ErrorCode::new(
    "task_not_ready",
    409,
    "There is nothing to claim yet",
    "任务未达成",
);
/// The task is not released, has not begun, or is over.
pub const TASK_CLOSED: ErrorCode = ErrorCode::new(
    "task_closed",
    409,
    "This task is not open at the moment",
    "任务未开放",
);
/// The goods, the invitation, the code: it does not count.
pub const TASK_REFUSED: ErrorCode = ErrorCode::new(
    "task_refused",
    409,
    "This does not count for the task",
    "不符合任务条件",
);

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Done => TASK_DONE.into(),
            Refusal::Today => TASK_TODAY.into(),
            Refusal::NotReady => TASK_NOT_READY.into(),
            Refusal::NoClaim => AppError::conflict((
                "this task pays at once; there is no claim",
                "该任务完成即发奖，无需领取",
            )),
            Refusal::NoPart => AppError::param((
                "sub_type: the task has no such part",
                "sub_type：任务没有这一部分",
            )),
        }
    }
}
