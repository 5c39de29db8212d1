//! What a handler has at hand: configuration, time, ids, databases.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;
use serde::de::DeserializeOwned;

use super::engines::Engines;
use super::{App, Extensions, StartError};
use crate::asset::Ledger;
use crate::auth::{KnownPlayers, Permissions};
use crate::cache::Cache;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigError};
use crate::counter::Counter;
use crate::db::{Databases, Group};
use crate::error::AppResult;
use crate::guard::{self, Guard};
use crate::id::{Id, IdGenerator, LeaseStore};
use crate::job::{self, Alarms, Jobs, Schedules};
use crate::leaderboard::Leaderboard;
use crate::lottery::Lottery;
use crate::migrate::{MigrateError, Migrator};
use crate::oplog::{self, OpLog};
use crate::order::Orders;
use crate::personal::KeyRing;
use crate::shard::{self, Scatter, ShardConn, ShardKey, Shards};
use crate::stat::Stats;
use crate::task::Tasks;

/// The state of a running application; the axum state of every handler. Cloning is cheap.
#[derive(Clone)]
pub struct Context(Arc<Shared>);

struct Shared {
    config: Config,
    clock: Arc<dyn Clock>,
    databases: Databases,
    ids: IdGenerator,
    migrators: Vec<(Group, Migrator)>,
    /// Of each distinct database.
    shards: Vec<Arc<Shards>>,
    /// Of the copies of each distinct database.
    replicas: Vec<Vec<Arc<Shards>>>,
    /// Counts reads, so that copies take turns.
    reads: AtomicUsize,
    extensions: Extensions,
    engines: Engines,
    personal: KeyRing,
    guard: guard::Engine,
    players: KnownPlayers,
    jobs: job::Engine,
    schedules: Schedules,
    alarms: Alarms,
    cache: Cache,
    logged: oplog::Kinds,
    permissions: Permissions,
    app_name: &'static str,
    #[cfg(feature = "redis")]
    redis: Option<crate::redis::Redis>,
}

impl Context {
    /// Connects what the configuration names, with the machine's clock.
    ///
    /// # Errors
    /// A database or Redis cannot be reached, its URL is wrong, or its driver is not compiled in.
    pub async fn connect(app: &App, config: Config) -> Result<Self, StartError> {
        Self::connect_with_clock(app, config, Arc::new(SystemClock)).await
    }

    /// As [`Context::connect`], with a clock of your choice.
    ///
    /// # Errors
    /// As [`Context::connect`].
    pub async fn connect_with_clock(
        app: &App,
        config: Config,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let migrators = app.migrators(&config)?;
        let engines = Engines::new(app, &config)?;
        let personal = KeyRing::new(&config.personal);
        let builtin = job::builtin(app.ledger_hooks().is_some());
        let jobs = job::Engine::new(app.registered_jobs().chain([&builtin]))?;
        let schedules = app.schedules(&config)?;
        let alarms = Alarms::new(app, &config)?;
        let databases = Databases::connect(&config.database).await?;
        let backend = databases.of(Group::Asset).get_database_backend();
        let engines = engines.with_ledger(app, &config, backend)?;
        let shards = databases.distinct().map(|(_, db)| Shards::new(db.clone()));
        let shards = shards.map(Arc::new).collect();
        let replicas = shards_of_replicas(&databases);
        #[cfg(feature = "redis")]
        let redis = crate::redis::Redis::new(&config.redis)?;
        #[cfg(not(feature = "redis"))]
        if !config.redis.url.is_empty() {
            return Err(StartError::RedisMissing);
        }
        let guard = guard::Engine::new(
            &config,
            &guard::Connections {
                app: app.name(),
                db: databases.of(Group::Default),
                #[cfg(feature = "redis")]
                redis: redis.as_ref(),
            },
        );
        let leases = LeaseStore::new(databases.of(Group::Default).clone());
        let ids = IdGenerator::new(leases, Arc::clone(&clock));
        let default_db = databases.of(Group::Default).clone();
        let cache = Cache::new(app, &config, Arc::clone(&clock), default_db)?;
        Ok(Self(Arc::new(Shared {
            config,
            clock,
            databases,
            ids,
            migrators,
            shards,
            replicas,
            reads: AtomicUsize::new(0),
            extensions: app.extensions().clone(),
            engines,
            personal,
            guard,
            players: KnownPlayers::default(),
            jobs,
            schedules,
            alarms,
            cache,
            logged: app.logged_kinds(),
            permissions: Permissions::of(app),
            app_name: app.name(),
            #[cfg(feature = "redis")]
            redis,
        })))
    }

