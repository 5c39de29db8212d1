//! SeaORM's finders through the cache.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{EntityTrait, FromQueryResult, PaginatorTrait, QuerySelect, QueryTrait, Select};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::group::CacheGroup;
use super::key::{CacheKey, KeyPart};
use super::policy::Policy;
use super::read::CacheRead;
use crate::app::Context;
use crate::db::Group;
use crate::error::AppResult;
use crate::http::{KeysetQuery, Page, PageQuery, Slice};
use crate::shard::{ShardConn, ShardKey};
use crate::types::Id;

/// Gives SeaORM's finders the method `cached`.
pub trait CachedExt<E: EntityTrait> {
    /// The same query through the cache; `group` is what its rows depend on. The entity's `Model`
    /// must be `Serialize` and `Deserialize`.
    ///
    /// ```
    /// # mod prize {
    /// #     use sea_orm::entity::prelude::*;
    /// #     use serde::{Deserialize, Serialize};
    /// #     #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
    /// #     #[sea_orm(table_name = "prize_tb")]
    /// #     pub struct Model {
    /// #         #[sea_orm(primary_key, auto_increment = false)]
    /// #         pub id: cloudapp_runtime::types::Id,
    /// #         pub act_id: cloudapp_runtime::types::Id,
    /// #     }
    /// #     #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    /// #     pub enum Relation {}
    /// #     impl ActiveModelBehavior for ActiveModel {}
    /// # }
    /// # use std::sync::Arc;
    /// # use cloudapp_runtime::{app::Context, cache::{CacheGroup, CachedExt}};
    /// # use cloudapp_runtime::{error::AppResult, types::Id};
    /// # use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    /// async fn prizes(ctx: &Context, act_id: Id) -> AppResult<Arc<Vec<prize::Model>>> {
    ///     let query = prize::Entity::find().filter(prize::Column::ActId.eq(act_id));
    ///     query.cached(ctx, CacheGroup::of("prize").and(act_id)).all().await
    /// }
    /// ```
    fn cached(self, ctx: &Context, group: CacheGroup) -> CachedSelect<E>;
}

impl<E: EntityTrait> CachedExt<E> for Select<E> {
    fn cached(self, ctx: &Context, group: CacheGroup) -> CachedSelect<E> {
        CachedSelect {
            select: self,
            ctx: ctx.clone(),
            groups: vec![group],
            database: Group::Default,
            shard: None,
            policy: ctx.cache().default_policy(),
        }
    }
}

/// A query through the cache; what is not said is as in `[cache]`.
#[must_use = "nothing is read before `one`, `all`, `count`, `page` or `slice`"]
pub struct CachedSelect<E: EntityTrait> {
    select: Select<E>,
    ctx: Context,
    groups: Vec<CacheGroup>,
    database: Group,
    shard: Option<ShardKey>,
    policy: Policy,
}

/// Where the rows are, when they have to be loaded.
struct Source {
    ctx: Context,
    database: Group,
    shard: Option<ShardKey>,
}

impl Source {
    /// The view on the rows of a key. Without a key, statements on sharded tables fail in it.
    fn conn(&self) -> ShardConn {
        let key = self.shard.clone().unwrap_or_default();
        self.ctx.shard_of(self.database, &key)
    }
}

