//! What the ledger of an application consists of, and how operations come to be committed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{DbBackend, DbErr, SqlErr};
use tokio::time::sleep;

use super::attempt::{self, Answer, Ended, GROUP};
use super::chain::Chain;
use super::change::Operation;
use super::hooks::Hooks;
use super::lanes::Lanes;
use super::memory::Memory;
use super::rules::Rules;
use super::store::Reads;
use crate::app::Context;
use crate::config::{AssetConfig, Config, ConfigError};
use crate::db::{is_retryable, transaction_options};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::random;

/// How often a transaction is tried.
const ATTEMPTS_MAX: u32 = 8;
/// Longest pause before the second attempt; it doubles with each further one.
const FIRST_PAUSE_MS: u64 = 4;

/// Rules, keys, hooks and queues of the ledger.
pub(crate) struct Engine {
    config: AssetConfig,
    rules: Rules,
    chain: Chain,
    hooks: Arc<dyn Hooks>,
    lanes: Lanes,
    memory: Memory,
}

impl Engine {
    pub(crate) fn new(
        config: &Config,
        hooks: Arc<dyn Hooks>,
        backend: DbBackend,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            rules: Rules::new(config)?,
            chain: Chain::new(&config.asset),
            hooks,
            memory: Memory::default(),
            lanes: Lanes::new(&config.asset, backend),
            config: config.asset.clone(),
        })
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(super) fn chain(&self) -> &Chain {
        &self.chain
    }

    pub(super) fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(super) fn writes_events(&self) -> bool {
        self.config.events
    }

    pub(super) fn commits_in_groups(&self) -> bool {
        self.config.group_commit
    }

    pub(super) fn hooks(&self) -> &dyn Hooks {
        &*self.hooks
    }

    /// Does operations in one transaction, tried again when the database asks for it; one answer
    /// for each. If they fail together, each is done alone.
    pub(super) async fn commit(&self, ctx: &Context, operations: &[Arc<Operation>]) -> Vec<Answer> {
        let mut answers: Vec<Option<Answer>> = operations.iter().map(|_| None).collect();
        match self.commit_some(ctx, operations, &mut answers).await {
            Ok(()) => {}
            Err(error) if operations.len() == 1 || is_outage(&error) => {
                let error = Arc::new(error);
                for answer in answers.iter_mut().filter(|answer| answer.is_none()) {
                    *answer = Some(Err(shared(&error)));
                }
            }
            Err(error) => {
                tracing::debug!(error = %error.detail(), "operations are done one by one");
                for (answer, operation) in answers.iter_mut().zip(operations) {
                    if answer.is_some() {
                        continue;
                    }
                    let mut own = [None];
                    let one = std::slice::from_ref(operation);
                    let done = self.commit_some(ctx, one, &mut own).await;
                    *answer = match (done, own) {
                        (Err(error), _) => Some(Err(error)),
                        (Ok(()), [own]) => own,
                    };
                }
            }
        }
        let nothing = || {
            Err(AppError::internal(
                "an operation was left without an answer",
            ))
        };
        let answers = answers.into_iter();
        answers
            .map(|answer| answer.unwrap_or_else(nothing))
            .collect()
    }

    /// Fills in the answers of those operations that have none.
    async fn commit_some(
        &self,
        ctx: &Context,
        operations: &[Arc<Operation>],
        answers: &mut [Option<Answer>],
    ) -> AppResult<()> {
        let mut attempts = 1;
        let mut is_trusting = self.memory.is_trusted();
        loop {
            let open: Vec<usize> = (0..operations.len())
                .filter(|index| answers[*index].is_none())
                .collect();
            let some: Vec<Arc<Operation>> = open
                .iter()
                .map(|index| Arc::clone(&operations[*index]))
                .collect();
            if some.is_empty() {
                return Ok(());
            }
            match self.attempt(ctx, &some, is_trusting).await {
                Ok(Ended::Done(done, state)) => {
                    self.memory.learn(state);
                    if is_trusting {
                        self.memory.was_right();
                    }
                    for (index, answer) in open.into_iter().zip(done) {
                        answers[index] = Some(answer);
                    }
                    return Ok(());
                }
                Ok(Ended::Refused(index, error)) => answers[open[index]] = Some(Err(error)),
                Err(error) if is_worth_another(&error) && attempts < ATTEMPTS_MAX => {
                    tracing::debug!(attempts, error = %error.detail(), "the ledger tries again");
                    self.memory.forget(attempt::owners_of(&some).into_iter());
                    attempts += 1;
                    if std::mem::take(&mut is_trusting) {
                        // Nobody stands in the way: it is for us to look.
                        self.memory.doubt();
                        continue;
                    }
                    let pause_ms = 1 + random::below(FIRST_PAUSE_MS << (attempts - 2))?;
                    sleep(Duration::from_millis(pause_ms)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn attempt(
        &self,
        ctx: &Context,
        operations: &[Arc<Operation>],
        is_trusting: bool,
    ) -> AppResult<Ended> {
        // Makes sure that there are ids: in the transaction there must be no waiting for them.
        ctx.next_id().await?;
        let key = operations[0].first_owner().shard_key();
        let conn = ctx.shard_of(GROUP, &key);
        let txn = conn.begin_as(transaction_options()).await?;
        let memory = is_trusting.then_some(&self.memory);
        match attempt::run(ctx, self, &txn, operations, Reads::Fresh, memory).await {
            Ok(Ended::Done(answers, state)) => {
                sea_orm::TransactionSession::commit(txn).await?;
                Ok(Ended::Done(answers, state))
            }
            other => {
                if let Err(error) = sea_orm::TransactionSession::rollback(txn).await {
                    // The connection is gone, and the transaction with it.
                    tracing::debug!(%error, "roll-back failed");
                }
                other
            }
        }
    }
}

/// Whether the transaction was certainly taken back, and may well succeed when done again.
fn is_worth_another(error: &AppError) -> bool {
    match error.database_error() {
        Some(error) => is_retryable(error) || is_duplicate(error),
        None => error.code() == ErrorCode::BUSY,
    }
}

/// Two processes made the same owner, at the same time.
fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Whether it would be the same for each operation alone.
fn is_outage(error: &AppError) -> bool {
    error.code() == ErrorCode::BUSY
}

/// The same error for another operation.
fn shared(error: &Arc<AppError>) -> AppError {
    AppError::new(error.code()).with_source(Arc::clone(error))
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
