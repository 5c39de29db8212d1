//! Bodies of requests.

use cloudapp_runtime::lottery::{DrawRequest, PrizeDraft, RuleDraft, TIMES_MAX};
use cloudapp_runtime::types::{DateTime, Decimal, Id, Json, Utc};
use cloudapp_runtime::valid;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

fn once() -> u32 {
    1
}

fn one() -> i32 {
    1
}

fn yes() -> bool {
    true
}

fn zero() -> Decimal {
    Decimal::from(0)
}

/// What the player wants to draw.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = prize::DrawInput)]
#[serde(deny_unknown_fields)]
pub struct DrawInput {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    #[garde(skip)]
    pub module_id: Id,
    /// How many draws in a row; the rule says how many there may be.
    #[garde(range(min = 1, max = TIMES_MAX))]
    #[schema(minimum = 1, maximum = 50)]
    #[serde(default = "once")]
    pub times: u32,
}

impl DrawInput {
    /// The same with the key of the request.
    pub fn into_request(self, key: Option<String>) -> DrawRequest {
        DrawRequest {
            act_id: self.act_id,
            module_id: self.module_id,
            times: self.times,
            key,
        }
    }
}

/// What is sent to create a prize, or to replace one.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = prize::PrizeInput)]
#[serde(deny_unknown_fields)]
pub struct PrizeInput {
    /// The activity; 0 for the tenant as a whole. Stays as it is.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The module of the activity; 0 for none. Stays as it is.
    #[garde(skip)]
    #[serde(default)]
    pub module_id: Id,
    /// What it is for: 0 draws, 1 tasks, 2 exchanges, the app's own from 101.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub ascription_type: i32,
    /// What it is called: 1 to 100 characters.
    #[garde(length(chars, min = 1), custom(valid::string(100)))]
    pub prize_name: String,
    /// A line below the name.
    #[garde(custom(valid::string(100)))]
    #[serde(default)]
    pub prize_title: String,
    /// Picture.
    #[garde(custom(valid::string(500)))]
    #[serde(default)]
    pub prize_pic: String,
    /// More pictures, at most 20.
    #[garde(length(max = 20), inner(custom(valid::string(500))))]
    #[serde(default)]
    pub prize_detail: Vec<String>,
    /// The goods of the shop; empty for none.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub goods_id: String,
    /// The merchant's code of the goods.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub goods_code: String,
    /// 1 virtual, 2 to be shipped.
    #[garde(range(min = 1, max = 2))]
    #[schema(minimum = 1, maximum = 2)]
    pub goods_type: i32,
    /// 1 goods, 2 coupon, 3 red packet, 4 consolation, 5 presale, 6 points, 7 card, 8 goods of a
    /// special order, the app's own from 101. Whether it is 4 stays as it is.
    #[garde(range(min = 1))]
    #[schema(minimum = 1)]
    pub prize_type: i32,
    /// What it is worth, at least 0.
    #[garde(custom(valid::decimal(18, 2)), custom(valid::not_negative))]
    #[serde(default = "zero")]
    pub prize_price: Decimal,
    /// Its weight, where prizes are chosen by weight.
    #[garde(range(min = 0, max = 1_000_000))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub probability: i64,
    /// Its percentage, where prizes are chosen by percentage: 0 to 100.
    #[garde(custom(valid::decimal(7, 4)), custom(valid::not_negative))]
    #[serde(default = "zero")]
    pub chance: Decimal,
    /// How many a player may win; 0 for any number.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub prize_limit: i32,
    /// Whether the list of winners names it.
    #[garde(skip)]
    #[serde(default = "yes")]
    pub is_prize_notice: bool,
    /// Whether players see how many are left.
    #[garde(skip)]
    #[serde(default)]
    pub is_surplus: bool,
    /// How many there are in all, those that were won included. Thanks have no end.
    #[garde(range(min = 0, max = 1_000_000_000))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub prize_total: i64,
    /// 1 by chance, 2 fixed by `force_at`.
    #[garde(range(min = 1, max = 2))]
    #[schema(minimum = 1, maximum = 2)]
    #[serde(default = "one")]
    pub lottery_type: i32,
    /// The draw of a player that wins it, with `lottery_type` 2; 0 otherwise.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub force_at: i32,
    /// What points it gives, with `prize_type` 6; 0 otherwise.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub asset_type: i32,
    /// Which of that kind.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub asset_object_id: String,
    /// How many.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub asset_value: i64,
    /// A tag.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub tag_name: String,
    /// Its number.
    #[garde(skip)]
    #[serde(default)]
    pub tag_id: i32,
    /// Whether the winner chooses a variant.
    #[garde(skip)]
    #[serde(default)]
    pub is_sku: bool,
    /// The variants, in whatever shape the app has for them.
    #[garde(custom(valid::json))]
    #[schema(value_type = Option<Object>)]
    pub sku: Option<Json>,
    /// Prizes are shown by this, the largest first.
    #[garde(skip)]
    #[serde(default)]
    pub sort_index: i32,
    /// Whether players see it and can win it.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
}

