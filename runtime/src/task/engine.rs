//! What the tasks of an application consist of.

use std::fmt;
use std::sync::Arc;

use chrono::FixedOffset;

use super::hooks::Hooks;
use super::kinds::{Kinds, TaskKind};
use super::verifier::{PlatformVerifier, ScriptedVerifier, Verifier};
use crate::config::{Config, ConfigError, TaskConfig};
use crate::error::{AppError, AppResult};

/// Types, rules and the platform.
pub(crate) struct Engine {
    config: TaskConfig,
    kinds: Kinds,
    hooks: Arc<dyn Hooks>,
    verifier: Option<Verifier>,
    offset: FixedOffset,
}

impl Engine {
    pub(crate) fn new(
        config: &Config,
        hooks: Arc<dyn Hooks>,
        own: &[Arc<dyn TaskKind>],
        verifier: Option<Verifier>,
    ) -> Result<Self, ConfigError> {
        let invalid = |reason| ConfigError::Invalid {
            key: "task",
            reason,
        };
        let is_production = config.environment.is_production();
        let is_pretence = verifier.as_ref().is_some_and(|one| one.0.is_scripted());
        if is_production && is_pretence {
            let reason = "the app has a scripted platform, which is not for production";
            return Err(invalid(reason.to_owned()));
        }
        let friendly = || Verifier::new(ScriptedVerifier::friendly());
        Ok(Self {
            kinds: Kinds::new(own).map_err(invalid)?,
            hooks,
            verifier: verifier.or_else(|| (!is_production).then(friendly)),
            offset: config.tenant.offset()?,
            config: config.task.clone(),
        })
    }

    pub(super) fn config(&self) -> &TaskConfig {
        &self.config
    }

    pub(super) fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    pub(super) fn hooks(&self) -> &dyn Hooks {
        &*self.hooks
    }

    pub(super) fn offset(&self) -> FixedOffset {
        self.offset
    }

    /// Who asks the platform.
    pub(super) fn verifier(&self) -> AppResult<&dyn PlatformVerifier> {
        let missing = || {
            AppError::internal("the app has no `Verifier` to ask the platform")
                .with_message(("The platform cannot be asked", "暂时无法向平台查询"))
        };
        self.verifier
            .as_ref()
            .map(|one| &*one.0)
            .ok_or_else(missing)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("config", &self.config)
            .field("kinds", &self.kinds)
            .finish_non_exhaustive()
    }
}
