//! What services call.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;

use super::engine::Engine;
use super::lock::{Lock, LockOptions};
use super::rule::{Admission, Rate, Rule, micros};
use crate::app::Context;
use crate::config::{GuardConfig, LimitBy, LimitConfig};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

/// Longest key of a guard in bytes; the rest of a column is for what is put before it.
pub const GUARD_KEY_MAX: usize = 160;
/// Longest window of a repeat guard.
const REPEAT_MAX: Duration = Duration::from_secs(24 * 3_600);

/// Locks, limits and bans: [`Context::guard`].
#[derive(Clone, Copy, Debug)]
pub struct Guard<'a> {
    ctx: &'a Context,
}

/// Whether a text can be a key: visible ASCII characters, at most so many.
pub(super) fn is_key(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn check_key(key: &str) -> AppResult<()> {
    if is_key(key, GUARD_KEY_MAX) {
        return Ok(());
    }
    Err(AppError::internal(format!(
        "the guard key `{key}`: must be 1 to {GUARD_KEY_MAX} visible ASCII characters"
    )))
}

impl LimitConfig {
    /// The rate of a section.
    fn rate(&self) -> AppResult<Rate> {
        let rate = Rate::new(self.count, Duration::from_secs(self.per_s))?;
        Ok(rate.burst(self.burst.unwrap_or(self.count)))
    }
}

impl<'a> Guard<'a> {
    pub(crate) fn new(ctx: &'a Context) -> Self {
        Self { ctx }
    }

    pub(super) fn ctx(&self) -> &'a Context {
        self.ctx
    }

    pub(super) fn config(&self) -> &'a GuardConfig {
        &self.ctx.config().guard
    }

    pub(super) fn engine(&self) -> &'a Engine {
        self.ctx.guard_engine()
    }

    pub(super) fn db(&self) -> &'a DatabaseConnection {
        self.ctx.db()
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.ctx.now()
    }

    /// Waits for a lock as long as `guard.lock_wait_ms` says, and holds it until it is dropped.
    ///
    /// ```
    /// # use cloudapp_runtime::{app::Context, error::AppResult};
    /// # async fn ship(fencing: i64) -> AppResult<()> { Ok(()) }
    /// async fn ship_one(ctx: &Context, order: u64) -> AppResult<()> {
    ///     let lock = ctx.guard().lock(&format!("order:{order}")).await?;
    ///     lock.run(ship(lock.fencing())).await?;
    ///     lock.release().await?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// `acquire_lock` when somebody else holds it for so long; `busy` when the store can't be
    /// asked; `internal` when the name is not 1 to 190 visible ASCII characters.
    pub async fn lock(&self, name: &str) -> AppResult<Lock> {
        let options = LockOptions {
            lease: Duration::from_millis(self.config().lock_lease_ms),
            wait: Duration::from_millis(self.config().lock_wait_ms),
        };
        self.lock_with(name, options).await
    }

    /// As [`Guard::lock`], with another lease and wait.
    ///
    /// # Errors
    /// As [`Guard::lock`]; `internal` when the lease is not 100 ms to an hour.
    pub async fn lock_with(&self, name: &str, options: LockOptions) -> AppResult<Lock> {
        let range = Duration::from_millis(100)..=Duration::from_secs(3_600);
        if !range.contains(&options.lease) {
            let why = format!("a lease of {:?}: must be 100 ms to 1 h", options.lease);
            return Err(AppError::internal(why));
        }
        self.engine().locks().take(name, options).await
    }

    /// Makes sure that an operation runs once at a time, e.g. `draw` for `demo:1:17` (tenant,
    /// activity, player): a second one is refused at once, not made to wait.
    ///
    /// # Errors
    /// As [`Guard::lock`].
    pub async fn execution(&self, operation: &str, subject: &str) -> AppResult<Lock> {
        let options = LockOptions {
            lease: Duration::from_millis(self.config().lock_lease_ms),
            wait: Duration::ZERO,
        };
        let name = format!("execution:{operation}:{subject}");
        self.lock_with(&name, options).await
    }

    /// Whether one more request of `subject` is within the limit `[guard.limits.<name>]`.
    ///
    /// # Errors
    /// `internal` when there is no such section, or the subject is not 1 to 160 visible ASCII
    /// characters; `busy` when the store can't be asked and `guard.limits_fail_open` is false.
    pub async fn limit(&self, name: &str, subject: &str) -> AppResult<Admission> {
        let Some(limit) = self.config().limits.get(name) else {
            let why = format!("there is no section [guard.limits.{name}]");
            return Err(AppError::internal(why));
        };
        self.limit_rate(name, subject, limit.rate()?).await
    }

    /// As [`Guard::limit`], with a rate that is not in the configuration.
    ///
    /// # Errors
    /// As [`Guard::limit`].
    pub async fn limit_rate(&self, name: &str, subject: &str, rate: Rate) -> AppResult<Admission> {
        check_key(name)?;
        check_key(subject)?;
        let key = format!("{name}:{subject}");
        let decided = self.engine().limit_store();
        let decided = decided.decide(&key, &Rule::Flow(rate)).await;
        self.engine().or_open(decided)
    }

    /// Admits the first of the calls with the same key within `window`, and refuses the others;
    /// those prolong nothing.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloudapp_runtime::{app::Context, error::AppResult};
    /// async fn order(ctx: &Context, user: u64) -> AppResult<()> {
    ///     let window = Duration::from_millis(500);
    ///     ctx.guard().repeat(&format!("order:{user}"), window).await?.require()
    /// }
    /// ```
    ///
    /// # Errors
    /// `busy` when the store can't be asked; `internal` when the key is not 1 to 160 visible ASCII
    /// characters or the window not a millisecond to a day.
    pub async fn repeat(&self, key: &str, window: Duration) -> AppResult<Admission> {
        self.repeat_up_to(key, window, 1).await
    }

    /// As [`Guard::repeat`], admitting so many calls.
    ///
    /// # Errors
    /// As [`Guard::repeat`].
    pub async fn repeat_up_to(
        &self,
        key: &str,
        window: Duration,
        calls: u32,
    ) -> AppResult<Admission> {
        check_key(key)?;
        if !(Duration::from_millis(1)..=REPEAT_MAX).contains(&window) {
            let why = format!("a window of {window:?}: must be 1 ms to a day");
            return Err(AppError::internal(why));
        }
        let rule = Rule::Window {
            limit: calls.into(),
            window_us: micros(window),
        };
        let key = format!("repeat:{key}");
        self.engine().shared_store().decide(&key, &rule).await
    }

    /// Lets a key of [`Guard::repeat`] be used again at once.
    ///
    /// # Errors
    /// `busy` when the store can't be asked.
    pub async fn forget_repeat(&self, key: &str) -> AppResult<()> {
        let key = format!("repeat:{key}");
        self.engine().shared_store().forget(&key).await
    }

    /// Whether a player is among the different ones that his tenant may have in this minute
    /// (`[guard.visitors]`). Who came in the minute before is one of them already; who is on the
    /// white list always passes and is not counted.
    ///
    /// # Errors
    /// `busy` when the store can't be asked and `guard.limits_fail_open` is false.
    pub async fn visit(&self, app_id: &str, user_id: Id) -> AppResult<Admission> {
        let visitors = &self.config().visitors;
        if visitors.white_list.contains(&user_id.get()) {
            return Ok(Admission::Admitted);
        }
        let limit = visitors.tenants.get(app_id).copied();
        let limit = limit.unwrap_or(visitors.per_minute);
        let store = self.engine().shared_store();
        let decided = store.admit(app_id, &user_id.to_string(), limit).await;
        self.engine().or_open(decided)
    }

    /// Refuses with `global_current_limit` what a limit for a route as a whole refuses, and with
    /// `current_limit` what any other refuses.
    pub(crate) fn code_of(by: LimitBy) -> ErrorCode {
        match by {
            LimitBy::Route => ErrorCode::GLOBAL_CURRENT_LIMIT,
            _ => ErrorCode::CURRENT_LIMIT,
        }
    }
}
