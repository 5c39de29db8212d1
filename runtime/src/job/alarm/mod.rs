//! Alarms: somebody is told when background work is in trouble.
//!
//! Each goes to the log, to the webhook of `alarm.webhook_url`, and to the app's own [`AlarmSink`].
//! The same trouble is told once in `alarm.throttle_s`, whichever process finds it.

#[cfg(feature = "webhook")]
mod webhook;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use crate::app::{App, Context};
use crate::config::{Config, ConfigError};
use crate::error::AppResult;
use crate::random;

/// How long a sink may take. The leader waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlarmKind {
    /// A job failed for the last time.
    DeadLetter,
    /// A tick was not taken up in time.
    LateSchedule,
    /// A worker gives no sign of life.
    LateWorker,
    /// Jobs of a queue wait for too long.
    LateQueue,
    /// The ledger found something that does not add up.
    AssetWarning,
}

impl AlarmKind {
    /// The name in logs and keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DeadLetter => "dead_letter",
            Self::LateSchedule => "late_schedule",
            Self::LateWorker => "late_worker",
            Self::LateQueue => "late_queue",
            Self::AssetWarning => "asset_warning",
        }
    }

    /// The trouble in words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::DeadLetter => "Dead letters",
            Self::LateSchedule => "Schedule is late",
            Self::LateWorker => "Worker is silent",
            Self::LateQueue => "Queue is late",
            Self::AssetWarning => "Ledger does not add up",
        }
    }
}

impl fmt::Display for AlarmKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// What kind.
    pub kind: AlarmKind,
    /// Of what: the name of the job, queue, schedule, the worker. The same kind and subject again
    /// is the same trouble.
    pub subject: String,
    /// What is wrong, in words. Holds nothing of the payload of jobs.
    pub text: String,
    /// When it was found.
    pub at: DateTime<Utc>,
}

/// Where alarms go: mail, chat, pager.
#[async_trait]
pub trait AlarmSink: Send + Sync + 'static {
    /// Passes an alarm on. One that fails is tried again at the next look.
    ///
    /// # Errors
    /// It could not be passed on.
    async fn raise(&self, app_name: &str, alarm: &Alarm) -> AppResult<()>;
}

/// The app's own sink, as an extension of the app.
pub(crate) struct OwnSink(pub(crate) Arc<dyn AlarmSink>);

/// The log.
struct LogSink;

#[async_trait]
impl AlarmSink for LogSink {
    async fn raise(&self, _: &str, alarm: &Alarm) -> AppResult<()> {
        let Alarm { subject, text, .. } = alarm;
        tracing::error!(alarm = %alarm.kind, subject, "{text}");
        Ok(())
    }
}

/// All sinks of a process.
pub(crate) struct Alarms(Vec<Arc<dyn AlarmSink>>);

impl Alarms {
    /// # Errors
    /// The webhook cannot be used.
    pub(crate) fn new(app: &App, config: &Config) -> Result<Self, ConfigError> {
        let mut sinks: Vec<Arc<dyn AlarmSink>> = vec![Arc::new(LogSink)];
        #[cfg(feature = "webhook")]
        if !config.alarm.webhook_url.is_empty() {
            let webhook = webhook::Webhook::new(&config.alarm.webhook_url);
            let webhook = webhook.map_err(|error| ConfigError::Invalid {
                key: "alarm.webhook_url",
                reason: format!("cannot be used: {error}"),
            })?;
            sinks.push(Arc::new(webhook));
        }
        #[cfg(not(feature = "webhook"))]
        let _ = config;
        let own = std::any::TypeId::of::<OwnSink>();
        let own = app.extensions().get(&own).cloned();
        if let Some(own) = own.and_then(|own| own.downcast::<OwnSink>().ok()) {
            sinks.push(Arc::clone(&own.0));
        }
        Ok(Self(sinks))
    }

    /// Tells everybody, unless they were told of the same trouble lately; whether they were told
    /// now.
    pub(crate) async fn raise(&self, ctx: &Context, alarm: Alarm) -> bool {
        let window = Duration::from_secs(ctx.config().alarm.throttle_s);
        // Subjects are texts of any kind; keys are not.
        let subject = random::to_hex(&Sha256::digest(&alarm.subject));
        let key = format!("alarm:{}:{subject}", alarm.kind);
        match ctx.guard().repeat(&key, window).await {
            Ok(admission) if !admission.is_admitted() => return false,
            Ok(_) => {}
            // Rather once too often than never.
            Err(error) => tracing::debug!(error = %error.detail(), "alarms are not throttled"),
        }
        let mut is_told = true;
        for sink in &self.0 {
            let raised = tokio::time::timeout(PATIENCE, sink.raise(ctx.app_name(), &alarm)).await;
            let failure = match raised {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => error.detail(),
                Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
            };
            tracing::warn!(error = failure, "an alarm was not passed on");
            is_told = false;
        }
        if !is_told && let Err(error) = ctx.guard().forget_repeat(&key).await {
            tracing::debug!(error = %error.detail(), "the alarm stays throttled");
        }
        is_told
    }
}
