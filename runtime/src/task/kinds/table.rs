//! The 26 types of the original framework, as rules.

use crate::task::model::{Evidence, Guest, Pay, Progress, Trigger};

/// Which fields `config_json` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A reward, and how often.
    Plain,
    /// A reward for so many events.
    Counted,
    /// A reward for each day.
    Days,
    /// As counted, with the goods that count.
    Goods,
    /// As counted; or a list of sub-tasks.
    Sites,
    /// A reward and a code.
    Secret,
    /// A reward for member points.
    Swap,
    /// Tiers.
    Gears,
    /// A reward, and whether earlier followers or members get it too.
    Once,
}

/// A type of task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) number: i32,
    pub(crate) name: &'static str,
    /// In English and Chinese.
    pub(crate) titles: [&'static str; 2],
    pub(crate) trigger: Trigger,
    pub(crate) progress: Progress,
    pub(crate) pay: Pay,
    pub(crate) evidence: Evidence,
    pub(crate) shape: Shape,
    /// What its keys of statistics begin with.
    pub(crate) statistics: &'static str,
}

type How = (Trigger, Progress, Pay, Evidence, Shape);

const fn kind(
    number: i32,
    name: &'static str,
    statistics: &'static str,
    titles: [&'static str; 2],
    (trigger, progress, pay, evidence, shape): How,
) -> Kind {
    Kind {
        number,
        name,
        titles,
        trigger,
        progress,
        pay,
        evidence,
        shape,
        statistics,
    }
}

const AT_ONCE: How = (
    Trigger::Own,
    Progress::Count,
    Pay::Now,
    Evidence::None,
    Shape::Plain,
);
const SIGN: How = (
    Trigger::Sign,
    Progress::Calendar,
    Pay::Now,
    Evidence::None,
    Shape::Days,
);
const SITE: How = (
    Trigger::Own,
    Progress::Count,
    Pay::Claim,
    Evidence::None,
    Shape::Sites,
);
const GOODS: How = (
    Trigger::Goods,
    Progress::Distinct,
    Pay::Claim,
    Evidence::Goods,
    Shape::Goods,
);

const fn invite(guest: Guest, evidence: Evidence) -> How {
    (
        Trigger::Invite(guest),
        Progress::Count,
        Pay::Claim,
        evidence,
        Shape::Counted,
    )
}

const fn once(trigger: Trigger) -> How {
    (
        trigger,
        Progress::Count,
        Pay::Now,
        Evidence::None,
        Shape::Once,
    )
}

const fn order(progress: Progress, shape: Shape) -> How {
    (Trigger::Order, progress, Pay::Claim, Evidence::Order, shape)
}

const fn draw(trigger: Trigger, progress: Progress, shape: Shape) -> How {
    (trigger, progress, Pay::Claim, Evidence::Draw, shape)
}

const ONE_SIGN: How = (
    Trigger::Sign,
    Progress::Count,
    Pay::Now,
    Evidence::None,
    Shape::Plain,
);
const SHARE: How = (
    Trigger::Own,
    Progress::Count,
    Pay::Claim,
    Evidence::None,
    Shape::Counted,
);
const SECRET: How = (
    Trigger::Secret,
    Progress::Count,
    Pay::Now,
    Evidence::None,
    Shape::Secret,
);
const SWAP: How = (
    Trigger::Swap,
    Progress::Count,
    Pay::Swap,
    Evidence::None,
    Shape::Swap,
);
const STREAK: How = (
    Trigger::Sign,
    Progress::Streak(false),
    Pay::Now,
    Evidence::None,
    Shape::Days,
);

/// All of them, in the order of their numbers.
pub(crate) const KINDS: [Kind; 26] = [
    kind(
        1,
        "free_gift",
        "FreeGift",
        ["Free gift", "免费礼物"],
        AT_ONCE,
    ),
    kind(2, "one_sign", "OneSign", ["Sign in", "签到"], ONE_SIGN),
    kind(
        3,
        "weekly_sign",
        "WeeklySign",
        ["Sign in every day of the week", "每周签到"],
        SIGN,
    ),
    kind(
        4,
        "invite_new_user",
        "Invite",
        ["Invite new players", "邀请新用户"],
        invite(Guest::New, Evidence::Invitee),
    ),
    kind(
        5,
        "invite_join_member",
        "InviteJoinMember",
        ["Invite members", "邀请入会"],
        invite(Guest::Member, Evidence::Invitee),
    ),
    kind(
        6,
        "favor_store",
        "Follow",
        ["Follow the shop", "关注店铺"],
        once(Trigger::Follow),
    ),
    kind(
        7,
        "join_member",
        "Member",
        ["Become a member", "加入会员"],
        once(Trigger::Member),
    ),
    kind(
        8,
        "collect_goods",
        "Collect",
        ["Collect goods", "收藏商品"],
        GOODS,
    ),
    kind(
        9,
        "browse_goods",
        "Browse",
        ["Look at goods", "浏览商品"],
        GOODS,
    ),
    kind(
        10,
        "browse_store",
        "BrowseStore",
        ["Visit the shop", "浏览店铺"],
        SITE,
    ),
    kind(
        11,
        "browse_live_room",
        "BrowseLiveRoom",
        ["Visit the live room", "浏览直播间"],
        SITE,
    ),
    kind(
        12,
        "browse_special_topic",
        "BrowseSpecialTopic",
        ["Visit a special page", "浏览专题页"],
        SITE,
    ),
    kind(
        13,
        "cumulative_sign",
        "CumulativeSign",
        ["Sign in on many days", "累计签到"],
        SIGN,
    ),
    kind(14, "share", "TaskShare", ["Share", "分享"], SHARE),
    kind(
        15,
        "invite_user_help",
        "InviteHelp",
        ["Ask friends for help", "好友助力"],
        invite(Guest::Anybody, Evidence::Pair),
    ),
    kind(
        16,
        "secret_code",
        "SecretCode",
        ["Enter the secret code", "输入暗号"],
        SECRET,
    ),
    kind(
        17,
        "crm_point_exchange_asset",
        "CrmPointExchangeAsset",
        ["Swap member points", "会员积分兑换"],
        SWAP,
    ),
    kind(
        18,
        "successive_sign",
        "SuccessiveSign",
        ["Sign in day after day", "连续签到"],
        STREAK,
    ),
    kind(
        19,
        "buy_appoint_goods",
        "BuyAppointGoods",
        ["Buy certain goods", "购买指定商品"],
        order(Progress::Count, Shape::Goods),
    ),
    kind(
        20,
        "buy_appoint_goods_price",
        "BuyAppointGoodsPrice",
        ["Spend on certain goods", "购买指定商品满额"],
        order(Progress::Sum, Shape::Goods),
    ),
    kind(
        21,
        "buy_appoint_goods_price_gear",
        "BuyAppointGoodsPriceGear",
        ["Spend on certain goods, by tiers", "购买指定商品满额阶梯"],
        order(Progress::Tiers, Shape::Gears),
    ),
    kind(
        22,
        "buy_store_price",
        "BuyStorePrice",
        ["Spend in the shop", "全店消费满额"],
        order(Progress::Sum, Shape::Goods),
    ),
    kind(
        23,
        "buy_store_price_gear",
        "BuyStorePriceGear",
        ["Spend in the shop, by tiers", "全店消费满额阶梯"],
        order(Progress::Tiers, Shape::Gears),
    ),
    kind(
        24,
        "lottery",
        "LotteryTask",
        ["Draw", "抽奖"],
        draw(Trigger::Draw, Progress::Count, Shape::Counted),
    ),
    kind(
        25,
        "lottery_try",
        "TryLotteryTask",
        ["Try a draw", "试抽"],
        draw(Trigger::Trial, Progress::Count, Shape::Counted),
    ),
    kind(
        26,
        "lottery_gear",
        "LotteryGearTask",
        ["Draw, by tiers", "抽奖阶梯"],
        draw(Trigger::Draw, Progress::Tiers, Shape::Gears),
    ),
];

impl Kind {
    /// The type of a number.
    pub(crate) fn of(number: i32) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.number == number)
    }

    /// Whether its goods are those that do not count.
    pub(crate) fn excludes_goods(&self) -> bool {
        matches!(self.number, 22 | 23)
    }
}

impl Shape {
    /// The fields, besides those that every type has.
    pub(crate) fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Plain => &["limit_num"],
            Self::Counted => &[
                "satisfy_num",
                "limit_num",
                "close_invite_limit",
                "auto_claim",
            ],
            Self::Days => &["day_list", "is_repeat"],
            Self::Goods => &[
                "satisfy_num",
                "limit_num",
                "goods_ids",
                "goods_list",
                "daily_repeat_browse",
                "auto_claim",
            ],
            Self::Sites => &["satisfy_num", "limit_num", "auto_claim"],
            Self::Secret => &["secret_code", "limit_num"],
            Self::Swap => &["satisfy_num", "limit_num"],
            Self::Gears => &["gear_list", "goods_ids", "goods_list", "count_before"],
            Self::Once => &["once_favor_reward", "once_member_reward"],
        }
    }
}
