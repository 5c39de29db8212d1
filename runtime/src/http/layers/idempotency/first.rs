//! Handling the first request of its kind, and keeping its answer.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, sleep, timeout};

use super::answer;
use super::flights::Lead;
use super::still_running;
use crate::app::Context;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::guard::lease::{Claim, Lease, claim};
use crate::guard::record::{Answer, Use};
use crate::http::failure;

/// Pause before another process is asked again for the first time; it doubles with each further
/// one, up to [`PAUSE_MAX`].
const PAUSE_FIRST: Duration = Duration::from_millis(20);

const PAUSE_MAX: Duration = Duration::from_secs(1);

/// Locks the key, handles the request and keeps its answer; or repeats the answer that another
/// process, or this one earlier, has kept.
pub(super) async fn handle(
    ctx: Context,
    of: Use,
    flight: Lead,
    request: Request,
    next: Next,
    deadline: Instant,
) -> AppResult<Response> {
    let lease = match claim_until(&ctx, &of, deadline).await? {
        Ok(lease) => lease,
        Err(kept) => {
            let response = answer::replay(&kept);
            flight.land(Arc::new(kept));
            return Ok(response);
        }
    };
    // The layers outside give up at about this time too, but cannot stop this task. The lock would
    // end before a handler that may take as long as it likes.
    let handled = timeout(ctx.config().server.request_timeout(), async {
        let response = failure::ensure_envelope(next.run(request).await);
        answer::read(response).await
    });
    let (response, kept) = handled
        .await
        .unwrap_or_else(|_| (AppError::new(ErrorCode::TIMEOUT).into_response(), None));
    match kept {
        Some(kept) => {
            lease.keep(&ctx, &kept).await;
            flight.land(Arc::new(kept));
        }
        None => {
            lease.release(&ctx).await;
            drop(flight);
        }
    }
    Ok(response)
}

/// The lock on the key, or the answer that was kept; waits for another process until the deadline.
async fn claim_until(
    ctx: &Context,
    of: &Use,
    deadline: Instant,
) -> AppResult<Result<Lease, Answer>> {
    let mut pause = PAUSE_FIRST;
    loop {
        match claim(ctx, of).await? {
            Claim::Won(lease) => return Ok(Ok(lease)),
            Claim::Done(kept) => return Ok(Err(kept)),
            Claim::Held => {}
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(still_running());
        }
        sleep(pause.min(left)).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
