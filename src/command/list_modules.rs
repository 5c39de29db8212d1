//! `cloudapp list modules`

use anyhow::Result;
use serde_json::{Map, json};

use super::{Outcome, templates};
use crate::catalogue::{Catalogue, Preset};
use crate::cli::TemplateArgs;
use crate::ui;

pub(super) fn run(arguments: &TemplateArgs, json: bool) -> Result<Outcome> {
    let catalogue = Catalogue::read(&templates(arguments)?)?;
    if json {
        let modules: Map<String, _> = catalogue
            .iter()
            .map(|(name, module)| (name.to_owned(), json!(module)))
            .collect();
        ui::answer_json(&json!({ "ok": true, "modules": modules }))?;
        return Ok(Outcome::Done);
    }
    let width = catalogue
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for (name, module) in catalogue.iter() {
        text.push_str(&format!("{name:width$}  {}", module.title));
        if !module.needs.is_empty() {
            text.push_str(&format!(" (needs {})", module.needs.join(", ")));
        }
        let mut presets = [Preset::Minimal, Preset::Campaign].into_iter();
        if let Some(smallest) = presets.find(|preset| preset.has(module)) {
            text.push_str(&format!(" [{}]", smallest.word()));
        }
        text.push('\n');
    }
    ui::answer(&text)?;
    Ok(Outcome::Done)
}
