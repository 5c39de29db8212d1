//! The statements of tasks.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use sha2::{Digest as _, Sha256};

use super::definition::Task;
use super::entity::{count, evidence, gear};
use super::model::Count;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::types::{DateTime, Id, Utc};

/// Most pieces of evidence that one statement uses up.
const CHUNK: usize = 500;

impl From<&count::Model> for Count {
    fn from(row: &count::Model) -> Self {
        Self {
            complete: row.complete_count,
            now: row.now_count,
            period: row.period_key.clone(),
            day: row.modify_day,
            at: Some(row.updated_at),
        }
    }
}

/// Counters of one part, locked until the transaction ends.
pub(super) async fn lock_count(
    conn: &impl ConnectionTrait,
    user_id: Id,
    task_id: Id,
    part: &str,
) -> AppResult<Option<count::Model>> {
    use count::Column;
    let row = count::Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::TaskId.eq(task_id))
        .filter(Column::TaskSubType.eq(part))
        .lock_exclusive();
    Ok(row.one(conn).await?)
}

/// Whose counters, of what.
pub(super) struct Place<'a> {
    pub(super) task: &'a Task,
    pub(super) user_id: Id,
    pub(super) part: &'a str,
}

/// Writes counters, on the condition that they are as they were read.
pub(super) async fn save_count(
    conn: &impl ConnectionTrait,
    place: &Place<'_>,
    old: Option<&count::Model>,
    count: &Count,
    id: Id,
    at: DateTime<Utc>,
) -> AppResult<()> {
    use count::Column;
    let at = count.at.unwrap_or(at);
    let Some(old) = old else {
        let task = &place.task.row;
        let row = count::Model {
            id,
            app_id: task.app_id.clone(),
            act_id: task.act_id,
            module_id: task.module_id,
            user_id: place.user_id,
            task_id: task.id,
            task_type: task.task_type,
            task_sub_type: place.part.to_owned(),
            complete_count: count.complete,
            now_count: count.now,
            period_key: count.period.clone(),
            modify_day: count.day,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        let row = row.into_active_model();
        count::Entity::insert(row)
            .exec_without_returning(conn)
            .await?;
        return Ok(());
    };
    let done = count::Entity::update_many()
        .col_expr(Column::CompleteCount, Expr::value(count.complete))
        .col_expr(Column::NowCount, Expr::value(count.now))
        .col_expr(Column::PeriodKey, Expr::value(count.period.as_str()))
        .col_expr(Column::ModifyDay, Expr::value(count.day))
        .col_expr(Column::Version, Expr::value(old.version + 1))
        .col_expr(Column::UpdatedAt, Expr::value(at))
        .filter(Column::UserId.eq(place.user_id))
        .filter(Column::Id.eq(old.id))
        .filter(Column::Version.eq(old.version))
        .exec(conn)
        .await?;
    changed(done.rows_affected, 1)
}

/// Refuses to go on when rows were not as they had been read.
pub(super) fn changed(affected: u64, rows: usize) -> AppResult<()> {
    if affected == rows as u64 {
        return Ok(());
    }
    let reason = format!("{rows} rows were to be updated, {affected} were as they had been read");
    Err(AppError::new(ErrorCode::BUSY).with_source(reason))
}

/// All counters of a player in an activity.
pub(super) async fn counts(
    conn: &impl ConnectionTrait,
    app_id: &str,
    act_id: Id,
    user_id: Id,
) -> AppResult<Vec<count::Model>> {
    use count::Column;
    let rows = count::Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::AppId.eq(app_id))
        .filter(Column::ActId.eq(act_id));
    Ok(rows.all(conn).await?)
}

