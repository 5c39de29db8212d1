//! The second factor of operators: an authenticator (RFC 6238), and codes for when it is lost.
//!
//! ## Invariants
//! - The secret is shown once, when it is made, and asked for nothing until a code of it was seen.
//!   The database has it encrypted; no log has it.
//! - A code is good once: the step of the last one that was taken is written down, and only later
//!   ones are taken after it. A recovery code is good once as well; the database has its hash.

mod code;
mod seal;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
};

use super::entity::{recovery, totp};
use super::{operator::Operator, session};
use crate::app::Context;
use crate::db;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::oplog::{Entry, Logged, Operation};
use crate::random;
use crate::types::Id;

pub use code::{DIGITS, STEP_S, base32, code, matching_step, step_of};

/// Bytes of a secret: as long as the hash, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

/// Authenticators in the operation log.
pub(crate) const LOGGED: Logged =
    Logged::new("operator_totp").called("Authenticator", "动态验证码");

/// What an operator gives to his authenticator.
#[derive(Debug)]
pub(super) struct Enrolment {
    pub(super) secret: String,
    pub(super) uri: String,
}

fn purpose(operator_id: Id) -> String {
    format!("totp {operator_id}")
}

async fn find(ctx: &Context, operator_id: Id) -> AppResult<Option<totp::Model>> {
    Ok(totp::Entity::find_by_id(operator_id).one(ctx.db()).await?)
}

/// Whether an operator has to give a code when he logs in.
pub(super) async fn is_on(ctx: &Context, operator_id: Id) -> AppResult<bool> {
    let row = find(ctx, operator_id).await?;
    Ok(row.is_some_and(|row| row.is_confirmed))
}

/// Makes a secret for an operator who has no confirmed one.
pub(super) async fn begin(ctx: &Context, operator: &Operator) -> AppResult<Enrolment> {
    let secret = random::bytes::<SECRET_BYTES>()?;
    let row = totp::ActiveModel {
        operator_id: Set(operator.id),
        secret: Set(seal::seal(ctx, &purpose(operator.id), &secret)?),
        is_confirmed: Set(false),
        last_step: Set(0),
        created_at: Set(ctx.now()),
    };
    db::transaction(ctx.db(), |txn| {
        let row = row.clone();
        Box::pin(async move {
            totp::Entity::delete_many()
                .filter(totp::Column::OperatorId.eq(operator.id))
                .filter(totp::Column::IsConfirmed.eq(false))
                .exec(txn)
                .await?;
            let insert = totp::Entity::insert(row).exec_without_returning(txn);
            insert.await.map_err(|error| match AppError::from(error) {
                taken if taken.code() == ErrorCode::CONFLICT => AppError::conflict((
                    "there is an authenticator already: disable it first",
                    "已启用动态验证码，请先停用",
                )),
                other => other,
            })?;
            Ok(())
        })
    })
    .await?;
    let text = base32(&secret);
    let issuer = ctx.app_name();
    // Names hold no space or control character; these would end the label.
    let name = encoded(&operator.username);
    let uri = format!(
        "otpauth://totp/{issuer}:{name}?secret={text}&issuer={issuer}&algorithm=SHA1\
         &digits={DIGITS}&period={STEP_S}"
    );
    Ok(Enrolment { secret: text, uri })
}

