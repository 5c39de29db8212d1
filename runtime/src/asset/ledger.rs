//! The ledger as services use it.

use std::sync::Arc;

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::attempt::{self, Ended, GROUP};
use super::change::{Change, Operation, Receipt};
use super::engine::Engine;
use super::entity::journal;
use super::owner::{Account, Asset, Owner};
use super::store::Reads;
use crate::app::Context;
use crate::db::{self, Transaction};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::random;

/// Balances and their journal. Made by [`Context::ledger`].
#[derive(Clone, Copy, Debug)]
pub struct Ledger<'a> {
    pub(super) ctx: &'a Context,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(ctx: &'a Context) -> Self {
        Self { ctx }
    }

    pub(super) fn engine(&self) -> AppResult<&'a Engine> {
        let missing = "no module of this app has the ledger: `cloudapp add module asset`";
        let engine = self.ctx.ledger_engine();
        engine.ok_or_else(|| AppError::internal(missing))
    }

    /// Changes one balance, once for its key.
    ///
    /// It is committed when this returns. Changes that wait at the same time share a transaction;
    /// each has its own answer.
    ///
    /// # Errors
    /// `no_enough`: the balance does not suffice. `over_limit`: it would exceed its limit.
    /// `idempotency_conflict`: the key was used for something else. `param_error`: the change is
    /// malformed. `busy`: the database cannot be had; whether the change was made shows when it is
    /// asked for again with the same key. What a hook refuses with.
    pub async fn change(&self, change: Change) -> AppResult<Receipt> {
        let receipts = self.change_many(vec![change]).await?;
        let none = || AppError::internal("an operation without receipt");
        receipts.into_iter().next().ok_or_else(none)
    }

    /// Changes several balances of a tenant, all or none, under the key of the first change: an
    /// exchange, a gift, a refund.
    ///
    /// The key belongs to the first change's owner.
    ///
    /// # Errors
    /// As [`Ledger::change`].
    pub async fn change_many(&self, changes: Vec<Change>) -> AppResult<Vec<Receipt>> {
        let engine = self.engine()?;
        let operation = Operation::new(changes)?;
        if engine.commits_in_groups() {
            return engine.lanes().commit(self.ctx, operation).await;
        }
        let answers = engine.commit(self.ctx, &[Arc::new(operation)]).await;
        let none = || AppError::internal("an operation without answer");
        answers.into_iter().next().ok_or_else(none)?
    }

    /// Gets changes ready to be made in a transaction of the caller's, together with what they are
    /// for: a prize, a reward, an order.
    ///
    /// ```
    /// # use cloudapp_runtime::asset::{Change, Receipt};
    /// # use cloudapp_runtime::db::{self, Group};
    /// # use cloudapp_runtime::prelude::*;
    /// async fn reward(ctx: &Context, change: Change) -> AppResult<Vec<Receipt>> {
    ///     let key = change.owner.shard_key();
    ///     let grant = ctx.ledger().prepare(vec![change]).await?;
    ///     db::transaction(&ctx.shard_of(Group::Asset, &key), |txn| {
    ///         let grant = &grant;
    ///         Box::pin(async move { grant.apply(txn).await })
    ///     })
    ///     .await
    /// }
    /// ```
    ///
    /// # Errors
    /// `param_error`: a change is malformed. `busy`: no ids are to be had.
    pub async fn prepare(&self, changes: Vec<Change>) -> AppResult<Grant<'a>> {
        self.ctx.next_id().await?;
        self.prepare_now(changes)
    }

    /// As [`Ledger::prepare`], in a transaction before which ids were made ready.
    pub(crate) fn prepare_now(&self, changes: Vec<Change>) -> AppResult<Grant<'a>> {
        Ok(Grant {
            ctx: self.ctx,
            engine: self.engine()?,
            operation: Arc::new(Operation::new(changes)?),
        })
    }

    /// Takes away what has expired of one balance. Answers how much.
    ///
    /// # Errors
    /// The database's.
    pub async fn expire(&self, owner: &Owner, asset: &Asset) -> AppResult<i64> {
        let engine = self.engine()?;
        self.ctx.next_id().await?;
        let account = Account {
            owner: owner.clone(),
            asset: asset.clone(),
        };
        let conn = self.ctx.shard_of(GROUP, &owner.shard_key());
        db::transaction(&conn, |txn| {
            let account = &account;
            Box::pin(async move { attempt::expire(self.ctx, engine, txn, account).await })
        })
        .await
    }

    /// Forgets that a key was used, so that a test can use it again. The changes stay made; their
    /// rows get a key that nobody has, which breaks the chains of the journals they are in.
    ///
    /// Answers whether the owner had used it.
    ///
    /// # Errors
    /// `no_power` in production. The database's.
    pub async fn forget_key(&self, owner: &Owner, only_id: &str) -> AppResult<bool> {
        use journal::Column;
        if self.ctx.config().environment.is_production() {
            return Err(AppError::new(ErrorCode::NO_POWER).with_message((
                "idempotency keys are not forgotten in production",
                "生产环境不能清除幂等键",
            )));
        }
        let conn = self.ctx.shard_of(GROUP, &owner.shard_key());
        let rows = journal::Entity::find()
            .filter(Column::UserId.eq(owner.user_id))
            .filter(Column::AppId.eq(&owner.app_id))
            .filter(Column::ActId.eq(owner.act_id))
            .filter(Column::OnlyId.eq(only_id));
        let rows = rows.all(&conn).await?;
        let is_known = !rows.is_empty();
        for row in rows {
            let mut row = journal::ActiveModel::from(row);
            row.only_key = Set(random::hex::<16>()?);
            row.update(&conn).await?;
        }
        Ok(is_known)
    }
}

/// Changes that are ready to be made. Made by [`Ledger::prepare`].
#[derive(Clone, Debug)]
pub struct Grant<'a> {
    ctx: &'a Context,
    engine: &'a Engine,
    operation: Arc<Operation>,
}

impl Grant<'_> {
    /// Makes the changes in a transaction that was begun on the database of the group `asset`.
    ///
    /// # Errors
    /// As [`Ledger::change`]; the transaction must then be rolled back.
    pub async fn apply(&self, txn: &Transaction<'_>) -> AppResult<Vec<Receipt>> {
        let one = std::slice::from_ref(&self.operation);
        // Nobody tells whether the caller commits.
        let owners = attempt::owners_of(one);
        self.engine.memory().distrust(owners.into_iter());
        match attempt::run(self.ctx, self.engine, txn, one, Reads::Locking, None).await? {
            Ended::Refused(_, error) => Err(error),
            Ended::Done(answers, _) => {
                let none = || AppError::internal("an operation without answer");
                answers.into_iter().next().ok_or_else(none)?
            }
        }
    }
}
