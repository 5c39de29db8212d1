//! What operators do with prizes, and how players see them.

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::{Map, Value};

use super::draft::PrizeDraft;
use super::draw::Lottery;
use super::entity::prize::{ActiveModel, Column, Entity, Model};
use super::logged::PRIZE_LOGGED;
use super::pool::CONSOLATION;
use crate::content::{Change, Place};
use crate::db::{self, Transaction};
use crate::error::{AppError, AppResult};
use crate::http::{Page, PageQuery};
use crate::oplog::{Entry, Operation};
use crate::task::unit::GROUP;
use crate::types::Id;

/// What players see of a stock that does not end.
const ENDLESS: i64 = 9_999;
/// Most prizes that draws of a module choose from.
const PRIZES_MAX: u64 = 500;

/// Which prizes. All, unless set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrizeFilter {
    /// Of this activity.
    pub act_id: Option<Id>,
    /// Of this module.
    pub module_id: Option<Id>,
    /// For this purpose.
    pub ascription_type: Option<i32>,
    /// Whose name has this in it.
    pub prize_name: Option<String>,
    /// Those that players see, or those that they don't.
    pub is_release: Option<bool>,
    /// Those that were removed, instead of those that were not.
    pub is_del: bool,
}

impl PrizeFilter {
    fn condition(&self, app_id: &str) -> Condition {
        let name = self.prize_name.as_ref();
        Condition::all()
            .add(Column::AppId.eq(app_id))
            .add(Column::IsDel.eq(self.is_del))
            .add_option(self.act_id.map(|id| Column::ActId.eq(id)))
            .add_option(self.module_id.map(|id| Column::ModuleId.eq(id)))
            .add_option(
                self.ascription_type
                    .map(|kind| Column::AscriptionType.eq(kind)),
            )
            .add_option(self.is_release.map(|is| Column::IsRelease.eq(is)))
            .add_option(name.map(|name| Column::PrizeName.contains(name)))
    }
}

