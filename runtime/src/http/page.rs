//! Paging: `page_index` from 0, `page_size` up to 200.

use garde::Validate;
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::AppResult;

/// Rows on a page when the client does not say.
pub const PAGE_SIZE_DEFAULT: u64 = 20;

/// Most rows on a page.
pub const PAGE_SIZE_MAX: u64 = 200;

/// Largest number of a page: far beyond any list that is sensibly paged by number, and far from
/// overflow of the offset.
pub const PAGE_INDEX_MAX: u64 = 1_000_000_000;

/// Which page of a list: the query parameters `page_index` and `page_size`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams, Validate)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Number of the page, from 0.
    #[garde(range(max = PAGE_INDEX_MAX))]
    #[param(default = 0, maximum = 1_000_000_000)]
    page_index: u64,
    /// Rows on a page.
    #[garde(range(min = 1, max = PAGE_SIZE_MAX))]
    #[param(default = 20, minimum = 1, maximum = 200)]
    page_size: u64,
}

impl Default for PageQuery {
    fn default() -> Self {
        Self {
            page_index: 0,
            page_size: PAGE_SIZE_DEFAULT,
        }
    }
}

impl PageQuery {
    /// A page by number and size; values out of range become the nearest allowed one.
    #[must_use]
    pub fn new(page_index: u64, page_size: u64) -> Self {
        Self {
            page_index: page_index.min(PAGE_INDEX_MAX),
            page_size: page_size.clamp(1, PAGE_SIZE_MAX),
        }
    }

    /// Number of the page, from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.page_index
    }

    /// How many rows come before this page.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.page_index * self.page_size
    }

    /// How many rows this page holds at most.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.page_size
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Number of this page, from 0.
    pub page_index: u64,
    /// Most rows on a page.
    pub page_size: u64,
    /// Rows of the whole list, where they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// The page with every row turned into something else: `page.map(View::from)`.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(turn).collect(),
            page_index: self.page_index,
            page_size: self.page_size,
            total: self.total,
        }
    }
}

impl<M: FromQueryResult + Send + Sync> Page<M> {
    /// Reads one page and the length of the whole list.
    ///
    /// `select` must have a total order (end it with the primary key), or rows may repeat or go
    /// missing between pages.
    ///
    /// # Errors
    /// The database's.
    pub async fn fetch<E, C>(select: Select<E>, conn: &C, query: &PageQuery) -> AppResult<Self>
    where
        E: EntityTrait<Model = M>,
        C: ConnectionTrait,
    {
        let rows = select.clone().offset(query.offset()).limit(query.limit());
        let items = rows.all(conn).await?;
        let here = items.len() as u64;
        // A page that is neither full nor empty is the last one and tells the length by itself.
        let is_last = here < query.limit() && (here > 0 || query.index() == 0);
        let total = if is_last {
            query.offset() + here
        } else {
            select.count(conn).await?
        };
        Ok(Self {
            items,
            page_index: query.page_index,
            page_size: query.page_size,
            total: Some(total),
        })
    }
}
