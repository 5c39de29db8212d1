//! What operators do with the rules of draws, and what players see of them.

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::draft::RuleDraft;
use super::draw::Lottery;
use super::entity::rule::{ActiveModel, Column, Entity, Model};
use super::logged::RULE_LOGGED;
use super::store;
use crate::auth::Player;
use crate::db;
use crate::error::{AppResult, ErrorCode};
use crate::http::{Page, PageQuery};
use crate::task::unit::{GROUP, shard_key};
use crate::types::Id;

impl Lottery<'_> {
    /// One page of a tenant's rules, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn rules(&self, app_id: &str, page: &PageQuery) -> AppResult<Page<Model>> {
        let rows = Entity::find()
            .filter(Column::AppId.eq(app_id))
            .order_by_desc(Column::Id);
        Page::fetch(rows, self.ctx.db_of(GROUP), page).await
    }

    /// How draws of a module go.
    ///
    /// # Errors
    /// `no_module`: there are no draws.
    pub async fn rule(&self, app_id: &str, place: (Id, Id)) -> AppResult<Model> {
        let row = store::rule_of(self.ctx.db_of(GROUP), app_id, place).await?;
        row.ok_or(ErrorCode::NO_MODULE.into())
    }

    /// How draws of a module go, and how often the player may still draw; `None`: as often as he
    /// likes.
    ///
    /// # Errors
    /// `no_module`: there are no draws.
    pub async fn rule_for(
        &self,
        player: &Player,
        (act_id, module_id): (Id, Id),
    ) -> AppResult<(Model, Option<i64>)> {
        let rule = self.rule(&player.app_id, (act_id, module_id)).await?;
        let key = shard_key(&player.app_id, act_id, player.user_id);
        let conn = self.ctx.shard_of(GROUP, &key);
        let count = store::count_of(player, act_id, module_id)
            .one(&conn)
            .await?;
        let today = self.engine()?.day(self.ctx.now());
        let left = rule.left(count.as_ref(), today);
        Ok((rule, left))
    }

    /// Says how draws of a module are to go, for the first time or anew.
    ///
    /// # Errors
    /// `param_error`: what is wrong with it. `conflict`: somebody else said it for the first time
    /// at this moment.
    pub async fn save_rule(&self, app_id: &str, draft: &RuleDraft) -> AppResult<Model> {
        draft.check()?;
        let (now, log) = (self.ctx.now(), self.log);
        let new_id = self.ctx.next_id().await?;
        db::transaction(self.ctx.db_of(GROUP), |txn| {
            let (app_id, draft) = (app_id.to_owned(), draft.clone());
            Box::pin(async move {
                let old = Entity::find()
                    .filter(Column::AppId.eq(&app_id))
                    .filter(Column::ActId.eq(draft.act_id))
                    .filter(Column::ModuleId.eq(draft.module_id))
                    .lock_exclusive();
                let old = old.one(txn).await?;
                let mut row = match &old {
                    Some(old) => old.clone().into_active_model(),
                    None => ActiveModel {
                        id: Set(new_id),
                        app_id: Set(app_id),
                        act_id: Set(draft.act_id),
                        module_id: Set(draft.module_id),
                        created_at: Set(now),
                        ..Default::default()
                    },
                };
                put(&mut row, draft);
                row.updated_at = Set(now);
                let row = match &old {
                    Some(_) => row.update(txn).await?,
                    None => row.insert(txn).await?,
                };
                if let Some(log) = log {
                    match &old {
                        Some(old) => log.edited(txn, &RULE_LOGGED, row.id, (old, &row)).await?,
                        None => log.added(txn, &RULE_LOGGED, row.id, &row).await?,
                    }
                }
                Ok(row)
            })
        })
        .await
    }
}

fn put(row: &mut ActiveModel, draft: RuleDraft) {
    row.algorithm = Set(draft.algorithm);
    row.cost_type = Set(draft.cost_type);
    row.cost_object_id = Set(draft.cost_object_id);
    row.cost_value = Set(draft.cost_value);
    row.times_max = Set(draft.times_max);
    row.user_limit = Set(draft.user_limit);
    row.day_limit = Set(draft.day_limit);
    row.pity_after = Set(draft.pity_after);
    row.is_release = Set(draft.is_release);
    row.starts_at = Set(draft.starts_at);
    row.ends_at = Set(draft.ends_at);
}
