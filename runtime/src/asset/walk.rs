//! A whole table in the order of its users, page by page, whatever number of physical tables it is
//! in: with bounded memory, no long statement, and rows moving meanwhile.
//!
//! Only users are compared here, as numbers. Within a user rows come as the database orders them,
//! since its order of texts need not be that of Rust.

use std::collections::VecDeque;

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, ModelTrait as _, Order, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Value,
};

use super::attempt::GROUP;
use super::entity::{balance, inventory, journal, lot, owner};
use super::owner::Owner;
use crate::app::Context;
use crate::error::AppResult;
use crate::shard::{Placement, Scatter};
use crate::types::Id;

/// Most rows that are held of one table, over all its physical ones.
const ROWS_MAX: usize = 16_384;
/// Most rows that are asked for at a time.
const PAGE_MAX: usize = 2_000;
/// Fewest rows that are worth a question.
const PAGE_MIN: usize = 100;

/// A table that can be walked.
pub(super) trait Walked: EntityTrait {
    /// The order of an index that is unique: user, tenant, activity, and what is left.
    const ORDER: &'static [Self::Column];

    /// Whose row it is: user, tenant, activity.
    fn owner(row: &Self::Model) -> (Id, &str, Id);
}

/// Says that an entity is walked in an order.
macro_rules! walked {
    ($table:ident: $($column:ident),+) => {
        impl Walked for $table::Entity {
            const ORDER: &'static [$table::Column] = &[
                $table::Column::UserId,
                $table::Column::AppId,
                $table::Column::ActId,
                $($table::Column::$column),+
            ];

            fn owner(row: &$table::Model) -> (Id, &str, Id) {
                (row.user_id, &row.app_id, row.act_id)
            }
        }
    };
}

walked!(owner: Id);
walked!(journal: Seq);
walked!(balance: AssetType, AssetObjectId);
walked!(lot: AssetType, AssetObjectId, Id);
walked!(inventory: AssetType, AssetObjectId, CreateDay);

/// Where in a table somebody is.
pub(super) struct Walk<E: Walked> {
    scatter: Scatter,
    backend: DbBackend,
    select: Select<E>,
    /// By what the lanes were made; `None` before the first step.
    placement: Option<Placement>,
    lanes: Vec<Lane<E>>,
    page: usize,
    /// All rows of this user, and of those before, were given out.
    done: Option<Id>,
    is_torn: bool,
    strays: Vec<(Owner, u16)>,
}

/// What is next in one physical table.
struct Lane<E: Walked> {
    /// Of the table; `None` for all tables in one statement.
    number: Option<u16>,
    rows: VecDeque<E::Model>,
    /// Place of the last row that was read.
    after: Option<Vec<Value>>,
    is_ended: bool,
}

impl<E: Walked> Walk<E> {
    pub(super) fn new(ctx: &Context, select: Select<E>) -> Self {
        Self {
            scatter: ctx.scatter_of(GROUP),
            backend: ctx.db_of(GROUP).get_database_backend(),
            select,
            placement: None,
            lanes: Vec::new(),
            page: PAGE_MAX,
            done: None,
            is_torn: false,
            strays: Vec::new(),
        }
    }

    /// The next user who has rows.
    pub(super) async fn next_user(&mut self) -> AppResult<Option<Id>> {
        loop {
            if self.placement.is_none() {
                self.plan().await?;
            }
            if self.refill().await? {
                break;
            }
            self.placement = None;
        }
        let fronts = self.lanes.iter().filter_map(|lane| lane.rows.front());
        Ok(fronts.map(|row| E::owner(row).0).min())
    }

    /// The next row of the user who is next. `None` when there are no more, and when rows were
    /// moved in between: see [`Walk::is_torn`].
    pub(super) async fn next_of(&mut self, user: Id) -> AppResult<Option<E::Model>> {
        if self.is_torn {
            return Ok(None);
        }
        if !self.refill().await? {
            self.is_torn = true;
            return Ok(None);
        }
        let is_his = |lane: &&mut Lane<E>| {
            let front = lane.rows.front();
            front.is_some_and(|row| E::owner(row).0 == user)
        };
        let lane = self.lanes.iter_mut().find(is_his);
        Ok(lane.and_then(|lane| lane.rows.pop_front()))
    }

    /// Whether the rows of the present user are not all from one and the same placement, so that
    /// some may be missing or doubled. He must be begun again.
    pub(super) fn is_torn(&self) -> bool {
        self.is_torn
    }

    /// Goes back to the first row after the last user who was done.
    pub(super) fn rewind(&mut self) {
        self.placement = None;
        self.is_torn = false;
    }

    /// All rows of a user were given out.
    pub(super) fn finish(&mut self, user: Id) {
        self.done = Some(user);
    }