impl<E, M> CachedSelect<E>
where
    E: EntityTrait<Model = M>,
    M: FromQueryResult + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// The rows depend on this group as well.
    pub fn also(mut self, group: CacheGroup) -> Self {
        self.groups.push(group);
        self
    }

    /// The table is in the database of this group.
    pub fn of(mut self, database: Group) -> Self {
        self.database = database;
        self
    }

    /// The table is sharded: the rows of this key.
    pub fn shard(mut self, key: &ShardKey) -> Self {
        self.shard = Some(key.clone());
        self
    }

    /// As [`CacheRead::ttl`].
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.policy.ttl = ttl;
        self
    }

    /// As [`CacheRead::negative_ttl`].
    pub fn negative_ttl(mut self, ttl: Duration) -> Self {
        self.policy.negative_ttl = ttl;
        self
    }

    /// As [`CacheRead::stale`].
    pub fn stale(mut self, stale: Duration) -> Self {
        self.policy.stale = stale;
        self
    }

    /// As [`CacheRead::max_staleness`].
    pub fn max_staleness(mut self, most: Duration) -> Self {
        self.policy.max_staleness = most;
        self
    }

    /// The first row, or that there is none.
    ///
    /// # Errors
    /// The database's; see [`CacheRead::get_or_load`].
    pub async fn one(self) -> AppResult<Option<Arc<M>>> {
        let (begun, select, source) = self.begin(&"one");
        let load = || async move { Ok(select.one(&source.conn()).await?) };
        begun.read().find_or_load(load).await
    }

    /// All rows.
    ///
    /// # Errors
    /// As [`CachedSelect::one`].
    pub async fn all(self) -> AppResult<Arc<Vec<M>>> {
        let (begun, select, source) = self.begin(&"all");
        let load = || async move { Ok(select.all(&source.conn()).await?) };
        begun.read().get_or_load(load).await
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// As [`CachedSelect::one`].
    pub async fn count(self) -> AppResult<u64> {
        let (begun, select, source) = self.begin(&"count");
        let load = || async move { Ok(select.count(&source.conn()).await?) };
        Ok(*begun.read().get_or_load(load).await?)
    }

    /// One page and the length of the whole list, as [`Page::fetch`] reads it.
    ///
    /// # Errors
    /// As [`CachedSelect::one`].
    pub async fn page(self, query: &PageQuery) -> AppResult<Arc<Page<M>>> {
        let query = *query;
        let (begun, select, source) = self.begin(&vec![query.index(), query.limit()]);
        let load = move || async move { Page::fetch(select, &source.conn(), &query).await };
        begun.read().get_or_load(load).await
    }

    /// A part of a long list. The query itself says what comes behind `query.after()`, and in which
    /// order; `id` tells a row's.
    ///
    /// # Errors
    /// As [`CachedSelect::one`].
    pub async fn slice(self, query: &KeysetQuery, id: fn(&M) -> Id) -> AppResult<Arc<Slice<M>>> {
        let query = *query;
        let mode = Keyset(query.after(), query.limit());
        let (begun, select, source) = self.begin(&mode);
        let load = move || async move {
            let rows = select.limit(query.limit()).all(&source.conn()).await?;
            Ok(Slice::new(rows, &query, id))
        };
        begun.read().get_or_load(load).await
    }

    /// The read, the query, and where it is sent if it must be.
    fn begin(self, mode: &dyn KeyPart) -> (Begun, Select<E>, Source) {
        let db = self.ctx.db_of(self.database);
        let statement = self.select.build(db.get_database_backend());
        let key = CacheKey::statement(&statement, mode)
            .and(self.database.as_str())
            .and(self.shard.as_ref());
        let begun = Begun {
            ctx: self.ctx.clone(),
            key,
            groups: self.groups,
            policy: self.policy,
        };
        let source = Source {
            ctx: self.ctx,
            database: self.database,
            shard: self.shard,
        };
        (begun, self.select, source)
    }
}

/// A read whose key is known.
struct Begun {
    ctx: Context,
    key: CacheKey,
    groups: Vec<CacheGroup>,
    policy: Policy,
}

impl Begun {
    fn read(&self) -> CacheRead<'_> {
        let groups = self.groups.clone();
        self.ctx
            .cache()
            .read_as(self.key.clone(), groups, self.policy)
    }
}

/// The mode of a slice.
struct Keyset(Option<Id>, u64);

impl KeyPart for Keyset {
    fn write(&self, out: &mut Vec<u8>) {
        "after".write(out);
        self.0.write(out);
        self.1.write(out);
    }
}
