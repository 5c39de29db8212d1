//! What the log shows.

use std::collections::BTreeMap;
use std::fmt;

use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde_json::Value;

use super::diff::{Difference, differences};
use super::entity::{Column, Entity, Model};
use super::entry::Operation;
use super::logged::{Logged, readable};
use super::record::Recorder;
use crate::app::Context;
use crate::auth::Operator;
use crate::error::{AppError, AppResult, Language};
use crate::types::{DateTime, Id, Utc};

/// The kinds of rows that are logged, by their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kinds(BTreeMap<&'static str, &'static Logged>);

impl Kinds {
    pub(crate) fn new(all: impl Iterator<Item = &'static Logged>) -> Self {
        Self(all.map(|logged| (logged.name(), logged)).collect())
    }
}

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Those of an activity.
    pub act_id: Option<Id>,
    /// Those of a kind of rows.
    pub model_name: Option<String>,
    /// Those of one row; with `model_name`.
    pub object_id: Option<String>,
    /// Those of an operation.
    pub operation: Option<Operation>,
    /// Those of an operator.
    pub operate_user_id: Option<Id>,
    /// Those of a request.
    pub request_code: Option<String>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

impl LogFilter {
    fn condition(&self, app_id: &str) -> Condition {
        let operation = self.operation.map(Operation::number);
        Condition::all()
            .add(Column::AppId.eq(app_id))
            .add_option(self.act_id.map(|id| Column::ActId.eq(id)))
            .add_option(
                self.model_name
                    .as_ref()
                    .map(|one| Column::ModelName.eq(one)),
            )
            .add_option(self.object_id.as_ref().map(|one| Column::ObjectId.eq(one)))
            .add_option(operation.map(|one| Column::OperationType.eq(one)))
            .add_option(self.operate_user_id.map(|id| Column::OperateUserId.eq(id)))
            .add_option(
                self.request_code
                    .as_ref()
                    .map(|one| Column::RequestCode.eq(one)),
            )
            .add_option(self.from.map(|at| Column::CreatedAt.gte(at)))
            .add_option(self.until.map(|at| Column::CreatedAt.lt(at)))
    }
}

/// The operation log. Made by [`Context::oplog`].
#[derive(Clone, Copy)]
pub struct OpLog<'a> {
    ctx: &'a Context,
}

impl<'a> OpLog<'a> {
    pub(crate) fn new(ctx: &'a Context) -> Self {
        Self { ctx }
    }

    /// Begins to write down what an operator does in the present request; nothing, when there is
    /// none. To be called before the transaction: in it there is no waiting for ids.
    ///
    /// # Errors
    /// `busy` when no ids are to be had.
    pub async fn by<'o>(&self, operator: impl Into<Option<&'o Operator>>) -> AppResult<Recorder> {
        let recorder = Recorder::of_operator(self.ctx, operator.into());
        self.ctx.next_id().await?;
        Ok(recorder)
    }

    /// Begins to write down what is done without an operator, e.g. by a command.
    ///
    /// # Errors
    /// `busy` when no ids are to be had.
    pub async fn by_system(&self, app_id: &str, name: &str) -> AppResult<Recorder> {
        self.ctx.next_id().await?;
        Ok(Recorder::of_system(self.ctx, app_id, name))
    }

    /// A part of a tenant's log, newest first: entries before the one with the id `after`.
    ///
    /// # Errors
    /// The databases'.
    pub async fn list(
        &self,
        app_id: &str,
        filter: &LogFilter,
        after: Option<Id>,
        limit: u64,
    ) -> AppResult<Vec<Model>> {
        let condition = filter
            .condition(app_id)
            .add_option(after.map(|id| Column::Id.lt(id)));
        let mut rows = Vec::new();
        for (_, db) in self.ctx.databases().distinct() {
            let some = Entity::find()
                .filter(condition.clone())
                .order_by_desc(Column::Id)
                .limit(limit);
            rows.extend(some.all(db).await?);
        }
        // Ids are unique over all databases, and in the order of time.
        rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(rows)
    }

    /// One entry of a tenant's.
    ///
    /// # Errors
    /// `not_found`; the databases'.
    pub async fn get(&self, app_id: &str, id: Id) -> AppResult<Model> {
        for (_, db) in self.ctx.databases().distinct() {
            let found = Entity::find_by_id(id).filter(Column::AppId.eq(app_id));
            if let Some(row) = found.one(db).await? {
                return Ok(row);
            }
        }
        Err(AppError::not_found())
    }

    /// The kinds of rows that modules log.
    pub fn kinds(&self) -> impl Iterator<Item = &'static Logged> + use<'a> {
        self.ctx.logged_kinds().0.values().copied()
    }

    /// What a kind of rows is called.
    #[must_use]
    pub fn model_title(&self, row: &Model, language: Language) -> String {
        match self.kind(row) {
            Some(logged) => logged.title(language).into_owned(),
            None => readable(&row.model_name),
        }
    }

    /// What an entry says, field by field, in words.
    #[must_use]
    pub fn differences(&self, row: &Model, language: Language) -> Vec<Difference> {
        let read = |text: &Option<String>| -> Option<Value> {
            // What was written as JSON is JSON.
            text.as_deref()
                .and_then(|text| serde_json::from_str(text).ok())
        };
        let (before, after) = (read(&row.detail), read(&row.update_detail));
        differences(self.kind(row), before.as_ref(), after.as_ref(), language)
    }

    fn kind(&self, row: &Model) -> Option<&'static Logged> {
        let kinds = &self.ctx.logged_kinds().0;
        kinds.get(row.model_name.as_str()).copied()
    }
}

impl fmt::Debug for OpLog<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpLog")
    }
}
