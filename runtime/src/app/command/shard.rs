//! `migrate reshard` and `migrate shards`: where the rows of the sharded tables are.

use std::time::Duration;

use serde::Serialize;

use super::arguments::{Json, ReshardOptions};
use super::bar::Bar;
use super::error::CommandError;
use super::migrate::{Target, options};
use super::{Outcome, output};
use crate::app::App;
use crate::config::Config;
use crate::shard::reshard::{self, Plan, Progress, TableOverview};
use crate::shard::specs;

/// Width of the bar.
const BAR: usize = 30;

pub(super) async fn reshard(
    app: &App,
    config: &Config,
    targets: &[Target],
    command: ReshardOptions,
) -> Result<Outcome, CommandError> {
    let specs = specs(app, config)?;
    let known = specs.iter().find(|(_, spec)| spec.table == command.table);
    let Some((group, _)) = known else {
        let tables: Vec<&str> = specs.iter().map(|(_, spec)| spec.table.as_str()).collect();
        return Err(CommandError::NotSharded {
            table: command.table,
            known: tables.join(", "),
        });
    };
    let is_its = |target: &&Target| config.database.share_a_database(target.group, *group);
    let Some(target) = targets.iter().find(is_its) else {
        return Err(CommandError::OtherGroup {
            table: command.table,
            group: *group,
        });
    };
    let options = options();
    let bar = Bar::default();
    let plan = Plan {
        conn: &target.conn,
        options: &options,
        patience: Duration::from_secs(config.database.connect_timeout_s),
        progress: &|progress| show(&bar, progress),
    };
    let summary = match command.to {
        Some(to) => reshard::reshard(&plan, &command.table, to).await,
        None => reshard::abort(&plan, &command.table).await,
    };
    bar.end();
    let summary = summary?;
    output::answer(command.output, &summary, || {
        format!(
            "{} has {} physical tables; set `count = {}` in [shard.{}]\n\
             {} slots moved in this run: rows processed {}, matching {}, mismatched {}, \
             extra {}, missing {}; longest lock of a slot {} ms",
            summary.table,
            summary.count,
            summary.count,
            summary.table,
            summary.slots,
            summary.processed,
            summary.matching,
            summary.mismatched,
            summary.extra,
            summary.missing,
            summary.longest_lock_ms
        )
    })?;
    Ok(Outcome::Done)
}

pub(super) async fn shards(targets: &[Target], output: Json) -> Result<Outcome, CommandError> {
    #[derive(Serialize)]
    struct Answer {
        tables: Vec<TableOverview>,
    }
    let mut answer = Answer { tables: Vec::new() };
    for target in targets {
        answer.tables.extend(reshard::overview(&target.conn).await?);
    }
    output::answer(output, &answer, || text(&answer.tables))?;
    Ok(Outcome::Done)
}

fn text(tables: &[TableOverview]) -> String {
    if tables.is_empty() {
        return "no sharded table in the database".to_owned();
    }
    let mut rows = Vec::new();
    for table in tables {
        for shard in &table.shards {
            rows.push(vec![
                table.table.clone(),
                shard.physical.clone(),
                format!("{} slots", shard.slots),
                format!("{} rows", shard.rows),
            ]);
        }
        rows.push(vec![
            table.table.clone(),
            format!("by {}, {}, {}", table.key, table.scheme, table.state),
            String::new(),
            format!("largest {} % of the mean", table.skew_percent),
        ]);
    }
    output::table(&rows)
}

fn show(bar: &Bar, progress: &Progress) {
    let must = match progress {
        Progress::Settling => true,
        Progress::Moving { done, slots, .. } => done == slots,
        _ => false,
    };
    bar.show(must, || line(progress));
}

fn line(progress: &Progress) -> String {
    match progress {
        Progress::Settling => "waiting until every process knows".to_owned(),
        Progress::Scanning { table, keys } => format!("listing keys: {keys}, now of {table}"),
        Progress::Moving { done, slots, rows } => {
            let full = (done * BAR).checked_div(*slots).unwrap_or(BAR);
            let percent = (done * 100).checked_div(*slots).unwrap_or(100);
            format!(
                "[{}{}] {percent:>3} %  slot {done} of {slots}, {rows} rows moved",
                "#".repeat(full),
                ".".repeat(BAR - full)
            )
        }
        Progress::Sweeping { table } => format!("looking for strays in {table}"),
    }
}
