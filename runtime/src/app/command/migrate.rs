//! `migrate`: the schema of the database.

use std::time::Duration;

use sea_orm::DatabaseConnection;
use serde::Serialize;

use super::arguments::{Json, MigrateCommand, MigrateOptions, RepairOptions};
use super::error::CommandError;
use super::{Outcome, output, shard};
use crate::app::App;
use crate::config::Config;
use crate::db::{self, Group};
use crate::migrate::{
    Direction, Event, Finding, Migrator, Options, Report, StatusRow, StepOutcome,
};

/// Migrations run for longer than requests; the pool's patience is not theirs.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

pub(super) async fn run(
    app: &App,
    config: Config,
    MigrateOptions { group, command }: MigrateOptions,
) -> Result<Outcome, CommandError> {
    let is_production = config.environment.is_production();
    if matches!(command, MigrateCommand::Fresh { force: false, .. }) && is_production {
        return Err(CommandError::Production {
            command: "migrate fresh",
        });
    }
    // Which database is meant when there are several: undoing and mending are about one.
    let only = match command {
        MigrateCommand::Down { .. } | MigrateCommand::Repair(_) => {
            Some(group.unwrap_or(Group::Default))
        }
        _ => group,
    };
    let mut targets = Vec::new();
    for (first, migrator) in app.migrators(&config)? {
        if only.is_none_or(|only| config.database.share_a_database(first, only)) {
            let conn = db::connect(&config.database.pool_options(first)).await?;
            targets.push(Target {
                group: first,
                migrator,
                conn,
            });
        }
    }
    let outcome = match command {
        MigrateCommand::Reshard(reshard) => shard::reshard(app, &config, &targets, reshard).await,
        MigrateCommand::Shards(output) => shard::shards(&targets, output).await,
        command => dispatch(&targets, command).await,
    };
    for target in &targets {
        if let Err(error) = target.conn.close_by_ref().await {
            tracing::debug!(%error, "closing the database failed");
        }
    }
    outcome
}

/// A database and its schema.
pub(super) struct Target {
    /// The first group of it.
    pub(super) group: Group,
    pub(super) migrator: Migrator,
    pub(super) conn: DatabaseConnection,
}

pub(super) fn options() -> Options {
    Options::default()
        .lock_timeout(LOCK_TIMEOUT)
        .on_event(progress)
}

async fn dispatch(targets: &[Target], command: MigrateCommand) -> Result<Outcome, CommandError> {
    let options = options();
    let mut all = Report::default();
    match command {
        MigrateCommand::Down { count, output } => {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            for Target { migrator, conn, .. } in targets {
                add(&mut all, migrator.down(conn, count, &options).await?);
            }
            report(&all, output)
        }
        MigrateCommand::Fresh { output, .. } => {
            for Target { migrator, conn, .. } in targets {
                add(&mut all, migrator.fresh(conn, &options).await?);
            }
            report(&all, output)
        }
        MigrateCommand::Status(output) => {
            let mut rows = Vec::new();
            for Target { migrator, conn, .. } in targets {
                rows.extend(migrator.status(conn).await?);
            }
            status(rows, output)
        }
        MigrateCommand::Check(output) => {
            let mut findings = Vec::new();
            for Target { migrator, conn, .. } in targets {
                findings.extend(migrator.check(conn).await?);
            }
            check(findings, output)
        }
        MigrateCommand::Repair(repair) => match targets {
            [target, ..] => mend(&target.migrator, &target.conn, repair, &options).await,
            [] => Ok(Outcome::Done),
        },
        MigrateCommand::Up(output) => {
            for Target { migrator, conn, .. } in targets {
                add(&mut all, migrator.up(conn, &options).await?);
            }
            report(&all, output)
        }
        MigrateCommand::Reshard(_) | MigrateCommand::Shards(_) => Ok(Outcome::Done),
    }
}

fn add(all: &mut Report, report: Report) {
    all.changes.extend(report.changes);
    all.warnings.extend(report.warnings);
}

