//! The files of one module, rendered: the same for a new app and for `add module`.

use anyhow::Result;

use crate::embed::Templates;
use crate::manifest::Answers;
use crate::render::{self, Files};
use crate::spec::NewModule;

/// Renders a module: a custom one from its fields, another from the catalogue.
pub(super) fn module_files(
    templates: &Templates,
    answers: &Answers,
    module: &NewModule,
) -> Result<Files> {
    let context = render::context::module(answers, module)?;
    match module.fields {
        Some(_) => render::render_unit(templates, "custom", &context),
        None => render::render_unit(templates, &format!("modules/{}", module.name), &context),
    }
}
