//! Shipments as players ask for them.

use sea_orm::{EntityTrait as _, IntoActiveModel as _};

use super::address::Address;
use super::draft::OrderDraft;
use super::engine::Engine;
use super::entity::{Entity, Model};
use super::store;
use crate::app::Context;
use crate::asset::is_key;
use crate::auth::Player;
use crate::db::Transaction;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::http::request_id;
use crate::lottery::{KnownAs, WinningRow};
use crate::oplog::Recorder;
use crate::random;
use crate::task::unit::{self, next_id, shard_key};
use crate::types::{Decimal, Id};

/// Most winnings in a shipment.
pub const WINNINGS_MAX: usize = 100;
/// Longest name of a shipment.
const NAME_MAX_CHARS: usize = 200;
/// Asked for by the player.
const BY_PLAYER: i32 = 1;

/// Shipments. Made by [`Context::orders`].
#[derive(Clone, Copy, Debug)]
pub struct Orders<'a> {
    pub(super) ctx: &'a Context,
    pub(super) log: Option<&'a Recorder>,
}

impl<'a> Orders<'a> {
    pub(crate) fn new(ctx: &'a Context) -> Self {
        Self { ctx, log: None }
    }

    /// Has the operation log tell what is done with shipments, in the transaction that does it.
    #[must_use]
    pub fn by(self, log: &'a Recorder) -> Self {
        Self {
            log: Some(log),
            ..self
        }
    }

    pub(super) fn engine(&self) -> AppResult<&'a Engine> {
        let missing = "no module of this app has shipments: `cloudapp add module order`";
        let engine = self.ctx.order_engine();
        engine.ok_or_else(|| AppError::internal(missing))
    }

    /// Puts winnings of a player into one shipment; each is in at most one.
    ///
    /// # Errors
    /// `param_error`: the address or the remark is malformed, or a winning is nothing to ship.
    /// `no_user_prize`: the player has not all of them, or none that is to be shipped. `conflict`:
    /// one is in a shipment already, or its variant is not chosen. `idempotency_conflict`: the key
    /// was used for other winnings. What a hook refuses with. Nothing is changed then.
    pub async fn create(&self, player: &Player, draft: OrderDraft) -> AppResult<Model> {
        let (ctx, engine) = (self.ctx, self.engine()?);
        let mut draft = draft;
        check(&draft)?;
        engine
            .hooks()
            .before_create(ctx, player, &mut draft)
            .await?;
        check(&draft)?;
        let key = match &draft.key {
            Some(key) => format!("order:{}:{key}", draft.act_id),
            None => format!("order:{}", random::hex::<16>()?),
        };
        let attempt = &Attempt {
            ctx,
            engine,
            player,
            draft: &draft,
            only_key: crate::task::only_key(&player.app_id, &key),
            known: ctx.lottery().known_as(player).await?,
        };
        let key = shard_key(&player.app_id, draft.act_id, player.user_id);
        unit::run(ctx, &key, |txn| Box::pin(attempt.run(txn))).await
    }

    /// Whom a shipment goes to.
    ///
    /// # Errors
    /// `internal`: it was altered, or its key is not known.
    pub fn address(&self, order: &Model) -> AppResult<Address> {
        Address::open(self.ctx.personal(), order)
    }
}

fn check(draft: &OrderDraft) -> AppResult<()> {
    draft.address.check()?;
    if !draft.key.as_deref().is_none_or(is_key) {
        return Err(AppError::param("key: must have 1 to 255 characters"));
    }
    if draft.winnings.len() > WINNINGS_MAX || draft.buyer_remark.chars().count() > 200 {
        return Err(AppError::param((
            "at most 100 winnings, and a remark of 200 characters",
            "最多 100 个奖品，备注最多 200 个字符",
        )));
    }
    Ok(())
}

/// A request with everything that a transaction needs and must not wait for.
struct Attempt<'a> {
    ctx: &'a Context,
    engine: &'a Engine,
    player: &'a Player,
    draft: &'a OrderDraft,
    only_key: String,
    known: KnownAs,
}

