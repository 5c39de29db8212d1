//! Series of characters and their types: operators edit and release them, players see them.
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

/// Permission to see series and types that are not released.
pub const READ: &str = "ip_series.read";
/// Permission to change series and types.
pub const WRITE: &str = "ip_series.write";

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("ip_series")
        .title("Series of characters")
        .routes(handlers::client::routes())
        .routes(handlers::ip_info::routes())
        .routes(handlers::ip_type::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE])
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
