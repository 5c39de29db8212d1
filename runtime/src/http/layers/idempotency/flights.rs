//! The requests with a key that this process is handling, so that the same ones wait for them
//! without asking the database.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::guard::IdempotencyKey;
use crate::guard::record::{Answer, Use};

/// Empty until there is an answer to keep; closed without one if there is none.
pub(super) type Landed = watch::Receiver<Option<Arc<Answer>>>;

type Name = (String, IdempotencyKey);

struct Flight {
    fingerprint: String,
    landed: Landed,
}

/// All of them. Cloning is cheap.
#[derive(Clone, Default)]
pub(super) struct Flights(Arc<Mutex<HashMap<Name, Flight>>>);

/// How a request takes part.
pub(super) enum Boarding {
    /// As the first one, which is to be handled.
    Lead(Lead),
    /// As one that waits for the answer to the first.
    Follow(Landed),
    /// Not at all: the key is in use for something else.
    OtherContent,
}

/// The first request of a flight. When dropped, those who wait are woken.
pub(super) struct Lead {
    flights: Flights,
    name: Name,
    land: watch::Sender<Option<Arc<Answer>>>,
}

impl Flights {
    pub(super) fn board(&self, of: &Use) -> Boarding {
        let name = (of.scope.clone(), of.key.clone());
        self.with(|flights| match flights.entry(name) {
            Entry::Occupied(flight) if flight.get().fingerprint != of.fingerprint => {
                Boarding::OtherContent
            }
            Entry::Occupied(flight) => Boarding::Follow(flight.get().landed.clone()),
            Entry::Vacant(place) => {
                let (land, landed) = watch::channel(None);
                let lead = Lead {
                    flights: self.clone(),
                    name: place.key().clone(),
                    land,
                };
                place.insert(Flight {
                    fingerprint: of.fingerprint.clone(),
                    landed,
                });
                Boarding::Lead(lead)
            }
        })
    }

    fn with<R>(&self, use_map: impl FnOnce(&mut HashMap<Name, Flight>) -> R) -> R {
        // No change of the map is left half-done by a panic.
        use_map(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Lead {
    /// Gives the answer to all who wait.
    pub(super) fn land(self, answer: Arc<Answer>) {
        self.land.send_replace(Some(answer));
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        // Before the sender goes: who is woken by that must not find this flight again.
        self.flights.with(|flights| flights.remove(&self.name));
    }
}
