//! What the operation log is told of prizes and draws.

use crate::oplog::{Field, Logged};

/// Prizes in the operation log.
pub const PRIZE_LOGGED: Logged = Logged::new("prize").called("Prize", "奖品").fields(&[
    Field::new("act_id", "Activity", "活动"),
    Field::new("module_id", "Module", "活动模块"),
    Field::new("ascription_type", "For", "归属类型"),
    Field::new("prize_name", "Name", "奖品名称"),
    Field::new("prize_title", "Title", "奖品标题"),
    Field::new("prize_pic", "Picture", "奖品图片"),
    Field::new("prize_detail_json", "Pictures", "奖品详情图"),
    Field::new("goods_id", "Goods", "商品"),
    Field::new("goods_code", "Goods code", "商家编码"),
    Field::new("goods_type", "Kind of goods", "物品类型")
        .values(&[("1", "Virtual", "虚拟"), ("2", "To be shipped", "实物")]),
    Field::new("prize_type", "Type", "奖品类型").values(&[
        ("1", "Goods", "现货"),
        ("2", "Coupon", "优惠券"),
        ("3", "Red packet", "红包"),
        ("4", "Consolation", "参与奖"),
        ("5", "Presale", "预售"),
        ("6", "Points", "积分"),
        ("7", "Card", "卡片"),
        ("8", "Special order", "专享下单商品"),
    ]),
    Field::new("prize_price", "Price", "奖品价值"),
    Field::new("probability", "Weight", "权重"),
    Field::new("chance", "Percentage", "概率"),
    Field::new("prize_limit", "For each player", "每人限领"),
    Field::new("is_prize_notice", "In the list of winners", "是否播报"),
    Field::new("surplus", "Left", "剩余库存"),
    Field::new("is_surplus", "Shows what is left", "是否显示库存"),
    Field::new("prize_total", "In all", "总库存"),
    Field::new("hand_out", "Won", "已发放"),
    Field::new("lottery_type", "Won by", "出奖方式")
        .values(&[("1", "Chance", "概率"), ("2", "Fixed", "强制")]),
    Field::new("force_at", "Fixed draw", "强制出奖次数"),
    Field::new("asset_type", "Points", "资产类型"),
    Field::new("asset_object_id", "Object", "资产对象"),
    Field::new("asset_value", "How many", "资产数量"),
    Field::new("tag_name", "Tag", "标签"),
    Field::new("tag_id", "Tag number", "标签编号"),
    Field::new("is_sku", "Has variants", "是否有规格"),
    Field::new("sku_json", "Variants", "规格"),
    Field::new("sort_index", "Place", "排序"),
    Field::new("is_release", "Released", "是否上架"),
    Field::new("is_del", "Removed", "是否删除"),
    Field::new("created_at", "Made at", "创建时间"),
    Field::new("updated_at", "Changed at", "修改时间"),
]);

/// How draws go, in the operation log.
pub const RULE_LOGGED: Logged = Logged::new("lottery").called("Draws", "抽奖规则").fields(&[
    Field::new("act_id", "Activity", "活动"),
    Field::new("module_id", "Module", "活动模块"),
    Field::new("algorithm", "Chosen by", "抽奖算法").values(&[
        ("1", "Weight", "权重"),
        ("2", "Percentage", "概率"),
        ("3", "Weight × stock", "权重×库存"),
    ]),
    Field::new("cost_type", "Costs", "消耗资产类型"),
    Field::new("cost_object_id", "Object", "消耗资产对象"),
    Field::new("cost_value", "How much", "消耗数量"),
    Field::new("times_max", "At once", "单次最多抽数"),
    Field::new("user_limit", "For each player", "每人限抽"),
    Field::new("day_limit", "On a day", "每日限抽"),
    Field::new("pity_after", "Wins after", "保底次数"),
    Field::new("is_release", "Released", "是否开放"),
    Field::new("starts_at", "From", "开始时间"),
    Field::new("ends_at", "Until", "结束时间"),
    Field::new("created_at", "Made at", "创建时间"),
    Field::new("updated_at", "Changed at", "修改时间"),
]);