impl From<PrizeInput> for PrizeDraft {
    fn from(input: PrizeInput) -> Self {
        Self {
            act_id: input.act_id,
            module_id: input.module_id,
            ascription_type: input.ascription_type,
            prize_name: input.prize_name,
            prize_title: input.prize_title,
            prize_pic: input.prize_pic,
            prize_detail: input.prize_detail,
            goods_id: input.goods_id,
            goods_code: input.goods_code,
            goods_type: input.goods_type,
            prize_type: input.prize_type,
            prize_price: input.prize_price,
            probability: input.probability,
            chance: input.chance,
            prize_limit: input.prize_limit,
            is_prize_notice: input.is_prize_notice,
            is_surplus: input.is_surplus,
            prize_total: input.prize_total,
            lottery_type: input.lottery_type,
            force_at: input.force_at,
            asset_type: input.asset_type,
            asset_object_id: input.asset_object_id,
            asset_value: input.asset_value,
            tag_name: input.tag_name,
            tag_id: input.tag_id,
            is_sku: input.is_sku,
            sku_json: input
                .sku
                .map_or_else(|| "[]".to_owned(), |sku| sku.to_string()),
            sort_index: input.sort_index,
            is_release: input.is_release,
        }
    }
}

/// How draws of a module are to go.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = prize::RuleInput)]
#[serde(deny_unknown_fields)]
pub struct RuleInput {
    /// The activity; 0 for the tenant as a whole.
    #[garde(skip)]
    #[serde(default)]
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    #[garde(skip)]
    #[serde(default)]
    pub module_id: Id,
    /// How a prize is chosen: 1 weight, 2 percentage, 3 weight × stock.
    #[garde(range(min = 1, max = 3))]
    #[schema(minimum = 1, maximum = 3)]
    pub algorithm: i32,
    /// The asset that a draw costs; 0: it is free.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub cost_type: i32,
    /// Which of that kind.
    #[garde(custom(valid::string(64)))]
    #[serde(default)]
    pub cost_object_id: String,
    /// How much.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub cost_value: i64,
    /// Most draws at once, 1 to 50.
    #[garde(range(min = 1, max = 50))]
    #[schema(minimum = 1, maximum = 50)]
    #[serde(default = "one")]
    pub times_max: i32,
    /// Most draws of a player; 0 for any number.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub user_limit: i32,
    /// Most draws of a player on a day; 0 for any number.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub day_limit: i32,
    /// After so many draws without a prize the next one wins; 0 for never.
    #[garde(range(min = 0))]
    #[schema(minimum = 0)]
    #[serde(default)]
    pub pity_after: i32,
    /// Whether players can draw.
    #[garde(skip)]
    #[serde(default)]
    pub is_release: bool,
    /// Not before.
    #[garde(custom(valid::datetime))]
    pub starts_at: Option<DateTime<Utc>>,
    /// Not from then on.
    #[garde(custom(valid::datetime))]
    pub ends_at: Option<DateTime<Utc>>,
}

impl From<RuleInput> for RuleDraft {
    fn from(input: RuleInput) -> Self {
        Self {
            act_id: input.act_id,
            module_id: input.module_id,
            algorithm: input.algorithm,
            cost_type: input.cost_type,
            cost_object_id: input.cost_object_id,
            cost_value: input.cost_value,
            times_max: input.times_max,
            user_limit: input.user_limit,
            day_limit: input.day_limit,
            pity_after: input.pity_after,
            is_release: input.is_release,
            starts_at: input.starts_at,
            ends_at: input.ends_at,
        }
    }
}
