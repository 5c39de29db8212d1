//! What operators do with tasks.

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _,
};
use serde_json::Value;

use super::definition::{Task, parse, period};
use super::entity::{info, log};
use super::tasks::Tasks;
use super::unit::GROUP;
use crate::db;
use crate::error::{AppError, AppResult};
use crate::http::{Page, PageQuery};
use crate::oplog::Operation;
use crate::types::{DateTime, Id, Utc};

/// What a task is to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskDraft {
    /// The activity; 0 for the tenant as a whole.
    pub act_id: Id,
    /// The module of the activity; 0 for none.
    pub module_id: Id,
    /// 1 to 26, or an own one from 201.
    pub task_type: i32,
    /// What players read; empty for the name of the type. At most 100 characters.
    pub task_name: String,
    /// 1 day, 2 week, 3 permanent, 4 month, 5 activity.
    pub complete_type: i32,
    /// What the type needs.
    pub config: Value,
    /// Tasks are shown by this, the largest first.
    pub sort_index: i32,
    /// Whether players see it.
    pub is_release: bool,
    /// What it belongs to in the app.
    pub source_object_id: String,
    /// Where the client goes for it.
    pub route_url: String,
    /// Not before.
    pub starts_at: Option<DateTime<Utc>>,
    /// Not from then on.
    pub ends_at: Option<DateTime<Utc>>,
}

