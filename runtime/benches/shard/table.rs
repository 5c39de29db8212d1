//! One entity for all tables: which one a statement names is set just before it is built.
//!
//! Both sides so run the same machine code down to the last branch; what differs is `ShardConn`.

use std::cell::Cell;

use sea_orm::entity::prelude::*;
use sea_orm::{EntityName, ExprTrait, UpdateMany};

/// The sharded table's logical name.
pub(crate) const LOGICAL: &str = "user_asset_tb";

macro_rules! tables {
    ($($number:literal)*) => {
        /// Tables that are not sharded, by number.
        pub(crate) const PLAIN: [&str; TABLES] = [$(concat!("plain_asset_", $number, "_tb")),*];
        /// The physical tables of the sharded one, by number.
        pub(crate) const PHYSICAL: [&str; TABLES] = [$(concat!("user_asset_", $number, "_tb")),*];
    };
}

/// How many tables each side has.
pub(crate) const TABLES: usize = 16;

tables!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);

thread_local! {
    static NAME: Cell<&'static str> = const { Cell::new(LOGICAL) };
}

/// Makes the statements that this thread builds from now on name this table.
pub(crate) fn use_name(name: &'static str) {
    NAME.set(name);
}

#[derive(Clone, Copy, Debug, Default, DeriveEntity)]
pub(crate) struct Entity;

impl EntityName for Entity {
    fn table_name(&self) -> &'static str {
        NAME.get()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveModel, DeriveActiveModel)]
pub(crate) struct Model {
    pub(crate) id: i64,
    pub(crate) user_id: i64,
    pub(crate) app_id: String,
    pub(crate) value: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveColumn)]
pub(crate) enum Column {
    Id,
    UserId,
    AppId,
    Value,
}

#[derive(Clone, Copy, Debug, EnumIter, DerivePrimaryKey)]
pub(crate) enum PrimaryKey {
    Id,
}

impl PrimaryKeyTrait for PrimaryKey {
    type ValueType = i64;

    fn auto_increment() -> bool {
        false
    }
}

#[derive(Clone, Copy, Debug, EnumIter)]
pub(crate) enum Relation {}

impl ColumnTrait for Column {
    type EntityName = Entity;

    fn def(&self) -> ColumnDef {
        match self {
            Self::Id | Self::UserId | Self::Value => ColumnType::BigInteger.def(),
            Self::AppId => ColumnType::String(StringLen::N(64)).def(),
        }
    }
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match *self {}
    }
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn of(id: i64) -> Self {
        Self {
            id,
            user_id: id,
            app_id: "demo".to_owned(),
            value: 0,
        }
    }
}

/// A statement about one row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    Select,
    Update,
}

impl Work {
    pub(crate) const ALL: [Self; 2] = [Self::Select, Self::Update];

    /// Runs it; answers how many rows it met. Builds the statement before it waits for anything.
    pub(crate) async fn on<C: ConnectionTrait>(self, conn: &C, id: i64) -> Result<u64, DbErr> {
        match self {
            Self::Select => {
                let row = Entity::find_by_id(id).one(conn).await?;
                Ok(u64::from(row.is_some()))
            }
            Self::Update => Ok(update(id).exec(conn).await?.rows_affected),
        }
    }
}

/// Raises the value of one row.
fn update(id: i64) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::Value, Expr::col(Column::Value).add(1))
        .filter(Column::Id.eq(id))
}