    /// Owners who have rows in a physical table that is not theirs, with its number. Such rows are
    /// not given out: nobody who asks by key sees them.
    pub(super) fn take_strays(&mut self) -> Vec<(Owner, u16)> {
        std::mem::take(&mut self.strays)
    }

    async fn plan(&mut self) -> AppResult<()> {
        let placement = self.scatter.placement(E::default().table_name()).await?;
        let numbers = if placement.is_moving() {
            vec![None]
        } else {
            placement.numbers().into_iter().map(Some).collect()
        };
        self.page = (ROWS_MAX / numbers.len().max(1)).clamp(PAGE_MIN, PAGE_MAX);
        let lanes = numbers.into_iter().map(|number| Lane {
            number,
            rows: VecDeque::new(),
            after: None,
            is_ended: false,
        });
        self.lanes = lanes.collect();
        self.placement = Some(placement);
        Ok(())
    }

    /// Reads on where nothing is at hand. `false` when rows were moved: what is at hand is then of
    /// no use.
    async fn refill(&mut self) -> AppResult<bool> {
        for index in 0..self.lanes.len() {
            // A page may hold nothing but strays.
            while self.lanes[index].rows.is_empty() && !self.lanes[index].is_ended {
                if !self.is_in_place().await? {
                    return Ok(false);
                }
                let rows = self.read(&self.lanes[index]).await;
                if !self.is_in_place().await? {
                    return Ok(false);
                }
                self.take_in(index, rows?);
            }
        }
        Ok(true)
    }

    async fn is_in_place(&self) -> AppResult<bool> {
        let now = self.scatter.placement(E::default().table_name()).await?;
        Ok(self.placement.as_ref().is_some_and(|placement| {
            // One statement over all tables sees each row once, wherever it is.
            placement.is_same_as(&now) || placement.is_moving() && now.is_moving()
        }))
    }

    async fn read(&self, lane: &Lane<E>) -> AppResult<Vec<E::Model>> {
        let mut select = self.select.clone();
        if let Some(place) = &lane.after {
            select = select.filter(after::<E>(self.backend, place));
        } else if let Some(done) = self.done {
            select = select.filter(E::ORDER[0].gt(done));
        }
        let page = self.page as u64;
        match lane.number {
            Some(number) => {
                for column in E::ORDER {
                    select = select.order_by_asc(*column);
                }
                self.scatter.rows_of(select.limit(page), number).await
            }
            None => {
                let order = E::ORDER.iter().map(|column| (*column, Order::Asc));
                let order: Vec<_> = order.collect();
                self.scatter.top(select, &order, 0, page).await
            }
        }
    }

    fn take_in(&mut self, index: usize, rows: Vec<E::Model>) {
        let lane = &mut self.lanes[index];
        lane.is_ended = rows.len() < self.page;
        if let Some(row) = rows.last() {
            let place = E::ORDER.iter().map(|column| row.get(*column));
            lane.after = Some(place.collect());
        }
        let (Some(number), Some(placement)) = (lane.number, &self.placement) else {
            lane.rows.extend(rows);
            return;
        };
        let mut last: Option<(Owner, bool)> = None;
        for row in rows {
            let (user_id, app_id, act_id) = E::owner(&row);
            let is_known = last.as_ref().is_some_and(|(owner, _)| {
                (owner.user_id, owner.act_id) == (user_id, act_id) && owner.app_id == app_id
            });
            if !is_known {
                let owner = Owner::user(app_id, act_id, user_id);
                let at_home = placement.number_of(&owner.shard_key());
                let is_stray = at_home.is_ok_and(|home| home != number);
                if is_stray {
                    self.strays.push((owner.clone(), number));
                }
                last = Some((owner, is_stray));
            }
            if last.as_ref().is_some_and(|(_, is_stray)| !is_stray) {
                lane.rows.push_back(row);
            }
        }
    }
}

/// What comes after a place.
fn after<E: Walked>(backend: DbBackend, place: &[Value]) -> Condition {
    let columns = || E::ORDER.iter().zip(place);
    if backend != DbBackend::MySql {
        let names = columns().map(|(column, _)| Expr::col(column.as_column_ref()));
        let values = columns().map(|(_, value)| Expr::value(value.clone()));
        return Condition::all().add(Expr::tuple(names).gt(Expr::tuple(values)));
    }
    // MySQL finds no place in an index by a tuple.
    let mut any = Condition::any();
    for length in 1..=place.len() {
        let mut all = Condition::all();
        for (index, (column, value)) in columns().take(length).enumerate() {
            all = all.add(if index + 1 == length {
                column.gt(value.clone())
            } else {
                column.eq(value.clone())
            });
        }
        any = any.add(all);
    }
    any
}
