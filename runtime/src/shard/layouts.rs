//! The layouts of one database as this process knows them, never older than [`LEASE`].

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::ShardError;
use super::key::{KeyValue, ShardKey};
use super::rewrite::Names;
use crate::migrate::shard::{self, Layout, LayoutState, Scheme};

/// How long a layout that was read may be used. Who changes a layout announces it, and waits longer
/// than this before the first row moves.
pub const LEASE: Duration = Duration::from_secs(2);

/// Copies of what is known. Each thread reads one of them, so that threads do not wait for each
/// other's cache lines: with one lock for all, two cores took twice as long as one.
const COPIES: usize = 16;

/// The sharded tables of one database.
#[derive(Debug)]
pub struct Shards {
    db: DatabaseConnection,
    known: [Copied; COPIES],
    reading: Mutex<()>,
}

/// On cache lines of its own; processors fetch two at a time.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Copied(RwLock<Option<Known>>);

impl Copied {
    /// The copy of the running thread, by number.
    fn number() -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed) % COPIES;
        }
        NUMBER.with(|number| *number)
    }
}

#[derive(Clone, Debug)]
struct Known {
    layouts: Arc<Layouts>,
    until: Instant,
}

impl Shards {
    /// Of a database. Reads nothing yet.
    #[must_use]
    pub fn new(db: DatabaseConnection) -> Self {
        Self {
            db,
            known: Default::default(),
            reading: Mutex::new(()),
        }
    }

    /// Where they are.
    #[must_use]
    pub fn db(&self) -> &DatabaseConnection {
        &self.db
    }

    /// The layouts, read anew when they are older than [`LEASE`]; one reader at a time.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn current(&self) -> Result<(Arc<Layouts>, Instant), DbErr> {
        if let Some(known) = self.fresh() {
            return Ok(known);
        }
        let _turn = self.reading.lock().await;
        if let Some(known) = self.fresh() {
            return Ok(known);
        }
        // From before the question: the answer may be that old.
        let until = Instant::now() + LEASE;
        let layouts = shard::load_layouts(&self.db)
            .await
            .map_err(|error| DbErr::Custom(error.to_string()))?;
        let layouts = Arc::new(Layouts::new(layouts));
        self.set(Some(Known {
            layouts: Arc::clone(&layouts),
            until,
        }));
        Ok((layouts, until))
    }

    /// Forgets what was read, so that the next statement reads anew.
    pub(crate) fn forget(&self) {
        self.set(None);
    }

    fn fresh(&self) -> Option<(Arc<Layouts>, Instant)> {
        self.if_fresh(|known| (Arc::clone(&known.layouts), known.until))
    }

    /// Shows the layouts to `look`, unless they must be read anew.
    pub(crate) fn with_fresh<T>(&self, look: impl FnOnce(&Layouts) -> T) -> Option<T> {
        self.if_fresh(|known| look(&known.layouts))
    }

    fn if_fresh<T>(&self, look: impl FnOnce(&Known) -> T) -> Option<T> {
        let Copied(known) = self.known.get(Copied::number())?;
        let known = known.read().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref()?;
        (Instant::now() < known.until).then(|| look(known))
    }

    fn set(&self, value: Option<Known>) {
        for Copied(known) in &self.known {
            known
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .clone_from(&value);
        }
    }
}

/// All layouts of a database, in the form that statements are rewritten with.
#[derive(Debug, Default)]
pub(crate) struct Layouts {
    tables: Vec<Table>,
    /// Bit n: some name is n bytes long. Most identifiers are dismissed by it.
    lengths: u64,
}

/// A layout with the names of its tables made.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) layout: Layout,
    /// By number.
    physical: Vec<String>,
}

