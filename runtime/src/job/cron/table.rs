//! Table `job_schedule_tb`: how far each schedule is, and how its last run ended.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseConnection, IntoActiveModel as _};

use crate::error::AppResult;

/// One schedule.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_schedule_tb")]
pub(crate) struct Model {
    /// The name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// What decided about `next_tick`.
    pub spec: String,
    /// The last tick that became a job.
    pub last_tick: Option<DateTime<Utc>>,
    /// The next one; none when there will be none.
    pub next_tick: Option<DateTime<Utc>>,
    /// Of the leader who wrote the row.
    pub fencing: i64,
    /// When the last run began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the last run ended, well or not.
    pub finished_at: Option<DateTime<Utc>>,
    /// When a run last ended well.
    pub beat_at: Option<DateTime<Utc>>,
    /// Why the last run failed; none when it did not.
    pub last_error: Option<String>,
}

/// Rows stand alone.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// All rows, of schedules that are gone too.
pub(crate) async fn all(conn: &impl ConnectionTrait) -> AppResult<Vec<Model>> {
    Ok(Entity::find().all(conn).await?)
}

/// Adds a schedule that has never ticked, or takes over one whose rule changed; `false` when
/// somebody else did meanwhile.
pub(super) async fn plan(
    conn: &impl ConnectionTrait,
    known: Option<&Model>,
    name: &str,
    (spec, next): (&str, Option<DateTime<Utc>>),
    fencing: i64,
) -> AppResult<bool> {
    if let Some(known) = known {
        let planned = Entity::update_many()
            .col_expr(Column::Spec, Expr::value(spec))
            .col_expr(Column::NextTick, Expr::value(next))
            .col_expr(Column::Fencing, Expr::value(fencing))
            .filter(Column::Name.eq(name))
            .filter(Column::Spec.eq(known.spec.as_str()))
            .exec(conn)
            .await?;
        return Ok(planned.rows_affected == 1);
    }
    let row = Model {
        name: name.to_owned(),
        spec: spec.to_owned(),
        last_tick: None,
        next_tick: next,
        fencing,
        started_at: None,
        finished_at: None,
        beat_at: None,
        last_error: None,
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(true)
}

/// Moves a schedule on from the tick that was found; `false` when somebody else did.
pub(super) async fn advance(
    conn: &impl ConnectionTrait,
    name: &str,
    found: DateTime<Utc>,
    (last, next): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    fencing: i64,
) -> AppResult<bool> {
    let mut update = Entity::update_many()
        .col_expr(Column::NextTick, Expr::value(next))
        .col_expr(Column::Fencing, Expr::value(fencing));
    if last.is_some() {
        update = update.col_expr(Column::LastTick, Expr::value(last));
    }
    let moved = update
        .filter(Column::Name.eq(name))
        .filter(Column::NextTick.eq(found))
        .exec(conn)
        .await?;
    Ok(moved.rows_affected == 1)
}

/// Notes that a run begins.
pub(super) async fn begins(
    conn: &DatabaseConnection,
    name: &str,
    now: DateTime<Utc>,
) -> AppResult<()> {
    Entity::update_many()
        .col_expr(Column::StartedAt, Expr::value(now))
        .filter(Column::Name.eq(name))
        .exec(conn)
        .await?;
    Ok(())
}

/// Notes how a run ended.
pub(super) async fn ends(
    conn: &DatabaseConnection,
    name: &str,
    now: DateTime<Utc>,
    error: Option<String>,
) -> AppResult<()> {
    let mut update = Entity::update_many().col_expr(Column::FinishedAt, Expr::value(now));
    if error.is_none() {
        update = update.col_expr(Column::BeatAt, Expr::value(now));
    }
    update
        .col_expr(Column::LastError, Expr::value(error))
        .filter(Column::Name.eq(name))
        .exec(conn)
        .await?;
    Ok(())
}
