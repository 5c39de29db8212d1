//! What modules of content have in common: articles, themes, price gears and whatever else
//! operators edit, sort, release and remove, and players read.
//!
//! Tables, rules and queries are the module's own; here is what all of them say in one way: the
//! bodies of releasing and sorting, and the hooks around each of their operations.

use garde::Validate;
use sea_orm::{EntityTrait, Select};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::Context;
use crate::auth::{Operator, Player};
use crate::db::Transaction;
use crate::error::AppResult;
use crate::id::Id;
use crate::oplog::Operation;

/// Most rows that are given their places at once.
const PLACES_MAX: usize = 200;

/// Whether players see a row.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = content::Release)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Whether they do.
    #[garde(skip)]
    pub is_release: bool,
}

/// The places of rows.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = content::Places)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// At most 200 of them.
    #[garde(length(min = 1, max = PLACES_MAX))]
    #[schema(min_items = 1, max_items = 200)]
    pub places: Vec<Place>,
}

/// The place of a row.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, Validate)]
#[schema(as = content::Place)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Place {
    /// The row.
    pub id: Id,
    /// Rows are shown by this, the largest first.
    pub sort_index: i32,
}

/// What is done to a row, other than writing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Players see it from now on, or no longer.
    Release(bool),
    /// It is removed: for good, or so that it can be restored, as its table has it.
    Remove,
    /// It comes back.
    Restore,
    /// It gets this place.
    Sort(i32),
}

impl Change {
    /// What the operation log calls it.
    #[must_use]
    pub fn operation(self) -> Operation {
        match self {
            Self::Release(true) => Operation::Release,
            Self::Release(false) => Operation::Unrelease,
            Self::Remove => Operation::Delete,
            Self::Restore => Operation::Restore,
            Self::Sort(_) => Operation::Edit,
        }
    }
}

/// Who reads.
#[derive(Clone, Copy, Debug)]
pub enum Reader<'a> {
    /// A player, who is shown what is released.
    Player(&'a Player),
    /// An operator of the tenant.
    Operator(&'a Operator),
}

impl Reader<'_> {
    /// The tenant of the reader.
    #[must_use]
    pub fn app_id(&self) -> &str {
        match self {
            Self::Player(player) => &player.app_id,
            Self::Operator(operator) => &operator.app_id,
        }
    }
}

/// An app's own rules around the operations on the rows of one table; by default nothing happens.
///
/// `E` is the table, `I` what is sent to write a row. Hooks of changes run in the transaction of
/// their operation: an error takes everything back. A transaction may be tried again, so a hook has
/// no effect outside of it.
pub trait Hooks<E: EntityTrait, I: Send>: Sync {
    /// Before rows are read; may narrow which, or refuse it.
    fn before_read(
        &self,
        _ctx: &Context,
        _reader: Reader<'_>,
        rows: Select<E>,
    ) -> impl Future<Output = AppResult<Select<E>>> + Send {
        async { Ok(rows) }
    }

    /// After rows were read; may change what is shown of them.
    fn after_read(
        &self,
        _ctx: &Context,
        _reader: Reader<'_>,
        _rows: &mut [E::Model],
    ) -> impl Future<Output = AppResult<()>> + Send {
        async { Ok(()) }
    }

    /// Before a row is created (`old` is none) or replaced; may change the input, or refuse it.
    fn before_save(
        &self,
        _txn: &Transaction<'_>,
        _operator: &Operator,
        _old: Option<&E::Model>,
        _input: &mut I,
    ) -> impl Future<Output = AppResult<()>> + Send {
        async { Ok(()) }
    }

    /// After a row was created or replaced.
    fn after_save(
        &self,
        _txn: &Transaction<'_>,
        _operator: &Operator,
        _row: &E::Model,
    ) -> impl Future<Output = AppResult<()>> + Send {
        async { Ok(()) }
    }

    /// Before a row is released, removed, restored or sorted; may refuse it.
    fn before_change(
        &self,
        _txn: &Transaction<'_>,
        _operator: &Operator,
        _row: &E::Model,
        _change: Change,
    ) -> impl Future<Output = AppResult<()>> + Send {
        async { Ok(()) }
    }

    /// After it was; of a removal for good, with the row as it was.
    fn after_change(
        &self,
        _txn: &Transaction<'_>,
        _operator: &Operator,
        _row: &E::Model,
        _change: Change,
    ) -> impl Future<Output = AppResult<()>> + Send {
        async { Ok(()) }
    }
}