/// Tells on stderr what is going on.
fn progress(event: &Event<'_>) {
    let verb = |direction: &Direction| match direction {
        Direction::Up => "applying",
        Direction::Down => "undoing",
    };
    match event {
        Event::WaitingForLock { holder } => {
            let holder = holder
                .map(|holder| format!(" ({holder})"))
                .unwrap_or_default();
            output::tell(&format!(
                "waiting for another process that migrates{holder}"
            ));
        }
        Event::Started {
            migration,
            direction,
            done,
            steps,
        } => {
            let resumed = if *done > 0 {
                format!(", {done} done before")
            } else {
                String::new()
            };
            output::tell(&format!(
                "{} {migration}: {steps} steps{resumed}",
                verb(direction)
            ));
        }
        Event::Dropping { object } => output::tell(&format!("dropping {object}")),
        Event::Warning { message } => output::tell(&format!("warning: {message}")),
        _ => {}
    }
}

fn report(report: &Report, output: Json) -> Result<Outcome, CommandError> {
    output::answer(output, report, || {
        if report.is_empty() {
            return "nothing to do".to_owned();
        }
        let lines = report.changes.iter().map(|change| {
            let done = match change.direction {
                Direction::Up => "applied",
                Direction::Down => "undone",
            };
            format!("{done} {} ({} ms)", change.migration, change.duration_ms)
        });
        lines.collect::<Vec<_>>().join("\n")
    })?;
    Ok(Outcome::Done)
}

fn status(migrations: Vec<StatusRow>, output: Json) -> Result<Outcome, CommandError> {
    #[derive(Serialize)]
    struct Answer {
        migrations: Vec<StatusRow>,
    }
    let answer = Answer { migrations };
    output::answer(output, &answer, || {
        let rows = answer.migrations.iter().map(|row| {
            let when = row.applied_at.clone().unwrap_or_default();
            vec![
                row.status.as_str().to_owned(),
                row.stream.clone(),
                row.migration.clone(),
                when,
            ]
        });
        output::table(&rows.collect::<Vec<_>>())
    })?;
    Ok(Outcome::Done)
}

fn check(findings: Vec<Finding>, output: Json) -> Result<Outcome, CommandError> {
    #[derive(Serialize)]
    struct Answer {
        ok: bool,
        findings: Vec<Finding>,
    }
    let answer = Answer {
        ok: findings.is_empty(),
        findings,
    };
    output::answer(output, &answer, || {
        if answer.ok {
            return "the database has the schema of the code".to_owned();
        }
        let lines = answer
            .findings
            .iter()
            .map(|finding| finding.message.as_str());
        lines.collect::<Vec<_>>().join("\n")
    })?;
    Ok(if answer.ok {
        Outcome::Done
    } else {
        Outcome::Found
    })
}

async fn mend(
    migrator: &Migrator,
    conn: &DatabaseConnection,
    repair: RepairOptions,
    options: &Options,
) -> Result<Outcome, CommandError> {
    #[derive(Serialize)]
    struct Answer {
        plan: crate::migrate::RepairPlan,
        accepted: bool,
        forgotten: Vec<String>,
    }
    let steps = [
        (repair.step_done, StepOutcome::Done),
        (repair.step_again, StepOutcome::Again),
    ];
    for (name, outcome) in steps {
        if let Some(name) = name {
            migrator.settle_step(conn, &name, outcome, options).await?;
        }
    }
    for name in &repair.forget {
        migrator.forget(conn, name, options).await?;
    }
    let plan = migrator.repair(conn).await?;
    if repair.yes {
        migrator.apply_repair(conn, &plan, options).await?;
    }
    let answer = Answer {
        plan,
        accepted: repair.yes,
        forgotten: repair.forget,
    };
    output::answer(repair.output, &answer, || {
        let mut text = String::new();
        for edited in &answer.plan.edited {
            let state = if answer.accepted {
                "accepted"
            } else {
                "edited after it was applied"
            };
            text.push_str(&format!("{}: {state}\n{}\n", edited.migration, edited.diff));
        }
        for name in &answer.plan.missing {
            text.push_str(&format!(
                "{name}: applied, but without code (`--forget {name}`)\n"
            ));
        }
        for name in &answer.forgotten {
            text.push_str(&format!("{name}: forgotten\n"));
        }
        if text.is_empty() {
            "nothing to repair".to_owned()
        } else {
            text
        }
    })?;
    let is_open = !answer.accepted && !answer.plan.edited.is_empty();
    Ok(if is_open {
        Outcome::Found
    } else {
        Outcome::Done
    })
}
