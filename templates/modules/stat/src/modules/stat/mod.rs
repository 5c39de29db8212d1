//! Statistics: players' apps report, operators see what it comes to.
//!
//! | file | holds |
//! |---|---|
//! | `handlers/` | HTTP in and out: `client` for players, the others for operators |
//! | `dto/` | what requests carry and answers show |
//! | `service.rs` | what can be asked and said, and of which tenant |
//! | `metrics.rs` | the app's own metrics |
//! | `seed.rs` | the figures of the demo campaign |
//!
//! There is no `entity.rs` and no `migration.rs`: tables and counting are the runtime's, and come
//! with `Module::statistics`; see `cloudapp_runtime::stat`. Other modules report by `ctx.stats()`.

pub mod dto;
pub mod handlers;
pub mod metrics;
pub mod seed;
pub mod service;

use cloudapp_runtime::prelude::Module;

/// Permission to see figures and metrics.
pub const READ: &str = "stat.read";
/// Permission to say what metrics are.
pub const WRITE: &str = "stat.write";

/// What the registry adds to the app.
pub fn module() -> Module {
    Module::new("stat")
        .title("Statistics")
        .statistics()
        .metrics(metrics::all())
        .routes(handlers::routes())
        .permissions(&[READ, WRITE])
        .seed(|ctx, demo| Box::pin(seed::demo(ctx, demo)))
}
