//! `cloudapp new`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::change::current_folder;
use super::{Outcome, run_app, templates};
use crate::apply::{Change, ChangeKind, NewFile, create_tree};
use crate::catalogue::Preset;
use crate::cli::NewArgs;
use crate::embed::Templates;
use crate::manifest::{self, RuntimeSource};
use crate::name::ProjectName;
use crate::plan::{self, Plan};
use crate::render::lock;
use crate::shard::parse_counts;
use crate::spec::NewApp;
use crate::{fs, ui};

pub(super) fn run(arguments: &NewArgs) -> Result<Outcome> {
    let templates = templates(&arguments.templates)?;
    let target = fs::place(&current_folder()?.join(&arguments.path))?;
    let name = project_name(&templates, arguments, &target)?;
    if !arguments.allow_nested {
        refuse_nested(&target)?;
    }
    let app = NewApp {
        name,
        database: arguments.database,
        runtime: runtime_source(&arguments.runtime, &target)?,
        modules: module_choice(arguments.modules.as_deref()),
        shard: parse_counts(&arguments.shard)?,
    };
    let files = plan::new_app(&templates, &app)?;
    let output = &arguments.output;
    if output.dry_run {
        ui::show_plan("new", &as_plan(files), true, output.json)?;
        return Ok(Outcome::Done);
    }
    let done = create_tree(&target, &files)?;
    let shown = arguments.path.display();
    if output.json {
        ui::show_plan("new", &as_plan(files), false, true)?;
    } else {
        ui::message(&format!(
            "created `{}` in `{shown}`: {} files",
            app.name,
            files.len()
        ));
        if !arguments.run {
            ui::message(&format!(
                "next: cd {shown} && cargo run -- migrate up && cargo run -- serve"
            ));
        }
    }
    done.acknowledge()?;
    if arguments.run {
        return run_app::run_app(&target, app.name.as_str());
    }
    Ok(Outcome::Done)
}

fn project_name(templates: &Templates, arguments: &NewArgs, target: &Path) -> Result<ProjectName> {
    let lock = templates
        .get("app/Cargo.lock")
        .context("the templates have no `app/Cargo.lock`")?;
    let crates: Vec<&str> = lock::package_names(lock).collect();
    if let Some(name) = &arguments.name {
        return Ok(ProjectName::new(name, &crates)?);
    }
    let Some(folder) = target.file_name() else {
        bail!(
            "`{}` does not end in a folder's name: give the app's with `--name`",
            target.display()
        );
    };
    ProjectName::new(&folder.to_string_lossy(), &crates).with_context(|| {
        format!(
            "the folder's name can't be the app's name: choose another folder, or keep `{}` and give \
             the name with `--name`",
            crate::name::shown(&arguments.path.to_string_lossy())
        )
    })
}

/// Refuses a target below another app or another Cargo project: two projects in one tree confuse
/// both.
fn refuse_nested(target: &Path) -> Result<()> {
    for folder in target.ancestors().skip(1) {
        for file in [manifest::FILE, "Cargo.toml"] {
            if fs::exists(&folder.join(file)).unwrap_or(false) {
                bail!(
                    "`{}` is inside another project (`{}` has a `{file}`): choose a folder outside it, or \
                     pass `--allow-nested`",
                    target.display(),
                    folder.display()
                );
            }
        }
    }
    Ok(())
}

/// The words of `--modules`: names of modules and presets.
fn module_choice(list: Option<&str>) -> Vec<String> {
    let list = list.unwrap_or(Preset::Campaign.word());
    let words = list.split(',').map(str::trim);
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// A path is checked, and made relative to the app: an absolute one would tie it to this machine.
fn runtime_source(source: &RuntimeSource, target: &Path) -> Result<RuntimeSource> {
    let RuntimeSource::Path(path) = source else {
        return Ok(source.clone());
    };
    let checkout = fs::place(&current_folder()?.join(path))?;
    if !fs::exists(&checkout.join("runtime/Cargo.toml"))? {
        bail!(
            "`--runtime path={path}`: there is no `runtime/Cargo.toml` in `{}`; give the folder of a \
             checkout of cloudapp",
            checkout.display()
        );
    }
    let relative = relative(target, &checkout);
    Ok(RuntimeSource::Path(
        relative.to_string_lossy().replace('\\', "/"),
    ))
}

fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = from
        .components()
        .skip(shared)
        .map(|_| std::path::Component::ParentDir);
    let down = to.components().skip(shared);
    up.chain(down).collect()
}

fn as_plan(files: Vec<NewFile>) -> Plan {
    let change = |file: NewFile| Change {
        path: file.path,
        kind: ChangeKind::Create {
            content: file.content,
        },
    };
    Plan {
        changes: files.into_iter().map(change).collect(),
        notes: Vec::new(),
    }
}
