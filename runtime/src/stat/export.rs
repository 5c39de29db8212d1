//! Reports as spreadsheets (feature `xlsx`).

use super::read::{StatFilter, StatUnit};
use super::service::Stats;
use super::users::UserStatFilter;
use crate::error::AppResult;
use crate::excel::{Cell, Sheet, Spreadsheet};

/// Rows that are read at a time.
const PAGE: u64 = 1_000;

impl Stats<'_> {
    /// A trend as a spreadsheet: a row for each metric and step.
    ///
    /// # Errors
    /// As [`Stats::trend`]; the temporary file's.
    pub async fn export_trend(
        &self,
        filter: &StatFilter,
        unit: StatUnit,
    ) -> AppResult<Spreadsheet> {
        let trends = self.trend(filter, unit, None).await?;
        let mut sheet = Sheet::new("Statistics", &["Metric", "Title", "Date", "Value"])?;
        for trend in trends {
            for point in trend.value {
                sheet
                    .row(vec![
                        Cell::text(&trend.name),
                        Cell::text(&trend.title),
                        Cell::text(point.date),
                        Cell::Decimal(point.value),
                    ])
                    .await?;
            }
        }
        sheet.finish().await
    }

    /// Players' figures by day as a spreadsheet, newest first.
    ///
    /// # Errors
    /// As [`Stats::user_days`]; the temporary file's.
    pub async fn export_users(&self, filter: &UserStatFilter) -> AppResult<Spreadsheet> {
        let columns = [
            "Player", "Date", "Metric", "Module", "Object", "Value", "Events",
        ];
        let mut sheet = Sheet::new("Players", &columns)?;
        let mut after = None;
        loop {
            let rows = self.user_days(filter, after, PAGE).await?;
            let is_last = (rows.len() as u64) < PAGE;
            after = rows.last().map(|row| row.id);
            for row in rows {
                sheet
                    .row(vec![
                        Cell::text(row.user_id.to_string()),
                        Cell::text(row.date),
                        Cell::text(row.name),
                        Cell::text(row.module_id.to_string()),
                        Cell::text(row.object_id),
                        Cell::Decimal(row.value),
                        Cell::Int(row.count),
                    ])
                    .await?;
            }
            if is_last {
                return sheet.finish().await;
            }
        }
    }
}
