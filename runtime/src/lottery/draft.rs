//! What operators want prizes and draws to be.

use crate::types::{DateTime, Decimal, Id, Utc};

/// What a prize is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrizeDraft {
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// What it is for: 0 draws, 1 tasks, 2 exchanges, the app's own from 101.
    pub ascription_type: i32,
    /// What it is called: 1 to 100 characters.
    pub prize_name: String,
    /// A line below the name, at most 100 characters.
    pub prize_title: String,
    /// Picture.
    pub prize_pic: String,
    /// More pictures.
    pub prize_detail: Vec<String>,
    /// The goods of the shop; empty for none.
    pub goods_id: String,
    /// The merchant's code of the goods.
    pub goods_code: String,
    /// 1 virtual, 2 to be shipped.
    pub goods_type: i32,
    /// 1 goods, 2 coupon, 3 red packet, 4 consolation, 5 presale, 6 points, 7 card, 8 goods of a
    /// special order, the app's own from 101.
    pub prize_type: i32,
    /// What it is worth.
    pub prize_price: Decimal,
    /// Its weight: 0 to 1,000,000.
    pub probability: i64,
    /// Its percentage: 0 to 100, with at most four digits behind the point.
    pub chance: Decimal,
    /// How many a player may win; 0 for any number.
    pub prize_limit: i32,
    /// Whether the list of winners names it.
    pub is_prize_notice: bool,
    /// Whether players see how many are left.
    pub is_surplus: bool,
    /// How many there are in all, those that were won included.
    pub prize_total: i64,
    /// 1 by chance, 2 fixed by `force_at`.
    pub lottery_type: i32,
    /// The draw of a player that wins it, of `lottery_type` 2.
    pub force_at: i32,
    /// What points it gives, of `prize_type` 6.
    pub asset_type: i32,
    /// Which of that kind.
    pub asset_object_id: String,
    /// How many.
    pub asset_value: i64,
    /// A tag.
    pub tag_name: String,
    /// Its number.
    pub tag_id: i32,
    /// Whether the winner chooses a variant.
    pub is_sku: bool,
    /// The variants: JSON.
    pub sku_json: String,
    /// Prizes are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it and can win it.
    pub is_release: bool,
}

impl Default for PrizeDraft {
    /// Goods to be shipped, by chance, without stock.
    fn default() -> Self {
        Self {
            act_id: Id::new(0),
            module_id: Id::new(0),
            ascription_type: 0,
            prize_name: String::new(),
            prize_title: String::new(),
            prize_pic: String::new(),
            prize_detail: Vec::new(),
            goods_id: String::new(),
            goods_code: String::new(),
            goods_type: 2,
            prize_type: 1,
            prize_price: Decimal::from(0),
            probability: 0,
            chance: Decimal::from(0),
            prize_limit: 0,
            is_prize_notice: true,
            is_surplus: false,
            prize_total: 0,
            lottery_type: 1,
            force_at: 0,
            asset_type: 0,
            asset_object_id: String::new(),
            asset_value: 0,
            tag_name: String::new(),
            tag_id: 0,
            is_sku: false,
            sku_json: "[]".to_owned(),
            sort_index: 0,
            is_release: false,
        }
    }
}

/// How draws of a module are to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDraft {
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
    /// Most draws at once, 1 to 50.
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
}

impl Default for RuleDraft {
    /// Free draws by weight, one at a time.
    fn default() -> Self {
        Self {
            act_id: Id::new(0),
            module_id: Id::new(0),
            algorithm: 1,
            cost_type: 0,
            cost_object_id: String::new(),
            cost_value: 0,
            times_max: 1,
            user_limit: 0,
            day_limit: 0,
            pity_after: 0,
            is_release: false,
            starts_at: None,
            ends_at: None,
        }
    }
}