impl Attempt<'_> {
    async fn run(&self, txn: &Transaction<'_>) -> AppResult<Model> {
        let (player, draft) = (self.player, self.draft);
        let key = shard_key(&player.app_id, draft.act_id, player.user_id);
        let conn = txn.route(&key);
        if draft.key.is_some()
            && let Some(order) = store::order_of(&conn, player.user_id, &self.only_key).await?
        {
            return self.replay(&conn, order).await;
        }
        let winnings = store::lock_winnings(&conn, player, draft).await?;
        let winnings = self.choose(winnings)?;
        let order = self.row(&winnings)?;
        Entity::insert(order.clone().into_active_model())
            .exec_without_returning(&conn)
            .await?;
        let ids: Vec<Id> = winnings.iter().map(|row| row.id).collect();
        store::put_into(&conn, player.user_id, &ids, &order.order_no).await?;
        self.engine.hooks().after_create(txn, &order).await?;
        Ok(order)
    }

    async fn replay(&self, conn: &impl sea_orm::ConnectionTrait, order: Model) -> AppResult<Model> {
        let within = store::winnings_in(conn, order.user_id, &order.order_no).await?;
        let asked = &self.draft.winnings;
        let is_same = asked.is_empty()
            || (asked.len() == within.len() && within.iter().all(|row| asked.contains(&row.id)));
        match is_same {
            true => Ok(order),
            false => Err(ErrorCode::IDEMPOTENCY_CONFLICT.into()),
        }
    }

    /// The winnings that go into the shipment, or why not.
    fn choose(&self, found: Vec<WinningRow>) -> AppResult<Vec<WinningRow>> {
        let mut asked = self.draft.winnings.clone();
        asked.sort_unstable();
        asked.dedup();
        let is_whole = asked.is_empty() || asked.len() == found.len();
        if found.is_empty() || !is_whole || asked.len() != self.draft.winnings.len() {
            return Err(ErrorCode::NO_USER_PRIZE.into());
        }
        for row in &found {
            if row.prize_status != store::FREE {
                return Err(AppError::conflict((
                    format!("{} is in a shipment already, or given back", row.id),
                    format!("奖品 {} 已下单或已回购", row.id),
                )));
            }
            if row.goods_type != store::TO_SHIP {
                return Err(AppError::param((
                    format!("{} is nothing to ship", row.id),
                    format!("奖品 {} 无需发货", row.id),
                )));
            }
            if row.is_sku && row.sku_id.is_empty() {
                return Err(AppError::conflict((
                    format!("the variant of {} is to be chosen first", row.id),
                    format!("请先选择奖品 {} 的规格", row.id),
                )));
            }
        }
        Ok(found)
    }

    fn row(&self, winnings: &[WinningRow]) -> AppResult<Model> {
        let (player, draft) = (self.player, self.draft);
        let (id, now) = (next_id(self.ctx)?, self.ctx.now());
        let names: Vec<&str> = winnings.iter().map(|row| row.prize_name.as_str()).collect();
        let worth: rust_decimal::Decimal = winnings.iter().map(|row| row.prize_price.0).sum();
        let modules: Vec<Id> = winnings.iter().map(|row| row.module_id).collect();
        let is_one = modules.windows(2).all(|two| two[0] == two[1]);
        let address = &draft.address;
        let sealed = address.seal(self.ctx.personal(), id)?;
        Ok(Model {
            id,
            order_no: id.to_string(),
            app_id: player.app_id.clone(),
            act_id: draft.act_id,
            module_id: modules
                .first()
                .filter(|_| is_one)
                .copied()
                .unwrap_or(Id::new(0)),
            user_id: player.user_id,
            only_key: self.only_key.clone(),
            open_id: self.known.open_id.clone(),
            user_nick: self.known.user_nick.clone(),
            source_type: BY_PLAYER,
            order_name: names.join(", ").chars().take(NAME_MAX_CHARS).collect(),
            goods_count: i32::try_from(winnings.len()).unwrap_or(i32::MAX),
            real_name: sealed.real_name,
            telephone: sealed.telephone,
            province: address.province.clone(),
            city: address.city.clone(),
            county: address.county.clone(),
            street: address.street.clone(),
            address: sealed.address,
            order_status: 0,
            express_company: String::new(),
            express_no: String::new(),
            deliver_date: None,
            buyer_remark: draft.buyer_remark.clone(),
            seller_remark: String::new(),
            cs_modify_address: false,
            order_price: worth.into(),
            is_free_freight: true,
            freight_price: Decimal::from(0),
            freight_pay_order_no: String::new(),
            sync_status: 0,
            request_code: request_id().map_or_else(String::new, |id| id.to_string()),
            created_at: now,
            updated_at: now,
        })
    }
}
