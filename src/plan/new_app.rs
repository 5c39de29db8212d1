//! `cloudapp new`: every file of a new app.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use sha2::{Digest, Sha256};

use super::module_files::module_files;
use super::pristine;
use crate::apply::NewFile;
use crate::catalogue::Catalogue;
use crate::embed::{self, Templates};
use crate::manifest::{self, Generator, Manifest, RuntimeSource};
use crate::name::{ModuleName, Taken};
use crate::render::{self, registry};
use crate::spec::{NewApp, NewModule};
use crate::unit::UnitKind;

/// Direct dependencies of a generated app, as they stand in its lock file.
pub(crate) const DEPENDENCIES: [&str; 8] = [
    "axum",
    "cloudapp-runtime",
    "garde",
    "sea-orm",
    "serde",
    "serde_json",
    "tokio",
    "utoipa",
];

/// All files of a new app, sorted by path.
///
/// # Errors
/// A module that the catalogue does not have, or a template (a user's, by `--templates`) that is
/// wrong.
pub fn new_app(templates: &Templates, app: &NewApp) -> Result<Vec<NewFile>> {
    let answers = app.answers();
    let context = render::context::app(&answers)?;
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut manifest = Manifest {
        generator: Generator {
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        app: answers.clone(),
        modules: Vec::new(),
        jobs: Vec::new(),
        tasks: Vec::new(),
    };

    let mut skeleton = render::render_unit(templates, "app", &context)?;
    let lock = skeleton
        .remove("Cargo.lock")
        .context("the templates have no `app/Cargo.lock`")?;
    files.insert(pristine::skeleton_path(), pristine::render(&skeleton)?);
    files.extend(skeleton);
    for name in Catalogue::read(templates)?.chosen(&app.modules)? {
        let module = NewModule {
            name: ModuleName::catalogue(&name, &Taken::default())?,
            fields: None,
            shard_by: None,
        };
        let generated = module_files(templates, &answers, &module)?;
        files.insert(pristine::module_path(&name), pristine::render(&generated)?);
        files.extend(generated);
        manifest.insert(module.entry());
    }

    let names: Vec<String> = manifest
        .modules
        .iter()
        .map(|module| module.name.clone())
        .collect();
    files.insert(registry::MODULES.to_owned(), registry::modules(&names));
    files.insert(registry::MIGRATIONS.to_owned(), registry::migrations(&[]));
    for kind in UnitKind::ALL {
        files.insert(kind.registry().to_owned(), registry::units(kind, &[]));
    }
    files.insert(
        "Cargo.lock".to_owned(),
        render::app_lock(&lock, &answers.name, &DEPENDENCIES)?,
    );
    files.insert(manifest::FILE.to_owned(), manifest.render()?);
    if answers.runtime == RuntimeSource::Vendored {
        vendor(&mut files);
    }
    let file = |(path, content): (String, String)| NewFile {
        path,
        content: content.into_bytes(),
        executable: false,
    };
    Ok(files.into_iter().map(file).collect())
}

/// Copies the library crates, and the digests by which `doctor` tells an edited copy.
fn vendor(files: &mut BTreeMap<String, String>) {
    let mut digests = String::new();
    for (path, content) in embed::vendor() {
        let digest: String = Sha256::digest(content)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        digests.push_str(&format!("{digest}  vendor/{path}\n"));
        files.insert(format!("vendor/{path}"), (*content).to_owned());
    }
    files.insert(".cloudapp/vendor.sha256".to_owned(), digests);
}
