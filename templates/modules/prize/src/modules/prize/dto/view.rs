//! What answers show.

use cloudapp_runtime::lottery::{DrawResult, DrawRow, PrizeRow, RuleRow, WinningRow};
use cloudapp_runtime::types::{DateTime, Decimal, Id, Json, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// A prize as players see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = prize::PrizeView)]
pub struct PrizeView {
    /// Its id.
    pub id: Id,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// What it is for: 0 draws, 1 tasks, 2 exchanges, the app's own from 101.
    pub ascription_type: i32,
    /// What it is called.
    pub prize_name: String,
    /// A line below the name.
    pub prize_title: String,
    /// Picture.
    pub prize_pic: String,
    /// More pictures.
    pub prize_detail: Vec<String>,
    /// 1 virtual, 2 to be shipped.
    pub goods_type: i32,
    /// 1 goods, 2 coupon, 3 red packet, 4 consolation, 5 presale, 6 points, 7 card, 8 goods of a
    /// special order, the app's own from 101.
    pub prize_type: i32,
    /// What it is worth.
    pub prize_price: Decimal,
    /// How many a player may win; 0 for any number.
    pub prize_limit: i32,
    /// How many are left, if players are to see it.
    pub surplus: Option<i64>,
    /// A tag.
    pub tag_name: String,
    /// Number of the tag.
    pub tag_id: i32,
    /// Whether the winner chooses a variant.
    pub is_sku: bool,
    /// The variants, in the shape that the app has for them.
    #[schema(value_type = Object)]
    pub sku: Json,
}

impl From<PrizeRow> for PrizeView {
    fn from(row: PrizeRow) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            module_id: row.module_id,
            ascription_type: row.ascription_type,
            prize_name: row.prize_name,
            prize_title: row.prize_title,
            prize_pic: row.prize_pic,
            prize_detail: serde_json::from_str(&row.prize_detail_json).unwrap_or_default(),
            goods_type: row.goods_type,
            prize_type: row.prize_type,
            prize_price: row.prize_price,
            prize_limit: row.prize_limit,
            surplus: row.is_surplus.then_some(row.surplus),
            tag_name: row.tag_name,
            tag_id: row.tag_id,
            is_sku: row.is_sku,
            sku: row.sku_json.parse().unwrap_or_default(),
        }
    }
}

/// A prize as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = prize::AdminPrizeView)]
pub struct AdminPrizeView {
    /// Whether the list of winners names it.
    pub is_prize_notice: bool,
    /// Its weight.
    pub probability: i64,
    /// Its percentage.
    pub chance: Decimal,
    /// How many are left.
    pub stock: i64,
    /// How many there are in all.
    pub prize_total: i64,
    /// How many were won.
    pub hand_out: i64,
    /// Whether players see how many are left.
    pub is_surplus: bool,
    /// The goods of the shop; empty for none.
    pub goods_id: String,
    /// The merchant's code of the goods.
    pub goods_code: String,
    /// 1 by chance, 2 fixed by `force_at`.
    pub lottery_type: i32,
    /// The draw of a player that wins it.
    pub force_at: i32,
    /// What points it gives.
    pub asset_type: i32,
    /// Which of that kind.
    pub asset_object_id: String,
    /// How many.
    pub asset_value: i64,
    /// Prizes are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it and can win it.
    pub is_release: bool,
    /// Whether it was removed.
    pub is_del: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// What players see.
    #[serde(flatten)]
    pub view: PrizeView,
}

impl From<PrizeRow> for AdminPrizeView {
    fn from(row: PrizeRow) -> Self {
        Self {
            is_prize_notice: row.is_prize_notice,
            probability: row.probability,
            chance: row.chance,
            stock: row.surplus,
            prize_total: row.prize_total,
            hand_out: row.hand_out,
            is_surplus: row.is_surplus,
            goods_id: row.goods_id.clone(),
            goods_code: row.goods_code.clone(),
            lottery_type: row.lottery_type,
            force_at: row.force_at,
            asset_type: row.asset_type,
            asset_object_id: row.asset_object_id.clone(),
            asset_value: row.asset_value,
            sort_index: row.sort_index,
            is_release: row.is_release,
            is_del: row.is_del,
            created_at: row.created_at,
            updated_at: row.updated_at,
            view: row.into(),
        }
    }
}

