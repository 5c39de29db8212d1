//! What the metrics of a tenant are: his own definitions before those of code.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::GROUP;
use super::entity::metric::{Column, Entity, Model};
use super::metric::{Metric, Repeat, ValueType};
use crate::app::Context;
use crate::cache::{CacheGroup, CacheKey};
use crate::error::AppResult;
use crate::types::Id;

/// The name of the cached groups.
pub(super) const CACHED: &str = "stat.metrics";
/// For how long a process may go by definitions that another one changed.
const STALENESS: Duration = Duration::from_secs(2);

/// The group of a tenant's definitions.
pub(super) fn cache_group(app_id: &str) -> CacheGroup {
    CacheGroup::of(CACHED).and(app_id)
}

/// What an event is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) act_id: Id,
    pub(super) module_id: Id,
    pub(super) object_id: &'a str,
}

/// What the door needs to know of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) value_type: ValueType,
    pub(super) repeat: Repeat,
    pub(super) client_max: Option<i64>,
    pub(super) is_log: bool,
    pub(super) is_user: bool,
}

impl Rules {
    fn of_row(row: &Model) -> Self {
        Self {
            value_type: ValueType::of(row.value_type),
            repeat: Repeat::of(row.repeat_type),
            client_max: row.is_client.then_some(row.client_max),
            is_log: row.is_log,
            is_user: row.is_user,
        }
    }

    fn of_code(metric: &Metric) -> Self {
        Self {
            value_type: metric.value_type,
            repeat: metric.repeat,
            client_max: metric.client_max,
            is_log: metric.keeps_log,
            is_user: metric.per_user,
        }
    }
}

/// The definitions that hold for a tenant.
pub(super) struct Definitions<'a> {
    own: Arc<Vec<Model>>,
    code: &'a [Metric],
}

impl<'a> Definitions<'a> {
    pub(super) async fn load(ctx: &Context, code: &'a [Metric], app_id: &str) -> AppResult<Self> {
        let key = CacheKey::of(CACHED).and(app_id);
        let (from, app_id) = (ctx.clone(), app_id.to_owned());
        let read = ctx
            .cache()
            .read(key, cache_group(&app_id))
            .max_staleness(STALENESS);
        let own = read
            .get_or_load(move || async move {
                let rows = Entity::find().filter(Column::AppId.eq(app_id));
                Ok(rows.all(from.db_of(GROUP)).await?)
            })
            .await?;
        Ok(Self { own, code })
    }

    /// The rules of a metric at a place: those of the most precise definition.
    pub(super) fn rules(&self, name: &str, place: Place<'_>) -> Option<Rules> {
        let own = self.own.iter().filter(|row| row.key_name == name);
        let own = own.filter(|row| covers(row, place)).max_by_key(precision);
        own.map(Rules::of_row).or_else(|| {
            let code = self.code.iter().find(|metric| metric.name == name);
            code.map(Rules::of_code)
        })
    }

    /// The metrics of an activity, or of a module of it: of each name the most precise definition
    /// for the whole of that, in the order of reports.
    pub(super) fn of_report(&self, act_id: Id, module_id: Option<Id>) -> Vec<Described> {
        let mut names: Vec<&str> = Vec::new();
        let own = self.own.iter().map(|row| row.key_name.as_str());
        for name in own.chain(self.code.iter().map(|metric| metric.name.as_ref())) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let is_near = |row: &&Model| {
            let in_module = module_id.is_none_or(|id| row.module_id == id);
            (row.act_id.get() == 0 || row.act_id == act_id)
                && (row.module_id.get() == 0 || in_module)
        };
        let mut found: Vec<Described> = Vec::new();
        for name in names {
            let own = self.own.iter().filter(|row| row.key_name == name);
            let own = own.filter(is_near).max_by_key(|row| {
                // A report is about all objects: who defines one of them speaks for it alone.
                (
                    row.object_id.is_empty(),
                    row.act_id.get() != 0,
                    row.module_id.get() != 0,
                )
            });
            let code = self.code.iter().find(|metric| metric.name == name);
            found.extend(own.map(Described::of_row).or(code.map(Described::of_code)));
        }
        found.retain(|metric| metric.is_shown);
        found.sort_by(|one, other| {
            let key = |metric: &Described| (metric.sort_index, metric.name.clone());
            key(one).cmp(&key(other))
        });
        found
    }
}

fn covers(row: &Model, place: Place<'_>) -> bool {
    (row.act_id.get() == 0 || row.act_id == place.act_id)
        && (row.module_id.get() == 0 || row.module_id == place.module_id)
        && (row.object_id.is_empty() || row.object_id == place.object_id)
}

fn precision(row: &&Model) -> (bool, bool, bool) {
    (
        !row.object_id.is_empty(),
        row.module_id.get() != 0,
        row.act_id.get() != 0,
    )
}

/// What reports say of a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) tip: String,
    pub(super) group: String,
    pub(super) sub_group: String,
    is_shown: bool,
    sort_index: i32,
}

impl Described {
    fn of_row(row: &Model) -> Self {
        Self {
            name: row.key_name.clone(),
            title: row.key_value.clone(),
            tip: row.tip_title.clone(),
            group: row.group_name.clone(),
            sub_group: row.group_sub_name.clone(),
            is_shown: row.is_show,
            sort_index: row.sort_index,
        }
    }

    fn of_code(metric: &Metric) -> Self {
        Self {
            name: metric.name.clone().into_owned(),
            title: metric.title.clone().into_owned(),
            tip: metric.tip.clone().into_owned(),
            group: metric.group.clone().into_owned(),
            sub_group: metric.sub_group.clone().into_owned(),
            is_shown: metric.is_shown,
            sort_index: metric.sort_index,
        }
    }
}
