//! The signal that tells a running job to end.

use tokio::sync::watch;

/// Why a job should end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Somebody cancelled it. An error that it then returns ends it for good.
    Cancelled,
    /// The worker is about to end. An error that it then returns does not count as an attempt.
    Draining,
    /// Another worker may be running it: this one gave no sign of life for too long. What it writes
    /// to its job has no effect any more.
    Lost,
}

/// Tells a running job to end. A job that takes long asks now and then, or waits for it beside its
/// work; one that does not is dropped where it waits when its time is over.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Option<StopReason>>);

/// Who tells it.
pub(crate) type Stopper = watch::Sender<Option<StopReason>>;

impl Stop {
    pub(crate) fn new() -> (Stopper, Self) {
        let (stopper, receiver) = watch::channel(None);
        (stopper, Self(receiver))
    }

    /// Whether the job should end.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.reason().is_some()
    }

    /// Why the job should end, if it should.
    #[must_use]
    pub fn reason(&self) -> Option<StopReason> {
        *self.0.borrow()
    }

    /// Waits until the job should end.
    pub async fn requested(&self) -> StopReason {
        let mut receiver = self.0.clone();
        let reason = receiver.wait_for(Option::is_some).await;
        // Without its worker, nobody knows what becomes of it.
        reason
            .ok()
            .and_then(|reason| *reason)
            .unwrap_or(StopReason::Lost)
    }
}
