//! Bans of whoever sends too much: by user and by address, for each handler.
//!
//! Requests are counted in the guards' store. Who goes beyond the limit gets a row in the database,
//! which is what keeps him out: a Redis that lost its memory lets nobody back in.

mod entity;

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select, SqlErr,
};

use self::entity::{ActiveModel, Column, Entity};
use super::Guard;
use super::rule::Rule;
use crate::config::{BanConfig, masked};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

pub(crate) use self::entity::Model as Ban;

/// Bits of an IPv6 address that name its network: the rest is one customer's to choose.
const NETWORK_BITS: u8 = 64;

/// Who is asking, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    /// The tenant of the session; empty without one.
    pub app_id: String,
    /// The player or operator.
    pub user: Option<String>,
    /// The client's address.
    pub ip: Option<IpAddr>,
}

/// The kinds of subjects, as they are stored.
const USER: &str = "user";
const IP: &str = "ip";

/// An address as it is counted: of IPv6 the network of 64 bits.
pub(crate) fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V6(ip) => format!("{}/{NETWORK_BITS}", masked(ip.into(), NETWORK_BITS)),
        ip => ip.to_string(),
    }
}

/// One subject of a ban.
struct Subject {
    kind: &'static str,
    name: String,
    limit: u32,
    code: ErrorCode,
}

fn subjects(ban: &BanConfig, asker: &Asker) -> Vec<Subject> {
    let user = asker.user.clone().map(|name| Subject {
        kind: USER,
        name,
        limit: ban.user_limit,
        code: ErrorCode::MALICE_REQUEST_USER,
    });
    let ip = asker.ip.map(|ip| Subject {
        kind: IP,
        name: network(ip),
        limit: ban.ip_limit,
        code: ErrorCode::MALICE_REQUEST_IP,
    });
    let all = user.into_iter().chain(ip);
    all.filter(|subject| subject.limit > 0).collect()
}

fn counter(app_id: &str, handler: &str, kind: &str, name: &str) -> String {
    format!("ban:{handler}:{kind}:{app_id}:{name}")
}

impl Guard<'_> {
    /// Counts a request to a handler of `[guard.bans.<handler>]`, and refuses whoever is banned or
    /// is now.
    ///
    /// # Errors
    /// `malice_request_1` for a user, `malice_request_2` for an address, with the time to wait;
    /// `internal` when there is no such section; `busy` when the store can't be asked: a ban holds
    /// then too.
    pub async fn refuse_malice(&self, handler: &str, asker: &Asker) -> AppResult<()> {
        let Some(ban) = self.config().bans.get(handler) else {
            let why = format!("there is no section [guard.bans.{handler}]");
            return Err(AppError::internal(why));
        };
        let subjects = subjects(ban, asker);
        self.refuse_banned(handler, asker, &subjects).await?;
        for subject in &subjects {
            let key = counter(&asker.app_id, handler, subject.kind, &subject.name);
            let rule = Rule::Window {
                limit: subject.limit.into(),
                window_us: i64::try_from(ban.window_s).unwrap_or(0) * 1_000_000,
            };
            let admission = self.engine().shared_store().decide(&key, &rule).await?;
            if admission.is_admitted() {
                continue;
            }
            let until = self.ban(handler, asker, subject, ban.ban_s).await?;
            tracing::warn!(handler, kind = subject.kind, %until, "banned");
            return refusal(subject.code, until - self.now());
        }
        Ok(())
    }

    async fn refuse_banned(
        &self,
        handler: &str,
        asker: &Asker,
        subjects: &[Subject],
    ) -> AppResult<()> {
        let mut any = Condition::any();
        for subject in subjects {
            any = any.add(is_subject(subject.kind, &subject.name));
        }
        if any.is_empty() {
            return Ok(());
        }
        let found = Entity::find()
            .filter(is_handler(&asker.app_id, handler))
            .filter(any)
            .filter(Column::Until.gt(self.now()))
            .order_by_desc(Column::Kind)
            .one(self.db())
            .await?;
        let Some(found) = found else { return Ok(()) };
        let of_kind = subjects.iter().find(|subject| subject.kind == found.kind);
        let code = of_kind.map_or(ErrorCode::MALICE_REQUEST_IP, |subject| subject.code);
        refusal(code, found.until - self.now())
    }

    /// Writes a ban, and until when it lasts.
    async fn ban(
        &self,
        handler: &str,
        asker: &Asker,
        subject: &Subject,
        ban_s: u64,
    ) -> AppResult<DateTime<Utc>> {
        let lasts = i64::try_from(ban_s).ok().and_then(TimeDelta::try_seconds);
        let now = self.now();
        let until = now + lasts.unwrap_or_default();
        // One that is over is written again.
        let again = Entity::update_many()
            .col_expr(Column::CreatedAt, Expr::value(now))
            .col_expr(Column::Until, Expr::value(until))
            .filter(is_handler(&asker.app_id, handler))
            .filter(is_subject(subject.kind, &subject.name))
            .exec(self.db())
            .await?;
        if again.rows_affected > 0 {
            return Ok(until);
        }
        let row = ActiveModel {
            id: Set(self.ctx().next_id().await?),
            app_id: Set(asker.app_id.clone()),
            handler: Set(handler.to_owned()),
            kind: Set(subject.kind.to_owned()),
            subject: Set(subject.name.clone()),
            created_at: Set(now),
            until: Set(until),
        };
        match Entity::insert(row).exec_without_returning(self.db()).await {
            Ok(_) => Ok(until),
            // Another request of his has come this far too.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                Ok(until)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Which bans of a tenant are in force, for a list of pages: newest first.
    pub(crate) fn bans(&self, app_id: &str) -> Select<Entity> {
        Entity::find()
            .filter(self.is_of(app_id))
            .filter(Column::Until.gt(self.now()))
            .order_by_desc(Column::Id)
    }

    /// Lifts a ban of a tenant, and forgets what was counted.
    ///
    /// # Errors
    /// `not_found` when the tenant has no such ban; the database's; `busy` when the counter can't be
    /// reached: the ban is there still.
    pub async fn lift_ban(&self, app_id: &str, id: Id) -> AppResult<()> {
        let found = Entity::find_by_id(id).filter(self.is_of(app_id));
        let ban = found.one(self.db()).await?;
        let ban = ban.ok_or_else(AppError::not_found)?;
        // First what was counted: else the next request would ban him again.
        let key = counter(&ban.app_id, &ban.handler, &ban.kind, &ban.subject);
        self.engine().shared_store().forget(&key).await?;
        Entity::delete_by_id(id).exec(self.db()).await?;
        Ok(())
    }

    /// A tenant's own bans. Those of requests without a session are shown to the tenant of
    /// `tenant.default_app_id`, whose operators run the installation.
    fn is_of(&self, app_id: &str) -> Condition {
        let mut any = Condition::any().add(Column::AppId.eq(app_id));
        if self.ctx().config().tenant.default_app_id == app_id {
            any = any.add(Column::AppId.eq(""));
        }
        any
    }
}

fn is_handler(app_id: &str, handler: &str) -> Condition {
    Condition::all()
        .add(Column::AppId.eq(app_id))
        .add(Column::Handler.eq(handler))
}

fn is_subject(kind: &str, name: &str) -> Condition {
    Condition::all()
        .add(Column::Kind.eq(kind))
        .add(Column::Subject.eq(name))
}

fn refusal(code: ErrorCode, left: TimeDelta) -> AppResult<()> {
    Err(AppError::new(code).with_retry_after(left.to_std().unwrap_or_default()))
}
