//! What is counted about jobs.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds of the duration buckets in seconds.
const BUCKETS_S: [f64; 10] = [0.005, 0.02, 0.1, 0.5, 1.0, 5.0, 20.0, 60.0, 300.0, 1800.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RunLabels {
    name: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct NameLabels {
    name: &'static str,
}

/// The counters of one process.
#[derive(Debug)]
pub(super) struct Stats {
    runs: Family<RunLabels, Counter>,
    durations: Family<NameLabels, Histogram, fn() -> Histogram>,
    pub(super) running: Gauge,
    pub(super) rescued: Counter,
    pub(super) late: Counter,
}

impl Default for Stats {
    fn default() -> Self {
        let new_histogram: fn() -> Histogram = || Histogram::new(BUCKETS_S);
        Self {
            runs: Family::default(),
            durations: Family::new_with_constructor(new_histogram),
            running: Gauge::default(),
            rescued: Counter::default(),
            late: Counter::default(),
        }
    }
}

impl Stats {
    /// A run ended: `done`, `failed` (to be tried again), `dead`, `cancelled`, `interrupted`.
    pub(super) fn ran(&self, name: &'static str, result: &'static str, took: Duration) {
        self.runs.get_or_create(&RunLabels { name, result }).inc();
        let durations = self.durations.get_or_create(&NameLabels { name });
        durations.observe(took.as_secs_f64());
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("job_runs", "Runs of jobs that ended", self.runs.clone());
        registry.register(
            "job_duration_seconds",
            "Time that a run of a job took",
            self.durations.clone(),
        );
        let help = "Jobs that this process is running";
        registry.register("job_running", help, self.running.clone());
        let help = "Jobs taken from workers that died";
        registry.register("job_rescued", help, self.rescued.clone());
        let help = "Ends of runs that were no longer the job's";
        registry.register("job_late_ends", help, self.late.clone());
    }
}
