//! Coupons of prizes: operators say what they are, players see what they are worth.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, `admin` for operators |
//! | `dto.rs` | what requests carry and answers show |
//! | `service.rs` | what can be done, and on whose rows |
//! | `hooks.rs` | the app's own rules around it |
//! | `seed.rs` | what the demo campaign has of it |
//! | `entity.rs` | the table as SeaORM sees it |
//! | `migration.rs` | the table as the database gets it |

pub mod dto;
pub mod entity;
pub mod handlers;
pub mod hooks;
pub mod migration;
pub mod seed;
pub mod service;

use cloudapp_runtime::prelude::Module;

/// Permission to see coupons.
pub const READ: &str = "coupon.read";
/// Permission to change coupons.
pub const WRITE: &str = "coupon.write";

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("coupon")
        .title("Coupons")
        .routes(handlers::client::routes())
        .routes(handlers::admin::routes())
        .migrations(migration::migrations())
        .permissions(&[READ, WRITE])
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
