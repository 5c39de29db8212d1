//! Themes, their versions for clients, and skins: operators edit them, players use them.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, the others for operators |
//! | `dto/` | what requests carry and answers show |
//! | `service/` | what can be done, and on whose rows |
//! | `hooks.rs` | the app's own rules around it |
//! | `seed.rs` | what the demo campaign has of it |
//! | `entity/` | the tables as SeaORM sees them |
//! | `migration.rs` | the tables as the database gets them |

pub mod dto;
pub mod entity;
pub mod handlers;
pub mod hooks;
pub mod migration;
pub mod seed;
pub mod service;

use cloudapp_runtime::prelude::Module;

/// Permission to see themes that are not released.
pub const READ: &str = "theme.read";
/// Permission to change themes and skins.
pub const WRITE: &str = "theme.write";
/// Permission to give a theme to every tenant.
pub const PUBLIC: &str = "theme.public";

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("theme")
        .title("Themes")
        .routes(handlers::client::routes())
        .routes(handlers::theme::routes())
        .routes(handlers::skin::routes())
        .routes(handlers::version::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE, PUBLIC])
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
