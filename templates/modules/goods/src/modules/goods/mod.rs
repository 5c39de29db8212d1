//! Goods of the shop: those that an activity shows, and the special ones of a tenant.
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

/// Permission to see goods that are not shown.
pub const READ: &str = "goods.read";
/// Permission to change goods.
pub const WRITE: &str = "goods.write";

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("goods")
        .title("Goods")
        .routes(handlers::client::routes())
        .routes(handlers::launch::routes())
        .routes(handlers::special::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE])
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