/// Adds to what a player did of a task with tiers today.
pub(super) async fn add_to_day(
    conn: &impl ConnectionTrait,
    task: &Task,
    user_id: Id,
    (day, amount): (i32, i64),
    (id, at): (Id, DateTime<Utc>),
) -> AppResult<()> {
    use gear::Column;
    let done = gear::Entity::update_many()
        .col_expr(Column::NowCount, Expr::col(Column::NowCount).add(amount))
        .col_expr(Column::UpdatedAt, Expr::value(at))
        .filter(Column::UserId.eq(user_id))
        .filter(Column::TaskId.eq(task.id()))
        .filter(Column::CreateDay.eq(day))
        .exec(conn)
        .await?;
    if done.rows_affected > 0 {
        return Ok(());
    }
    let row = gear::Model {
        id,
        app_id: task.row.app_id.clone(),
        act_id: task.row.act_id,
        module_id: task.row.module_id,
        user_id,
        task_id: task.id(),
        task_type: task.row.task_type,
        now_count: amount,
        create_day: day,
        create_month: day / 100,
        created_at: at,
        updated_at: at,
    };
    let row = row.into_active_model();
    gear::Entity::insert(row)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// What a player did by day, of one task with tiers or, with their ids, of all of an activity.
pub(super) async fn days(
    conn: &impl ConnectionTrait,
    user_id: Id,
    task_ids: &[Id],
) -> AppResult<Vec<(Id, i32, i64)>> {
    use gear::Column;
    if task_ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = gear::Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::TaskId.is_in(task_ids.iter().copied()));
    let rows = rows.all(conn).await?.into_iter();
    Ok(rows
        .map(|row| (row.task_id, row.create_day, row.now_count))
        .collect())
}

/// What is unique of a piece of evidence: half of SHA-256 over tenant and key, in hexadecimal.
pub(crate) fn only_key(app_id: &str, key: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(app_id.as_bytes());
    hash.update([0]);
    hash.update(key.as_bytes());
    let digest = hash.finalize();
    digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Whether there is a piece of evidence already.
pub(super) async fn is_known(conn: &impl ConnectionTrait, only_key: &str) -> AppResult<bool> {
    let row = evidence::Entity::find()
        .filter(evidence::Column::OnlyKey.eq(only_key))
        .one(conn)
        .await?;
    Ok(row.is_some())
}

/// Adds a piece of evidence.
pub(super) async fn add_evidence(
    conn: &impl ConnectionTrait,
    row: evidence::Model,
) -> AppResult<()> {
    let row = row.into_active_model();
    evidence::Entity::insert(row)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Uses up the oldest pieces of evidence of a part from a day on; answers what they are about.
/// The part's counters are locked.
pub(super) async fn use_up(
    conn: &impl ConnectionTrait,
    place: &Place<'_>,
    from_day: i32,
    count: i64,
) -> AppResult<Vec<String>> {
    use evidence::Column;
    let mut left = usize::try_from(count).unwrap_or(usize::MAX);
    let mut objects = Vec::new();
    while left > 0 {
        let size = left.min(CHUNK);
        let rows = evidence::Entity::find()
            .filter(Column::UserId.eq(place.user_id))
            .filter(Column::TaskId.eq(place.task.id()))
            .filter(Column::IsHandle.eq(false))
            .filter(Column::IsGuest.eq(false))
            .filter(Column::TaskSubType.eq(place.part))
            .filter(Column::CreateDay.gte(from_day))
            .order_by_asc(Column::Id)
            .limit(size as u64);
        let rows = rows.all(conn).await?;
        if rows.is_empty() {
            break;
        }
        let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
        let done = evidence::Entity::update_many()
            .col_expr(Column::IsHandle, Expr::value(true))
            .filter(Column::UserId.eq(place.user_id))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .filter(Column::IsHandle.eq(false))
            .exec(conn)
            .await?;
        changed(done.rows_affected, ids.len())?;
        left -= rows.len();
        objects.extend(rows.into_iter().map(|row| row.object_id));
    }
    Ok(objects)
}

/// What a player's evidence of tasks is about, newest first.
pub(super) async fn objects(
    conn: &impl ConnectionTrait,
    user_id: Id,
    task_ids: &[Id],
    limit: u64,
) -> AppResult<Vec<evidence::Model>> {
    use evidence::Column;
    if task_ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = evidence::Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::TaskId.is_in(task_ids.iter().copied()))
        .filter(Column::IsGuest.eq(false))
        .order_by_desc(Column::Id)
        .limit(limit);
    Ok(rows.all(conn).await?)
}

/// Changes one row by its model.
pub(super) async fn update<A>(conn: &impl ConnectionTrait, row: A) -> AppResult<()>
where
    A: sea_orm::ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
    <A::Entity as sea_orm::EntityTrait>::Model: sea_orm::IntoActiveModel<A>,
{
    row.update(conn).await?;
    Ok(())
}
