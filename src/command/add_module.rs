//! `cloudapp add module`

use anyhow::Result;

use super::change::{change_app, templates_key};
use super::{Outcome, templates};
use crate::catalogue::Catalogue;
use crate::cli::AddModuleArgs;
use crate::field::parse_all;
use crate::name::{ModuleName, Taken};
use crate::plan::{self, Snapshot};
use crate::shard::{self, ShardBy};
use crate::spec::NewModule;

pub(super) fn run(arguments: &AddModuleArgs) -> Result<Outcome> {
    let templates = templates(&arguments.templates)?;
    let catalogue = Catalogue::read(&templates)?;
    let fields = parse_all(&arguments.fields)?;
    let shard_by = arguments.shard_by.as_deref();
    let shard_key = shard_by.map_or_else(String::new, |by| format!(" --shard-by {by:?}"));
    let shard_by = shard_by.map(|by| ShardBy::parse(by, &fields)).transpose()?;
    let spec = format!(
        "add module {} {:?}{shard_key}{}",
        arguments.name,
        arguments.fields,
        templates_key(arguments.templates.templates.as_deref())
    );
    let title = format!("add module {}", crate::name::shown(&arguments.name));
    change_app(&title, &spec, &arguments.output, |snapshot| {
        plan::check_registries(snapshot)?;
        let is_custom = !fields.is_empty();
        let name = parse_name(&arguments.name, is_custom, &catalogue, snapshot)?;
        let module = NewModule {
            name,
            fields: is_custom.then_some(fields),
            shard_by,
        };
        plan::add_module(&templates, snapshot, &module)
    })
}

fn parse_name(
    name: &str,
    is_custom: bool,
    catalogue: &Catalogue,
    snapshot: &Snapshot,
) -> Result<ModuleName> {
    let modules = snapshot.module_folders();
    let crates = snapshot.crates();
    let taken = Taken {
        modules: &modules.iter().map(String::as_str).collect::<Vec<_>>(),
        crates: &crates.iter().map(String::as_str).collect::<Vec<_>>(),
        tables: &[&FRAMEWORK_TABLES[..], &shard::TABLES].concat(),
    };
    if !is_custom && catalogue.get(name).is_some() {
        return Ok(ModuleName::catalogue(name, &taken)?);
    }
    Ok(ModuleName::new(name, &taken)?)
}

/// Tables of the framework that end as a module's table does, besides the sharded ones.
const FRAMEWORK_TABLES: [&str; 21] = [
    "act_prize_tb",
    "asset_warn_notice_tb",
    "cache_pending_tb",
    "cloudapp_migration_tb",
    "idempotency_tb",
    "identity_tb",
    "job_lane_tb",
    "job_leader_tb",
    "job_relay_tb",
    "job_schedule_tb",
    "job_tb",
    "job_worker_tb",
    "lottery_rule_tb",
    "node_lease_tb",
    "operator_tb",
    "outbox_tb",
    "session_tb",
    "stat_event_tb",
    "task_info_tb",
    "task_log_tb",
    "task_swap_tb",
];
