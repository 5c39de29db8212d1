//! Logging: one line per event on stderr, for eyes or as JSON.

use std::io::IsTerminal;

use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{ConfigError, LogConfig, LogFormat};

/// Starts logging for the whole process. Later calls have no effect, so that tests may each call
/// it.
///
/// # Errors
/// `log.level` makes no sense.
pub fn init(config: &LogConfig) -> Result<(), ConfigError> {
    let filter = targets(&config.level)?;
    let registry = tracing_subscriber::registry();
    let started = match config.format {
        LogFormat::Pretty => registry.with(pretty().with_filter(filter)).try_init(),
        LogFormat::Json => registry.with(json().with_filter(filter)).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was already started");
    }
    Ok(())
}

/// Whether `level` can be used as `log.level`.
///
/// # Errors
/// It cannot.
pub(crate) fn check_level(level: &str) -> Result<(), ConfigError> {
    targets(level).map(|_| ())
}

fn targets(level: &str) -> Result<Targets, ConfigError> {
    let is_level = |text: &str| text.parse::<LevelFilter>().is_ok();
    // A word that is no level would be taken for the name of a target.
    let is_sound = level.split(',').all(|part| match part.split_once('=') {
        Some((target, level)) => !target.is_empty() && is_level(level),
        None => is_level(part),
    });
    let targets = level.parse().ok().filter(|_| is_sound);
    targets
        .map(without_passwords)
        .ok_or_else(|| ConfigError::Invalid {
            key: "log.level",
            reason: format!(
                "is `{level}`; it must be `error`, `warn`, `info`, `debug` or `trace`, \
             or a list such as `info,sqlx=debug`"
            ),
        })
}

/// At level `trace` SeaORM shows the options of a connection, with the password.
fn without_passwords(targets: Targets) -> Targets {
    const TELLS_TALES: &str = "sea_orm";
    if targets.would_enable(TELLS_TALES, &Level::TRACE) {
        return without_passwords(targets.with_target(TELLS_TALES, LevelFilter::DEBUG));
    }
    let capped = targets.iter().map(|(target, level)| {
        let tells_tales = target.starts_with(TELLS_TALES);
        (
            target.to_owned(),
            if tells_tales {
                level.min(LevelFilter::DEBUG)
            } else {
                level
            },
        )
    });
    let default = targets.default_level().unwrap_or(LevelFilter::OFF);
    Targets::new()
        .with_targets(capped.collect::<Vec<_>>())
        .with_default(default)
}

fn pretty<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(colour)
}

fn json<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> {
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stderr)
}
