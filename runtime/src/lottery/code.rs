//! Codes of refusals that are about draws.

use crate::error::ErrorCode;

/// There are no draws: not released, not begun, or over.
pub const LOTTERY_CLOSED: ErrorCode = ErrorCode::new(
    "lottery_closed",
    409,
    "There are no draws at the moment",
    "抽奖未开放",
);
/// The player has drawn as often as he may.
pub const LOTTERY_LIMIT: ErrorCode = ErrorCode::new(
    "lottery_limit",
    409,
    "You have drawn as often as you may",
    "抽奖次数已用完",
);
/// Nothing is left that could be won.
pub const LOTTERY_SOLD_OUT: ErrorCode = ErrorCode::new(
    "lottery_sold_out",
    409,
    "There are not enough prizes left",
    "奖品已被抢光",
);
