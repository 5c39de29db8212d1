//! Answers each POST that carries an `Idempotency-Key` once, and repeats that answer from then on.
//!
//! Concerned are the routes under `/client` and `/admin`, except for logging in and out and for
//! what takes or gives a secret. A key belongs to the person (audience, tenant, subject of the
//! session), so it outlives a log-in. Without a living session the request passes untouched: the
//! handler refuses it, and nothing of it is stored.
//!
//! ## Invariants
//! - The first request is handled in a task of its own, to its end or to the request time-out,
//!   whether its client waits or not. So a client that goes away leaves no lock behind.
//! - Of the same requests in one process one talks to the database; the others are woken by it.
//!   Only another process's request is waited for by asking again.
//! - Kept are answers that would be the same next time: 2xx and most of 4xx. Any other one gives
//!   the key back before anybody who waits is woken.
//! - The lock in the database outlasts the longest request; a process that dies holds the key until
//!   then. If its change was made and its answer not kept, the next request makes it again, unless
//!   the handler passes its key on to [`guard::once`](crate::guard::once).

mod answer;
mod first;
mod flights;

use std::sync::Arc;
use std::time::Duration;

use axum::RequestExt;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, timeout_at};

use crate::app::Context;
use crate::auth::{Known, Operator, Player};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::guard::record::{self, Use};
use crate::guard::{IdempotencyKey, record::Answer};
use crate::http::extract::unreadable;
use crate::http::scope::Scope;
use flights::{Boarding, Flights};

/// The header that carries the key.
pub(in crate::http) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Says that an answer is a repeated one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Their answers hold tokens, or what they are sent holds passwords.
const EXEMPT: [&str; 11] = [
    "/client/login",
    "/client/logout",
    "/admin/login",
    "/admin/logout",
    "/admin/operators",
    "/admin/operators/{id}/password",
    "/admin/password",
    "/admin/tenant",
    "/admin/totp",
    "/admin/totp/confirm",
    "/admin/totp/disable",
];

/// What the layer needs: shared by all requests.
#[derive(Clone)]
pub(super) struct Guard {
    ctx: Context,
    flights: Flights,
}

impl Guard {
    pub(super) fn new(ctx: Context) -> Self {
        Self {
            ctx,
            flights: Flights::default(),
        }
    }

    /// How long one request waits for another: a little less than it may take, so that it is
    /// answered `busy` and not `timeout`.
    fn patience(&self) -> Duration {
        let timeout = self.ctx.config().server.request_timeout();
        timeout - (timeout / 10).min(Duration::from_secs(1))
    }
}

/// For whom a route is.
#[derive(Clone, Copy)]
enum Audience {
    Client,
    Admin,
}

/// Whether POST on this route takes a key.
pub(in crate::http) fn takes_key(route: &str) -> bool {
    audience(route).is_some()
}

fn audience(route: &str) -> Option<Audience> {
    if EXEMPT.contains(&route) {
        None
    } else if route.starts_with("/client/") {
        Some(Audience::Client)
    } else if route.starts_with("/admin/") {
        Some(Audience::Admin)
    } else {
        None
    }
}

pub(super) async fn idempotency(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Response {
    let has_key = request.headers().contains_key(&IDEMPOTENCY_KEY);
    let route = request.extensions().get::<MatchedPath>();
    let audience = route.and_then(|route| audience(route.as_str()));
    let (Some(audience), true) = (audience, has_key && request.method() == Method::POST) else {
        return next.run(request).await;
    };
    let deadline = Instant::now() + guard.patience();
    match admit(&guard.ctx, audience, request).await {
        Ok((request, None)) => next.run(request).await,
        Ok((request, Some(of))) => answer(guard, of, request, next, deadline)
            .await
            .unwrap_or_else(AppError::into_response),
        Err(error) => error.into_response(),
    }
}

/// Finds out who sent which key with what. Without a living session there is no use of the key.
async fn admit(
    ctx: &Context,
    audience: Audience,
    request: Request,
) -> AppResult<(Request, Option<Use>)> {
    let (mut parts, body) = request.into_parts();
    let Some(scope) = scope(&mut parts, ctx, audience).await? else {
        return Ok((Request::from_parts(parts, body), None));
    };
    let key = crate::http::extract::idempotency_key(&parts.headers)?;
    let key = key.ok_or_else(IdempotencyKey::refusal)?;
    // The limit travels in the extensions of the request, which the handler's extractor needs too.
    let whole = Request::from_parts(parts.clone(), body).with_limited_body();
    let body = Bytes::from_request(whole, ctx)
        .await
        .map_err(|error| unreadable(&error))?;
    let address = parts.uri.path_and_query();
    let address = address.map_or("/", |address| address.as_str());
    let content = [parts.method.as_str().as_bytes(), address.as_bytes(), &body];
    let of = Use {
        scope,
        key,
        fingerprint: record::fingerprint(&content),
    };
    Ok((Request::from_parts(parts, Body::from(body)), Some(of)))
}

/// Whose the key is; `None` without a living session. Leaves the person to the extractors, which
/// need not look the session up again.
async fn scope(parts: &mut Parts, ctx: &Context, audience: Audience) -> AppResult<Option<String>> {
    let found = match audience {
        Audience::Client => Player::from_request_parts(parts, ctx).await.map(|player| {
            let scope = format!("http:client:{}:{}", player.app_id, player.user_id);
            parts.extensions.insert(Known(player));
            scope
        }),
        Audience::Admin => Operator::from_request_parts(parts, ctx)
            .await
            .map(|operator| {
                let scope = format!("http:admin:{}:{}", operator.app_id, operator.id);
                parts.extensions.insert(Known(operator));
                scope
            }),
    };
    match found {
        Ok(scope) => Ok(Some(scope)),
        Err(error) if error.code() == ErrorCode::UNAUTHORIZED => Ok(None),
        // Not passed on: the handler might be luckier, and its change would have no record.
        Err(error) => Err(error),
    }
}

/// Handles the first request of its kind, or repeats its answer.
async fn answer(
    guard: Guard,
    of: Use,
    request: Request,
    next: Next,
    deadline: Instant,
) -> AppResult<Response> {
    loop {
        match guard.flights.board(&of) {
            Boarding::OtherContent => return Err(record::conflict()),
            Boarding::Follow(mut landed) => {
                let landed = timeout_at(deadline, landed.wait_for(Option::is_some)).await;
                let answer: Option<Arc<Answer>> = match landed {
                    Ok(Ok(answer)) => answer.clone(),
                    // Its answer was not one to keep: somebody has to ask again.
                    Ok(Err(_)) => None,
                    Err(_) => return Err(still_running()),
                };
                if let Some(answer) = answer {
                    return Ok(answer::replay(&answer));
                }
            }
            Boarding::Lead(flight) => {
                let first = first::handle(guard.ctx, of, flight, request, next, deadline);
                // Handlers and errors look at the scope of the request, which a task does not
                // inherit.
                let task = tokio::spawn(Scope::current().run(first));
                return task.await.map_err(AppError::internal)?;
            }
        }
    }
}

/// The answer to who has waited long enough.
fn still_running() -> AppError {
    AppError::new(ErrorCode::BUSY).with_message((
        "The first request with this Idempotency-Key is still running",
        "使用该 Idempotency-Key 的第一个请求仍在处理",
    ))
}
