//! An application: its modules, migrations and routes, and the command line of its binary.

mod background;
mod command;
mod context;
mod demo;
mod engines;
mod error;
mod module;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::config::Config;
use crate::db::Group;
use crate::http::Router;
use crate::job::{AlarmSink, Job, OwnSink, Registered, ScheduledJob, Schedules};
use crate::migrate::{Migration, Migrator, Stream};

pub(crate) use background::Background;
pub use command::{run, run_from};
pub use context::Context;
pub use demo::Demo;
pub use error::StartError;
pub use module::{Module, SeedFn};

/// A boxed future, as functions stored in tables return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(crate) type Extensions = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// An application, put together once in its `app()` function and then only read.
pub struct App {
    name: &'static str,
    version: &'static str,
    modules: Vec<Module>,
    migrations: Vec<Migration>,
    routes: Router,
    extensions: Extensions,
    jobs: Registered,
    task_kinds: Vec<Arc<dyn crate::task::TaskKind>>,
}

impl App {
    /// An application without modules. Take the name and version from the crate:
    /// `App::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))`.
    #[must_use]
    pub fn new(name: &'static str, version: &'static str) -> Self {
        Self {
            name,
            version,
            modules: Vec::new(),
            migrations: Vec::new(),
            routes: Router::new(),
            extensions: Extensions::new(),
            jobs: Registered::default(),
            task_kinds: Vec::new(),
        }
    }

    /// Adds a module: its routes, migrations, permissions and demo data.
    pub fn module(&mut self, module: Module) -> &mut Self {
        self.modules.push(module);
        self
    }

    /// Adds migrations that belong to no module. They run after those of the modules.
    pub fn migrations(&mut self, migrations: Vec<Migration>) -> &mut Self {
        self.migrations.extend(migrations);
        self
    }

    /// Adds routes that belong to no module.
    pub fn routes(&mut self, routes: Router) -> &mut Self {
        self.routes = std::mem::take(&mut self.routes).merge(routes);
        self
    }

