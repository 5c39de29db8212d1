//! Events of the outbox become jobs: each one once for each type that asked for its topic.
//!
//! Only the leader does this, in batches. Where outbox and jobs are in one database, a batch is one
//! transaction. An outbox in another database cannot be changed in it: there the transaction that
//! adds the jobs notes in `job_relay_tb` which events they are of, and those are taken away before
//! anything else is read, by whoever leads then. So whatever is killed or suspended between, an
//! event neither stays away nor comes twice, and no finished job need be kept to know it.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::leader::Term;
use super::{NewJob, Subscription};
use crate::app::Context;
use crate::db::statement::{execute, insert, one};
use crate::db::{Busy, Group, transaction};
use crate::error::{AppError, AppResult, ErrorCode};
use crate::outbox::{self, Event};
use crate::random;
use crate::types::{DateTime, Id, Utc};

/// Events of one batch. Their lanes are locked until it is committed.
const BATCH: u64 = 200;
/// Longest name of a lane.
const LANE_MAX: usize = 190;
/// Events that cannot become jobs and are passed over; more hold up the others.
const STUCK_MAX: usize = 1_000;

/// What a job is given of an event.
#[derive(Serialize)]
struct Payload<'a> {
    event_id: Id,
    topic: &'a str,
    app_id: &'a str,
    lane: &'a str,
    payload: &'a RawValue,
    created_at: DateTime<Utc>,
}

/// What a leader remembers from one round to the next.
#[derive(Default)]
pub(crate) struct Relay {
    /// Events of another database that are jobs and may still be in the outbox. Absent: to be
    /// looked up.
    in_hand: BTreeMap<Group, Vec<Id>>,
    /// Events that cannot become jobs.
    stuck: BTreeSet<Id>,
}

/// A batch, as jobs.
struct Batch {
    ids: Vec<Id>,
    jobs: Vec<NewJob>,
    is_full: bool,
}

