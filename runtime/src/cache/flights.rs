//! Loads that are shared: one at a time for a key, however many wait for it.
//!
//! Two rules say who may share a load. With versions: whoever read the same versions as the one who
//! started it, since it began after they were read. Without, when Redis cannot be asked: whoever
//! came before it began.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;

use super::local::TierKey;
use super::value::{Slot, Version};
use crate::error::{AppError, AppResult};

/// What came of a load, for all who wait.
pub(super) type Outcome = Result<Slot, Failure>;

/// A failed load, which each who waited for it is told.
#[derive(Clone)]
pub(super) struct Failure(Arc<AppError>);

#[derive(Debug)]
struct Cause(Arc<AppError>);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail())
    }
}

impl std::error::Error for Cause {}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self(Arc::new(error))
    }
}

impl Failure {
    /// The error itself for the only one who holds it, else one that says the same.
    fn into_error(self) -> AppError {
        Arc::try_unwrap(self.0).unwrap_or_else(|shared| {
            let code = shared.code();
            let own = shared.own_message().cloned();
            let error = AppError::new(code).with_source(Cause(shared));
            match own {
                Some(message) => error.with_message(message),
                None => error,
            }
        })
    }
}

pub(super) fn answer(outcome: Outcome) -> AppResult<Slot> {
    outcome.map_err(Failure::into_error)
}

type FlightKey = (TierKey, Version);
type Watched = watch::Receiver<Option<Outcome>>;

/// The loads that are going on.
#[derive(Default)]
pub(super) struct Flights {
    versioned: Mutex<HashMap<FlightKey, Watched>>,
    direct: Mutex<HashMap<TierKey, Arc<Turn>>>,
}

/// The last load without versions, and when it began. Whoever holds it loads.
type Turn = tokio::sync::Mutex<Option<(Instant, Outcome)>>;

/// A place in a load.
pub(super) enum Boarding {
    /// Nobody loads it: it is yours to do.
    First(Seat),
    /// Somebody does.
    Joined(Flight),
}

/// The right and duty to load; when it is dropped, the next one loads.
pub(super) struct Seat {
    flights: Arc<Flights>,
    key: FlightKey,
    outcome: watch::Sender<Option<Outcome>>,
}

/// A load that somebody does.
pub(super) struct Flight(Watched);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Flights {
    /// Takes part in the load of a key under these versions.
    pub(super) fn board(self: &Arc<Self>, key: TierKey, version: &Version) -> Boarding {
        let key = (key, version.clone());
        let mut running = lock(&self.versioned);
        if let Some(flight) = running.get(&key) {
            return Boarding::Joined(Flight(flight.clone()));
        }
        let (outcome, watched) = watch::channel(None);
        running.insert(key.clone(), watched);
        Boarding::First(Seat {
            flights: Arc::clone(self),
            key,
            outcome,
        })
    }

    /// Loads a key without versions, or takes what somebody else loaded since `arrival`. Says
    /// whether it was somebody else.
    pub(super) async fn direct<F>(
        &self,
        key: TierKey,
        arrival: Instant,
        load: impl FnOnce() -> F,
    ) -> (Outcome, bool)
    where
        F: Future<Output = Outcome>,
    {
        let turn = Arc::clone(lock(&self.direct).entry(key).or_default());
        let cleared = Clear {
            flights: self,
            key,
            turn: &turn,
        };
        let mut last = cleared.turn.lock().await;
        if let Some((began, outcome)) = &*last
            && *began > arrival
        {
            return (outcome.clone(), true);
        }
        let began = Instant::now();
        let outcome = load().await;
        *last = Some((began, outcome.clone()));
        (outcome, false)
    }
}

/// Forgets a turn that nobody else waits for.
struct Clear<'a> {
    flights: &'a Flights,
    key: TierKey,
    turn: &'a Arc<Turn>,
}

impl Drop for Clear<'_> {
    fn drop(&mut self) {
        let mut direct = lock(&self.flights.direct);
        // One in the table, one of the caller.
        if Arc::strong_count(self.turn) == 2 {
            direct.remove(&self.key);
        }
    }
}

impl Seat {
    /// Waits for what this load will come to.
    pub(super) fn flight(&self) -> Flight {
        Flight(self.outcome.subscribe())
    }

    /// Tells everybody.
    pub(super) fn land(self, outcome: Outcome) {
        self.outcome.send_replace(Some(outcome));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.flights.versioned).remove(&self.key);
    }
}

impl Flight {
    /// What the load came to.
    pub(super) async fn outcome(mut self) -> Outcome {
        match self.0.wait_for(Option::is_some).await {
            Ok(outcome) => match &*outcome {
                Some(outcome) => outcome.clone(),
                None => Err(lost()),
            },
            Err(_) => Err(lost()),
        }
    }
}

fn lost() -> Failure {
    AppError::internal("the task that loaded a cached value is gone").into()
}