/// Whatever may stand for something else in an address, in percents.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Turns the second factor on, when the authenticator gives the right code. Answers the recovery
/// codes, which nobody will be able to tell again.
pub(super) async fn confirm(
    ctx: &Context,
    operator: &Operator,
    given: &str,
) -> AppResult<Vec<String>> {
    let row = find(ctx, operator.id)
        .await?
        .filter(|row| !row.is_confirmed);
    let row = row.ok_or_else(|| {
        AppError::conflict((
            "there is no authenticator that waits for its first code",
            "没有等待确认的动态验证码",
        ))
    })?;
    let secret = seal::open(ctx, &purpose(operator.id), &row.secret)?;
    let step = matching_step(&secret, given, ctx.now())?.ok_or_else(wrong_code)?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        codes.push(base32(&random::bytes::<10>()?));
    }
    let log = &ctx.oplog().by(operator).await?;
    db::transaction(ctx.db(), |txn| {
        let codes = &codes;
        Box::pin(async move {
            let confirmed = totp::Entity::update_many()
                .col_expr(totp::Column::IsConfirmed, Expr::value(true))
                .col_expr(totp::Column::LastStep, Expr::value(step))
                .filter(totp::Column::OperatorId.eq(operator.id))
                .filter(totp::Column::IsConfirmed.eq(false))
                .exec(txn)
                .await?;
            if confirmed.rows_affected != 1 {
                return Err(ErrorCode::CONFLICT.into());
            }
            forget_codes(txn, operator.id).await?;
            let mut rows = Vec::with_capacity(codes.len());
            for code in codes {
                rows.push(recovery::ActiveModel {
                    operator_id: Set(operator.id),
                    code_hash: Set(recovery_hash(ctx, operator.id, code)?),
                    used_at: Set(None),
                });
            }
            recovery::Entity::insert_many(rows)
                .exec_without_returning(txn)
                .await?;
            let entry = Entry::new(Operation::Add, &LOGGED, operator.id, &(), &())?;
            log.record(txn, entry.title(operator.username.as_str()))
                .await
        })
    })
    .await?;
    Ok(codes)
}

/// Takes a code of an operator's authenticator, or one of his recovery codes; `false` when it is
/// neither, or was taken before.
pub(super) async fn take(ctx: &Context, operator_id: Id, given: &str) -> AppResult<bool> {
    let Some(row) = find(ctx, operator_id).await?.filter(|row| row.is_confirmed) else {
        return Ok(false);
    };
    let given = given.trim();
    if given.len() != DIGITS as usize {
        return take_recovery(ctx, operator_id, given).await;
    }
    let secret = seal::open(ctx, &purpose(operator_id), &row.secret)?;
    let Some(step) = matching_step(&secret, given, ctx.now())? else {
        return Ok(false);
    };
    // Of the same code twice at once, one is taken.
    let taken = totp::Entity::update_many()
        .col_expr(totp::Column::LastStep, Expr::value(step))
        .filter(totp::Column::OperatorId.eq(operator_id))
        .filter(totp::Column::LastStep.lt(step))
        .exec(ctx.db())
        .await?;
    Ok(taken.rows_affected == 1)
}

async fn take_recovery(ctx: &Context, operator_id: Id, given: &str) -> AppResult<bool> {
    let plain: String = given
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .collect();
    let hash = recovery_hash(ctx, operator_id, &plain.to_ascii_uppercase())?;
    let now: Option<DateTime<Utc>> = Some(ctx.now());
    let taken = recovery::Entity::update_many()
        .col_expr(recovery::Column::UsedAt, Expr::value(now))
        .filter(recovery::Column::OperatorId.eq(operator_id))
        .filter(recovery::Column::CodeHash.eq(hash))
        .filter(recovery::Column::UsedAt.is_null())
        .exec(ctx.db())
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Turns the second factor off; whether it was on.
pub(super) async fn remove(txn: &impl ConnectionTrait, operator_id: Id) -> AppResult<bool> {
    let removed = totp::Entity::delete_by_id(operator_id).exec(txn).await?;
    forget_codes(txn, operator_id).await?;
    Ok(removed.rows_affected > 0)
}

async fn forget_codes(txn: &impl ConnectionTrait, operator_id: Id) -> AppResult<()> {
    recovery::Entity::delete_many()
        .filter(recovery::Column::OperatorId.eq(operator_id))
        .exec(txn)
        .await?;
    Ok(())
}

/// A recovery code has 80 random bits: nobody finds it by trying, whatever the hash costs.
fn recovery_hash(ctx: &Context, operator_id: Id, code: &str) -> AppResult<String> {
    session::hash(ctx, &format!("recovery {operator_id} {code}"))
}

/// The answer to a code that is not right.
pub(super) fn wrong_code() -> AppError {
    AppError::param(("code: is not right", "验证码不正确"))
}
