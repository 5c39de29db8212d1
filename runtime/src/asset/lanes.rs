//! Group commit: operations that arrive while a transaction runs are committed together in the next
//! one.
//!
//! Operations of one player go to the same lane. Whoever comes to an empty lane starts its
//! transaction at once; nobody waits for others to come. The work is done by a task of its own, so
//! that a caller who goes away does not take the others' transaction with him.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sea_orm::DbBackend;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::attempt::Answer;
use super::change::Operation;
use crate::app::Context;
use crate::config::AssetConfig;
use crate::error::{AppError, ErrorCode};
use crate::shard::{KeyValue, slot_of};

/// The queues.
#[derive(Debug)]
pub(super) struct Lanes {
    lanes: Vec<Mutex<Lane>>,
    batch_max: usize,
    queue_max: usize,
    wait: Duration,
}

#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<Waiting>,
    /// Whether a task works on it.
    is_busy: bool,
}

#[derive(Debug)]
struct Waiting {
    operation: Arc<Operation>,
    since: Instant,
    answer: oneshot::Sender<Answer>,
}

impl Lanes {
    pub(super) fn new(config: &AssetConfig, backend: DbBackend) -> Self {
        let lanes = match backend {
            // It has one writer at a time anyhow.
            DbBackend::Sqlite => 1,
            _ => config.lanes.max(1),
        };
        Self {
            lanes: (0..lanes).map(|_| Mutex::default()).collect(),
            batch_max: config.batch_max.max(1),
            queue_max: config.queue_max,
            wait: Duration::from_millis(config.wait_ms),
        }
    }

    /// Has an operation done with whatever else is waiting.
    pub(super) async fn commit(&self, ctx: &Context, operation: Operation) -> Answer {
        let number = self.number(&operation);
        let (answer, answered) = oneshot::channel();
        let is_first = {
            let mut lane = self.lane(number);
            if lane.waiting.len() >= self.queue_max {
                let reason = format!("{} changes are waiting", lane.waiting.len());
                return Err(AppError::new(ErrorCode::BUSY).with_source(reason));
            }
            lane.waiting.push_back(Waiting {
                operation: Arc::new(operation),
                since: Instant::now(),
                answer,
            });
            !std::mem::replace(&mut lane.is_busy, true)
        };
        if is_first {
            tokio::spawn(work(ctx.clone(), number));
        }
        let gone = || AppError::internal("the ledger's task ended without an answer");
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    fn number(&self, operation: &Operation) -> usize {
        let user = KeyValue::from(operation.first_owner().user_id);
        usize::from(slot_of(&user)) % self.lanes.len()
    }

    fn lane(&self, number: usize) -> MutexGuard<'_, Lane> {
        let lane = &self.lanes[number];
        lane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be done next; nothing when the lane is empty, which then is free.
    fn next(&self, number: usize) -> Vec<Waiting> {
        let mut lane = self.lane(number);
        let count = lane.waiting.len().min(self.batch_max);
        lane.is_busy = count > 0;
        lane.waiting.drain(..count).collect()
    }
}

/// Makes a lane free again if its task panics: the next operation starts another.
struct Freeing<'a>(&'a Lanes, usize);

impl Drop for Freeing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut lane = self.0.lane(self.1);
            lane.is_busy = false;
            // Their callers are told that there is no answer.
            lane.waiting.clear();
        }
    }
}

async fn work(ctx: Context, number: usize) {
    let Some(engine) = ctx.ledger_engine() else {
        return;
    };
    let lanes = engine.lanes();
    let _freeing = Freeing(lanes, number);
    loop {
        let batch = lanes.next(number);
        if batch.is_empty() {
            return;
        }
        // Nothing has happened to those yet: who has waited too long is told so, and who went away
        // is left out.
        let (late, batch): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .filter(|one| !one.answer.is_closed())
            .partition(|one| one.since.elapsed() > lanes.wait);
        for one in late {
            let reason = "waited longer than `asset.wait_ms`";
            let late = AppError::new(ErrorCode::BUSY).with_source(reason);
            // The caller may be gone.
            let _ = one.answer.send(Err(late));
        }
        let operations: Vec<_> = batch.iter().map(|one| Arc::clone(&one.operation)).collect();
        if operations.is_empty() {
            continue;
        }
        let answers = engine.commit(&ctx, &operations).await;
        for (one, answer) in batch.into_iter().zip(answers) {
            let _ = one.answer.send(answer);
        }
    }
}
