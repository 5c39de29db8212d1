//! Reports: figures by group, and how they changed over time.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Duration, NaiveDate};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, QueryFilter as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::GROUP;
use super::apply::place;
use super::calendar::{date_of_number, month_of, number_of};
use super::definition::{Definitions, Described};
use super::entity::archive;
use super::service::Stats;
use super::value::Sum;
use crate::db::statement;
use crate::error::{AppError, AppResult};
use crate::types::{Decimal, Id};

/// Which figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatFilter {
    /// The tenant.
    pub app_id: String,
    /// The activity; 0 for what belongs to none.
    pub act_id: Id,
    /// The module of the activity; all when absent.
    pub module_id: Option<Id>,
    /// The object of the module; all when absent.
    pub object_id: Option<String>,
    /// The first day, in the tenant's time zone.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// The steps of a trend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StatUnit {
    /// Hours; of at most 31 days.
    Hour,
    /// Days; at most 366.
    #[default]
    Day,
    /// Months; of at most ten years.
    Month,
    /// Years, with those whose hours are removed.
    Year,
}

/// The metrics of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatGroup {
    /// Its name.
    pub group_name: String,
    /// Metrics that are in no group within it.
    pub data_list: Vec<StatFigure>,
    /// The groups within it.
    pub sub_data_list: Vec<StatSubGroup>,
}

/// The metrics of a group within a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatSubGroup {
    /// Its name.
    pub group_name: String,
    /// Its metrics.
    pub data_list: Vec<StatFigure>,
}

/// What a metric came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatFigure {
    /// The metric.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What the title means.
    pub tip_title: String,
    /// The figure.
    pub value: Decimal,
}

/// How a metric changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatTrend {
    /// The metric.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What the title means.
    pub tip_title: String,
    /// One for each step, also where nothing happened.
    pub value: Vec<StatPoint>,
}

/// The figure of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatPoint {
    /// The step: `2026-01-31T13`, `2026-01-31`, `2026-01` or `2026`.
    pub date: String,
    /// The figure.
    pub value: Decimal,
}

impl StatFilter {
    pub(super) fn check(&self, unit: StatUnit) -> AppResult<()> {
        let days = (self.to - self.from).num_days();
        let most = match unit {
            StatUnit::Hour => 31,
            StatUnit::Day => 366,
            StatUnit::Month => 3_660,
            StatUnit::Year => 36_600,
        };
        let is_sane = |date: NaiveDate| (2000..=2999).contains(&date.year());
        if days < 0 || days >= most || !is_sane(self.from) || !is_sane(self.to) {
            let text = format!("from, to: must be 1 to {most} days in the years from 2000 on");
            return Err(AppError::param((
                text,
                format!("from、to：须为 2000 年以后的 1 到 {most} 天"),
            )));
        }
        Ok(())
    }
}

impl StatUnit {
    fn expression(self) -> &'static str {
        match self {
            Self::Hour => "create_day * 100 + create_hour",
            Self::Day => "create_day",
            Self::Month => "create_month",
            Self::Year => "create_year",
        }
    }

    /// The steps of a range: the number in the database, and how it is written.
    fn steps(self, from: NaiveDate, to: NaiveDate) -> Vec<(i64, String)> {
        let mut steps = Vec::new();
        let mut date = from;
        while date <= to {
            let day = i64::from(number_of(date));
            match self {
                Self::Hour => steps.extend((0..24).map(|hour| {
                    let text = format!("{}T{hour:02}", date.format("%Y-%m-%d"));
                    (day * 100 + hour, text)
                })),
                Self::Day => steps.push((day, date.format("%Y-%m-%d").to_string())),
                Self::Month => steps.push((day / 100, date.format("%Y-%m").to_string())),
                Self::Year => steps.push((day / 10_000, date.format("%Y").to_string())),
            }
            let next = match self {
                Self::Hour | Self::Day => Some(date + Duration::days(1)),
                Self::Month => Some(month_of(month_of(date) + Duration::days(32))),
                Self::Year => NaiveDate::from_ymd_opt(date.year() + 1, 1, 1),
            };
            match next {
                Some(next) => date = next,
                None => break,
            }
        }
        steps
    }
}

