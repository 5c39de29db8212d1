//! Templates → text: the engine with its delimiters, the contexts, the checks on what comes out.
//!
//! Nothing here reads or writes a file, asks a clock or iterates over a hash map: the same input
//! gives the same bytes.

mod check;
pub mod context;
pub(crate) mod lock;
pub mod registry;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use tera::{Context, Delimiters, Tera};

pub use check::check;
pub use lock::app_lock;

use crate::embed::Templates;

/// A file with this ending is rendered; every other one is copied as it is.
pub const TEMPLATE_SUFFIX: &str = ".tera";
/// Stands for a module's name in the paths of templates.
pub const MODULE_PLACEHOLDER: &str = "__module__";

/// Delimiters that occur in none of the languages that templates are written for.
pub const DELIMITERS: [&str; 6] = ["[%", "%]", "«", "»", "[~", "~]"];

/// Rendered files: path relative to the app → content.
pub type Files = BTreeMap<String, String>;

/// Renders every template of a unit (`app`, `custom`, `modules/<name>`).
///
/// Files at the unit's root that describe the unit itself (`module.toml`, `template.toml`) are left
/// out.
///
/// # Errors
/// A template that does not parse, or that uses a variable which `context` does not have; a result
/// that does not pass [`check`].
pub fn render_unit(templates: &Templates, unit: &str, context: &Context) -> Result<Files> {
    let module = context
        .get("module")
        .and_then(|module| module.as_map())
        .and_then(|module| {
            module
                .get(&"name".into())
                .and_then(|name| name.as_str().map(str::to_owned))
        });
    let mut engine = engine()?;
    let mut files = Files::new();
    for (path, text) in templates.unit(unit) {
        if matches!(path, "module.toml" | "template.toml") {
            continue;
        }
        let source = format!("templates/{unit}/{path}");
        let mut target = path
            .strip_suffix(TEMPLATE_SUFFIX)
            .unwrap_or(path)
            .to_owned();
        if let Some(module) = &module {
            target = target.replace(MODULE_PLACEHOLDER, module);
        }
        let content = if path.ends_with(TEMPLATE_SUFFIX) {
            engine
                .add_raw_template(&source, text)
                .with_context(|| format!("`{source}` is not a template"))?;
            engine
                .render(&source, context)
                .with_context(|| format!("`{source}` can't be rendered"))?
        } else {
            text.to_owned()
        };
        check(&target, &content).with_context(|| format!("`{source}` renders to a bad file"))?;
        files.insert(target, content);
    }
    Ok(files)
}

fn engine() -> Result<Tera> {
    let mut engine = Tera::new();
    let [
        block_start,
        block_end,
        variable_start,
        variable_end,
        comment_start,
        comment_end,
    ] = DELIMITERS.map(Into::into);
    engine.set_delimiters(Delimiters {
        block_start,
        block_end,
        variable_start,
        variable_end,
        comment_start,
        comment_end,
    })?;
    engine.autoescape_on(Vec::<&str>::new());
    Ok(engine)
}
