//! What operators do with definitions: of their tenant, an activity, a module, an object.

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::GROUP;
use super::definition::cache_group;
use super::entity::metric::{ActiveModel, Column, Entity, Model};
use super::metric::{Metric, Repeat, ValueType};
use super::service::Stats;
use super::value::STAT_VALUE_MAX;
use crate::db;
use crate::error::{AppError, AppResult, ErrorCode};
use crate::oplog::{Field, Logged};
use crate::types::Id;

/// Definitions of metrics in the operation log.
pub const LOGGED: Logged = Logged::new("stat_metric")
    .called("Metric", "统计指标")
    .fields(&[
        Field::new("act_id", "Activity", "活动"),
        Field::new("module_id", "Module", "活动模块"),
        Field::new("object_id", "Object", "对象"),
        Field::new("key_name", "Name", "指标名"),
        Field::new("key_value", "Title", "标题"),
        Field::new("tip_title", "Tip", "提示"),
        Field::new("group_name", "Group", "分组"),
        Field::new("group_sub_name", "Subgroup", "子分组"),
        Field::new("value_type", "Kind of value", "数值类型"),
        Field::new("repeat_type", "Counts again", "去重方式"),
        Field::new("is_client", "Reported by players' apps", "客户端可上报"),
        Field::new("client_max", "Most in a report", "单次上报上限"),
        Field::new("is_log", "Keeps a log", "记录明细"),
        Field::new("is_user", "By player", "按用户统计"),
        Field::new("is_show", "Shown", "是否显示"),
        Field::new("sort_index", "Place", "排序"),
    ]);

/// Where a definition holds: for a tenant, unless it says more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricScope {
    /// The activity; 0 for all.
    pub act_id: Id,
    /// The module of the activity; 0 for all.
    pub module_id: Id,
    /// The object of the module; empty for all.
    pub object_id: String,
}

/// A definition of a tenant's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMetric {
    /// Unique.
    pub id: Id,
    /// Where it holds.
    pub scope: MetricScope,
    /// What it says.
    pub metric: Metric,
}

impl From<Model> for OwnMetric {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            scope: MetricScope {
                act_id: row.act_id,
                module_id: row.module_id,
                object_id: row.object_id,
            },
            metric: Metric {
                name: row.key_name.into(),
                title: row.key_value.into(),
                tip: row.tip_title.into(),
                group: row.group_name.into(),
                sub_group: row.group_sub_name.into(),
                value_type: ValueType::of(row.value_type),
                repeat: Repeat::of(row.repeat_type),
                client_max: row.is_client.then_some(row.client_max),
                keeps_log: row.is_log,
                per_user: row.is_user,
                is_shown: row.is_show,
                sort_index: row.sort_index,
            },
        }
    }
}