    /// Adds a value of which handlers need one instance; they find it by its type with
    /// [`Context::extension`]. A second one of the same type replaces the first.
    pub fn extension<T: Send + Sync + 'static>(&mut self, value: T) -> &mut Self {
        self.extensions.insert(TypeId::of::<T>(), Arc::new(value));
        self
    }

    /// Adds a type of jobs that belongs to no module.
    pub fn job<J: Job>(&mut self) -> &mut Self {
        self.jobs.job::<J>();
        self
    }

    /// Has each event of a topic become a job of this type, which is added as by [`App::job`].
    pub fn on_event<J: Job>(&mut self, topic: &'static str) -> &mut Self {
        self.jobs.on_event::<J>(topic);
        self
    }

    /// Adds a type of task that belongs to no module, from 201.
    pub fn task_kind(&mut self, kind: impl crate::task::TaskKind) -> &mut Self {
        self.task_kinds.push(Arc::new(kind));
        self
    }

    /// Adds a job that runs by the clock and belongs to no module.
    pub fn schedule(&mut self, job: impl ScheduledJob) -> &mut Self {
        self.jobs.schedule(job);
        self
    }

    /// Passes alarms on to this too. A second one replaces the first.
    pub fn alarm_sink(&mut self, sink: impl AlarmSink) -> &mut Self {
        self.extension(OwnSink(Arc::new(sink)))
    }

    /// The name of the application.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The version of the application.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// The modules, in the order in which they were added.
    #[must_use]
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The routes that belong to no module.
    #[must_use]
    pub fn own_routes(&self) -> &Router {
        &self.routes
    }

    /// Everything that answers requests: the framework's routes and the application's own.
    pub fn router(&self, ctx: Context) -> axum::Router {
        crate::http::router(self, ctx)
    }

    /// The OpenAPI document of all routes.
    #[must_use]
    pub fn openapi(&self) -> utoipa::openapi::OpenApi {
        crate::http::openapi(self)
    }

    /// The whole schema, one migrator for each distinct database, named by its first group.
    ///
    /// The default database gets the framework's migrations, then those of each module whose group
    /// is there, then the application's own; any other the layout tables of sharding, the
    /// outbox and the modules of its groups.
    ///
    /// # Errors
    /// Two migrations have the same name; a section `[shard.<table>]` is for no sharded table.
    pub fn migrators(&self, config: &Config) -> Result<Vec<(Group, Migrator)>, StartError> {
        let specs = crate::shard::specs(self, config)?;
        let mut migrators = Vec::new();
        for first in config.database.distinct_groups() {
            let is_here = |group| config.database.share_a_database(first, group);
            let mut streams = Vec::new();
            if first == Group::Default {
                streams.push(crate::migrate::framework());
            }
            streams.push(crate::migrate::shard::shard_layout());
            streams.push(crate::migrate::outbox());
            let modules = self.modules.iter();
            let modules = modules.filter(|module| is_here(module.table_group()));
            streams.extend(
                modules.map(|module| Stream::new(module.name(), module.migration_list().to_vec())),
            );
            if first == Group::Default {
                streams.push(Stream::new("app", self.migrations.clone()));
            }
            let sharded = specs.iter().filter(|(group, _)| is_here(*group));
            let sharded = sharded.map(|(_, spec)| spec.clone()).collect();
            migrators.push((first, Migrator::new(streams)?.sharded(sharded)));
        }
        Ok(migrators)
    }

    /// The rules around changes in the ledger; `None` when no module has it.
    pub(crate) fn ledger_hooks(&self) -> Option<Arc<dyn crate::asset::Hooks>> {
        let hooks = self.modules.iter().find_map(Module::ledger_hooks);
        hooks.map(Arc::clone)
    }

    /// What was said about jobs, by the app and by its modules.
    pub(crate) fn registered_jobs(&self) -> impl Iterator<Item = &Registered> {
        let modules = self.modules.iter().map(Module::registered_jobs);
        modules.chain(std::iter::once(&self.jobs))
    }

    /// Statistics, with the metrics of all modules, of each name the first; `None` when no module
    /// has them.
    pub(crate) fn stat_engine(
        &self,
        config: &Config,
    ) -> Result<Option<crate::stat::Engine>, StartError> {
        let modules = || self.modules.iter();
        if !modules().any(Module::has_statistics) {
            return Ok(None);
        }
        let mut metrics: Vec<crate::stat::Metric> = Vec::new();
        for metric in modules().flat_map(Module::metric_list) {
            if metrics.iter().all(|known| known.name != metric.name) {
                metrics.push(metric.clone());
            }
        }
        Ok(Some(crate::stat::Engine::new(config, metrics)?))
    }

    /// What the tasks consist of; `None` when no module has them.
    pub(crate) fn task_engine(
        &self,
        config: &Config,
    ) -> Result<Option<crate::task::Engine>, StartError> {
        let Some(hooks) = self.modules.iter().find_map(Module::task_hooks) else {
            return Ok(None);
        };
        let modules = self.modules.iter();
        let of_modules = modules.flat_map(|module| module.task_kinds().iter());
        let kinds: Vec<_> = of_modules.chain(&self.task_kinds).map(Arc::clone).collect();
        let verifier = self.extensions.get(&TypeId::of::<crate::task::Verifier>());
        let verifier = verifier.and_then(|one| one.downcast_ref::<crate::task::Verifier>());
        let engine =
            crate::task::Engine::new(config, Arc::clone(hooks), &kinds, verifier.cloned())?;
        Ok(Some(engine))
    }

    /// What the draws consist of; `None` when no module has them.
    pub(crate) fn lottery_engine(
        &self,
        config: &Config,
    ) -> Result<Option<crate::lottery::Engine>, StartError> {
        let hooks = self.modules.iter().find_map(Module::lottery_hooks);
        let engine = hooks.map(|hooks| crate::lottery::Engine::new(config, Arc::clone(hooks)));
        Ok(engine.transpose()?)
    }

    /// What the shipments consist of; `None` when no module has them.
    pub(crate) fn order_engine(
        &self,
        config: &Config,
    ) -> Result<Option<crate::order::Engine>, StartError> {
        let hooks = self.modules.iter().find_map(Module::order_hooks);
        let engine = hooks.map(|hooks| crate::order::Engine::new(config, Arc::clone(hooks)));
        Ok(engine.transpose()?)
    }

    /// The app's schedules, as they are configured.
    pub(crate) fn schedules(&self, config: &Config) -> Result<Schedules, StartError> {
        let builtin = crate::job::builtin(self.ledger_hooks().is_some());
        Schedules::new(self.registered_jobs().chain([&builtin]), config)
    }

    /// The kinds of rows whose changes are logged: the framework's and those of modules.
    pub(crate) fn logged_kinds(&self) -> crate::oplog::Kinds {
        let modules = self.modules.iter();
        let of_modules = modules.flat_map(|module| module.logged_list().iter().copied());
        crate::oplog::Kinds::new(crate::auth::LOGGED.into_iter().chain(of_modules))
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}
