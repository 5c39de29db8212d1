//! The task that owns what a worker is running.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::desk::{self, Desk};
use super::keeper;
use super::run::Run;
use crate::app::Context;
use crate::db::{Busy, transaction};
use crate::error::AppResult;
use crate::job::claim::{Claim, Claimed};
use crate::job::context::JobRun;
use crate::job::settle::{Applied, End, Ended, Locking, apply};
use crate::job::{Stop, StopReason, rescue};
use crate::types::Id;

/// Pause after the database failed, and before an end is tried again whose lane somebody else has
/// locked.
const PAUSE: Duration = Duration::from_millis(20);
/// Longest pause while the database cannot be had.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// How long a worker that ends tries to write down what it leaves.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// The places of a queue.
struct Places {
    concurrency: usize,
    running: usize,
    /// Whether there may be jobs.
    is_hungry: bool,
}

/// A job that this worker is running.
struct Live {
    run: JobRun,
    abort: AbortHandle,
}

pub(super) struct Pump {
    ctx: Context,
    desk: Desk,
    names: Vec<String>,
    places: BTreeMap<String, Places>,
    live: BTreeMap<(Id, i64), Live>,
    tasks: JoinSet<()>,
    sender: mpsc::Sender<Ended>,
    receiver: mpsc::Receiver<Ended>,
    /// Runs that ended and are not written down.
    ended: Vec<Ended>,
    awakened: watch::Receiver<u64>,
    poll_at: Instant,
    look_at: Instant,
    /// Nothing is asked of the database before, unless it was well.
    rest_until: Option<Instant>,
    failures: u32,
    is_draining: bool,
    ran: u64,
}

impl Pump {
    pub(super) fn new(ctx: Context, desk: Desk, queues: &BTreeMap<String, u32>) -> Self {
        let places = queues.iter().map(|(name, concurrency)| {
            let places = Places {
                concurrency: usize::try_from(*concurrency).unwrap_or(usize::MAX),
                running: 0,
                is_hungry: true,
            };
            (name.clone(), places)
        });
        let places: BTreeMap<_, _> = places.collect();
        // A place is free only once the end of its run was received: no run ever waits to tell it.
        let room: usize = places.values().map(|places| places.concurrency).sum();
        let (sender, receiver) = mpsc::channel(room.clamp(1, Semaphore::MAX_PERMITS));
        let names = ctx.job_engine().kinds().keys();
        Self {
            names: names.map(|name| (*name).to_owned()).collect(),
            places,
            live: BTreeMap::new(),
            tasks: JoinSet::new(),
            sender,
            receiver,
            ended: Vec::new(),
            awakened: ctx.job_engine().awakened(),
            poll_at: Instant::now(),
            look_at: Instant::now() + desk::pause(&ctx),
            rest_until: None,
            failures: 0,
            is_draining: false,
            ran: 0,
            desk,
            ctx,
        }
    }

