//! Tasks: players do them and are paid, operators edit them.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, `admin` for operators |
//! | `dto/` | what requests carry and answers show |
//! | `service.rs` | what can be done, and on whose behalf |
//! | `hooks.rs` | the app's own rules around tasks |
//! | `seed.rs` | the tasks of the demo campaign |
//!
//! There is no `entity.rs` and no `migration.rs`: tables and engine are the runtime's, and come
//! with `Module::tasks`; see `cloudapp_runtime::task`. Other modules report orders and draws by
//! `ctx.tasks()`.

pub mod dto;
pub mod handlers;
pub mod hooks;
pub mod seed;
pub mod service;

use cloudapp_runtime::prelude::Module;

/// Permission to see tasks and how players stand.
pub const READ: &str = "task.read";
/// Permission to change tasks.
pub const WRITE: &str = "task.write";

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("task")
        .title("Tasks")
        .tasks(hooks::AppHooks)
        .routes(handlers::client::routes())
        .routes(handlers::admin::routes())
        .permissions(&[READ, WRITE])
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