impl Stats<'_> {
    /// The metrics that code defines, in the order of reports. They hold where a tenant has no
    /// definition of his own.
    ///
    /// # Errors
    /// No module of the app has statistics.
    pub fn code_metrics(&self) -> AppResult<&[Metric]> {
        Ok(self.engine()?.metrics())
    }

    /// A tenant's definitions, in the order of reports.
    ///
    /// # Errors
    /// The database's.
    pub async fn metrics(&self, app_id: &str) -> AppResult<Vec<OwnMetric>> {
        let rows = Entity::find()
            .filter(Column::AppId.eq(app_id))
            .order_by_asc(Column::SortIndex)
            .order_by_asc(Column::Id);
        let rows = rows.all(self.ctx.db_of(GROUP)).await?;
        Ok(rows.into_iter().map(OwnMetric::from).collect())
    }

    /// Adds a definition. It holds for events that are reported from then on; processes that have
    /// the old ones in their hands go by them for up to two seconds.
    ///
    /// # Errors
    /// `conflict`: there is one of this name and scope. `param_error`: a text is too long, or a
    /// bound out of range. The database's.
    pub async fn add_metric(
        &self,
        app_id: &str,
        scope: MetricScope,
        metric: Metric,
    ) -> AppResult<OwnMetric> {
        check(&metric, &scope)?;
        let now = self.ctx.now();
        let mut row = Model {
            id: self.ctx.next_id().await?,
            app_id: app_id.to_owned(),
            act_id: scope.act_id,
            module_id: scope.module_id,
            object_id: scope.object_id,
            group_name: String::new(),
            group_sub_name: String::new(),
            key_name: metric.name.clone().into_owned(),
            key_value: String::new(),
            tip_title: String::new(),
            value_type: 0,
            repeat_type: 0,
            is_client: false,
            client_max: 0,
            is_log: false,
            is_user: false,
            is_show: false,
            sort_index: 0,
            created_at: now,
            updated_at: now,
        }
        .into_active_model();
        set(&mut row, metric);
        let log = self.log;
        let row = db::transaction(self.ctx.db_of(GROUP), |txn| {
            let row = row.clone();
            Box::pin(async move {
                let row = row.insert(txn).await?;
                if let Some(log) = log {
                    log.added(txn, &LOGGED, row.id, &row).await?;
                }
                Ok(row)
            })
        });
        let row = row.await?;
        self.changed(app_id).await?;
        Ok(row.into())
    }

    /// Changes what a definition says; its name and scope stay.
    ///
    /// # Errors
    /// `not_found`: the tenant has no such definition. As [`Stats::add_metric`].
    pub async fn change_metric(
        &self,
        app_id: &str,
        id: Id,
        change: impl FnOnce(&mut Metric),
    ) -> AppResult<OwnMetric> {
        let row = self.own(app_id, id).await?;
        let mut own = OwnMetric::from(row.clone());
        let name = own.metric.name.clone();
        change(&mut own.metric);
        own.metric.name = name;
        check(&own.metric, &own.scope)?;
        let (old, log) = (&row, self.log);
        let mut new = row.clone().into_active_model();
        set(&mut new, own.metric);
        new.updated_at = Set(self.ctx.now());
        let row = db::transaction(self.ctx.db_of(GROUP), |txn| {
            let new = new.clone();
            Box::pin(async move {
                let row = new.update(txn).await?;
                if let Some(log) = log {
                    log.edited(txn, &LOGGED, row.id, (old, &row)).await?;
                }
                Ok(row)
            })
        });
        let row = row.await?;
        self.changed(app_id).await?;
        Ok(row.into())
    }

    /// Removes a definition. Figures stay.
    ///
    /// # Errors
    /// As [`Stats::change_metric`].
    pub async fn remove_metric(&self, app_id: &str, id: Id) -> AppResult<()> {
        let row = self.own(app_id, id).await?;
        let (row, log) = (&row, self.log);
        let removed = db::transaction(self.ctx.db_of(GROUP), |txn| {
            Box::pin(async move {
                Entity::delete_by_id(row.id).exec(txn).await?;
                match log {
                    Some(log) => log.removed(txn, &LOGGED, row.id, row).await,
                    None => Ok(()),
                }
            })
        });
        removed.await?;
        self.changed(app_id).await
    }

    async fn own(&self, app_id: &str, id: Id) -> AppResult<Model> {
        let row = Entity::find_by_id(id).filter(Column::AppId.eq(app_id));
        let row = row.one(self.ctx.db_of(GROUP)).await?;
        row.ok_or_else(|| ErrorCode::NOT_FOUND.into())
    }

    async fn changed(&self, app_id: &str) -> AppResult<()> {
        self.ctx.cache().invalidate(&[cache_group(app_id)]).await
    }
}

fn set(row: &mut ActiveModel, metric: Metric) {
    row.group_name = Set(metric.group.into_owned());
    row.group_sub_name = Set(metric.sub_group.into_owned());
    row.key_value = Set(metric.title.into_owned());
    row.tip_title = Set(metric.tip.into_owned());
    row.value_type = Set(metric.value_type.number());
    row.repeat_type = Set(metric.repeat.number());
    row.is_client = Set(metric.client_max.is_some());
    row.client_max = Set(metric.client_max.unwrap_or(0));
    row.is_log = Set(metric.keeps_log);
    row.is_user = Set(metric.per_user);
    row.is_show = Set(metric.is_shown);
    row.sort_index = Set(metric.sort_index);
}

fn check(metric: &Metric, scope: &MetricScope) -> AppResult<()> {
    let texts = [
        ("name", metric.name.as_ref(), 64),
        ("title", metric.title.as_ref(), 100),
        ("tip", metric.tip.as_ref(), 200),
        ("group", metric.group.as_ref(), 50),
        ("sub_group", metric.sub_group.as_ref(), 50),
        ("object_id", scope.object_id.as_str(), 64),
    ];
    for (what, text, max) in texts {
        let fits = text.chars().count() <= max && !text.chars().any(char::is_control);
        if !fits || text.trim_end() != text {
            return Err(AppError::param((
                format!(
                    "{what}: must have at most {max} characters, no control character, no space \
                     at the end"
                ),
                format!("{what}：最多 {max} 个字符，不含控制字符，结尾不能有空格"),
            )));
        }
    }
    if metric.name.is_empty() {
        return Err(AppError::param((
            "name: must not be empty",
            "name：不能为空",
        )));
    }
    let range = 0..=STAT_VALUE_MAX;
    if metric.client_max.is_some_and(|max| !range.contains(&max)) {
        return Err(AppError::param((
            "client_max: must be 0 to 10^12",
            "client_max：须在 0 到 10^12 之间",
        )));
    }
    Ok(())
}
