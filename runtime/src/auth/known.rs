//! Who was found out before the handler asks.

use axum::http::request::Parts;

/// In the extensions of a request: the person of its session, looked up by a layer with the
/// extractor of the route, which need not do it again.
#[derive(Clone)]
pub(crate) struct Known<T>(pub(crate) T);

impl<T: Clone + Send + Sync + 'static> Known<T> {
    /// The person, if he is known.
    pub(super) fn of(parts: &Parts) -> Option<T> {
        let known = parts.extensions.get::<Self>();
        known.map(|known| known.0.clone())
    }
}
