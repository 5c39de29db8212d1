//! `check`: configuration, databases, schema, jobs, Redis. Exit 1 with reasons.

use sea_orm::DatabaseConnection;
use serde::Serialize;

use super::arguments::Json;
use super::error::CommandError;
use super::{Outcome, output};
use crate::app::App;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, Environment};
use crate::db::{self, DatabaseUrl, Group};
use crate::job::look_at_health;
use crate::migrate::Migrator;
use crate::shard::{self, Shards};
use crate::telemetry;

#[derive(Serialize)]
struct Answer {
    ok: bool,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    subject: String,
    ok: bool,
    detail: String,
}

impl Answer {
    fn add(&mut self, subject: impl Into<String>, result: Result<String, String>) {
        let ok = result.is_ok();
        self.ok &= ok;
        let detail = result.unwrap_or_else(|reason| reason);
        self.findings.push(Finding {
            subject: subject.into(),
            ok,
            detail,
        });
    }

    fn text(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .findings
            .iter()
            .map(|finding| {
                let mark = if finding.ok { "ok" } else { "FAILED" };
                vec![
                    mark.to_owned(),
                    finding.subject.clone(),
                    finding.detail.clone(),
                ]
            })
            .collect();
        output::table(&rows)
    }
}

pub(super) async fn run(app: &App, options: Json) -> Result<Outcome, CommandError> {
    let mut answer = Answer {
        ok: true,
        findings: Vec::new(),
    };
    match Config::of_process() {
        Ok(config) => {
            telemetry::init(&config.log)?;
            answer.add("configuration", Ok(config.environment.to_string()));
            databases(app, &config, &mut answer).await;
            redis(&config, &mut answer).await;
        }
        Err(error) => answer.add("configuration", Err(error.to_string())),
    }
    output::answer(options, &answer, || answer.text())?;
    Ok(if answer.ok {
        Outcome::Done
    } else {
        Outcome::Found
    })
}

/// Each distinct database, and the schema of the one that holds it.
async fn databases(app: &App, config: &Config, answer: &mut Answer) {
    let mut seen = Vec::new();
    for group in Group::ALL {
        let options = config.database.pool_options(group);
        if seen.contains(&options) {
            continue;
        }
        let subject = format!("database {group}");
        match db::connect(&options).await {
            Ok(connection) => {
                let place = DatabaseUrl::parse(&options.url).map(|url| url.to_string());
                answer.add(subject, Ok(place.unwrap_or_default()));
                schema(app, config, group, &connection, answer).await;
                let _ = connection.close().await;
            }
            Err(error) => answer.add(subject, Err(error.to_string())),
        }
        seen.push(options);
    }
}

/// The schema of one database, and the layout of its sharded tables.
async fn schema(
    app: &App,
    config: &Config,
    group: Group,
    connection: &DatabaseConnection,
    answer: &mut Answer,
) {
    // Two groups may reach the same database with other options.
    let migrators = app.migrators(config);
    let migrators = match migrators {
        Ok(migrators) => migrators,
        Err(error) => return answer.add("schema", Err(error.to_string())),
    };
    let Some((_, migrator)) = migrators.iter().find(|(first, _)| *first == group) else {
        return;
    };
    let subject = |what: &str| match group {
        Group::Default => what.to_owned(),
        group => format!("{what} {group}"),
    };
    let found = findings(migrator, connection).await;
    let is_current = found.is_ok();
    answer.add(subject("schema"), found);
    if is_current && group == Group::Default {
        jobs(app, config, connection, answer).await;
    }
    let shards = Shards::new(connection.clone());
    let layouts = shard::agreement(app, config, group, &shards).await;
    answer.add(
        subject("shards"),
        layouts.map_err(|error| error.to_string()),
    );
}

/// Workers, queues and schedules.
async fn jobs(app: &App, config: &Config, connection: &DatabaseConnection, answer: &mut Answer) {
    let schedules = match app.schedules(config) {
        Ok(schedules) => schedules,
        Err(error) => return answer.add("jobs", Err(error.to_string())),
    };
    let now = SystemClock.now();
    let health = look_at_health(connection, &schedules, &config.alarm, now).await;
    let result = match health {
        Err(error) => Err(error.detail()),
        Ok(health) if health.ok => Ok(format!(
            "{} workers, {} schedules, nothing late",
            health.workers.len(),
            health.schedules.len()
        )),
        Ok(health) => {
            let late = health.problems.iter().map(|problem| {
                let kind = problem.kind.replace('_', " ");
                format!("{kind} `{}`: {}", problem.subject, problem.detail)
            });
            let late = late.collect::<Vec<_>>().join("; ");
            // A developer's machine need not be up all the time.
            match config.environment {
                Environment::Development => Ok(late),
                _ => Err(late),
            }
        }
    };
    answer.add("jobs", result);
}

async fn findings(migrator: &Migrator, connection: &DatabaseConnection) -> Result<String, String> {
    let findings = migrator
        .check(connection)
        .await
        .map_err(|error| error.to_string())?;
    if findings.is_empty() {
        let count: usize = migrator
            .streams()
            .iter()
            .map(|stream| stream.migrations.len())
            .sum();
        return Ok(format!("{count} migrations applied"));
    }
    let reasons: Vec<String> = findings
        .into_iter()
        .map(|finding| finding.message)
        .collect();
    Err(reasons.join("; "))
}

#[cfg(feature = "redis")]
async fn redis(config: &Config, answer: &mut Answer) {
    let result = match crate::redis::Redis::new(&config.redis) {
        Ok(None) => return,
        Ok(Some(redis)) => redis.ping().await,
        Err(error) => Err(error),
    };
    let answered = result.map(|()| "answers".to_owned());
    answer.add("redis", answered.map_err(|error| error.to_string()));
}

#[cfg(not(feature = "redis"))]
async fn redis(config: &Config, answer: &mut Answer) {
    if !config.redis.url.is_empty() {
        answer.add(
            "redis",
            Err(crate::app::StartError::RedisMissing.to_string()),
        );
    }
}