/// Figures by metric and step.
pub(super) type Figures = BTreeMap<(String, i64), Sum>;

impl Stats<'_> {
    /// What each metric came to, by group and the group within it, in their order. Of metrics that
    /// nobody reported it is 0.
    ///
    /// # Errors
    /// `param_error`: the days are out of range. The database's.
    pub async fn totals(&self, filter: &StatFilter) -> AppResult<Vec<StatGroup>> {
        filter.check(StatUnit::Month)?;
        let figures = self.figures(filter, "0").await?;
        let mut groups: Vec<StatGroup> = Vec::new();
        for metric in self.described(filter).await? {
            let sum = figures.get(&(metric.name.clone(), 0)).copied();
            let figure = StatFigure {
                value: sum.unwrap_or_default().value()?,
                name: metric.name,
                title: metric.title,
                tip_title: metric.tip,
            };
            let at = groups
                .iter()
                .position(|group| group.group_name == metric.group);
            let at = at.unwrap_or_else(|| {
                groups.push(StatGroup {
                    group_name: metric.group,
                    data_list: Vec::new(),
                    sub_data_list: Vec::new(),
                });
                groups.len() - 1
            });
            put(&mut groups[at], metric.sub_group, figure);
        }
        Ok(groups)
    }

    /// How each metric changed; only that of `metric`, if there is one.
    ///
    /// # Errors
    /// As [`Stats::totals`].
    pub async fn trend(
        &self,
        filter: &StatFilter,
        unit: StatUnit,
        metric: Option<&str>,
    ) -> AppResult<Vec<StatTrend>> {
        filter.check(unit)?;
        let mut figures = self.figures(filter, unit.expression()).await?;
        if unit == StatUnit::Year {
            self.add_archived(filter, &mut figures).await?;
        }
        let steps = unit.steps(filter.from, filter.to);
        let mut trends = Vec::new();
        for Described {
            name, title, tip, ..
        } in self.described(filter).await?
        {
            if metric.is_some_and(|wanted| wanted != name) {
                continue;
            }
            let mut points = Vec::with_capacity(steps.len());
            for (number, date) in &steps {
                let sum = figures.get(&(name.clone(), *number)).copied();
                points.push(StatPoint {
                    date: date.clone(),
                    value: sum.unwrap_or_default().value()?,
                });
            }
            trends.push(StatTrend {
                name,
                title,
                tip_title: tip,
                value: points,
            });
        }
        Ok(trends)
    }

    async fn described(&self, filter: &StatFilter) -> AppResult<Vec<Described>> {
        let metrics = self.engine()?.metrics();
        let known = Definitions::load(self.ctx, metrics, &filter.app_id).await?;
        Ok(known.of_report(filter.act_id, filter.module_id))
    }

    /// The rows of hours, added up by metric and an expression.
    async fn figures(&self, filter: &StatFilter, step: &str) -> AppResult<Figures> {
        let key = place(&filter.app_id, filter.act_id.get(), 0);
        let conn = self.ctx.shard_reader_of(GROUP, &key);
        let mut values = vec![
            filter.act_id.into(),
            filter.app_id.as_str().into(),
            number_of(filter.from).into(),
            number_of(filter.to).into(),
        ];
        let mut wanted = String::new();
        if let Some(module_id) = filter.module_id {
            wanted.push_str(" AND module_id = ?");
            values.push(module_id.into());
        }
        if let Some(object_id) = &filter.object_id {
            wanted.push_str(" AND object_id = ?");
            values.push(object_id.as_str().into());
        }
        let backend = ConnectionTrait::get_database_backend(&conn);
        let sums = summed(backend);
        let table = quoted("stat_report_tb", backend);
        let step = text_of(step, backend);
        // By its place in the list, because the step may be an expression.
        let sql = format!(
            "SELECT key_name, {step} AS step, {sums} FROM {table} WHERE act_id = ? AND app_id = ? \
             AND create_day >= ? AND create_day <= ?{wanted} GROUP BY key_name, {step}"
        );
        let mut figures = Figures::new();
        for row in statement::all(&conn, &sql, values).await? {
            let step: String = row.try_get_by_index(1)?;
            let step = step.parse().map_err(AppError::internal)?;
            let sum = sum_at(&row, 2)?;
            *figures.entry((row.try_get_by_index(0)?, step)).or_default() += sum;
        }
        Ok(figures)
    }

    /// Years whose hours are gone. They count as a whole.
    async fn add_archived(&self, filter: &StatFilter, figures: &mut Figures) -> AppResult<()> {
        use archive::Column;
        let mut rows = archive::Entity::find()
            .filter(Column::AppId.eq(&filter.app_id))
            .filter(Column::ActId.eq(filter.act_id))
            .filter(Column::CreateYear.between(filter.from.year(), filter.to.year()))
            .filter(Column::IsRemoved.eq(true));
        if let Some(module_id) = filter.module_id {
            rows = rows.filter(Column::ModuleId.eq(module_id));
        }
        if let Some(object_id) = &filter.object_id {
            rows = rows.filter(Column::ObjectId.eq(object_id));
        }
        for row in rows.all(self.ctx.db_of(GROUP)).await? {
            let key = (row.key_name, i64::from(row.create_year));
            *figures.entry(key).or_default() += Sum {
                whole: row.key_value.into(),
                billionths: row.key_fraction.into(),
                count: row.event_count.into(),
            };
        }
        Ok(())
    }
}