impl Layouts {
    pub(crate) fn new(layouts: Vec<Layout>) -> Self {
        let mut all = Self::default();
        for layout in layouts {
            all.lengths |= 1 << (layout.table.len() & 63);
            let last = layout.numbers().last().copied().unwrap_or(0);
            let physical = (0..=last).map(|number| layout.physical(number)).collect();
            all.tables.push(Table { layout, physical });
        }
        all
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Table> {
        self.tables.get(index)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Layout> {
        self.tables.iter().map(|table| &table.layout)
    }

    pub(crate) fn of(&self, table: &str) -> Option<&Table> {
        self.tables.iter().find(|known| known.layout.table == table)
    }

    /// Whether both have the same tables in the same versions.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let same =
            |one: &Layout, other: &Layout| one.version == other.version && one.table == other.table;
        let pairs = self.iter().zip(other.iter());
        self.tables.len() == other.tables.len() && { pairs }.all(|(a, b)| same(a, b))
    }

    pub(crate) fn is_any_moving(&self) -> bool {
        self.iter()
            .any(|layout| layout.state == LayoutState::Moving)
    }

    fn find(&self, identifier: &str) -> Option<usize> {
        let named = |table: &Table| table.layout.table.eq_ignore_ascii_case(identifier);
        self.tables.iter().position(named)
    }
}

impl Table {
    pub(crate) fn is_moving(&self) -> bool {
        self.layout.state == LayoutState::Moving
    }

    pub(crate) fn name(&self, number: u16) -> Option<&str> {
        self.physical.get(usize::from(number)).map(String::as_str)
    }

    /// The value that decides, of a key.
    pub(crate) fn value<'k>(&self, key: &'k ShardKey) -> Result<&'k KeyValue, ShardError> {
        key.value(&self.layout.key)
            .ok_or_else(|| ShardError::NoKey {
                table: self.layout.table.clone(),
                column: self.layout.key.clone(),
                given: key.columns(),
            })
    }

    /// The table of a value as long as nothing moves.
    pub(crate) fn number(&self, value: &KeyValue) -> u16 {
        match &self.layout.scheme {
            Scheme::Slot => self.layout.slots.owner(slot_of(value)),
            Scheme::Compat(rule) => rule.number_of(&value.to_text(), self.layout.count),
        }
    }
}

/// The slot of a value.
#[must_use]
pub fn slot_of(value: &KeyValue) -> u16 {
    match value {
        KeyValue::Int(value) => shard::slot_of_int(*value),
        KeyValue::Text(value) => shard::slot_of_text(value),
    }
}

/// What a statement's identifiers mean for one key.
pub(crate) struct Resolver<'a> {
    pub(crate) layouts: &'a Layouts,
    pub(crate) key: &'a ShardKey,
    /// The tables that were asked for under a lock, by index: these override the layout.
    pub(crate) owners: &'a [(usize, u16)],
    /// The moving tables that the statement names.
    pub(crate) moving: Vec<usize>,
    /// Whether it names any sharded table.
    pub(crate) touched: bool,
    /// The table that was named last, by index, and its name: most statements name one, often.
    last: Option<(usize, &'a str)>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(layouts: &'a Layouts, key: &'a ShardKey) -> Self {
        Self {
            layouts,
            key,
            owners: &[],
            moving: Vec::new(),
            touched: false,
            last: None,
        }
    }
}

impl Names for Resolver<'_> {
    fn may_be(&self, length: usize) -> bool {
        self.layouts.lengths & (1 << (length & 63)) != 0
    }

    fn physical(&mut self, identifier: &str) -> Result<Option<&str>, DbErr> {
        let Some(index) = self.layouts.find(identifier) else {
            return Ok(None);
        };
        self.touched = true;
        if let Some((last, name)) = self.last
            && last == index
        {
            return Ok(Some(name));
        }
        let Some(table) = self.layouts.get(index) else {
            return Ok(None);
        };
        let value = table.value(self.key)?;
        if table.is_moving() && !self.moving.contains(&index) {
            self.moving.push(index);
        }
        let asked = self.owners.iter().find(|(known, _)| *known == index);
        let number = asked.map_or_else(|| table.number(value), |(_, owner)| *owner);
        let name = table.name(number).ok_or_else(|| ShardError::NoTable {
            table: table.layout.table.clone(),
            number,
        })?;
        self.last = Some((index, name));
        Ok(Some(name))
    }
}
