//! `asset`: what is done to the whole ledger.

use serde::Serialize;

use super::arguments::{AssetCommand, Json};
use super::bar::Bar;
use super::error::CommandError;
use super::{Outcome, output};
use crate::app::{App, Context};
use crate::asset::{
    Finding, InventoryProgress, InventoryReport, SweepReport, VerifyOptions, VerifyProgress,
    VerifyReport,
};
use crate::config::Config;
use crate::error::AppError;

pub(super) async fn run(
    app: &App,
    config: Config,
    command: AssetCommand,
) -> Result<Outcome, CommandError> {
    if app.ledger_hooks().is_none() {
        return Err(CommandError::NoLedger);
    }
    let ctx = Context::connect(app, config).await?;
    // A layout that is not the configuration's would have rows looked for in the wrong tables.
    let outcome = match ctx.check_shards(app).await {
        Ok(()) => dispatch(&ctx, command).await,
        Err(error) => Err(error.into()),
    };
    ctx.close().await;
    outcome
}

async fn dispatch(ctx: &Context, command: AssetCommand) -> Result<Outcome, CommandError> {
    match command {
        AssetCommand::Verify { limit, output } => verify(ctx, limit, output).await,
        AssetCommand::Inventory { day, output } => inventory(ctx, day, output).await,
        AssetCommand::Expire { output } => expire(ctx, output).await,
    }
}

fn failed(doing: &str) -> impl FnOnce(AppError) -> CommandError + use<> {
    let doing = doing.to_owned();
    |error| CommandError::App { doing, error }
}

async fn verify(ctx: &Context, limit: usize, json: Json) -> Result<Outcome, CommandError> {
    #[derive(Serialize)]
    struct Answer<'a> {
        ok: bool,
        #[serde(flatten)]
        report: &'a VerifyReport,
    }
    let options = VerifyOptions {
        findings_max: limit,
    };
    let bar = Bar::default();
    let ledger = ctx.ledger();
    let report = ledger.verify(&options, |progress: &VerifyProgress| {
        bar.show(false, || {
            let VerifyProgress {
                owners,
                rows,
                findings,
                ..
            } = progress;
            format!("{owners} journals, {rows} rows verified, {findings} findings")
        });
    });
    let report = report.await;
    bar.end();
    let report = report.map_err(failed("the ledger was not verified"))?;
    let ok = report.is_clean();
    let answer = Answer {
        ok,
        report: &report,
    };
    output::answer(json, &answer, || verified(&report))?;
    Ok(if ok { Outcome::Done } else { Outcome::Found })
}

fn verified(report: &VerifyReport) -> String {
    let VerifyReport {
        owners,
        rows,
        balances,
        total,
        findings,
        ..
    } = report;
    let sum = format!("{owners} journals with {rows} rows, {balances} balances");
    if report.is_clean() {
        return format!("{sum}: nothing differs");
    }
    let lines: Vec<Vec<String>> = findings.iter().map(cells).collect();
    let more = if findings.len() as u64 == *total {
        String::new()
    } else {
        format!(" (the first {} are shown)", findings.len())
    };
    let table = output::table(&lines);
    format!("{table}\n{sum}: {total} findings{more}")
}

fn cells(finding: &Finding) -> Vec<String> {
    let row = match (finding.seq, finding.to_seq) {
        (Some(seq), Some(to)) => format!("rows {seq} to {to}"),
        (Some(seq), None) => format!("row {seq}"),
        _ => String::new(),
    };
    let asset = finding.asset_type.map_or_else(String::new, |kind| {
        let object = finding.asset_object_id.as_deref().unwrap_or_default();
        format!("asset {kind} {object}").trim_end().to_owned()
    });
    let id = finding.log_id.map(|id| format!("id {id}"));
    vec![
        finding.kind.to_string(),
        format!(
            "{} act {} user {}",
            finding.app_id, finding.act_id, finding.user_id
        ),
        asset,
        row,
        id.unwrap_or_default(),
        format!("expected {}, found {}", finding.expected, finding.found),
    ]
}

async fn inventory(ctx: &Context, day: Option<i32>, json: Json) -> Result<Outcome, CommandError> {
    let ledger = ctx.ledger();
    let doing = "the inventory was not taken";
    let day = match day {
        Some(day) => day,
        None => ledger.yesterday().map_err(failed(doing))?,
    };
    let bar = Bar::default();
    let report = ledger.take_inventory(day, |progress: &InventoryProgress| {
        bar.show(false, || {
            let InventoryProgress { accounts, rows } = progress;
            format!("{accounts} balances, {rows} changes")
        });
    });
    let report = report.await;
    bar.end();
    let report = report.map_err(failed(doing))?;
    output::answer(json, &report, || {
        let InventoryReport {
            accounts,
            rows,
            warnings,
            removed,
            ..
        } = report;
        format!(
            "{day}: {accounts} balances with {rows} changes; {warnings} warnings, \
             {removed} rows taken away"
        )
    })?;
    Ok(Outcome::Done)
}

async fn expire(ctx: &Context, json: Json) -> Result<Outcome, CommandError> {
    let report = ctx.ledger().expire_due(None).await;
    let report = report.map_err(failed("not everything that has expired was taken away"))?;
    output::answer(json, &report, || {
        let SweepReport {
            balances,
            amount,
            failed,
        } = report;
        format!("{amount} taken away from {balances} balances; {failed} failed")
    })?;
    Ok(if report.failed == 0 {
        Outcome::Done
    } else {
        Outcome::Found
    })
}