    /// The name of the application.
    #[must_use]
    pub fn app_name(&self) -> &'static str {
        self.0.app_name
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The application's own settings, the section `[app]`, as a type of your choice.
    ///
    /// Reads the section anew at each call: call it once and keep the result. Give the type
    /// `#[serde(deny_unknown_fields)]` to have misspelt keys refused.
    ///
    /// # Errors
    /// A key is missing, unknown or of another type; the message names it.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        self.0.config.settings()
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// The present, in milliseconds precision.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// A new id. The first one leases a node number from the database.
    ///
    /// # Errors
    /// `busy` when no node number can be leased or renewed at the moment.
    pub async fn next_id(&self) -> AppResult<Id> {
        self.0.ids.next().await
    }

    /// A new id, if one is to be had without waiting for the database.
    pub(crate) fn try_next_id(&self) -> Option<Id> {
        self.0.ids.try_next()
    }

    /// Leases the node number for ids now, so that the first id need not wait for the database.
    ///
    /// # Errors
    /// As [`Context::next_id`].
    pub async fn prepare_ids(&self) -> AppResult<()> {
        self.0.ids.prepare().await
    }

    /// The database of everything that has no group of its own.
    #[must_use]
    pub fn db(&self) -> &DatabaseConnection {
        self.db_of(Group::Default)
    }

    /// The database of a table group.
    #[must_use]
    pub fn db_of(&self, group: Group) -> &DatabaseConnection {
        self.0.databases.of(group)
    }

    /// All databases.
    #[must_use]
    pub fn databases(&self) -> &Databases {
        &self.0.databases
    }

    /// The rows of a key in the default database: a connection for SeaORM that finds the physical
    /// tables of sharded ones.
    #[must_use]
    pub fn shard(&self, key: &ShardKey) -> ShardConn {
        self.shard_of(Group::Default, key)
    }

    /// As [`Context::shard`], in the database of a table group.
    #[must_use]
    pub fn shard_of(&self, group: Group, key: &ShardKey) -> ShardConn {
        ShardConn::new(Arc::clone(self.shards(group)), key.clone())
    }

