//! The outbox: events that are written in the transaction that makes them happen, and read by
//! whoever passes them on.
//!
//! [`write()`] adds. A worker makes a job of each event for each type that the app declared with
//! [`App::on_event`](crate::app::App::on_event), exactly once, and removes those that nobody asked
//! for.
//!
//! [`pending`] and [`remove`] are for readers of your own, in apps without a worker. One that dies
//! between the two passes events on again: at least once, by their ids.

use std::collections::BTreeSet;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::error::AppResult;
use crate::types::Id;

mod entity {
    use sea_orm::entity::prelude::*;

    use crate::types::{DateTime, Id, Utc};

    /// Something that happened.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox_tb")]
    pub struct Model {
        /// Unique over all tables.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Id,
        /// What kind of thing, e.g. `asset.changed`.
        pub topic: String,
        /// The tenant.
        pub app_id: String,
        /// Events of one lane are to be taken in the order of their ids.
        pub lane: String,
        /// The facts: JSON.
        pub payload: String,
        /// When.
        pub created_at: DateTime<Utc>,
    }

    /// Rows stand alone.
    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub use entity::Model as Event;

/// Adds events; in the transaction of what they tell of.
///
/// # Errors
/// The database's.
pub async fn write(conn: &impl ConnectionTrait, events: Vec<Event>) -> AppResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let rows = events.into_iter().map(IntoActiveModel::into_active_model);
    entity::Entity::insert_many(rows)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The oldest events, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn pending(conn: &impl ConnectionTrait, limit: u64) -> AppResult<Vec<Event>> {
    let oldest = entity::Entity::find().order_by_asc(entity::Column::Id);
    Ok(oldest.limit(limit).all(conn).await?)
}

/// As [`pending`], without those that cannot be passed on.
pub(crate) async fn pending_but(
    conn: &impl ConnectionTrait,
    without: &BTreeSet<Id>,
    limit: u64,
) -> AppResult<Vec<Event>> {
    let mut oldest = entity::Entity::find().order_by_asc(entity::Column::Id);
    if !without.is_empty() {
        oldest = oldest.filter(entity::Column::Id.is_not_in(without.iter().copied()));
    }
    Ok(oldest.limit(limit).all(conn).await?)
}

/// Takes events away; how many of them were there.
pub(crate) async fn take(conn: &impl ConnectionTrait, ids: &[Id]) -> AppResult<u64> {
    let these = entity::Entity::delete_many();
    let these = these.filter(entity::Column::Id.is_in(ids.iter().copied()));
    Ok(these.exec(conn).await?.rows_affected)
}

/// Takes events away.
///
/// # Errors
/// The database's.
pub async fn remove(conn: &impl ConnectionTrait, ids: &[Id]) -> AppResult<()> {
    if !ids.is_empty() {
        let ids = ids.iter().copied();
        entity::Entity::delete_many()
            .filter(entity::Column::Id.is_in(ids))
            .exec(conn)
            .await?;
    }
    Ok(())
}
