//! How background work is, as figures on the page of metrics.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::JobHealth;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StateLabels {
    queue: String,
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct QueueLabels {
    queue: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ProblemLabels {
    kind: &'static str,
}

/// Figures over all processes, as of the last look.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    jobs: Family<StateLabels, Gauge>,
    oldest: Family<QueueLabels, Gauge>,
    workers: Gauge,
    leaders: Gauge,
    problems: Family<ProblemLabels, Gauge>,
}

impl Gauges {
    pub(crate) fn register(&self, registry: &mut Registry) {
        let help = "Jobs by queue and state, over all processes";
        registry.register("job_queue_jobs", help, self.jobs.clone());
        let help = "For how long the job waits that should have started first";
        registry.register("job_oldest_waiting_seconds", help, self.oldest.clone());
        let help = "Processes that run jobs";
        registry.register("job_workers", help, self.workers.clone());
        let help = "Whether a process runs schedules and passes events on";
        registry.register("job_leaders", help, self.leaders.clone());
        let help = "Workers, queues and schedules that are late";
        registry.register("job_problems", help, self.problems.clone());
    }

    /// Takes over what was found.
    pub(crate) fn set(&self, health: &JobHealth) {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        // Queues come and go.
        self.jobs.clear();
        self.oldest.clear();
        self.problems.clear();
        for one in &health.queues {
            let queue = &one.queue;
            for (state, count) in [
                ("waiting", one.waiting),
                ("running", one.running),
                ("dead", one.dead),
            ] {
                let queue = queue.clone();
                let labels = StateLabels { queue, state };
                self.jobs.get_or_create(&labels).set(number(count));
            }
            let queue = queue.clone();
            let oldest = self.oldest.get_or_create(&QueueLabels { queue });
            oldest.set(number(one.oldest_s));
        }
        self.workers.set(number(health.workers.len() as u64));
        self.leaders.set(i64::from(health.has_leader));
        for problem in &health.problems {
            let kind = problem.kind;
            self.problems.get_or_create(&ProblemLabels { kind }).inc();
        }
    }
}
