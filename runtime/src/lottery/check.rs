//! Whether drafts make sense.

use super::draft::{PrizeDraft, RuleDraft};
use super::draw::TIMES_MAX;
use super::pool::{CONSOLATION, FORCED, POINTS};
use crate::asset::VALUE_MAX;
use crate::error::{AppError, AppResult};
use crate::types::Decimal;

/// Largest weight.
const WEIGHT_MAX: i64 = 1_000_000;
/// Most pieces of a prize: weight × stock of 500 prizes stays within 64 bits.
const STOCK_MAX: i64 = 1_000_000_000;

fn refuse(is_bad: bool, text: (&'static str, &'static str)) -> AppResult<()> {
    match is_bad {
        true => Err(AppError::param(text)),
        false => Ok(()),
    }
}

fn is_percentage(chance: Decimal) -> bool {
    let (from, to) = (
        rust_decimal::Decimal::ZERO,
        rust_decimal::Decimal::ONE_HUNDRED,
    );
    (from..=to).contains(&chance.0) && chance.0.normalize().scale() <= 4
}

impl PrizeDraft {
    /// # Errors
    /// `param_error`: what is wrong.
    pub(super) fn check(&self) -> AppResult<()> {
        let name = self.prize_name.trim().chars().count();
        refuse(
            !(1..=100).contains(&name),
            (
                "prize_name: must have 1 to 100 characters",
                "prize_name：须为 1 到 100 个字符",
            ),
        )?;
        refuse(
            !(0..=WEIGHT_MAX).contains(&self.probability),
            (
                "probability: must be 0 to 1000000",
                "probability：须为 0 到 1000000",
            ),
        )?;
        refuse(
            !is_percentage(self.chance),
            (
                "chance: must be 0 to 100, with at most four digits behind the point",
                "chance：须为 0 到 100，最多四位小数",
            ),
        )?;
        refuse(
            !(0..=STOCK_MAX).contains(&self.prize_total),
            (
                "prize_total: must be 0 to 1000000000",
                "prize_total：须为 0 到 1000000000",
            ),
        )?;
        refuse(
            self.prize_limit < 0,
            (
                "prize_limit: must not be negative",
                "prize_limit：不能为负数",
            ),
        )?;
        self.check_kind()
    }

    fn check_kind(&self) -> AppResult<()> {
        let is_forced = self.lottery_type == FORCED;
        refuse(
            !(1..=2).contains(&self.lottery_type) || is_forced != (self.force_at > 0),
            (
                "force_at: at least 1 with lottery_type 2, and 0 with lottery_type 1",
                "force_at：lottery_type 为 2 时至少为 1，为 1 时须为 0",
            ),
        )?;
        refuse(
            is_forced && self.prize_type == CONSOLATION,
            (
                "lottery_type: thanks cannot be fixed to a draw",
                "lottery_type：谢谢参与不能设为必中",
            ),
        )?;
        let is_points = self.prize_type == POINTS;
        let has_points = self.asset_type > 0 && (1..=VALUE_MAX).contains(&self.asset_value);
        refuse(
            is_points && !has_points,
            (
                "asset_type, asset_value: what points does it give?",
                "asset_type、asset_value：积分奖品须填写资产类型和数量",
            ),
        )
    }
}

impl RuleDraft {
    /// # Errors
    /// `param_error`: what is wrong.
    pub(super) fn check(&self) -> AppResult<()> {
        refuse(
            !(1..=3).contains(&self.algorithm),
            ("algorithm: must be 1, 2 or 3", "algorithm：须为 1、2 或 3"),
        )?;
        let costs = self.cost_type > 0;
        refuse(
            self.cost_type < 0 || costs != (self.cost_value > 0) || self.cost_value > VALUE_MAX,
            (
                "cost_type, cost_value: both or neither",
                "cost_type、cost_value：须同时填写或同时为 0",
            ),
        )?;
        let times = u32::try_from(self.times_max).unwrap_or(0);
        refuse(
            !(1..=TIMES_MAX).contains(&times),
            ("times_max: must be 1 to 50", "times_max：须为 1 到 50"),
        )?;
        refuse(
            self.user_limit < 0 || self.day_limit < 0 || self.pity_after < 0,
            (
                "user_limit, day_limit, pity_after: must not be negative",
                "user_limit、day_limit、pity_after：不能为负数",
            ),
        )?;
        let is_backwards =
            matches!((self.starts_at, self.ends_at), (Some(from), Some(end)) if from >= end);
        refuse(
            is_backwards,
            (
                "ends_at: must be after starts_at",
                "ends_at：必须晚于 starts_at",
            ),
        )
    }
}
