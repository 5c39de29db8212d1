//! `down`: undoes what was applied last, also if its code is gone.

use std::time::Instant;

use sea_orm::{DatabaseConnection, DbBackend};

use super::action::{Action, Undo};
use super::error::MigrateError;
use super::history::{self, Mark, Row, State};
use super::migration::Rendered;
use super::migrator::Migrator;
use super::report::{Change, Direction, Options, Report};
use super::run::{Work, needs_journal};
use super::session::Session;
use super::sql::{Class, read};
use super::up::{in_effect, milliseconds};

impl Migrator {
    /// Undoes the `n` migrations that were applied last, newest first; one that was interrupted
    /// comes first and counts. A migration whose code is gone or was edited is undone by the SQL
    /// that the history keeps.
    ///
    /// # Errors
    /// Refuses, before anything is done, if one of them is irreversible. Else as [`Self::up`].
    pub async fn down(
        &self,
        conn: &DatabaseConnection,
        n: usize,
        options: &Options,
    ) -> Result<Report, MigrateError> {
        let mut report = Report::default();
        if n == 0 || self.look(conn).await?.rows.is_empty() {
            return Ok(report);
        }
        let mut session = Session::open(conn, options).await?;
        let outcome = undo_last(self, &mut session, n, &mut report).await;
        let closed = session.close().await;
        outcome.and(closed).map(|()| report)
    }
}

async fn undo_last(
    migrator: &Migrator,
    session: &mut Session<'_>,
    n: usize,
    report: &mut Report,
) -> Result<(), MigrateError> {
    session.begin().await?;
    let mut view = migrator.look(session.handle()?).await?;
    session.rollback().await?;
    view.refuse_moving()?;
    let mut names = Vec::new();
    for row in newest_first(&view.rows).into_iter().take(n) {
        // All are planned before the first is undone.
        plan(row, view.code_of(row))?;
        names.push(row.name.clone());
    }
    for name in names {
        session.begin().await?;
        view = migrator.look_again(session.handle()?, Some(view)).await?;
        session.rollback().await?;
        let row = view.rows.iter().find(|row| row.name == name);
        let row = row.ok_or_else(|| MigrateError::ChangedMeanwhile {
            migration: name.clone(),
        })?;
        let change = revert(session, row, view.code_of(row)).await?;
        report.changes.push(change);
    }
    Ok(())
}

fn newest_first(rows: &[Row]) -> Vec<&Row> {
    let rank = |row: &Row| match row.state {
        State::Reverting => 0,
        State::Running => 1,
        State::Done => 2,
    };
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort_by_key(|row| (rank(row), std::cmp::Reverse(row.position)));
    rows
}

/// The statements that undo the migration of `row`.
fn plan(row: &Row, code: Option<&Rendered>) -> Result<Vec<Undo>, MigrateError> {
    if row.state == State::Running && row.step == 0 && row.started == 0 {
        return Ok(Vec::new());
    }
    // The code's way down is the better one if the code is what was applied; but an interrupted run
    // is finished as it was begun.
    // (They differ in length if a table is no longer known to be sharded.)
    let as_applied = code.filter(|code| {
        code.checksum == row.checksum
            && code.up.len() == row.up.len()
            && row.state != State::Reverting
    });
    if let Some(code) = as_applied {
        return code
            .down
            .clone()
            .map_err(|reason| irreversible(row, reason));
    }
    let Some(stored) = &row.down else {
        return Err(irreversible(
            row,
            "the history keeps no way down".to_owned(),
        ));
    };
    let actions = |code: &Rendered| -> Vec<Action> {
        let down = code.down.iter().flatten().map(|undo| undo.action.clone());
        down.chain(code.up.iter().cloned()).collect()
    };
    let known = code.map(actions).unwrap_or_default();
    let revive = |stored: &super::action::Stored| {
        let action = stored
            .revive(known.iter())
            .ok_or_else(|| MigrateError::CodeMissing {
                migration: row.name.clone(),
                needed: stored.text(),
            })?;
        let undoes = stored.undoes;
        Ok(Undo { action, undoes })
    };
    stored.iter().map(revive).collect()
}

fn irreversible(row: &Row, reason: String) -> MigrateError {
    MigrateError::Irreversible {
        migration: row.name.clone(),
        reason,
    }
}

