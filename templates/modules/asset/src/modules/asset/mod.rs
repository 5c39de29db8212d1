//! Points, chances and coupons: players see what they have, operators give and take.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, `admin` for operators, `store` for the merchant's |
//! | `dto/` | what requests carry and answers show |
//! | `service.rs` | what can be done, and on whose balances |
//! | `hooks.rs` | the app's own rules around every change |
//! | `seed.rs` | the points of the demo campaign |
//!
//! There is no `entity.rs` and no `migration.rs`: tables and ledger are the runtime's, and come with
//! `Module::ledger`; see `cloudapp_runtime::asset`. Other modules change balances by `ctx.ledger()`.

pub mod dto;
pub mod handlers;
pub mod hooks;
pub mod seed;
pub mod service;

use cloudapp_runtime::prelude::Module;

/// Permission to see balances and journals.
pub const READ: &str = "asset.read";
/// Permission to change balances.
pub const WRITE: &str = "asset.write";

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("asset")
        .title("Assets")
        .ledger(hooks::AppHooks)
        .routes(handlers::client::routes())
        .routes(handlers::admin::routes())
        .routes(handlers::store::routes())
        .permissions(&[READ, WRITE])
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
