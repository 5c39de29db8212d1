//! What the modules of an application give it besides routes: ledger, tasks, draws and so on.

use sea_orm::DbBackend;

use super::{App, Context, StartError};
use crate::config::Config;
use crate::{asset, lottery, order, stat, task};

/// The engines of an application; each is there when a module has it.
pub(super) struct Engines {
    ledger: Option<asset::Engine>,
    stat: Option<stat::Engine>,
    task: Option<task::Engine>,
    lottery: Option<lottery::Engine>,
    order: Option<order::Engine>,
}

impl Engines {
    /// All but the ledger, for which the database must be known.
    pub(super) fn new(app: &App, config: &Config) -> Result<Self, StartError> {
        let task = app.task_engine(config)?;
        if app.ledger_hooks().is_some() {
            config.require_chain_key()?;
        }
        Ok(Self {
            ledger: None,
            stat: app.stat_engine(config)?,
            task,
            lottery: app.lottery_engine(config)?,
            order: app.order_engine(config)?,
        })
    }

    /// The same with the ledger.
    pub(super) fn with_ledger(
        self,
        app: &App,
        config: &Config,
        backend: DbBackend,
    ) -> Result<Self, StartError> {
        let hooks = app.ledger_hooks();
        let ledger = hooks.map(|hooks| asset::Engine::new(config, hooks, backend));
        Ok(Self {
            ledger: ledger.transpose()?,
            ..self
        })
    }
}

impl Context {
    pub(crate) fn ledger_engine(&self) -> Option<&asset::Engine> {
        self.engines().ledger.as_ref()
    }

    pub(crate) fn stat_engine(&self) -> Option<&stat::Engine> {
        self.engines().stat.as_ref()
    }

    pub(crate) fn task_engine(&self) -> Option<&task::Engine> {
        self.engines().task.as_ref()
    }

    pub(crate) fn lottery_engine(&self) -> Option<&lottery::Engine> {
        self.engines().lottery.as_ref()
    }

    pub(crate) fn order_engine(&self) -> Option<&order::Engine> {
        self.engines().order.as_ref()
    }
}