impl Tasks<'_> {
    /// All tasks of an activity, removed ones too. One whose configuration is malformed is left
    /// out.
    pub(super) async fn all(&self, app_id: &str, act_id: Id) -> AppResult<Vec<Task>> {
        let engine = self.engine()?;
        let rows = info::Entity::find()
            .filter(info::Column::AppId.eq(app_id))
            .filter(info::Column::ActId.eq(act_id))
            .order_by_desc(info::Column::SortIndex)
            .order_by_asc(info::Column::Id);
        let rows = rows.all(self.ctx.db_of(GROUP)).await?.into_iter();
        Ok(rows.filter_map(|row| Task::new(engine, row).ok()).collect())
    }

    /// One page of a tenant's tasks in the operator's order; of one activity, or of all. Removed
    /// ones only when asked for.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(
        &self,
        app_id: &str,
        act_id: Option<Id>,
        is_del: bool,
        page: &PageQuery,
    ) -> AppResult<Page<info::Model>> {
        let is_one = Condition::all()
            .add(info::Column::AppId.eq(app_id))
            .add(info::Column::IsDel.eq(is_del))
            .add_option(act_id.map(|id| info::Column::ActId.eq(id)));
        let rows = info::Entity::find()
            .filter(is_one)
            .order_by_desc(info::Column::SortIndex)
            .order_by_asc(info::Column::Id);
        Page::fetch(rows, self.ctx.db_of(GROUP), page).await
    }

    fn check(&self, draft: &TaskDraft, old: &Value) -> AppResult<Value> {
        let engine = self.engine()?;
        let mut config = draft.config.clone();
        let period = period(draft.complete_type)?;
        engine.kinds().rule(draft.task_type, period, &config)?;
        let offset = engine.offset();
        let today = self.ctx.now().with_timezone(&offset).date_naive();
        engine
            .kinds()
            .prepare(draft.task_type, old, &mut config, today)?;
        if let (Some(from), Some(end)) = (draft.starts_at, draft.ends_at)
            && from >= end
        {
            return Err(AppError::param((
                "ends_at: must be after starts_at",
                "ends_at：必须晚于 starts_at",
            )));
        }
        Ok(config)
    }

    /// Makes a task.
    ///
    /// # Errors
    /// `param_error`: what is wrong with its configuration, and where.
    pub async fn create(&self, app_id: &str, draft: &TaskDraft) -> AppResult<info::Model> {
        let config = self.check(draft, &draft.config)?;
        let now = self.ctx.now();
        let row = info::Model {
            id: self.ctx.next_id().await?,
            app_id: app_id.to_owned(),
            act_id: draft.act_id,
            module_id: draft.module_id,
            task_type: draft.task_type,
            task_name: draft.task_name.clone(),
            complete_type: draft.complete_type,
            config_json: config.to_string(),
            sort_index: draft.sort_index,
            is_release: draft.is_release,
            release_date: now,
            is_del: false,
            source_object_id: draft.source_object_id.clone(),
            route_url: draft.route_url.clone(),
            starts_at: draft.starts_at,
            ends_at: draft.ends_at,
            i1: 0,
            i2: 0,
            s1: String::new(),
            s2: String::new(),
            created_at: now,
            updated_at: now,
        };
        self.add(row).await
    }

    /// A task's row, whatever its configuration.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn row(&self, app_id: &str, task_id: Id) -> AppResult<info::Model> {
        let row = info::Entity::find_by_id(task_id)
            .filter(info::Column::AppId.eq(app_id))
            .one(self.ctx.db_of(GROUP))
            .await?;
        row.ok_or_else(AppError::not_found)
    }

    /// Replaces what a task is. Its activity, module and type stay: players' counters are of them.
    ///
    /// # Errors
    /// `not_found`; `param_error`: what is wrong with its configuration, and where.
    pub async fn replace(
        &self,
        app_id: &str,
        task_id: Id,
        draft: &TaskDraft,
    ) -> AppResult<info::Model> {
        let old = self.row(app_id, task_id).await?;
        let of_old = (old.act_id, old.module_id, old.task_type);
        if (draft.act_id, draft.module_id, draft.task_type) != of_old {
            return Err(AppError::param((
                "act_id, module_id, task_type: cannot be changed; make another task",
                "act_id、module_id、task_type：不能修改，请新建任务",
            )));
        }
        // A configuration that cannot be read has no tiers to go on from.
        let before = parse(&old.config_json).unwrap_or_default();
        let config = self.check(draft, &before)?;
        let now = self.ctx.now();
        let was_released = old.is_release;
        let mut row = old.clone().into_active_model();
        row.task_name = Set(draft.task_name.clone());
        row.complete_type = Set(draft.complete_type);
        row.config_json = Set(config.to_string());
        row.sort_index = Set(draft.sort_index);
        row.is_release = Set(draft.is_release);
        row.source_object_id = Set(draft.source_object_id.clone());
        row.route_url = Set(draft.route_url.clone());
        row.starts_at = Set(draft.starts_at);
        row.ends_at = Set(draft.ends_at);
        row.updated_at = Set(now);
        if was_released != draft.is_release {
            row.release_date = Set(now);
        }
        let row = self.save(Operation::Edit, &old, row).await?;
        self.changed(row).await
    }

    /// Shows a task to players, or hides it.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn release(
        &self,
        app_id: &str,
        task_id: Id,
        is_release: bool,
    ) -> AppResult<info::Model> {
        let old = self.row(app_id, task_id).await?;
        if old.is_release == is_release {
            return Ok(old);
        }
        let mut row = old.clone().into_active_model();
        row.is_release = Set(is_release);
        row.release_date = Set(self.ctx.now());
        row.updated_at = Set(self.ctx.now());
        let operation = match is_release {
            true => Operation::Release,
            false => Operation::Unrelease,
        };
        let row = self.save(operation, &old, row).await?;
        self.changed(row).await
    }

    /// Removes a task, or brings it back; what players did of it stays.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn remove(&self, app_id: &str, task_id: Id, is_del: bool) -> AppResult<info::Model> {
        let old = self.row(app_id, task_id).await?;
        let mut row = old.clone().into_active_model();
        row.is_del = Set(is_del);
        row.updated_at = Set(self.ctx.now());
        let operation = match is_del {
            true => Operation::Delete,
            false => Operation::Restore,
        };
        let row = self.save(operation, &old, row).await?;
        self.changed(row).await
    }

    /// Gives tasks their places: all or none.
    ///
    /// # Errors
    /// `not_found`: the tenant has not all of them.
    pub async fn sort(&self, app_id: &str, places: &[(Id, i32)]) -> AppResult<()> {
        let now = self.ctx.now();
        let (app_id, places) = (app_id.to_owned(), places.to_vec());
        db::transaction(self.ctx.db_of(GROUP), |txn| {
            let (app_id, places) = (app_id.clone(), places.clone());
            Box::pin(async move {
                let mut before = Vec::with_capacity(places.len());
                for (id, sort_index) in places.iter().copied() {
                    let row = info::Entity::find_by_id(id)
                        .filter(info::Column::AppId.eq(app_id.as_str()))
                        .one(txn)
                        .await?;
                    let row = row.ok_or_else(AppError::not_found)?;
                    before.push((id, row.sort_index));
                    let mut row = row.into_active_model();
                    row.sort_index = Set(sort_index);
                    row.updated_at = Set(now);
                    row.update(txn).await?;
                }
                self.log_places(txn, &before, &places).await
            })
        })
        .await
    }

    /// Copies the tasks of an activity to another one, where they are not released. Answers them.
    ///
    /// # Errors
    /// The database's.
    pub async fn copy(&self, app_id: &str, from: Id, to: Id) -> AppResult<Vec<info::Model>> {
        if from == to {
            return Err(AppError::param((
                "to_act_id: is the activity itself",
                "to_act_id：不能是同一个活动",
            )));
        }
        let now = self.ctx.now();
        let rows = info::Entity::find()
            .filter(info::Column::AppId.eq(app_id))
            .filter(info::Column::ActId.eq(from))
            .filter(info::Column::IsDel.eq(false))
            .order_by_asc(info::Column::Id);
        let mut copies = Vec::new();
        for row in rows.all(self.ctx.db_of(GROUP)).await? {
            copies.push(info::Model {
                id: self.ctx.next_id().await?,
                act_id: to,
                // Modules are of one activity.
                module_id: Id::new(0),
                is_release: false,
                release_date: now,
                created_at: now,
                updated_at: now,
                ..row
            });
        }
        if copies.is_empty() {
            return Ok(copies);
        }
        db::transaction(self.ctx.db_of(GROUP), |txn| {
            let copies = copies.clone();
            Box::pin(async move {
                let new = copies.iter().cloned().map(info::Model::into_active_model);
                let new: Vec<info::ActiveModel> = new.collect();
                info::Entity::insert_many(new)
                    .exec_without_returning(txn)
                    .await?;
                self.log_copies(txn, (from, to), &copies).await?;
                Ok(copies)
            })
        })
        .await
    }

    /// One page of payments, newest first, where `task.log` is on.
    ///
    /// # Errors
    /// The database's.
    pub async fn log(
        &self,
        app_id: &str,
        (act_id, user_id): (Option<Id>, Option<Id>),
        page: &PageQuery,
    ) -> AppResult<Page<log::Model>> {
        let is_one = Condition::all()
            .add(log::Column::AppId.eq(app_id))
            .add_option(act_id.map(|id| log::Column::ActId.eq(id)))
            .add_option(user_id.map(|id| log::Column::UserId.eq(id)));
        let rows = log::Entity::find()
            .filter(is_one)
            .order_by_desc(log::Column::Id);
        Page::fetch(rows, self.ctx.db_of(GROUP), page).await
    }
}
