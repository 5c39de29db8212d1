//! A module: one vertical slice of an application.

use std::fmt;
use std::sync::Arc;

use super::{BoxFuture, Context, Demo};
use crate::asset;
use crate::cache::CacheDeclared;
use crate::db::Group;
use crate::error::AppResult;
use crate::http::Router;
use crate::job::{Job, Registered, ScheduledJob};
use crate::lottery;
use crate::migrate::Migration;
use crate::oplog::Logged;
use crate::order;
use crate::shard::Declared;
use crate::stat::{self, Metric};
use crate::task;

/// A function that makes demo data. It must be safe to run twice.
pub type SeedFn = for<'a> fn(&'a Context, &'a Demo) -> BoxFuture<'a, AppResult<()>>;

/// One vertical slice: routes, tables, permissions and demo data that belong together.
pub struct Module {
    name: &'static str,
    title: &'static str,
    routes: Router,
    migrations: Vec<Migration>,
    permissions: &'static [&'static str],
    seed: Option<SeedFn>,
    group: Group,
    sharded: Vec<Declared>,
    ledger: Option<Arc<dyn asset::Hooks>>,
    cached: Vec<CacheDeclared>,
    jobs: Registered,
    has_statistics: bool,
    metrics: Vec<Metric>,
    tasks: Option<Arc<dyn task::Hooks>>,
    task_kinds: Vec<Arc<dyn task::TaskKind>>,
    lottery: Option<Arc<dyn lottery::Hooks>>,
    orders: Option<Arc<dyn order::Hooks>>,
    logged: Vec<&'static Logged>,
}

