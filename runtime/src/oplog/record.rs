//! Writing the log.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, EntityTrait as _, IntoActiveModel as _};
use serde::Serialize;
use serde_json::Value;

use super::entity::{Entity, Model};
use super::entry::{Entry, Operation};
use super::logged::Logged;
use crate::app::Context;
use crate::asset::day_number;
use crate::auth::Operator;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::http::Scope;
use crate::types::{DateTime, Id, Utc};

/// Writes down what somebody does. Made by [`OpLog::by`](super::OpLog::by), before the transaction.
///
/// Made for nobody, it writes nothing: a service that serves players and operators alike need not
/// tell them apart.
#[derive(Clone)]
pub struct Recorder {
    ctx: Context,
    who: Option<Arc<Who>>,
}

/// Who does it, in which request.
struct Who {
    app_id: String,
    user_id: Id,
    name: String,
    scope: Scope,
}

/// An entry that is to be written by somebody else, in a transaction of his.
#[derive(Clone)]
pub(crate) struct Pending {
    recorder: Recorder,
    entry: Entry,
}

impl Recorder {
    pub(super) fn of_operator(ctx: &Context, operator: Option<&Operator>) -> Self {
        let who = operator.map(|one| (one.app_id.clone(), one.id, one.username.clone()));
        Self::new(ctx, who)
    }

    pub(super) fn of_system(ctx: &Context, app_id: &str, name: &str) -> Self {
        Self::new(ctx, Some((app_id.to_owned(), Id::new(0), name.to_owned())))
    }

    fn new(ctx: &Context, who: Option<(String, Id, String)>) -> Self {
        let who = who.map(|(app_id, user_id, name)| {
            let scope = Scope::current();
            Arc::new(Who {
                app_id,
                user_id,
                name,
                scope,
            })
        });
        Self {
            ctx: ctx.clone(),
            who,
        }
    }

    /// Records that a row was made.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub async fn added(
        &self,
        txn: &impl ConnectionTrait,
        logged: &Logged,
        object: impl ToString,
        row: &impl Serialize,
    ) -> AppResult<()> {
        let entry = Entry::new(Operation::Add, logged, object, &(), row)?;
        self.record(txn, entry).await
    }

    /// Records that a row is not what it was.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub async fn edited(
        &self,
        txn: &impl ConnectionTrait,
        logged: &Logged,
        object: impl ToString,
        (before, after): (&impl Serialize, &impl Serialize),
    ) -> AppResult<()> {
        let entry = Entry::new(Operation::Edit, logged, object, before, after)?;
        self.record(txn, entry).await
    }

    /// Records that a row was removed.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub async fn removed(
        &self,
        txn: &impl ConnectionTrait,
        logged: &Logged,
        object: impl ToString,
        row: &impl Serialize,
    ) -> AppResult<()> {
        let entry = Entry::new(Operation::Delete, logged, object, row, &())?;
        self.record(txn, entry).await
    }

    /// Records a change, in the transaction that makes it.
    ///
    /// # Errors
    /// The database's; `busy` when no id is at hand. The transaction must then be rolled back.
    pub async fn record(&self, txn: &impl ConnectionTrait, entry: Entry) -> AppResult<()> {
        match self.row(entry)? {
            Some(row) => write(txn, vec![row]).await,
            None => Ok(()),
        }
    }

    /// An entry that comes with a change which somebody else makes; `None` when there is nobody to
    /// record.
    pub(crate) fn pending(&self, entry: Entry) -> Option<Pending> {
        self.who.is_some().then(|| Pending {
            recorder: self.clone(),
            entry,
        })
    }

    /// The row of an entry.
    fn row(&self, entry: Entry) -> AppResult<Option<Model>> {
        let Some(who) = &self.who else {
            return Ok(None);
        };
        // No waiting in a transaction; `by` has made ids ready.
        let id = self.ctx.try_next_id();
        let id = id.ok_or_else(|| AppError::new(ErrorCode::BUSY).with_source("no id at hand"))?;
        let now = self.ctx.now();
        let facts = &who.scope.facts;
        let is_request = !facts.method.is_empty();
        let protocol = is_request.then(|| format!("{:?}", facts.version));
        let route = facts.route.as_ref().map_or("", |route| route.as_str());
        let host = facts.host.as_ref().and_then(|host| host.to_str().ok());
        let path = if is_request { facts.uri.path() } else { "" };
        Ok(Some(Model {
            id,
            app_id: who.app_id.clone(),
            act_id: entry.act_id,
            operation_type: entry.operation.number(),
            title: cut(&entry.title, 200),
            operation_desc: cut(&entry.description, 500),
            detail: entry.before.map(|row| row.to_string()),
            update_detail: entry.after.map(|row| row.to_string()),
            model_name: cut(entry.model, 64),
            object_id: cut(&entry.object_id, 64),
            operation_ways: if entry.is_batch { 2 } else { 1 },
            protocol: cut(&protocol.unwrap_or_default(), 16),
            method: facts.method.to_owned(),
            handler_name: cut(route, 200),
            request_host: cut(host.unwrap_or_default(), 255),
            request_uri: cut(path, 500),
            remote_ip: facts.ip.map_or_else(String::new, |ip| ip.to_string()),
            request_code: who.scope.request_id.to_string(),
            operate_user_id: who.user_id,
            operate_user_name: who.name.clone(),
            created_at: now,
            create_day: day(&self.ctx, now)?,
        }))
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.who.as_ref().map(|who| &who.name);
        f.debug_struct("Recorder").field("who", &name).finish()
    }
}

impl Pending {
    /// The row, with what the change came to.
    pub(crate) fn row(&self, before: Value, after: Value) -> AppResult<Option<Model>> {
        let mut entry = self.entry.clone();
        (entry.before, entry.after) = (Some(before), Some(after));
        self.recorder.row(entry)
    }
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.entry == other.entry
    }
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pending").field(&self.entry).finish()
    }
}

/// Adds rows to the log; in the transaction of what they tell of.
///
/// # Errors
/// The database's.
pub async fn write(txn: &impl ConnectionTrait, rows: Vec<Model>) -> AppResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_iter().map(|row| row.into_active_model());
    Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// The day of an instant in the tenant's time zone, as `20260131`.
fn day(ctx: &Context, at: DateTime<Utc>) -> AppResult<i32> {
    let offset = ctx.config().tenant.offset()?;
    Ok(day_number(at.with_timezone(&offset).date_naive()))
}

/// The beginning of a text, without what PostgreSQL does not take.
fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|c| *c != '\0').take(most).collect()
}
