//! `job_tb`, `job_lane_tb`, `job_worker_tb`, `job_schedule_tb`, `job_leader_tb`: background work.
//!
//! Times in `…_us` are microseconds since 1970 by the database's clock.

use crate::prelude::*;

pub(super) fn create() -> Migration {
    Migration::new("cloudapp_0009_job", |steps| {
        jobs(steps);
        lanes(steps);
        workers(steps);
        schedules(steps);
    })
}

/// A text of which each character counts: names that differ in case only are two.
fn exact(mut column: ColumnDef, steps: &Steps) -> ColumnDef {
    match steps.backend() {
        DbBackend::MySql => column.extra("COLLATE utf8mb4_bin").take(),
        _ => column,
    }
}

fn jobs(steps: &mut Steps) {
    let lane = exact(string_len_null("lane", 190), steps);
    let unique_key = exact(string_len_null("unique_key", 190), steps);
    steps.create_table(
        Table::create()
            .table("job_tb")
            .col(big_integer("id").primary_key())
            .col(string_len("name", 64))
            .col(string_len("queue", 64))
            .col(lane)
            // Its place in the lane, until it is finished.
            .col(big_integer_null("lane_seq"))
            .col(string_len("app_id", 64))
            .col(long_text("payload"))
            // Negative, so that one index in ascending order is the order of the queue.
            .col(integer("minus_priority"))
            .col(string_len("state", 10))
            .col(integer("attempt"))
            .col(integer("max_attempts"))
            .col(date_time("run_at"))
            // When it is to be looked at again: made ready, or removed.
            .col(date_time_null("wake_at"))
            .col(unique_key)
            .col(big_integer_null("worker_id"))
            // Counts the runs: what a run writes asks for its number.
            .col(big_integer("run_no"))
            .col(boolean("is_cancelled"))
            .col(text_null("last_error"))
            .col(date_time("created_at"))
            .col(date_time_null("started_at"))
            .col(date_time_null("finished_at"))
            .to_owned(),
    );
    steps.create_index(
        Index::create()
            .name("idx_job_claim")
            .table("job_tb")
            .col("state")
            .col("queue")
            .col("minus_priority")
            .col("id")
            .to_owned(),
    );
    steps.create_index(
        Index::create()
            .name("idx_job_wake")
            .table("job_tb")
            .col("wake_at")
            .to_owned(),
    );
    steps.create_index(
        Index::create()
            .name("idx_job_lane")
            .table("job_tb")
            .col("lane")
            .col("lane_seq")
            .to_owned(),
    );
    steps.create_index(
        Index::create()
            .unique()
            .name("uq_job_unique_key")
            .table("job_tb")
            .col("unique_key")
            .col("name")
            .to_owned(),
    );
}

fn lanes(steps: &mut Steps) {
    let name = exact(string_len("name", 190), steps);
    steps.create_table(
        Table::create()
            .table("job_lane_tb")
            .col(name)
            // The last place that was given away.
            .col(big_integer("seq"))
            // The job that is, or will be, run; none when the lane is empty.
            .col(big_integer_null("head_id"))
            .col(date_time("changed_at"))
            .primary_key(Index::create().col("name"))
            .to_owned(),
    );
    steps.create_index(
        Index::create()
            .name("idx_job_lane_changed_at")
            .table("job_lane_tb")
            .col("changed_at")
            .to_owned(),
    );
}

fn workers(steps: &mut Steps) {
    steps.create_table(
        Table::create()
            .table("job_worker_tb")
            .col(big_integer("id").primary_key())
            .col(string_len("host", 128))
            .col(big_integer("pid"))
            // JSON: how many jobs of which queue it runs at once.
            .col(text("queues"))
            .col(date_time("started_at"))
            .col(date_time("beat_at"))
            // From then on its jobs are taken from it.
            .col(big_integer("lease_until_us"))
            .col(integer("running"))
            .to_owned(),
    );
}

fn schedules(steps: &mut Steps) {
    steps.create_table(
        Table::create()
            .table("job_schedule_tb")
            .col(string_len("name", 64).primary_key())
            // The rule by which it ticks.
            .col(string_len("spec", 255))
            .col(date_time_null("last_tick"))
            .col(date_time_null("next_tick"))
            // Of the leader who wrote the row.
            .col(big_integer("fencing"))
            .col(date_time_null("started_at"))
            .col(date_time_null("finished_at"))
            .col(date_time_null("beat_at"))
            .col(text_null("last_error"))
            .to_owned(),
    );
    steps.create_table(
        Table::create()
            .table("job_leader_tb")
            .col(string_len("name", 64).primary_key())
            .col(string_len("owner", 64))
            .col(big_integer("fencing"))
            .col(big_integer("lease_until_us"))
            .to_owned(),
    );
    steps.create_table(
        Table::create()
            .table("job_relay_tb")
            // The group whose outbox is in another database.
            .col(string_len("name", 64).primary_key())
            // JSON: the events that are jobs by now, and may still be in that outbox.
            .col(long_text("event_ids"))
            .to_owned(),
    );
}