impl Module {
    /// An empty module. The name is that of its folder.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            title: name,
            routes: Router::new(),
            migrations: Vec::new(),
            permissions: &[],
            seed: None,
            group: Group::Default,
            sharded: Vec::new(),
            ledger: None,
            cached: Vec::new(),
            jobs: Registered::default(),
            has_statistics: false,
            metrics: Vec::new(),
            tasks: None,
            task_kinds: Vec::new(),
            lottery: None,
            orders: None,
            logged: Vec::new(),
        }
    }

    /// Sets the title for people. Default: the name.
    #[must_use]
    pub fn title(mut self, title: &'static str) -> Self {
        self.title = title;
        self
    }

    /// Adds routes.
    #[must_use]
    pub fn routes(mut self, routes: Router) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// Adds migrations, in the order in which they are to run.
    #[must_use]
    pub fn migrations(mut self, migrations: Vec<Migration>) -> Self {
        self.migrations.extend(migrations);
        self
    }

    /// Names the permissions that the module's admin routes ask for, e.g. `&["note.read"]`.
    #[must_use]
    pub fn permissions(mut self, permissions: &'static [&'static str]) -> Self {
        self.permissions = permissions;
        self
    }

    /// Sets the group whose database holds the module's tables. Default: [`Group::Default`]. Say it
    /// before [`Module::sharded`].
    #[must_use]
    pub fn group(mut self, group: Group) -> Self {
        self.group = group;
        self
    }

    /// Declares that a table of this module is sharded by a column: `sharded("gift_tb",
    /// "user_id")`. Its migrations then make every physical table, and its rows are reached with
    /// [`Context::shard`].
    #[must_use]
    pub fn sharded(mut self, table: &'static str, key: &'static str) -> Self {
        self.sharded.push(Declared {
            table: table.into(),
            group: self.group,
            key: key.into(),
        });
        self
    }

    /// Gives the app the points ledger: its tables, in the database of the group `asset`, and the
    /// app's own rules around every change. One module of an app has it.
    #[must_use]
    pub fn ledger(mut self, hooks: impl asset::Hooks) -> Self {
        self.group = Group::Asset;
        self.migrations.extend(crate::migrate::asset());
        self.ledger = Some(Arc::new(hooks));
        self.logged(&asset::LOGGED)
    }

    /// Gives the app statistics: their tables, in the database of the group `stat`. One module of
    /// an app has them.
    #[must_use]
    pub fn statistics(mut self) -> Self {
        self.migrations.extend(crate::migrate::stat());
        self.has_statistics = true;
        self.logged(&stat::LOGGED)
            .group(Group::Stat)
            .sharded("stat_user_report_tb", "user_id")
    }

    /// Adds metrics that hold for every tenant that has no definition of his own; of one name the
    /// first that was added.
    #[must_use]
    pub fn metrics(mut self, metrics: Vec<Metric>) -> Self {
        self.metrics.extend(metrics);
        self
    }

    /// Gives the app tasks: their tables, in the database of the group `asset`, and the app's own
    /// rules around them. One module of an app has them; another one has the ledger.
    #[must_use]
    pub fn tasks(mut self, hooks: impl task::Hooks) -> Self {
        self.group = Group::Asset;
        self.migrations.extend(crate::migrate::task());
        self.tasks = Some(Arc::new(hooks));
        self.logged(&task::LOGGED)
    }

    /// Adds a type of task of the app's own, from 201.
    #[must_use]
    pub fn task_kind(mut self, kind: impl task::TaskKind) -> Self {
        self.task_kinds.push(Arc::new(kind));
        self
    }

    /// Gives the app prizes and draws: their tables, in the database of the group `asset`, their
    /// metrics, and the app's own rules around them. One module of an app has them; another one
    /// has the ledger.
    #[must_use]
    pub fn lottery(mut self, hooks: impl lottery::Hooks) -> Self {
        self.group = Group::Asset;
        self.migrations.extend(crate::migrate::lottery());
        self.lottery = Some(Arc::new(hooks));
        self.metrics(lottery::metrics())
            .logged(&lottery::PRIZE_LOGGED)
            .logged(&lottery::RULE_LOGGED)
    }

    /// Gives the app shipments of what was won: their table, in the database of the group `asset`,
    /// and the app's own rules around them. One module has them; another one has prizes.
    #[must_use]
    pub fn orders(mut self, hooks: impl order::Hooks) -> Self {
        self.group = Group::Asset;
        self.migrations.extend(crate::migrate::order());
        self.orders = Some(Arc::new(hooks));
        self.logged(&order::LOGGED)
    }

    /// Declares a name of cached groups, so that operators can see, clear and warm what is kept
    /// under it. The app then has the routes under `/admin/cache`.
    #[must_use]
    pub fn cached(mut self, group: CacheDeclared) -> Self {
        self.cached.push(group);
        self
    }

    /// Adds a job that runs by the clock.
    #[must_use]
    pub fn schedule(mut self, job: impl ScheduledJob) -> Self {
        self.jobs.schedule(job);
        self
    }

    /// Adds a type of jobs.
    #[must_use]
    pub fn job<J: Job>(mut self) -> Self {
        self.jobs.job::<J>();
        self
    }

    /// Has each event of a topic become a job of this type, which is added as by [`Module::job`].
    #[must_use]
    pub fn on_event<J: Job>(mut self, topic: &'static str) -> Self {
        self.jobs.on_event::<J>(topic);
        self
    }

    /// Says what rows whose changes are in the operation log, and their fields, are called.
    #[must_use]
    pub fn logged(mut self, rows: &'static Logged) -> Self {
        self.logged.push(rows);
        self
    }

    /// Sets the function that `seed demo` calls.
    #[must_use]
    pub fn seed(mut self, seed: SeedFn) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The title for people.
    #[must_use]
    pub fn title_text(&self) -> &'static str {
        self.title
    }

    /// The routes.
    #[must_use]
    pub fn router(&self) -> &Router {
        &self.routes
    }

    /// The migrations.
    #[must_use]
    pub fn migration_list(&self) -> &[Migration] {
        &self.migrations
    }

    /// The permissions.
    #[must_use]
    pub fn permission_list(&self) -> &'static [&'static str] {
        self.permissions
    }

    /// The group whose database holds its tables.
    #[must_use]
    pub fn table_group(&self) -> Group {
        self.group
    }

    /// The tables that it declares as sharded.
    #[must_use]
    pub fn sharded_tables(&self) -> &[Declared] {
        &self.sharded
    }

    /// The names of cached groups that it declares.
    #[must_use]
    pub fn cache_groups(&self) -> &[CacheDeclared] {
        &self.cached
    }

    /// The rules around changes in the ledger, of the module that has it.
    pub(crate) fn ledger_hooks(&self) -> Option<&Arc<dyn asset::Hooks>> {
        self.ledger.as_ref()
    }

    pub(crate) fn registered_jobs(&self) -> &Registered {
        &self.jobs
    }

    /// The metrics that it adds.
    #[must_use]
    pub fn metric_list(&self) -> &[Metric] {
        &self.metrics
    }

    /// Whether it gives the app statistics.
    pub(crate) fn has_statistics(&self) -> bool {
        self.has_statistics
    }

    /// The rules around tasks, of the module that has them.
    pub(crate) fn task_hooks(&self) -> Option<&Arc<dyn task::Hooks>> {
        self.tasks.as_ref()
    }

    /// Its own types of tasks.
    pub(crate) fn task_kinds(&self) -> &[Arc<dyn task::TaskKind>] {
        &self.task_kinds
    }

    /// The rules around prizes and draws, of the module that has them.
    pub(crate) fn lottery_hooks(&self) -> Option<&Arc<dyn lottery::Hooks>> {
        self.lottery.as_ref()
    }

    /// The rules around shipments, of the module that has them.
    pub(crate) fn order_hooks(&self) -> Option<&Arc<dyn order::Hooks>> {
        self.orders.as_ref()
    }

    /// The kinds of rows whose changes are logged.
    #[must_use]
    pub fn logged_list(&self) -> &[&'static Logged] {
        &self.logged
    }

    /// The function that makes demo data.
    #[must_use]
    pub fn seed_fn(&self) -> Option<SeedFn> {
        self.seed
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module")
            .field("name", &self.name)
            .field("permissions", &self.permissions)
            .field("migrations", &self.migrations.len())
            .finish_non_exhaustive()
    }
}
