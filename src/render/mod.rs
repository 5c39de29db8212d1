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
/// What stands for a name in the paths of templates, and the variable that has it as `name`.
pub const PLACEHOLDERS: [(&str, &str); 2] = [("__module__", "module"), ("__unit__", "unit")];

/// Delimiters that occur in none of the languages that templates are written for.
pub const DELIMITERS: [&str; 6] = ["[%", "%]", "«", "»", "[~", "~]"];

/// Rendered files: path relative to the app → content.
pub type Files = BTreeMap<String, String>;

/// Renders every template of a unit (`app`, `custom`, `job`, `task`, `modules/<name>`).
///
/// Files at the unit's root that describe the unit itself (`module.toml`, `template.toml`) are left
/// out.
///
/// # Errors
/// A template that does not parse, or that uses a variable which `context` does not have; a result
/// that does not pass [`check`].
pub fn render_unit(templates: &Templates, unit: &str, context: &Context) -> Result<Files> {
    let names = PLACEHOLDERS.map(|(placeholder, variable)| (placeholder, name(context, variable)));
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
        for (placeholder, name) in &names {
            if let Some(name) = name {
                target = target.replace(placeholder, name);
            }
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

/// The `name` of a variable of the context.
fn name(context: &Context, variable: &str) -> Option<String> {
    let variable = context.get(variable)?.as_map()?;
    let name = variable.get(&"name".into())?;
    name.as_str().map(str::to_owned)
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
