//! `up`: finishes what was interrupted, then applies what is pending.

use std::time::Instant;

use sea_orm::DatabaseConnection;

use super::action::Action;
use super::down;
use super::error::{Doing, MigrateError};
use super::history::{self, Mark, Row, State};
use super::look::View;
use super::migration::Rendered;
use super::migrator::Migrator;
use super::probe::{Presence, presence};
use super::report::{Change, Direction, Event, Options, Report};
use super::run::{Work, needs_journal, unclear};
use super::session::Session;
use super::sql::read;
use super::status::{Status, StatusRow, compare};

impl Migrator {
    /// Applies everything that is pending; finishes what an earlier run left half done (a
    /// half-undone migration is undone wholly, then applied). Waits while another process migrates.
    /// With nothing to do it only reads.
    ///
    /// # Errors
    /// Refuses, before anything is done, if an applied migration was edited. Else: a step fails,
    /// the lock is not to be had in time, an interrupted step cannot be judged. Nothing is lost
    /// then: mend the cause and call again.
    pub async fn up(
        &self,
        conn: &DatabaseConnection,
        options: &Options,
    ) -> Result<Report, MigrateError> {
        let View { code, rows, .. } = self.look(conn).await?;
        let status = compare(&code, &rows);
        refuse_modified(&status)?;
        let mut report = Report::default();
        for row in status.iter().filter(|row| row.status == Status::Missing) {
            let message = format!(
                "migration `{}` of `{}` is applied, but this build does not know it: it is left \
                 alone",
                row.migration, row.stream
            );
            warn(message, options, &mut report);
        }
        // An error may only mean that another process is at work: judged again under the lock.
        if matches!(next(&code, &rows), Ok(None)) {
            return Ok(report);
        }
        let mut session = Session::open(conn, options).await?;
        let outcome = all(self, &mut session, &mut report).await;
        let closed = session.close().await;
        outcome.and(closed).map(|()| report)
    }
}

fn warn(message: String, options: &Options, report: &mut Report) {
    options.emit(&Event::Warning { message: &message });
    report.warnings.push(message);
}

fn refuse_modified(status: &[StatusRow]) -> Result<(), MigrateError> {
    let modified = status.iter().filter(|row| row.status == Status::Modified);
    let names: Vec<String> = modified.map(|row| row.migration.clone()).collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(MigrateError::Modified { names })
}

enum Next<'a> {
    FinishRevert(&'a Row, Option<&'a Rendered>),
    Resume(&'a Row, &'a Rendered),
    Apply(&'a Rendered),
}

fn next<'a>(code: &'a [Rendered], rows: &'a [Row]) -> Result<Option<Next<'a>>, MigrateError> {
    let of = |row: &Row| code.iter().find(|migration| migration.name == row.name);
    if let Some(row) = rows.iter().find(|row| row.state == State::Reverting) {
        return Ok(Some(Next::FinishRevert(row, of(row))));
    }
    if let Some(row) = rows.iter().find(|row| row.state == State::Running) {
        let found = of(row).map(|code| Next::Resume(row, code));
        let missing = || MigrateError::CodeMissing {
            migration: row.name.clone(),
            needed: "the steps that an interruption left (or undo it: `migrate down`)".to_owned(),
        };
        return found.ok_or_else(missing).map(Some);
    }
    let pending = |migration: &&Rendered| !rows.iter().any(|row| row.name == migration.name);
    Ok(code.iter().find(pending).map(Next::Apply))
}

async fn all(
    migrator: &Migrator,
    session: &mut Session<'_>,
    report: &mut Report,
) -> Result<(), MigrateError> {
    session.begin().await?;
    history::create(session.handle()?).await?;
    session.commit().await?;
    let mut before = None;
    loop {
        session.begin().await?;
        // Another process may have been at work until this transaction began.
        let view = migrator.look_again(session.handle()?, before).await?;
        let status = compare(&view.code, &view.rows);
        refuse_modified(&status)?;
        let begun = Instant::now();
        let next = next(&view.code, &view.rows)?;
        if next.is_some() {
            view.refuse_moving()?;
            view.refuse_whole(session.backend)?;
        }
        match next {
            None => return session.rollback().await,
            Some(Next::FinishRevert(row, code)) => {
                session.rollback().await?;
                report.changes.push(down::revert(session, row, code).await?);
            }
            Some(Next::Resume(row, code)) => {
                session.rollback().await?;
                resume(session, row, code, begun).await?;
                report.changes.push(change(code, true, begun));
            }
            Some(Next::Apply(code)) => {
                let early = |row: &&StatusRow| {
                    row.migration == code.name && row.status == Status::OutOfOrder
                };
                if status.iter().any(|row| early(&row)) {
                    let message = format!(
                        "migration `{}` is applied out of order: a later one of `{}` was applied \
                            before it",
                        code.name, code.stream
                    );
                    warn(message, session.options, report);
                }
                apply(session, code, begun).await?;
                report.changes.push(change(code, false, begun));
            }
        }
        before = Some(view);
    }
}

