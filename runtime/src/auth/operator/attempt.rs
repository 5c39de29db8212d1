//! An operator's attempt to log in, and how guessing is slowed down.
//!
//! [`FAILURES_TO_LOCK`] failures in a row lock the account for [`LOCK_FIRST`]; each further one
//! locks it for twice as long as the one before, up to [`LOCK_LONGEST`]. An attempt is counted
//! before the password is looked at and forgiven when it fits, so parallel attempts cannot slip
//! past the count.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::app::Context;
use crate::auth::entity::operator::{Column, Entity, Model};
use crate::auth::operator::Operator;
use crate::auth::password;
use crate::auth::session::{self, Kind};
use crate::auth::totp;
use crate::config::Secret;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::Id;

/// As many failures in a row lock an account.
pub const FAILURES_TO_LOCK: i32 = 5;

/// How long the first lock lasts.
pub const LOCK_FIRST: TimeDelta = TimeDelta::minutes(1);

/// How long a lock lasts at most.
pub const LOCK_LONGEST: TimeDelta = TimeDelta::minutes(15);

/// Opens a session for an operator with the right password, and the right code if he has an
/// authenticator.
///
/// The answer to a wrong password, an unknown user, a locked and a disabled account is the same and
/// takes the same work: it does not tell which names exist. Of a wrong code it does not tell that
/// the password was right; only to a log-in without a code `totp_required` says so.
pub(in crate::auth) async fn log_in(
    ctx: &Context,
    username: &str,
    password: String,
    code: Option<&str>,
) -> AppResult<String> {
    let turn = password::turn().await?;
    let found = find(ctx, username).await?;
    let stored = found
        .as_ref()
        .map(|operator| operator.password_hash.clone());
    let environment = ctx.config().environment;
    let (counted, fits) = tokio::join!(
        count(ctx, found.as_ref().map(|operator| operator.id)),
        password::verify(password, stored, environment)
    );
    let (counted, fits) = (counted?, fits?);
    match found {
        Some(operator) if counted && fits => {
            require_code(ctx, operator.id, code).await?;
            forgive(ctx, &operator).await?;
            // Not before: of many right log-ins at once, few may be counted and not yet forgiven.
            drop(turn);
            session::open(ctx, Kind::Admin, &operator.app_id, operator.id).await
        }
        found => {
            let why = match (&found, counted) {
                (None, _) => "no such operator",
                (Some(_), false) => "the account is locked or disabled",
                (Some(_), true) => "wrong password",
            };
            tracing::warn!(username, why, "admin log-in failed");
            Err(AppError::new(ErrorCode::LOGIN_FAILED).with_source(why))
        }
    }
}

/// Refuses a log-in without the code that the operator's authenticator gives. It stays counted, so
/// that codes are guessed no faster than passwords.
async fn require_code(ctx: &Context, id: Id, code: Option<&str>) -> AppResult<()> {
    if !totp::is_on(ctx, id).await? {
        return Ok(());
    }
    let Some(code) = code else {
        return Err(ErrorCode::TOTP_REQUIRED.into());
    };
    if totp::take(ctx, id, code).await? {
        return Ok(());
    }
    tracing::warn!(operator = %id, "admin log-in failed: the code is not right");
    Err(AppError::new(ErrorCode::LOGIN_FAILED).with_source("wrong code"))
}

/// Refuses an operator who is logged in and does not know his password, or the code that goes with
/// it. Counted like an attempt to log in: who found a session open cannot guess on.
pub(super) async fn require_again(
    ctx: &Context,
    operator: &Operator,
    given: &Secret,
    code: Option<&str>,
) -> AppResult<()> {
    let turn = password::turn().await?;
    let found = Entity::find_by_id(operator.id).one(ctx.db()).await?;
    let row = found.ok_or_else(AppError::unauthorized)?;
    let counted = count(ctx, Some(row.id)).await?;
    let given = given.expose().to_owned();
    let stored = Some(row.password_hash.clone());
    let fits = password::verify(given, stored, ctx.config().environment).await?;
    if !counted || !fits {
        let words = ("the password is not right", "密码不正确");
        return Err(AppError::new(ErrorCode::LOGIN_FAILED).with_message(words));
    }
    if let Some(code) = code
        && !totp::take(ctx, row.id, code).await?
    {
        return Err(totp::wrong_code());
    }
    forgive(ctx, &row).await?;
    drop(turn);
    Ok(())
}

async fn find(ctx: &Context, username: &str) -> AppResult<Option<Model>> {
    let found = Entity::find()
        .filter(Column::Username.eq(username))
        .one(ctx.db())
        .await?;
    Ok(found.filter(|operator| operator.username == username))
}

/// Counts the attempt as a failure; `false` when there is no such operator or the account takes no
/// attempts at present.
///
/// One statement does it all, so that parallel attempts are counted one after the other.
async fn count(ctx: &Context, found: Option<Id>) -> AppResult<bool> {
    let Some(id) = found else { return Ok(false) };
    let now = ctx.now();
    let open = Condition::any()
        .add(Column::LockedUntil.is_null())
        .add(Column::LockedUntil.lte(now));
    let counted = Entity::update_many()
        // Before the count: MySQL lets an assignment see those on its left.
        .col_expr(Column::LockedUntil, lock_until(now))
        .col_expr(Column::FailedCount, Expr::col(Column::FailedCount).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::IsEnabled.eq(true))
        .filter(open)
        .exec(ctx.db())
        .await?;
    Ok(counted.rows_affected == 1)
}

async fn forgive(ctx: &Context, operator: &Model) -> AppResult<()> {
    Entity::update_many()
        .col_expr(Column::FailedCount, Expr::value(0))
        .col_expr(
            Column::LockedUntil,
            Expr::value(Option::<DateTime<Utc>>::None),
        )
        .filter(Column::Id.eq(operator.id))
        .exec(ctx.db())
        .await?;
    Ok(())
}

/// Until when one more failure locks the account, by the number of those before it.
fn lock_until(now: DateTime<Utc>) -> SimpleExpr {
    let mut case = CaseStatement::new();
    let (mut before, mut lasts) = (FAILURES_TO_LOCK - 1, LOCK_FIRST);
    while lasts < LOCK_LONGEST {
        case = case.case(Column::FailedCount.eq(before), now + lasts);
        before += 1;
        lasts = lasts * 2;
    }
    case.case(Column::FailedCount.gte(before), now + LOCK_LONGEST)
        .finally(Option::<DateTime<Utc>>::None)
        .into()
}