/// How draws of a module go.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = prize::RuleView)]
pub struct RuleView {
    /// Its id.
    pub id: Id,
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// How a prize is chosen: 1 weight, 2 percentage, 3 weight × stock.
    pub algorithm: i32,
    /// The asset that a draw costs; 0: it is free.
    pub cost_type: i32,
    /// Which of that kind.
    pub cost_object_id: String,
    /// How much.
    pub cost_value: i64,
    /// Most draws at once.
    pub times_max: i32,
    /// Most draws of a player; 0 for any number.
    pub user_limit: i32,
    /// Most draws of a player on a day; 0 for any number.
    pub day_limit: i32,
    /// After so many draws without a prize the next one wins; 0 for never.
    pub pity_after: i32,
    /// Whether players can draw.
    pub is_release: bool,
    /// Not before.
    pub starts_at: Option<DateTime<Utc>>,
    /// Not from then on.
    pub ends_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<RuleRow> for RuleView {
    fn from(row: RuleRow) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            module_id: row.module_id,
            algorithm: row.algorithm,
            cost_type: row.cost_type,
            cost_object_id: row.cost_object_id,
            cost_value: row.cost_value,
            times_max: row.times_max,
            user_limit: row.user_limit,
            day_limit: row.day_limit,
            pity_after: row.pity_after,
            is_release: row.is_release,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// How draws of a module go, for a player.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = prize::LotteryView)]
pub struct LotteryView {
    /// The asset that a draw costs; 0: it is free.
    pub cost_type: i32,
    /// Which of that kind.
    pub cost_object_id: String,
    /// How much.
    pub cost_value: i64,
    /// Most draws at once.
    pub times_max: i32,
    /// How often the player may still draw; null for any number.
    pub left: Option<i64>,
    /// After so many draws without a prize the next one wins; 0 for never.
    pub pity_after: i32,
    /// Whether players can draw now.
    pub is_open: bool,
    /// Not before.
    pub starts_at: Option<DateTime<Utc>>,
    /// Not from then on.
    pub ends_at: Option<DateTime<Utc>>,
}

impl LotteryView {
    /// With how often the player may still draw, at a moment.
    pub fn new(rule: RuleRow, left: Option<i64>, at: DateTime<Utc>) -> Self {
        Self {
            cost_type: rule.cost_type,
            cost_value: rule.cost_value,
            times_max: rule.times_max,
            left,
            pity_after: rule.pity_after,
            is_open: rule.is_open(at),
            starts_at: rule.starts_at,
            ends_at: rule.ends_at,
            cost_object_id: rule.cost_object_id,
        }
    }
}

/// Something that was won, as its winner sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = prize::WinningView)]
pub struct WinningView {
    /// Its id: `prize_roster_id` of a draw.
    pub id: Id,
    /// The activity.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// 0 a draw, 1 a task, 2 an exchange.
    pub source_type: i32,
    /// The prize.
    pub prize_id: Id,
    /// Its name then.
    pub prize_name: String,
    /// Its picture then.
    pub prize_pic: String,
    /// What it was worth.
    pub prize_price: Decimal,
    /// Its type.
    pub prize_type: i32,
    /// 1 virtual, 2 to be shipped.
    pub goods_type: i32,
    /// Whether the winner chooses a variant.
    pub is_sku: bool,
    /// The variant that he chose.
    pub sku_name: String,
    /// The shipment that it is in; empty for none.
    pub order_no: String,
    /// 0 to be ordered, 1 ordered, 2 bought back, 10 hidden, 11 nothing to ship.
    pub prize_status: i32,
    /// 0 not shipped, 1 shipped, 2 will not be.
    pub logistics_status: i32,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<WinningRow> for WinningView {
    fn from(row: WinningRow) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            module_id: row.module_id,
            source_type: row.source_type,
            prize_id: row.prize_id,
            prize_name: row.prize_name,
            prize_pic: row.prize_pic,
            prize_price: row.prize_price,
            prize_type: row.prize_type,
            goods_type: row.goods_type,
            is_sku: row.is_sku,
            sku_name: row.sku_name,
            order_no: row.order_no,
            prize_status: row.prize_status,
            logistics_status: row.logistics_status,
            created_at: row.created_at,
        }
    }
}

/// Something that was won, as an operator sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = prize::AdminWinningView)]
pub struct AdminWinningView {
    /// The player.
    pub user_id: Id,
    /// How the platform knows him; empty when it is not known here.
    pub open_id: String,
    /// His nickname; empty when it is not known here.
    pub user_nick: String,
    /// Which draw, payment or exchange.
    pub source_object_id: String,
    /// The merchant's code of the goods.
    pub goods_code: String,
    /// 0 unpaid, 1 paid, 2 refunded, 3 in progress.
    pub pay_status: i32,
    /// What the winner sees.
    #[serde(flatten)]
    pub view: WinningView,
}

impl From<WinningRow> for AdminWinningView {
    fn from(row: WinningRow) -> Self {
        Self {
            user_id: row.user_id,
            open_id: row.open_id.clone(),
            user_nick: row.user_nick.clone(),
            source_object_id: row.source_object_id.clone(),
            goods_code: row.goods_code.clone(),
            pay_status: row.pay_status,
            view: row.into(),
        }
    }
}

/// Draws in a row, as an operator sees them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = prize::DrawView)]
pub struct DrawView {
    /// Its id.
    pub id: Id,
    /// The activity.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// The player.
    pub user_id: Id,
    /// How many draws in a row.
    pub draw_times: i32,
    /// What the numbers follow from: 32 bytes in hexadecimal.
    pub seed: String,
    /// What the draws started from: shares, stock, the player's count.
    #[schema(value_type = Object)]
    pub start: Json,
    /// What they came to.
    pub results: Vec<DrawResult>,
    /// Whether seed and start come to these results, done again.
    pub is_sound: bool,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<DrawRow> for DrawView {
    fn from(row: DrawRow) -> Self {
        Self {
            id: row.id,
            act_id: row.act_id,
            module_id: row.module_id,
            user_id: row.user_id,
            draw_times: row.draw_times,
            start: row.start_json.parse().unwrap_or_default(),
            results: row.results(),
            is_sound: row.is_sound(),
            seed: row.seed,
            created_at: row.created_at,
        }
    }
}