fn change(code: &Rendered, resumed: bool, begun: Instant) -> Change {
    Change {
        migration: code.name.to_owned(),
        stream: code.stream.to_owned(),
        direction: Direction::Up,
        steps: code.up.len(),
        resumed,
        duration_ms: milliseconds(begun),
    }
}

pub(crate) fn milliseconds(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn work(code: &Rendered, done: usize, in_flight: bool) -> Work<'_> {
    Work {
        migration: code.name,
        direction: Direction::Up,
        actions: code.up.clone(),
        done,
        in_flight,
        lenient: false,
    }
}

/// Applies a migration that was never begun. A transaction is open.
async fn apply(
    session: &mut Session<'_>,
    code: &Rendered,
    begun: Instant,
) -> Result<(), MigrateError> {
    let work = work(code, 0, false);
    work.started(session);
    if needs_journal(code.up.iter(), session.backend) {
        history::insert(session.handle()?, code, State::Running).await?;
        session.commit().await?;
        journalled(session, &work, code, begun).await?;
    } else {
        work.run_in_transaction(session).await?;
        let handle = session.handle()?;
        history::insert(handle, code, State::Done).await?;
        history::mark(handle, code.name, Mark::Done(milliseconds(begun))).await?;
        session.commit().await?;
    }
    work.finished(session, begun);
    Ok(())
}

async fn journalled(
    session: &mut Session<'_>,
    work: &Work<'_>,
    code: &Rendered,
    begun: Instant,
) -> Result<(), MigrateError> {
    if let Err(error) = work.run_journalled(session).await {
        forget_if_untouched(session, code.name)
            .await
            .unwrap_or_else(|error| tracing::debug!("{error}"));
        return Err(error);
    }
    history::mark(
        session.handle()?,
        code.name,
        Mark::Done(milliseconds(begun)),
    )
    .await
}

/// A migration whose first step was refused is as if it had never been begun.
async fn forget_if_untouched(session: &mut Session<'_>, name: &str) -> Result<(), MigrateError> {
    let handle = session.handle()?;
    let rows = history::load(handle).await?;
    let untouched = |row: &&Row| row.name == name && row.step == 0 && row.started == 0;
    match rows.iter().find(untouched) {
        Some(row) => history::delete(handle, &row.name).await,
        None => Ok(()),
    }
}

/// Goes on with a half-applied migration. Its code may have changed, but only behind the steps
/// done.
async fn resume(
    session: &mut Session<'_>,
    row: &Row,
    code: &Rendered,
    begun: Instant,
) -> Result<(), MigrateError> {
    let backend = session.backend;
    let same = |index: usize| {
        let stored = row.up.get(index).map(|stored| stored.normal(backend));
        stored.is_some() && stored == code.up.get(index).map(|action| action.normal(backend))
    };
    let modified = || MigrateError::Modified {
        names: vec![row.name.clone()],
    };
    if !(0..row.step).all(same) {
        return Err(modified());
    }
    let stored = |action: &Action| action.stored(None);
    let mut in_flight = row.started == row.step + 1;
    if in_flight && !same(row.step) {
        // The step was changed since: had its old text taken effect, the new one must not run on
        // top.
        if in_effect(session, row, row.step).await? {
            return Err(modified());
        }
        in_flight = false;
    }
    if row.checksum != code.checksum || !code.up.iter().map(stored).eq(row.up.iter().cloned()) {
        history::mark(session.handle()?, code.name, Mark::Text(code)).await?;
    }
    let work = work(code, row.step, in_flight);
    work.started(session);
    journalled(session, &work, code, begun).await?;
    work.finished(session, begun);
    Ok(())
}

/// Whether the stored step up that was begun took effect.
pub(crate) async fn in_effect(
    session: &Session<'_>,
    row: &Row,
    index: usize,
) -> Result<bool, MigrateError> {
    use super::sql::Class;
    let Some(stored) = row.up.get(index) else {
        return Ok(false);
    };
    // Of a stock migration it is not known; undoing or repeating it is its author's to bear.
    let Some(sql) = &stored.sql else {
        return Ok(stored.stock.is_some());
    };
    let reading = read(sql, session.backend);
    match reading.class {
        Class::Rows => Ok(false),
        Class::Repeatable => Ok(true),
        Class::Opaque => Err(unclear(&row.name, index, sql)),
        Class::Schema => {
            let present = presence(session.handle()?, &reading.effects).await;
            match present.doing("looking at the schema")? {
                Presence::All => Ok(true),
                Presence::None => Ok(false),
                Presence::Some => Err(unclear(&row.name, index, sql)),
            }
        }
    }
}