impl Lottery<'_> {
    /// One page of a tenant's prizes in the operator's order.
    ///
    /// # Errors
    /// The database's.
    pub async fn prizes(
        &self,
        app_id: &str,
        filter: &PrizeFilter,
        page: &PageQuery,
    ) -> AppResult<Page<Model>> {
        let rows = Entity::find()
            .filter(filter.condition(app_id))
            .order_by_desc(Column::SortIndex)
            .order_by_asc(Column::Id);
        Page::fetch(rows, self.ctx.db_of(GROUP), page).await
    }

    /// A prize of a tenant.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn prize(&self, app_id: &str, id: Id) -> AppResult<Model> {
        let row = Entity::find_by_id(id).filter(Column::AppId.eq(app_id));
        let row = row.one(self.ctx.db_of(GROUP)).await?;
        row.ok_or_else(AppError::not_found)
    }

    /// Makes a prize.
    ///
    /// # Errors
    /// `param_error`: what is wrong with it. `conflict`: the module has 500 prizes. What a hook
    /// refuses with.
    pub async fn create_prize(&self, app_id: &str, draft: PrizeDraft) -> AppResult<Model> {
        let mut draft = draft;
        let hooks = self.engine()?.hooks();
        hooks.before_save(self.ctx, None, &mut draft).await?;
        draft.check()?;
        let now = self.ctx.now();
        let mut row = ActiveModel {
            id: Set(self.ctx.next_id().await?),
            app_id: Set(app_id.to_owned()),
            act_id: Set(draft.act_id),
            module_id: Set(draft.module_id),
            prize_type: Set(draft.prize_type),
            hand_out: Set(0),
            is_del: Set(false),
            created_at: Set(now),
            ..Default::default()
        };
        let total = match draft.prize_type {
            CONSOLATION => ENDLESS,
            _ => draft.prize_total,
        };
        (row.surplus, row.prize_total) = (Set(total), Set(total));
        put(&mut row, &draft);
        row.updated_at = Set(now);
        let (log, app_id) = (self.log, app_id.to_owned());
        db::transaction(self.ctx.db_of(GROUP), |txn| {
            let (row, app_id) = (row.clone(), app_id.clone());
            let place = (draft.act_id, draft.module_id);
            Box::pin(async move {
                refuse_too_many(txn, &app_id, place).await?;
                let row = row.insert(txn).await?;
                if let Some(log) = log {
                    log.added(txn, &PRIZE_LOGGED, row.id, &row).await?;
                }
                Ok(row)
            })
        })
        .await
    }

    /// Replaces what a prize is. Its activity, its module and whether it is thanks stay. What was
    /// won meanwhile stays won: of another `prize_total` the difference goes to the stock.
    ///
    /// # Errors
    /// `not_found`. `param_error`: what is wrong with it. `conflict`: more were won than there are
    /// to be in all. What a hook refuses with.
    pub async fn replace_prize(&self, app_id: &str, id: Id, draft: PrizeDraft) -> AppResult<Model> {
        let mut draft = draft;
        let old = self.prize(app_id, id).await?;
        let hooks = self.engine()?.hooks();
        hooks.before_save(self.ctx, Some(&old), &mut draft).await?;
        draft.check()?;
        let is_thanks = draft.prize_type == CONSOLATION;
        if (draft.act_id, draft.module_id) != (old.act_id, old.module_id)
            || is_thanks != old.is_consolation()
        {
            return Err(AppError::param((
                "act_id, module_id, prize_type 4: cannot be changed; make another prize",
                "act_id、module_id、参与奖类型：不能修改，请新建奖品",
            )));
        }
        let draft = &draft;
        self.edit(app_id, id, Operation::Edit, |old, row| {
            if !is_thanks {
                let more = draft.prize_total - old.prize_total;
                if old.surplus + more < 0 {
                    return Err(AppError::conflict((
                        format!("prize_total: {} were won already", old.hand_out),
                        format!("prize_total：已发放 {} 个", old.hand_out),
                    )));
                }
                row.surplus = Set(old.surplus + more);
                row.prize_total = Set(draft.prize_total);
            }
            row.prize_type = Set(draft.prize_type);
            put(row, draft);
            Ok(())
        })
        .await
    }

    /// Shows a prize to players or hides it, removes it or brings it back. Removing hides it, and
    /// what comes back stays hidden; what was won stays won.
    ///
    /// # Errors
    /// `not_found`: there is none, or it is removed already, or not.
    pub async fn change_prize(&self, app_id: &str, id: Id, change: Change) -> AppResult<Model> {
        self.edit(app_id, id, change.operation(), |old, row| {
            if old.is_del != matches!(change, Change::Restore) {
                return Err(AppError::not_found());
            }
            match change {
                Change::Release(is_release) => row.is_release = Set(is_release),
                Change::Sort(place) => row.sort_index = Set(place),
                Change::Remove | Change::Restore => {
                    row.is_del = Set(matches!(change, Change::Remove));
                    row.is_release = Set(false);
                }
            }
            Ok(())
        })
        .await
    }

    /// Gives prizes their places: all or none.
    ///
    /// # Errors
    /// `not_found`: the tenant has not all of them.
    pub async fn sort_prizes(&self, app_id: &str, places: &[Place]) -> AppResult<()> {
        let (log, now) = (self.log, self.ctx.now());
        let mut places = places.to_vec();
        // Draws lock prizes in this order too.
        places.sort_by_key(|place| place.id);
        db::transaction(self.ctx.db_of(GROUP), |txn| {
            let (app_id, places) = (app_id.to_owned(), places.clone());
            Box::pin(async move {
                let (mut before, mut after) = (Map::new(), Map::new());
                for Place { id, sort_index } in places {
                    let old = Entity::find_by_id(id).filter(Column::AppId.eq(&app_id));
                    let old = old.one(txn).await?.ok_or_else(AppError::not_found)?;
                    before.insert(id.to_string(), old.sort_index.into());
                    after.insert(id.to_string(), sort_index.into());
                    // Only these columns: the stock is the draws'.
                    let row = ActiveModel {
                        id: Set(id),
                        sort_index: Set(sort_index),
                        updated_at: Set(now),
                        ..Default::default()
                    };
                    row.update(txn).await?;
                }
                let Some(log) = log else { return Ok(()) };
                let (before, after) = (Value::from(before), Value::from(after));
                let entry = Entry::new(Operation::Edit, &PRIZE_LOGGED, "", &before, &after)?;
                log.record(txn, entry.batch()).await
            })
        })
        .await
    }

    /// Changes a row that nobody draws from meanwhile, and tells the log.
    async fn edit(
        &self,
        app_id: &str,
        id: Id,
        operation: Operation,
        change: impl Fn(&Model, &mut ActiveModel) -> AppResult<()> + Send + Sync,
    ) -> AppResult<Model> {
        let (log, now, change) = (self.log, self.ctx.now(), &change);
        db::transaction(self.ctx.db_of(GROUP), |txn| {
            let app_id = app_id.to_owned();
            Box::pin(async move {
                let old = Entity::find_by_id(id)
                    .filter(Column::AppId.eq(app_id))
                    .lock_exclusive();
                let old = old.one(txn).await?.ok_or_else(AppError::not_found)?;
                let mut row = old.clone().into_active_model();
                change(&old, &mut row)?;
                row.updated_at = Set(now);
                let row = row.update(txn).await?;
                if let Some(log) = log {
                    let entry = Entry::new(operation, &PRIZE_LOGGED, id, &old, &row)?;
                    log.record(txn, entry).await?;
                }
                Ok(row)
            })
        })
        .await
    }
}

