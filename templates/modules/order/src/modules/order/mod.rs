//! Shipments: players have sent what they have won, operators ship it.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, `admin` and `batch` for operators |
//! | `dto/` | what requests carry and answers show |
//! | `service.rs` | what can be done, and on whose behalf |
//! | `hooks.rs` | the app's own rules around shipments |
//! | `seed.rs` | the shipment of the demo campaign |
//!
//! There is no `entity.rs` and no `migration.rs`: tables and engine are the runtime's, and come
//! with `Module::orders`; see `cloudapp_runtime::order`. The key of `[personal]` encrypts names,
//! telephone numbers and addresses.

pub mod dto;
pub mod handlers;
pub mod hooks;
pub mod seed;
pub mod service;

use cloudapp_runtime::prelude::Module;

/// Permission to see shipments, addresses included.
pub const READ: &str = "order.read";
/// Permission to change shipments.
pub const WRITE: &str = "order.write";

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("order")
        .title("Shipments")
        .orders(hooks::AppHooks)
        .routes(handlers::client::routes())
        .routes(handlers::admin::routes())
        .routes(handlers::batch::routes())
        .permissions(&[READ, WRITE])
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