    /// The default database for reads that may be a moment old: one of its copies, in turn, or
    /// itself when it has none.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        self.reader_of(Group::Default)
    }

    /// As [`Context::reader`], of a table group's database.
    #[must_use]
    pub fn reader_of(&self, group: Group) -> &DatabaseConnection {
        self.replica(group)
            .map_or_else(|| self.db_of(group), |copy| copy.db())
    }

    /// As [`Context::shard_of`], for reads that may be a moment old: plain `SELECT`s outside of
    /// transactions go to a copy of the database, as long as no rows are moved.
    #[must_use]
    pub fn shard_reader_of(&self, group: Group, key: &ShardKey) -> ShardConn {
        let conn = self.shard_of(group, key);
        match self.replica(group) {
            Some(copy) => conn.reading_from(Arc::clone(copy)),
            None => conn,
        }
    }

    fn replica(&self, group: Group) -> Option<&Arc<Shards>> {
        let copies = &self.0.replicas[self.0.databases.index_of(group)];
        let turn = self.0.reads.fetch_add(1, Ordering::Relaxed);
        copies.get(turn.checked_rem(copies.len())?)
    }

    /// All tables of the sharded ones in the default database: for lists and figures without a key.
    #[must_use]
    pub fn scatter(&self) -> Scatter {
        self.scatter_of(Group::Default)
    }

    /// As [`Context::scatter`], in the database of a table group.
    #[must_use]
    pub fn scatter_of(&self, group: Group) -> Scatter {
        Scatter::new(Arc::clone(self.shards(group)))
    }

    /// The layouts of the sharded tables in the database of a group.
    #[must_use]
    pub fn shards(&self, group: Group) -> &Arc<Shards> {
        &self.0.shards[self.0.databases.index_of(group)]
    }

    /// The schema that the code expects: one migrator for each distinct database.
    #[must_use]
    pub fn migrators(&self) -> &[(Group, Migrator)] {
        &self.0.migrators
    }

    /// Whether every database has the schema that the code expects.
    ///
    /// # Errors
    /// A database cannot be asked.
    pub async fn is_schema_current(&self) -> Result<bool, MigrateError> {
        for (group, migrator) in self.migrators() {
            if !migrator.is_current(self.db_of(*group)).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Refuses to go on when configuration and database disagree on a sharded table.
    pub(crate) async fn check_shards(&self, app: &App) -> Result<(), StartError> {
        for (first, _) in self.migrators() {
            shard::agreement(app, &self.0.config, *first, self.shards(*first)).await?;
        }
        Ok(())
    }

    /// The connection to Redis, when one is configured.
    #[cfg(feature = "redis")]
    #[must_use]
    pub fn redis(&self) -> Option<&crate::redis::Redis> {
        self.0.redis.as_ref()
    }

    /// Balances and their journal.
    #[must_use]
    pub fn ledger(&self) -> Ledger<'_> {
        Ledger::new(self)
    }

    /// Statistics.
    #[must_use]
    pub fn stats(&self) -> Stats<'_> {
        Stats::new(self)
    }

    /// Tasks and what players have done of them.
    #[must_use]
    pub fn tasks(&self) -> Tasks<'_> {
        Tasks::new(self)
    }

    /// Prizes and draws.
    #[must_use]
    pub fn lottery(&self) -> Lottery<'_> {
        Lottery::new(self)
    }

    /// Shipments of what was won.
    #[must_use]
    pub fn orders(&self) -> Orders<'_> {
        Orders::new(self)
    }

    /// The keys of personal data.
    #[must_use]
    pub fn personal(&self) -> &KeyRing {
        &self.0.personal
    }

    /// Locks, limits and bans.
    #[must_use]
    pub fn guard(&self) -> Guard<'_> {
        Guard::new(self)
    }

    /// The counter of this name: for each object a number that is never negative.
    #[must_use]
    pub fn counter(&self, name: &'static str) -> Counter<'_> {
        Counter::new(self, name)
    }

    /// The leaderboard of this name, e.g. `demo:1:week-9`.
    #[must_use]
    pub fn leaderboard<'a>(&'a self, name: &'a str) -> Leaderboard<'a> {
        Leaderboard::new(self, name)
    }

    /// Background work.
    #[must_use]
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs::new(self)
    }

    pub(crate) fn job_engine(&self) -> &job::Engine {
        &self.0.jobs
    }

    pub(crate) fn schedules(&self) -> &Schedules {
        &self.0.schedules
    }

    pub(crate) fn alarms(&self) -> &Alarms {
        &self.0.alarms
    }

    pub(crate) fn guard_engine(&self) -> &guard::Engine {
        &self.0.guard
    }

    /// The cache that hot reads go through.
    #[must_use]
    pub fn cache(&self) -> &Cache {
        &self.0.cache
    }

    /// What operators did.
    #[must_use]
    pub fn oplog(&self) -> OpLog<'_> {
        OpLog::new(self)
    }

    pub(crate) fn logged_kinds(&self) -> &oplog::Kinds {
        &self.0.logged
    }

    /// The permissions that routes ask for.
    pub(crate) fn permissions(&self) -> &Permissions {
        &self.0.permissions
    }

    pub(crate) fn known_players(&self) -> &KnownPlayers {
        &self.0.players
    }

    pub(super) fn engines(&self) -> &Engines {
        &self.0.engines
    }

    /// The value of this type that the application was given with [`App::extension`].
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let value = self.0.extensions.get(&TypeId::of::<T>())?;
        Arc::clone(value).downcast().ok()
    }

    /// Gives the node number back and closes the databases. For the end of the process.
    pub async fn close(&self) {
        self.0.cache.close();
        self.0.ids.release().await;
        self.0.databases.close().await;
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}

/// Of each distinct database, the sharded tables of its copies.
fn shards_of_replicas(databases: &Databases) -> Vec<Vec<Arc<Shards>>> {
    let of = |group| {
        let copies = databases.replicas_of(group).iter();
        copies
            .map(|copy| Arc::new(Shards::new(copy.clone())))
            .collect()
    };
    databases.distinct().map(|(group, _)| of(group)).collect()
}
