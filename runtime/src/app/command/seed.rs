//! `seed demo`: the demo campaign. Safe to run twice.

use serde::Serialize;

use super::arguments::SeedCommand;
use super::error::CommandError;
use super::{Outcome, output};
use crate::app::{App, Context, Demo};
use crate::auth::operator;
use crate::config::{Config, Secret};
use crate::error::{AppResult, ErrorCode};
use crate::random;

/// The variable that sets the password of the demo operator.
const PASSWORD_VARIABLE: &str = "CLOUDAPP_DEMO_PASSWORD";
/// The demo operator.
const USERNAME: &str = "admin";

#[derive(Serialize)]
struct Seeded {
    app_id: &'static str,
    username: &'static str,
    /// Only when it was made up just now: it is shown once and never again.
    password: Option<String>,
    is_new: bool,
    modules: Vec<&'static str>,
}

pub(super) async fn run(
    app: &App,
    config: Config,
    command: SeedCommand,
) -> Result<Outcome, CommandError> {
    let SeedCommand::Demo { force, output } = command;
    if config.environment.is_production() && !force {
        return Err(CommandError::Production {
            command: "seed demo",
        });
    }
    let ctx = Context::connect(app, config).await?;
    let seeded = seed(app, &ctx).await;
    ctx.close().await;
    let seeded = seeded?;
    output::answer(output, &seeded, || seeded.text())?;
    Ok(Outcome::Done)
}

async fn seed(app: &App, ctx: &Context) -> Result<Seeded, CommandError> {
    let demo = Demo::default();
    let mut modules = Vec::new();
    for module in app.modules() {
        let Some(seed) = module.seed_fn() else {
            continue;
        };
        seed(ctx, &demo).await.map_err(|error| CommandError::App {
            doing: format!("the demo data of module `{}` failed", module.name()),
            error,
        })?;
        modules.push(module.name());
    }
    let (password, is_new) =
        create_operator(ctx, &demo)
            .await
            .map_err(|error| CommandError::App {
                doing: format!("the operator `{USERNAME}` was not created"),
                error,
            })?;
    Ok(Seeded {
        app_id: demo.app_id,
        username: USERNAME,
        password,
        is_new,
        modules,
    })
}

/// Makes the demo operator unless he is there; returns a password that was made up.
async fn create_operator(ctx: &Context, demo: &Demo) -> AppResult<(Option<String>, bool)> {
    let given = std::env::var(PASSWORD_VARIABLE)
        .ok()
        .filter(|password| !password.is_empty());
    let (password, made_up) = match given {
        Some(password) => (password, None),
        None => {
            let password = random::hex::<12>()?;
            (password.clone(), Some(password))
        }
    };
    let permissions = ["*".to_owned()];
    let password = Secret::new(password);
    match operator::create(ctx, demo.app_id, USERNAME, &password, &permissions).await {
        Ok(_) => Ok((made_up, true)),
        Err(error) if error.code() == ErrorCode::CONFLICT => Ok((None, false)),
        Err(error) => Err(error),
    }
}

impl Seeded {
    fn text(&self) -> String {
        let modules = if self.modules.is_empty() {
            "no module has demo data".to_owned()
        } else {
            format!("demo data of: {}", self.modules.join(", "))
        };
        let operator = match (&self.password, self.is_new) {
            (Some(password), _) => format!("password {password} (shown only now)"),
            (None, true) => format!("password from {PASSWORD_VARIABLE}"),
            (None, false) => "was there before, password unchanged".to_owned(),
        };
        format!(
            "tenant `{}`: {modules}\noperator `{}`: {operator}",
            self.app_id, self.username
        )
    }
}