/// Undoes the migration of `row`, or finishes undoing it.
pub(crate) async fn revert(
    session: &mut Session<'_>,
    row: &Row,
    code: Option<&Rendered>,
) -> Result<Change, MigrateError> {
    let begun = Instant::now();
    let undo = plan(row, code)?;
    let journalled = row.state != State::Done
        || needs_journal(undo.iter().map(|undo| &undo.action), session.backend);
    let work = if journalled {
        revert_journalled(session, row, undo).await?
    } else {
        revert_in_transaction(session, row, undo).await?
    };
    work.finished(session, begun);
    Ok(Change {
        migration: row.name.clone(),
        stream: row.stream.clone(),
        direction: Direction::Down,
        steps: work.actions.len(),
        resumed: row.state == State::Reverting,
        duration_ms: milliseconds(begun),
    })
}

fn work(row: &Row, undo: Vec<Undo>, steps_up: usize) -> Work<'_> {
    let in_effect = |undo: &Undo| undo.undoes.is_none_or(|step| step <= steps_up);
    let resumed = row.state == State::Reverting;
    Work {
        migration: &row.name,
        direction: Direction::Down,
        actions: undo
            .into_iter()
            .filter(in_effect)
            .map(|undo| undo.action)
            .collect(),
        done: if resumed { row.undone } else { 0 },
        in_flight: resumed && row.started == row.undone + 1,
        lenient: steps_up < row.up.len(),
    }
}

async fn revert_in_transaction<'a>(
    session: &mut Session<'_>,
    row: &'a Row,
    undo: Vec<Undo>,
) -> Result<Work<'a>, MigrateError> {
    session.begin().await?;
    let still = history::load(session.handle()?).await?;
    if !still
        .iter()
        .any(|now| now.name == row.name && now.state == row.state)
    {
        return Err(MigrateError::ChangedMeanwhile {
            migration: row.name.clone(),
        });
    }
    let work = work(row, undo, row.step);
    work.started(session);
    work.run_in_transaction(session).await?;
    history::delete(session.handle()?, &row.name).await?;
    session.commit().await?;
    Ok(work)
}

async fn revert_journalled<'a>(
    session: &mut Session<'_>,
    row: &'a Row,
    mut undo: Vec<Undo>,
) -> Result<Work<'a>, MigrateError> {
    let mut steps_up = row.step;
    if row.state != State::Reverting {
        let in_flight = row.state == State::Running && row.started == row.step + 1;
        steps_up += usize::from(in_flight && in_effect(session, row, row.step).await?);
        if steps_up == 0 {
            undo.clear();
        }
        refuse_guessing(row, &undo, steps_up, session.backend)?;
        history::mark(session.handle()?, &row.name, Mark::Step(steps_up)).await?;
        history::mark(
            session.handle()?,
            &row.name,
            Mark::Reverting(&row.up, &undo),
        )
        .await?;
    }
    let work = work(row, undo, steps_up);
    work.started(session);
    if let Err(error) = work.run_journalled(session).await {
        let back = give_up_if_untouched(session, row, steps_up).await;
        back.unwrap_or_else(|error| tracing::debug!("{error}"));
        return Err(error);
    }
    history::delete(session.handle()?, &row.name).await?;
    Ok(work)
}

/// An explicit `down` undoes all steps up. Where only some of them are done, changes of the schema
/// that are not there need not be undone; but whether a change of rows is there cannot be seen.
fn refuse_guessing(
    row: &Row,
    undo: &[Undo],
    steps_up: usize,
    backend: DbBackend,
) -> Result<(), MigrateError> {
    let seen = |undo: &Undo| match &undo.action {
        Action::Sql(sql) => matches!(
            read(&sql.text, backend).class,
            Class::Schema | Class::Repeatable
        ),
        Action::Data { .. } | Action::Stock { .. } => false,
    };
    let blind = undo
        .iter()
        .find(|undo| undo.undoes.is_none() && !seen(undo));
    match blind {
        Some(blind) if steps_up < row.up.len() => Err(irreversible(
            row,
            format!(
                "only {steps_up} of its {} steps were done, and its explicit `down` changes rows \
                 as if all were ({}); \
                 finish it first, `migrate up`",
                row.up.len(),
                blind.action.text()
            ),
        )),
        _ => Ok(()),
    }
}

/// If not even the first step down took effect, the migration is what it was before.
async fn give_up_if_untouched(
    session: &mut Session<'_>,
    row: &Row,
    steps_up: usize,
) -> Result<(), MigrateError> {
    let handle = session.handle()?;
    let rows = history::load(handle).await?;
    let untouched = |now: &&Row| now.name == row.name && now.undone == 0 && now.started == 0;
    if rows.iter().find(untouched).is_none() {
        return Ok(());
    }
    let before = if steps_up == row.up.len() {
        State::Done
    } else {
        State::Running
    };
    history::mark(handle, &row.name, Mark::State(before)).await
}
