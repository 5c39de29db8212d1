//! Prizes and draws: players draw and see what they have won, operators edit prizes and rules.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, the others for operators |
//! | `dto/` | what requests carry and answers show |
//! | `service.rs` | what can be done, and on whose behalf |
//! | `hooks.rs` | the app's own rules around prizes and draws |
//! | `reward.rs` | the job that gives prizes for tasks |
//! | `seed.rs` | the prizes of the demo campaign |
//!
//! There is no `entity.rs` and no `migration.rs`: tables and engine are the runtime's, and come
//! with `Module::lottery`; see `cloudapp_runtime::lottery`.

pub mod dto;
pub mod handlers;
pub mod hooks;
pub mod reward;
pub mod seed;
pub mod service;

use cloudapp_runtime::prelude::Module;
use cloudapp_runtime::task::TASK_REWARD_DUE;

/// Permission to see prizes, draws and winnings.
pub const READ: &str = "prize.read";
/// Permission to change prizes and the rules of draws.
pub const WRITE: &str = "prize.write";

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("prize")
        .title("Prizes")
        .lottery(hooks::AppHooks)
        .routes(handlers::routes())
        .permissions(&[READ, WRITE])
        .on_event::<reward::GivePrizeJob>(TASK_REWARD_DUE)
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
