//! `admin create`: the first operator of a tenant has nobody who could make him over HTTP.

use std::io::{BufRead, IsTerminal};

use serde::Serialize;

use super::arguments::AdminCommand;
use super::error::CommandError;
use super::{Outcome, output};
use crate::app::{App, Context};
use crate::auth::operator;
use crate::config::{Config, Secret};
use crate::types::Id;

/// The variable that holds the password.
const PASSWORD_VARIABLE: &str = "CLOUDAPP_ADMIN_PASSWORD";

#[derive(Serialize)]
struct Created {
    id: Id,
    username: String,
    app_id: String,
    permissions: Vec<String>,
}

pub(super) async fn run(
    app: &App,
    config: Config,
    command: AdminCommand,
) -> Result<Outcome, CommandError> {
    let AdminCommand::Create {
        user,
        app_id,
        permissions,
        output,
    } = command;
    let app_id = app_id.unwrap_or_else(|| config.tenant.default_app_id.clone());
    let permissions = if permissions.is_empty() {
        vec!["*".to_owned()]
    } else {
        permissions
    };
    let password = read_password()?;
    let ctx = Context::connect(app, config).await?;
    let created = operator::create(&ctx, &app_id, &user, &password, &permissions).await;
    ctx.close().await;
    let id = created.map_err(|error| CommandError::App {
        doing: format!("operator `{user}` was not created"),
        error,
    })?;
    let created = Created {
        id,
        username: user,
        app_id,
        permissions,
    };
    output::answer(output, &created, || {
        let Created {
            username,
            app_id,
            permissions,
            ..
        } = &created;
        format!(
            "operator `{username}` of tenant `{app_id}` may {}",
            permissions.join(", ")
        )
    })?;
    Ok(Outcome::Done)
}

fn read_password() -> Result<Secret, CommandError> {
    if let Ok(password) = std::env::var(PASSWORD_VARIABLE)
        && !password.is_empty()
    {
        return Ok(Secret::new(password));
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        output::tell("password (it will be seen as you type):");
    }
    let mut line = String::new();
    stdin
        .lock()
        .read_line(&mut line)
        .map_err(CommandError::Stdin)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        Err(CommandError::NoPassword)
    } else {
        Ok(Secret::new(password))
    }
}
