//! Long lists: read on with `after`, the id of the last row seen.
//!
//! Unlike the pages of [`Page`](super::Page), such a list is as fast at its end as at its beginning,
//! and rows that are added meanwhile move nothing. How long it is, is not counted.

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use crate::types::Id;

/// Which part of a long list: the query parameters `after` and `page_size`.
///
/// A list with filters holds both itself and makes this from them, see [`Query`](super::Query).
#[derive(Clone, Copy, Debug, Deserialize, IntoParams, Validate)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KeysetQuery {
    /// Goes on behind the row with this id: the `after` of the answer before. Absent at the
    /// beginning.
    #[garde(skip)]
    after: Option<Id>,
    /// Most rows in the answer.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    page_size: u64,
}

impl Default for KeysetQuery {
    fn default() -> Self {
        Self {
            after: None,
            page_size: PAGE_SIZE_DEFAULT,
        }
    }
}

impl KeysetQuery {
    /// The part behind a row; a size out of range becomes the nearest allowed one.
    #[must_use]
    pub fn new(after: Option<Id>, page_size: u64) -> Self {
        Self {
            after,
            page_size: page_size.clamp(1, PAGE_SIZE_MAX),
        }
    }

    /// The row behind which it goes on.
    #[must_use]
    pub fn after(&self) -> Option<Id> {
        self.after
    }

    /// How many rows to read: one more than are answered, which tells whether there are more.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.page_size + 1
    }
}

/// One part of a long list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Slice<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Id of the last of them, to go on behind it; absent at the end of the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Id>,
}

impl<T> Slice<T> {
    /// The answer to a query, of the [`KeysetQuery::limit`] rows that were read for it.
    #[must_use]
    pub fn new(mut rows: Vec<T>, query: &KeysetQuery, id: impl FnOnce(&T) -> Id) -> Self {
        let size = usize::try_from(query.page_size).unwrap_or(usize::MAX);
        let has_more = rows.len() > size;
        rows.truncate(size);
        let last = rows.last().filter(|_| has_more);
        Self {
            after: last.map(id),
            items: rows,
        }
    }

    /// The same with every row turned into something else: `slice.map(View::from)`.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Slice<U> {
        Slice {
            items: self.items.into_iter().map(turn).collect(),
            after: self.after,
        }
    }
}
