//! The app's own metrics, for every tenant and activity. Operators may say something else of them.

use cloudapp_runtime::stat::{Metric, Repeat, task_metrics};

/// All of them: your own first, then those of missions, invitations and shares.
///
/// `client` lets players' apps report a metric, with values up to the one given; what is worth
/// something is better reported by the code that did it: `ctx.stats().prepare(events)` before its
/// transaction, and `write` in it.
pub fn all() -> Vec<Metric> {
    let mut metrics = vec![
        Metric::new("VisitCount", "Visits")
            .group("Traffic", "")
            .client(1)
            .per_user(),
        Metric::new("VisitUserCount", "Visitors")
            .group("Traffic", "")
            .repeat(Repeat::Daily)
            .client(1),
        Metric::new("AddVisitUserCount", "New visitors")
            .group("Traffic", "")
            .repeat(Repeat::Ever)
            .client(1),
    ];
    metrics.extend(task_metrics());
    metrics
}
