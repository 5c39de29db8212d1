//! Which tables are sharded: what the framework and the modules declare, with what is configured.

use std::borrow::Cow;

use super::layouts::Shards;
use crate::app::{App, StartError};
use crate::config::{Config, ShardConfig, ShardScheme};
use crate::db::Group;
use crate::migrate::shard::{CompatRule, Layout, LayoutState, Scheme, ShardSpec};

/// A table that is sharded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its logical name.
    pub table: Cow<'static, str>,
    /// The group whose database it is in.
    pub group: Group,
    /// The column that decides, unless `[shard.<table>]` names another.
    pub key: Cow<'static, str>,
}

/// The tables of the framework that grow with every player and event. Each is created by the module
/// that it belongs to.
pub const FRAMEWORK_TABLES: [Declared; 15] = [
    declared("asset_inventory_tb", Group::Asset, "user_id"),
    declared("asset_log_tb", Group::Asset, "user_id"),
    declared("asset_lot_tb", Group::Asset, "user_id"),
    declared("asset_owner_tb", Group::Asset, "user_id"),
    // With the balances: a draw, its cost and what it wins change in one transaction.
    declared("lottery_count_tb", Group::Asset, "user_id"),
    declared("lottery_draw_tb", Group::Asset, "user_id"),
    declared("prize_order_tb", Group::Asset, "user_id"),
    declared("prize_roster_tb", Group::Asset, "user_id"),
    declared("stat_log_tb", Group::Stat, "user_id"),
    declared("stat_report_tb", Group::Stat, "act_id"),
    // With the balances: counters and rewards change in one transaction.
    declared("task_count_tb", Group::Asset, "user_id"),
    declared("task_evidence_tb", Group::Asset, "user_id"),
    declared("task_gear_count_tb", Group::Asset, "user_id"),
    declared("user_asset_tb", Group::Asset, "user_id"),
    declared("user_info_tb", Group::User, "user_id"),
];

const fn declared(table: &'static str, group: Group, key: &'static str) -> Declared {
    Declared {
        table: Cow::Borrowed(table),
        group,
        key: Cow::Borrowed(key),
    }
}

/// All sharded tables of an application, the framework's first.
#[must_use]
pub fn declared_tables(app: &App) -> Vec<Declared> {
    let modules = app.modules().iter();
    let own = modules.flat_map(|module| module.sharded_tables().iter().cloned());
    FRAMEWORK_TABLES.into_iter().chain(own).collect()
}

/// The sharded tables with what is configured for them.
///
/// # Errors
/// A section `[shard.<table>]` names a table that nobody declares.
pub fn specs(app: &App, config: &Config) -> Result<Vec<(Group, ShardSpec)>, StartError> {
    let declared = declared_tables(app);
    for table in config.shard.keys() {
        if !declared.iter().any(|known| known.table == *table) {
            let known: Vec<&str> = declared.iter().map(|known| known.table.as_ref()).collect();
            return Err(StartError::UnknownShard {
                table: table.clone(),
                known: known.join(", "),
            });
        }
    }
    let specs = declared.into_iter().map(|known| {
        let configured = config.shard.get(known.table.as_ref());
        let configured = configured.cloned().unwrap_or_default();
        (known.group, spec(&known, configured))
    });
    Ok(specs.collect())
}

fn spec(declared: &Declared, configured: ShardConfig) -> ShardSpec {
    ShardSpec {
        table: declared.table.clone().into_owned(),
        key: configured
            .key
            .unwrap_or_else(|| declared.key.clone().into_owned()),
        count: configured.count,
        scheme: match configured.scheme {
            ShardScheme::Slot => Scheme::Slot,
            ShardScheme::Compat => Scheme::Compat(CompatRule {
                drop_last: configured.drop_last,
                calculate_value: configured.calculate_value,
            }),
        },
    }
}

/// Makes sure that configuration and database agree on the sharded tables of a database, which is
/// named by one of its groups. A table that was not created yet agrees with everything.
///
/// # Errors
/// They disagree: the message says where, and both ways out. The database cannot be asked.
pub async fn agreement(
    app: &App,
    config: &Config,
    database: Group,
    shards: &Shards,
) -> Result<String, StartError> {
    let specs = specs(app, config)?;
    let (layouts, _) = shards.current().await.map_err(StartError::Layout)?;
    let mut count = 0;
    for layout in layouts.iter() {
        let spec = specs.iter().find(|(group, spec)| {
            spec.table == layout.table && config.database.share_a_database(database, *group)
        });
        if let Some(reason) = spec.and_then(|(_, spec)| differs(layout, spec)) {
            return Err(StartError::ShardMismatch(reason));
        }
        count += 1;
    }
    Ok(format!("{count} sharded tables as configured"))
}

fn differs(layout: &Layout, spec: &ShardSpec) -> Option<String> {
    let table = &layout.table;
    if spec.key != layout.key {
        return Some(format!(
            "table `{table}` is sharded by `{}` in the database, and by `{}` in the configuration: \
             set `key = \"{}\"` in [shard.{table}]",
            layout.key, spec.key, layout.key
        ));
    }
    let is_moving = layout.state == LayoutState::Moving;
    if spec.scheme != layout.scheme && !is_moving {
        return Some(format!(
            "table `{table}` has another scheme in the database than in the configuration: set \
             `{}` in [shard.{table}], or run `migrate reshard {table} --to {}` to move it to slots",
            scheme_lines(&layout.scheme),
            spec.count
        ));
    }
    let target = layout.target.as_ref().map(|map| map.numbers().len());
    let is_target = target == Some(usize::from(spec.count));
    if spec.count != layout.count && !is_target {
        return Some(format!(
            "table `{table}` has {} physical tables in the database, and {} in the configuration: \
             set `count = {}` in [shard.{table}], or run `migrate reshard {table} --to {}`",
            layout.count, spec.count, layout.count, spec.count
        ));
    }
    None
}

fn scheme_lines(scheme: &Scheme) -> String {
    match scheme {
        Scheme::Slot => "scheme = \"slot\"".to_owned(),
        Scheme::Compat(rule) => {
            let line = rule.calculate_value;
            let line =
                line.map_or_else(String::new, |value| format!(", calculate_value = {value}"));
            format!("scheme = \"compat\", drop_last = {}{line}", rule.drop_last)
        }
    }
}