    /// Runs jobs until `stop` is ready.
    pub(super) async fn run(&mut self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            self.step().await;
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = self.something() => {}
            }
        }
    }

    /// Runs jobs until none is ready and none is running; how many runs there were.
    pub(super) async fn run_until_idle(&mut self) -> AppResult<u64> {
        loop {
            keeper::promote(&self.ctx).await;
            self.be_hungry();
            self.exchange().await?;
            if self.live.is_empty() && self.ended.is_empty() {
                return Ok(self.ran);
            }
            while !self.live.is_empty() && self.ended.len() < self.live.len() {
                match self.receiver.recv().await {
                    Some(ended) => self.end(ended),
                    None => break,
                }
            }
        }
    }

    /// Lets running jobs end, and gives back those that do not.
    pub(super) async fn drain(&mut self) {
        self.is_draining = true;
        let grace_until = Instant::now() + self.ctx.config().job.grace();
        tracing::info!(running = self.live.len(), "the worker is about to stop");
        for (id, run_no) in self.live.keys() {
            let engine = self.ctx.job_engine();
            engine.stop(*id, *run_no, StopReason::Draining);
        }
        while !self.live.is_empty() {
            self.step().await;
            if self.live.is_empty() || timeout_at(grace_until, self.something()).await.is_err() {
                break;
            }
        }
        self.tasks.shutdown().await;
        while let Ok(ended) = self.receiver.try_recv() {
            self.end(ended);
        }
        self.give_back_live();
        let leave_until = Instant::now() + LEAVE_WITHIN;
        while !self.ended.is_empty() && Instant::now() < leave_until {
            if let Err(error) = self.exchange().await {
                tracing::warn!(error = %error.detail(), "jobs cannot be given back");
            }
            if !self.ended.is_empty() {
                sleep(PAUSE).await;
            }
        }
        if !self.ended.is_empty() {
            // They are rescued when the lease is over.
            tracing::warn!(jobs = self.ended.len(), "jobs were not given back");
        }
    }

    /// As if the runs that have not ended had not been started.
    fn give_back_live(&mut self) {
        let ended: Vec<(i64, i64)> = self.ended.iter().map(|one| (one.id, one.run_no)).collect();
        for ((id, run_no), live) in &self.live {
            if !ended.contains(&(id.get(), *run_no)) {
                self.ended.push(Ended::of(&live.run, End::GivenBack));
            }
        }
    }

    /// Waits until there may be something to do.
    async fn something(&mut self) {
        let rest_until = self.rest_until.take();
        if let Some(rest_until) = rest_until {
            sleep_until(rest_until).await;
        } else {
            tokio::select! {
                biased;
                Some(ended) = self.receiver.recv() => self.end(ended),
                Ok(()) = self.awakened.changed() => self.be_hungry(),
                () = sleep_until(self.poll_at.min(self.look_at)) => {}
            }
        }
        while let Ok(ended) = self.receiver.try_recv() {
            self.end(ended);
        }
        while self.tasks.try_join_next().is_some() {}
    }

    fn be_hungry(&mut self) {
        self.poll_at = Instant::now() + self.ctx.config().job.poll();
        for places in self.places.values_mut() {
            places.is_hungry = true;
        }
    }

    /// A run ended: if it is still ours, that is to be written down.
    fn end(&mut self, ended: Ended) {
        if self.live.contains_key(&(Id::new(ended.id), ended.run_no)) {
            self.ended.push(ended);
        }
    }

    async fn step(&mut self) {
        let now = Instant::now();
        if now >= self.poll_at {
            self.be_hungry();
        }
        let mut result = Ok(());
        if self.desk.is_lost() {
            result = self.start_anew().await;
        }
        if result.is_ok() && now >= self.look_at {
            result = self.look().await;
        }
        if result.is_ok() {
            result = self.exchange().await;
        }
        match result {
            Ok(()) => self.failures = 0,
            Err(error) => {
                tracing::warn!(error = %error.detail(), "the jobs' database failed");
                let pause = PAUSE
                    .saturating_mul(1 << self.failures.min(7))
                    .min(PAUSE_MAX);
                self.failures += 1;
                self.rest_until = Some(Instant::now() + pause);
                // A commit may have happened without an answer.
                self.look_at = Instant::now();
            }
        }
    }

    /// Writes down what has ended and takes as much anew.
    async fn exchange(&mut self) -> AppResult<()> {
        let wanted = self.wanted(|places| places.is_hungry);
        if self.ended.is_empty() && wanted.is_empty() {
            return Ok(());
        }
        let all = self.wanted(|_| true);
        let (applied, claimed) = self.commit(&wanted, &all).await?;
        let taken_from = if applied.opened > 0 { all } else { wanted };
        for (queue, count) in taken_from {
            let is_full = claimed.iter().filter(|job| job.queue == queue).count() >= count;
            if let Some(places) = self.places.get_mut(&queue) {
                places.is_hungry = is_full;
            }
        }
        self.forget(&applied);
        self.ctx.job_engine().stats().late.inc_by(applied.late);
        for job in claimed {
            self.begin(job);
        }
        self.desk.set_running(self.live.len());
        Ok(())
    }

    /// How many jobs to take of which queue, counting the places of those that have ended.
    fn wanted(&self, is_asked: impl Fn(&Places) -> bool) -> Vec<(String, usize)> {
        if self.is_draining || self.desk.is_lost() {
            return Vec::new();
        }
        let mut wanted = Vec::new();
        for (name, places) in &self.places {
            let ended = self.ended.iter().filter(|ended| {
                let live = self.live.get(&(Id::new(ended.id), ended.run_no));
                live.is_some_and(|live| live.run.queue == *name)
            });
            let free = (places.concurrency + ended.count()).saturating_sub(places.running);
            if free > 0 && is_asked(places) {
                wanted.push((name.clone(), free));
            }
        }
        wanted
    }

    async fn commit(
        &self,
        wanted: &[(String, usize)],
        all: &[(String, usize)],
    ) -> AppResult<(Applied, Vec<Claimed>)> {
        let ctx = &self.ctx;
        let is_sqlite = ctx.db().get_database_backend() == DbBackend::Sqlite;
        if self.ended.is_empty() && is_sqlite && wanted.len() == 1 {
            // One statement is a transaction of its own.
            return Ok((Applied::default(), self.claim(ctx.db(), wanted, 0).await?));
        }
        transaction(&Busy(ctx.db().clone()), |txn| {
            Box::pin(async move {
                let applied = apply(ctx, txn, &self.ended, Locking::Skip).await?;
                let queues = if applied.opened > 0 { all } else { wanted };
                let kept = applied.postponed.len() + applied.unsettled.len();
                let claimed = self.claim(txn, queues, kept).await?;
                Ok((applied, claimed))
            })
        })
        .await
    }

    /// `kept`: how many of the places that were counted as free are not.
    async fn claim(
        &self,
        conn: &impl ConnectionTrait,
        queues: &[(String, usize)],
        kept: usize,
    ) -> AppResult<Vec<Claimed>> {
        let mut claimed = Vec::new();
        for (queue, count) in queues {
            let claim = Claim {
                worker_id: self.desk.id().get(),
                queue,
                names: &self.names,
                count: u32::try_from(count.saturating_sub(kept)).unwrap_or(u32::MAX),
                now: self.ctx.now(),
            };
            claimed.extend(claim.take(conn).await?);
        }
        Ok(claimed)
    }

    /// Gives up the places of what was written down.
    fn forget(&mut self, applied: &Applied) {
        let ended = std::mem::take(&mut self.ended);
        for (index, mut ended) in ended.into_iter().enumerate() {
            if applied.unsettled.contains(&index) {
                ended.end = self.not_settled(&ended);
            } else if !applied.postponed.contains(&index) {
                self.remove(Id::new(ended.id), ended.run_no);
                continue;
            }
            self.ended.push(ended);
            self.poll_at = self.poll_at.min(Instant::now() + PAUSE);
        }
    }

    fn not_settled(&self, ended: &Ended) -> End {
        let error = "it finished in a transaction that was not committed".to_owned();
        let live = self.live.get(&(Id::new(ended.id), ended.run_no));
        if live.is_some_and(|live| live.run.attempt >= live.run.max_attempts) {
            End::Dead(error)
        } else {
            End::Again(self.ctx.now(), error)
        }
    }

    fn remove(&mut self, id: Id, run_no: i64) -> Option<Live> {
        let live = self.live.remove(&(id, run_no))?;
        if let Some(places) = self.places.get_mut(&live.run.queue) {
            places.running = places.running.saturating_sub(1);
        }
        self.ctx.job_engine().ended(id, run_no);
        Some(live)
    }

    fn begin(&mut self, claimed: Claimed) {
        let Some(kind) = self
            .ctx
            .job_engine()
            .kinds()
            .get(claimed.name.as_str())
            .copied()
        else {
            // Only known names are asked for.
            return;
        };
        let run = JobRun::from(&claimed);
        let (stopper, stop) = Stop::new();
        self.ctx.job_engine().began(run.id, run.run_no, stopper);
        if claimed.is_cancelled {
            let engine = self.ctx.job_engine();
            engine.stop(run.id, run.run_no, StopReason::Cancelled);
        }
        if let Some(places) = self.places.get_mut(&run.queue) {
            places.running += 1;
        }
        let task = Run {
            ctx: self.ctx.clone(),
            kind,
            claimed,
            stop,
            ends: self.sender.clone(),
        };
        let abort = self.tasks.spawn(task.go());
        self.ran += 1;
        self.live.insert((run.id, run.run_no), Live { run, abort });
    }

    /// Compares what this worker has by the database with what it is running: a lost answer, or a
    /// cancellation from another process, shows here.
    async fn look(&mut self) -> AppResult<()> {
        self.look_at = Instant::now() + desk::pause(&self.ctx);
        let rows = rescue::running(self.ctx.db(), self.desk.id().get()).await?;
        for (run, is_cancelled) in rows {
            let key = (run.id, run.run_no);
            if !self.live.contains_key(&key) {
                self.take_back(run);
            } else if is_cancelled {
                let engine = self.ctx.job_engine();
                engine.stop(run.id, run.run_no, StopReason::Cancelled);
            }
        }
        Ok(())
    }

    /// Gives back a job that was taken without this worker hearing of it.
    fn take_back(&mut self, run: JobRun) {
        self.ended.push(Ended::of(&run, End::GivenBack));
    }

    /// Others may have this worker's jobs: their runs end, and it begins again under a new number.
    async fn start_anew(&mut self) -> AppResult<()> {
        let before = self.desk.id().get();
        let keys: Vec<(Id, i64)> = self.live.keys().copied().collect();
        for (id, run_no) in keys {
            let engine = self.ctx.job_engine();
            engine.stop(id, run_no, StopReason::Lost);
            if let Some(live) = self.remove(id, run_no) {
                live.abort.abort();
                self.ended
                    .retain(|ended| (ended.id, ended.run_no) != (id.get(), run_no));
                self.ended.push(Ended::of(&live.run, End::GivenBack));
            }
        }
        self.desk.register(&self.ctx).await?;
        // What it took after it had been taken for dead.
        for (run, _) in rescue::running(self.ctx.db(), before).await? {
            let is_known = self
                .ended
                .iter()
                .any(|ended| (ended.id, ended.run_no) == (run.id.get(), run.run_no));
            if !is_known {
                self.take_back(run);
            }
        }
        self.be_hungry();
        Ok(())
    }
}
