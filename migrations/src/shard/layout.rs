//! The layout of a sharded table: what is declared, and the row in the database that rules.

use sea_orm::sea_query::{Order, Query};
use sea_orm::{ConnectionTrait, QueryResult};

use super::scheme::Scheme;
use super::slots::{SlotMap, slot_of_int, slot_of_text};
use super::tables::LAYOUT_TABLE;
use crate::engine::error::{Doing, MigrateError};
use crate::engine::probe;

/// Columns of the layout table, in the order of its definition.
pub(crate) const COLUMNS: [&str; 9] = [
    "table_name",
    "key_column",
    "scheme",
    "version",
    "state",
    "count",
    "slots",
    "target",
    "progress",
];

/// The name of a physical table: `user_asset_tb` and 3 make `user_asset_3_tb`; without the suffix
/// `_tb`, the number is appended.
#[must_use]
pub fn physical_name(table: &str, number: u16) -> String {
    match table.strip_suffix("_tb") {
        Some(stem) => format!("{stem}_{number}_tb"),
        None => format!("{table}_{number}"),
    }
}

/// A sharded table as the app declares and configures it. It rules until the table has a layout
/// row; then that row does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardSpec {
    /// Logical name.
    pub table: String,
    /// Column that holds the key.
    pub key: String,
    /// Number of physical tables, 1 to 1024.
    pub count: u16,
    /// How keys find their table.
    pub scheme: Scheme,
}

/// Whether a table is being moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayoutState {
    /// It is not.
    Stable,
    /// Slots are on their way to their owners in [`Layout::target`].
    Moving,
}

impl LayoutState {
    /// As in the layout row.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Moving => "moving",
        }
    }

    /// Reads what [`Self::as_str`] gave.
    ///
    /// # Errors
    /// Names the unknown state.
    pub fn decode(text: &str) -> Result<Self, String> {
        match text {
            "stable" => Ok(Self::Stable),
            "moving" => Ok(Self::Moving),
            other => Err(format!("unknown state `{other}`")),
        }
    }
}

/// A row of `cloudapp_shard_tb`: how a sharded table lies in this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Logical name.
    pub table: String,
    /// Column that holds the key.
    pub key: String,
    /// How keys find their table.
    pub scheme: Scheme,
    /// Counts the changes of this row, from 1.
    pub version: i64,
    /// Whether it is being moved.
    pub state: LayoutState,
    /// Number of physical tables that hold its rows when it is stable.
    pub count: u16,
    /// Which table owns each slot now.
    pub slots: SlotMap,
    /// Which table shall own each slot, while it is being moved.
    pub target: Option<SlotMap>,
    /// How far the mover is, in its own words.
    pub progress: Option<String>,
}

impl Layout {
    /// The layout that a table gets when it is created.
    #[must_use]
    pub fn new(spec: &ShardSpec) -> Self {
        Self {
            table: spec.table.clone(),
            key: spec.key.clone(),
            scheme: spec.scheme.clone(),
            version: 1,
            state: LayoutState::Stable,
            count: spec.count,
            slots: SlotMap::even(spec.count),
            target: None,
            progress: None,
        }
    }

    /// The name of the physical table of that number.
    #[must_use]
    pub fn physical(&self, number: u16) -> String {
        physical_name(&self.table, number)
    }

    /// The number of every physical table that exists: those that own a slot now, and those that
    /// shall. Sorted, each once.
    #[must_use]
    pub fn numbers(&self) -> Vec<u16> {
        let mut numbers = self.slots.numbers();
        numbers.extend(self.target.iter().flat_map(SlotMap::numbers));
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The number of the table that holds the rows of an integer key now.
    #[must_use]
    pub fn number_of_int(&self, key: i64) -> u16 {
        match &self.scheme {
            Scheme::Slot => self.slots.owner(slot_of_int(key)),
            Scheme::Compat(rule) => rule.number_of(&key.to_string(), self.count),
        }
    }

    /// The number of the table that holds the rows of a text key now.
    #[must_use]
    pub fn number_of_text(&self, key: &str) -> u16 {
        match &self.scheme {
            Scheme::Slot => self.slots.owner(slot_of_text(key)),
            Scheme::Compat(rule) => rule.number_of(key, self.count),
        }
    }
}

/// The layouts of all sharded tables of the database, by name; none if it has no layout table.
///
/// # Errors
/// The database cannot be read, or a row is not one that this version understands.
pub async fn load_layouts(conn: &impl ConnectionTrait) -> Result<Vec<Layout>, MigrateError> {
    const DOING: &str = "reading the layouts of sharded tables";
    if !probe::has_table(conn, LAYOUT_TABLE).await.doing(DOING)? {
        return Ok(Vec::new());
    }
    let query = Query::select()
        .columns(COLUMNS)
        .from(LAYOUT_TABLE)
        .order_by("table_name", Order::Asc)
        .to_owned();
    let rows = conn.query_all(&query).await.doing(DOING)?;
    rows.iter().map(parse).collect()
}

fn parse(row: &QueryResult) -> Result<Layout, MigrateError> {
    const DOING: &str = "reading the layout of a sharded table";
    let text = |column| row.try_get::<String>("", column).doing(DOING);
    let nullable = |column| row.try_get::<Option<String>>("", column).doing(DOING);
    let table = text("table_name")?;
    let bad = |reason: String| MigrateError::BadLayout {
        table: table.clone(),
        reason,
    };
    let count = row.try_get::<i32>("", "count").doing(DOING)?;
    let target = nullable("target")?;
    Ok(Layout {
        key: text("key_column")?,
        scheme: Scheme::decode(&text("scheme")?).map_err(bad)?,
        version: row.try_get("", "version").doing(DOING)?,
        state: LayoutState::decode(&text("state")?).map_err(bad)?,
        count: u16::try_from(count).map_err(|_| bad(format!("count {count}")))?,
        slots: SlotMap::decode(&text("slots")?).map_err(bad)?,
        target: target
            .map(|text| SlotMap::decode(&text))
            .transpose()
            .map_err(bad)?,
        progress: nullable("progress")?,
        table: table.clone(),
    })
}
