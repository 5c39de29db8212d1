//! What the operation log is told of tasks.

use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use serde_json::{Value, json};

use super::entity::info;
use super::tasks::Tasks;
use super::unit::GROUP;
use crate::db::{self, Transaction};
use crate::error::{AppError, AppResult};
use crate::oplog::{Entry, Field, Logged, Operation};
use crate::types::Id;

/// Tasks in the operation log.
pub const LOGGED: Logged = Logged::new("task").called("Task", "任务").fields(&[
    Field::new("act_id", "Activity", "活动"),
    Field::new("module_id", "Module", "活动模块"),
    Field::new("task_type", "Type", "任务类型"),
    Field::new("task_name", "Name", "任务名称"),
    Field::new("complete_type", "Period", "完成周期").values(&[
        ("1", "Day", "每日"),
        ("2", "Week", "每周"),
        ("3", "Permanent", "永久"),
        ("4", "Month", "每月"),
        ("5", "Activity", "活动期间"),
    ]),
    Field::new("sort_index", "Place", "排序"),
    Field::new("is_release", "Released", "是否上架"),
    Field::new("release_date", "Released at", "上下架时间"),
    Field::new("is_del", "Removed", "是否删除"),
    Field::new("source_object_id", "Belongs to", "来源对象"),
    Field::new("route_url", "Leads to", "跳转地址"),
    Field::new("starts_at", "From", "开始时间"),
    Field::new("ends_at", "Until", "结束时间"),
    Field::new("created_at", "Made at", "创建时间"),
    Field::new("updated_at", "Changed at", "修改时间"),
]);

/// A task for the log: its configuration field by field.
fn logged_row(row: &info::Model) -> AppResult<Value> {
    let mut logged = serde_json::to_value(row).map_err(AppError::internal)?;
    if let Some(object) = logged.as_object_mut() {
        object.remove("config_json");
        let config = serde_json::from_str(&row.config_json).unwrap_or(Value::Null);
        object.insert("config".to_owned(), config);
    }
    Ok(logged)
}

impl Tasks<'_> {
    /// Adds a row, and tells the log.
    pub(super) async fn add(&self, row: info::Model) -> AppResult<info::Model> {
        let log = self.log;
        db::transaction(self.ctx.db_of(GROUP), |txn| {
            let row = row.clone();
            Box::pin(async move {
                info::Entity::insert(row.clone().into_active_model())
                    .exec_without_returning(txn)
                    .await?;
                if let Some(log) = log {
                    log.added(txn, &LOGGED, row.id, &logged_row(&row)?).await?;
                }
                Ok(row)
            })
        })
        .await
    }

    /// Writes what a row is to be, and tells the log.
    pub(super) async fn save(
        &self,
        operation: Operation,
        old: &info::Model,
        new: info::ActiveModel,
    ) -> AppResult<info::Model> {
        let log = self.log;
        db::transaction(self.ctx.db_of(GROUP), |txn| {
            let new = new.clone();
            Box::pin(async move {
                let row = new.update(txn).await?;
                if let Some(log) = log {
                    let (before, after) = (logged_row(old)?, logged_row(&row)?);
                    let entry = Entry::new(operation, &LOGGED, row.id, &before, &after)?;
                    log.record(txn, entry).await?;
                }
                Ok(row)
            })
        })
        .await
    }

    /// Tells the log that tasks were given their places.
    pub(super) async fn log_places(
        &self,
        txn: &Transaction<'_>,
        before: &[(Id, i32)],
        after: &[(Id, i32)],
    ) -> AppResult<()> {
        let Some(log) = self.log else { return Ok(()) };
        let places = |places: &[(Id, i32)]| -> Value {
            let each = places.iter();
            each.map(|(id, place)| (id.to_string(), json!(place)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let entry = Entry::new(
            Operation::Edit,
            &LOGGED,
            "",
            &places(before),
            &places(after),
        )?;
        log.record(txn, entry.batch()).await
    }

    /// Tells the log which tasks were copied.
    pub(super) async fn log_copies(
        &self,
        txn: &Transaction<'_>,
        (from, to): (Id, Id),
        copies: &[info::Model],
    ) -> AppResult<()> {
        let Some(log) = self.log else { return Ok(()) };
        let ids: Vec<Id> = copies.iter().map(|row| row.id).collect();
        let after = json!({ "from_act_id": from, "to_act_id": to, "tasks": ids });
        let entry = Entry::new(Operation::Copy, &LOGGED, "", &(), &after)?;
        log.record(txn, entry.act(to).batch()).await
    }
}