impl Relay {
    /// Passes on a batch of each database; whether there is more at once.
    ///
    /// # Errors
    /// The database's; `acquire_lock` when another process leads by now.
    pub(crate) async fn round(&mut self, ctx: &Context, term: &Term) -> AppResult<bool> {
        let mut has_more = false;
        let mut failure = None;
        for (group, _) in ctx.migrators() {
            let passed_on = match group {
                Group::Default => self.same(ctx, term).await,
                group => self.other(ctx, term, *group).await,
            };
            // One database that is away does not hold up the others.
            match passed_on {
                Ok(more) => has_more |= more,
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(has_more), Err)
    }

    /// Outbox and jobs in one database.
    async fn same(&mut self, ctx: &Context, term: &Term) -> AppResult<bool> {
        let Batch { ids, jobs, is_full } = self.read(ctx, Group::Default).await?;
        if ids.is_empty() {
            return Ok(false);
        }
        // Within the transaction there must be no waiting for ids.
        ctx.next_id().await?;
        let (ids, jobs) = (&ids, &jobs);
        transaction(&Busy(ctx.db().clone()), |txn| {
            Box::pin(async move {
                ctx.jobs().enqueue_in(txn, jobs.clone()).await?;
                if outbox::take(txn, ids).await? != ids.len() as u64 {
                    return Err(overtaken());
                }
                term.confirm(txn).await
            })
        })
        .await?;
        Ok(is_full)
    }

    /// An outbox in the database of another group.
    async fn other(&mut self, ctx: &Context, term: &Term, group: Group) -> AppResult<bool> {
        let passed_on = match self.in_hand.remove(&group) {
            Some(ids) => ids,
            None => noted(ctx.db(), group).await?,
        };
        if !passed_on.is_empty() {
            outbox::remove(ctx.db_of(group), &passed_on).await?;
        }
        let Batch { ids, jobs, is_full } = self.read(ctx, group).await?;
        if ids.is_empty() {
            self.in_hand.insert(group, ids);
            return Ok(false);
        }
        ctx.next_id().await?;
        let (noting, jobs) = (&ids, &jobs);
        transaction(&Busy(ctx.db().clone()), |txn| {
            Box::pin(async move {
                ctx.jobs().enqueue_in(txn, jobs.clone()).await?;
                note(txn, group, noting).await?;
                term.confirm(txn).await
            })
        })
        .await?;
        // Taken away at the begin of the next round.
        self.in_hand.insert(group, ids);
        Ok(is_full)
    }

    /// The oldest events as jobs.
    async fn read(&mut self, ctx: &Context, group: Group) -> AppResult<Batch> {
        let events = outbox::pending_but(ctx.db_of(group), &self.stuck, BATCH).await?;
        let mut batch = Batch {
            ids: Vec::with_capacity(events.len()),
            jobs: Vec::new(),
            is_full: events.len() as u64 == BATCH,
        };
        let limit = usize::try_from(ctx.config().job.payload_limit_kb);
        let limit = limit.unwrap_or(usize::MAX).saturating_mul(1024);
        for event in &events {
            let all = ctx.jobs().subscriptions();
            let of_topic = all.iter().filter(|one| one.topic == event.topic);
            let jobs = of_topic.map(|one| {
                let job = job(one, event)?;
                job.check(limit).map(|()| job)
            });
            match jobs.collect::<AppResult<Vec<NewJob>>>() {
                Ok(jobs) => {
                    batch.ids.push(event.id);
                    batch.jobs.extend(jobs);
                }
                Err(error) => self.pass_over(event, error)?,
            }
        }
        Ok(batch)
    }

    /// Leaves an event where it is, so that it neither holds up the others nor is lost.
    fn pass_over(&mut self, event: &Event, error: AppError) -> AppResult<()> {
        if self.stuck.len() == STUCK_MAX {
            return Err(error);
        }
        tracing::error!(
            event = %event.id,
            topic = event.topic,
            error = %error.detail(),
            "an event cannot become a job and stays in the outbox"
        );
        self.stuck.insert(event.id);
        Ok(())
    }
}

fn overtaken() -> AppError {
    AppError::new(ErrorCode::ACQUIRE_LOCK).with_source("another process passed the events on")
}

/// The job that an event is for one of those who asked for its topic.
fn job(subscription: &Subscription, event: &Event) -> AppResult<NewJob> {
    let payload: Result<Box<RawValue>, _> = RawValue::from_string(event.payload.clone());
    // What is no JSON is given as a text.
    let payload = payload.or_else(|_| serde_json::value::to_raw_value(&event.payload));
    let payload = payload.map_err(AppError::internal)?;
    let payload = Payload {
        event_id: event.id,
        topic: &event.topic,
        app_id: &event.app_id,
        lane: &event.lane,
        payload: &payload,
        created_at: event.created_at,
    };
    let payload = serde_json::to_string(&payload).map_err(AppError::internal)?;
    let job = NewJob::of_kind(&subscription.kind, payload).app_id(&event.app_id);
    Ok(match lane(subscription, event) {
        Some(lane) => job.lane(lane),
        None => job,
    })
}

/// Each type has lanes of its own: one that fails does not hold up what others make of an event.
fn lane(subscription: &Subscription, event: &Event) -> Option<String> {
    let Event {
        topic,
        app_id,
        lane,
        ..
    } = event;
    if lane.is_empty() {
        return None;
    }
    let name = subscription.kind.name();
    let plain = format!("{topic}/{name}/{app_id}/{lane}");
    if plain.len() <= LANE_MAX && plain.trim() == plain {
        return Some(plain);
    }
    let digest = random::to_hex(&Sha256::digest(&plain));
    Some(format!("{name}/{digest}"))
}

/// Which events of a group's outbox are jobs already.
async fn noted(conn: &impl ConnectionTrait, group: Group) -> AppResult<Vec<Id>> {
    let sql = "SELECT event_ids FROM job_relay_tb WHERE name = ?";
    let Some(row) = one(conn, sql, vec![group.as_str().into()]).await? else {
        return Ok(Vec::new());
    };
    let ids: String = row.try_get("", "event_ids")?;
    serde_json::from_str(&ids).map_err(AppError::internal)
}

/// Notes which events of a group's outbox are jobs from now on, instead of those before.
async fn note(conn: &impl ConnectionTrait, group: Group, ids: &[Id]) -> AppResult<()> {
    let ids = serde_json::to_string(ids).map_err(AppError::internal)?;
    let sql = "UPDATE job_relay_tb SET event_ids = ? WHERE name = ?";
    let values = vec![ids.as_str().into(), group.as_str().into()];
    if execute(conn, sql, values).await? == 0 {
        let sql = "INSERT INTO job_relay_tb (name, event_ids) VALUES (?, ?)";
        insert(conn, sql, vec![group.as_str().into(), ids.into()]).await?;
    }
    Ok(())
}