async fn refuse_too_many(
    txn: &Transaction<'_>,
    app_id: &str,
    (act_id, module_id): (Id, Id),
) -> AppResult<()> {
    use sea_orm::PaginatorTrait as _;
    let there = Entity::find()
        .filter(Column::AppId.eq(app_id))
        .filter(Column::ActId.eq(act_id))
        .filter(Column::ModuleId.eq(module_id))
        .filter(Column::IsDel.eq(false));
    match there.count(txn).await? < PRIZES_MAX {
        true => Ok(()),
        false => Err(AppError::conflict((
            format!("a module has at most {PRIZES_MAX} prizes"),
            format!("一个活动模块最多 {PRIZES_MAX} 个奖品"),
        ))),
    }
}

/// Everything but the stock and what stays.
fn put(row: &mut ActiveModel, draft: &PrizeDraft) {
    let pictures = Value::from(draft.prize_detail.clone());
    row.ascription_type = Set(draft.ascription_type);
    row.prize_name = Set(draft.prize_name.clone());
    row.prize_title = Set(draft.prize_title.clone());
    row.prize_pic = Set(draft.prize_pic.clone());
    row.prize_detail_json = Set(pictures.to_string());
    row.goods_id = Set(draft.goods_id.clone());
    row.goods_code = Set(draft.goods_code.clone());
    row.goods_type = Set(draft.goods_type);
    row.prize_price = Set(draft.prize_price);
    row.probability = Set(draft.probability);
    row.chance = Set(draft.chance);
    row.prize_limit = Set(draft.prize_limit);
    row.is_prize_notice = Set(draft.is_prize_notice);
    row.is_surplus = Set(draft.is_surplus);
    row.lottery_type = Set(draft.lottery_type);
    row.force_at = Set(draft.force_at);
    row.asset_type = Set(draft.asset_type);
    row.asset_object_id = Set(draft.asset_object_id.clone());
    row.asset_value = Set(draft.asset_value);
    row.tag_name = Set(draft.tag_name.clone());
    row.tag_id = Set(draft.tag_id);
    row.is_sku = Set(draft.is_sku);
    row.sku_json = Set(draft.sku_json.clone());
    row.sort_index = Set(draft.sort_index);
    row.is_release = Set(draft.is_release);
}
