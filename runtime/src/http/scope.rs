//! What is known about the request that the current task answers.
//!
//! It travels in a task-local because errors are turned into answers where no request is at hand.
//! Work moved to another task (`tokio::spawn`) does not see it.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::MatchedPath;
use axum::http::{HeaderValue, Uri, Version};
use tokio::task_local;

use crate::error::Language;

task_local! {
    static CURRENT: Scope;
}

/// What was asked, from where: for the operation log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) version: Version,
    /// In capitals; empty outside of a request.
    pub(crate) method: &'static str,
    pub(crate) uri: Uri,
    pub(crate) route: Option<MatchedPath>,
    pub(crate) host: Option<HeaderValue>,
    pub(crate) ip: Option<IpAddr>,
}

/// The facts that shape an answer.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// Names the request in the answer, its header and the log.
    pub(crate) request_id: Arc<str>,
    /// Language of the messages.
    pub(crate) language: Language,
    /// Whether to answer in the original framework's nested envelope.
    pub(crate) compat: bool,
    /// Whether the client may see the cause of an internal error.
    pub(crate) reveal: bool,
    /// What was asked.
    pub(crate) facts: Arc<Facts>,
}

impl Scope {
    /// Outside of a request: no id, and nothing revealed.
    fn none() -> Self {
        Self {
            request_id: Arc::from(""),
            language: Language::default(),
            compat: false,
            reveal: false,
            facts: Arc::default(),
        }
    }

    /// The scope of the request that this task answers.
    pub(crate) fn current() -> Self {
        CURRENT
            .try_with(Clone::clone)
            .unwrap_or_else(|_| Self::none())
    }

    /// Runs `future` within this scope.
    pub(crate) async fn run<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }
}

/// The id of the request that the current task answers; `None` outside of a request.
#[must_use]
pub fn request_id() -> Option<Arc<str>> {
    CURRENT.try_with(|scope| Arc::clone(&scope.request_id)).ok()
}
