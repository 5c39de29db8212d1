//! An application: its modules, migrations and routes, and the command line of its binary.

mod command;
mod context;
mod demo;
mod error;
mod module;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::http::Router;
use crate::migrate::{MigrateError, Migration, Migrator, Stream};

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

    /// The whole schema: the framework's migrations, then those of each module, then the
    /// application's own.
    ///
    /// # Errors
    /// Two migrations have the same name.
    pub fn migrator(&self) -> Result<Migrator, MigrateError> {
        let modules = self
            .modules
            .iter()
            .map(|module| Stream::new(module.name(), module.migration_list().to_vec()));
        let own = Stream::new("app", self.migrations.clone());
        let framework = crate::migrate::framework();
        Migrator::new(
            std::iter::once(framework)
                .chain(modules)
                .chain([own])
                .collect(),
        )
    }

    pub(crate) fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}