fn put(group: &mut StatGroup, sub_group: String, figure: StatFigure) {
    if sub_group.is_empty() {
        group.data_list.push(figure);
        return;
    }
    let subs = &mut group.sub_data_list;
    match subs.iter_mut().find(|sub| sub.group_name == sub_group) {
        Some(sub) => sub.data_list.push(figure),
        None => subs.push(StatSubGroup {
            group_name: sub_group,
            data_list: vec![figure],
        }),
    }
}

/// A name, quoted: only so it is replaced by that of the physical table.
pub(super) fn quoted(name: &str, backend: DbBackend) -> String {
    match backend {
        DbBackend::MySql => format!("`{name}`"),
        _ => format!("\"{name}\""),
    }
}

/// Sums come in a type of their own on each database; as text they are exact on all.
fn text_of(expression: &str, backend: DbBackend) -> String {
    match backend {
        DbBackend::MySql => format!("CAST({expression} AS CHAR)"),
        _ => format!("CAST({expression} AS TEXT)"),
    }
}

/// The sums of a figure's three columns.
pub(super) fn summed(backend: DbBackend) -> String {
    let columns = ["key_value", "key_fraction", "event_count"];
    let sums = columns.map(|column| text_of(&format!("SUM({column})"), backend));
    sums.join(", ")
}

/// What [`summed`] gave, from a place in a row on.
pub(super) fn sum_at(row: &sea_orm::QueryResult, from: usize) -> AppResult<Sum> {
    let number = |index: usize| -> AppResult<i128> {
        let text: Option<String> = row.try_get_by_index(from + index)?;
        text.map_or(Ok(0), |text| text.parse().map_err(AppError::internal))
    };
    Ok(Sum {
        whole: number(0)?,
        billionths: number(1)?,
        count: number(2)?,
    })
}

/// The date of a day's number, as it is written.
pub(super) fn written(day: i32) -> String {
    date_of_number(day).map_or_else(String::new, |date| date.format("%Y-%m-%d").to_string())
}
