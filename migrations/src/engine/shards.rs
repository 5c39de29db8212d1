//! The sharded tables that an operation knows, and a statement on one of them made into those on
//! its physical tables.

use std::collections::BTreeMap;

use sea_orm::DbBackend;

use super::action::{Action, Part, Sql};
use super::error::MigrateError;
use super::expected::fold;
use super::history::Row;
use super::layout_row;
use super::template::Template;
use crate::shard::{Layout, SLOTS, ShardSpec};

/// A sharded table: its layout, or the one that it will get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) layout: Layout,
    /// Its physical tables.
    pub(crate) numbers: Vec<u16>,
}

/// All sharded tables, by their folded names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shards(BTreeMap<String, Shard>);

impl Shards {
    /// What `layouts` say, and for a table without one what its spec says.
    pub(crate) fn new(
        specs: &[ShardSpec],
        layouts: Vec<Layout>,
        backend: DbBackend,
    ) -> Result<Self, MigrateError> {
        let mut shards = BTreeMap::new();
        for spec in specs {
            refuse_bad(spec)?;
            let shard = Shard::of(Layout::new(spec));
            let before = shards.insert(fold(&spec.table, backend), shard.clone());
            if before.is_some_and(|before| before != shard) {
                return Err(bad(&spec.table, "it is declared twice, differently"));
            }
        }
        for layout in layouts {
            shards.insert(fold(&layout.table, backend), Shard::of(layout));
        }
        Ok(Self(shards))
    }

    /// These, but with the physical tables that the half-applied migration of `row` began with.
    pub(crate) fn as_begun(&self, row: &Row, backend: DbBackend) -> Self {
        let mut begun: BTreeMap<String, Vec<u16>> = BTreeMap::new();
        for part in row.up.iter().filter_map(|stored| stored.part.as_ref()) {
            let numbers = begun.entry(fold(&part.table, backend)).or_default();
            numbers.extend(part.number);
        }
        let mut shards = self.clone();
        for (table, mut numbers) in begun {
            numbers.sort_unstable();
            numbers.dedup();
            if let Some(shard) = shards.0.get_mut(&table)
                && shard.numbers != numbers
            {
                let count = u16::try_from(numbers.len()).unwrap_or_default();
                shard.layout = Layout::new(&ShardSpec {
                    table: shard.layout.table.clone(),
                    key: shard.layout.key.clone(),
                    count,
                    scheme: shard.layout.scheme.clone(),
                });
                shard.numbers = numbers;
            }
        }
        shards
    }

    /// The sharded table of that name.
    pub(crate) fn get(&self, table: &str, backend: DbBackend) -> Option<&Shard> {
        self.0.get(&fold(table, backend))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Shard> {
        self.0.values()
    }

    /// The statements that `sql` stands for: itself, unless it is about a sharded table. `about`
    /// names that table for a statement that does not (`DROP INDEX` on PostgreSQL). `place` is the
    /// step and the statement in it, which the history keeps.
    pub(crate) fn expand(
        &self,
        sql: &str,
        about: Option<&str>,
        place: (usize, usize),
        backend: DbBackend,
    ) -> Result<Vec<Action>, String> {
        let plain = || vec![Action::sql(sql)];
        if self.0.is_empty() {
            return Ok(plain());
        }
        let named = super::template::named(sql, backend, |name| {
            self.get(name, backend).map(|shard| &*shard.layout.table)
        })?;
        let Some(shard) = named.or(about).and_then(|table| self.get(table, backend)) else {
            return Ok(plain());
        };
        let template = Template::new(sql, &shard.layout.table, backend)?;
        let part = |number| Part {
            table: shard.layout.table.clone(),
            logical: sql.to_owned(),
            number,
            step: place.0,
            item: place.1,
        };
        let action = |text, number| {
            Action::Sql(Sql {
                text,
                part: Some(part(number)),
            })
        };
        let mut actions = Vec::new();
        if let Some(guarded) = template.creates {
            let insert = layout_row::insert(&shard.layout, guarded, backend);
            actions.push(action(insert, None));
        }
        for number in &shard.numbers {
            actions.push(action(template.fill(*number)?, Some(*number)));
        }
        if template.drops {
            actions.push(action(layout_row::delete(&shard.layout, backend), None));
        }
        Ok(actions)
    }
}

impl Shard {
    fn of(layout: Layout) -> Self {
        let numbers = layout.numbers();
        Self { layout, numbers }
    }
}

fn refuse_bad(spec: &ShardSpec) -> Result<(), MigrateError> {
    const LONGEST: usize = 64;
    if !(1..=SLOTS).contains(&usize::from(spec.count)) {
        return Err(bad(&spec.table, "its count must be 1 to 1024"));
    }
    let fits = |name: &str| (1..=LONGEST).contains(&name.chars().count());
    if !fits(&spec.table) || !fits(&spec.key) {
        return Err(bad(
            &spec.table,
            "the names of table and key must have 1 to 64 characters",
        ));
    }
    Ok(())
}

fn bad(table: &str, reason: &'static str) -> MigrateError {
    MigrateError::BadShard {
        table: table.to_owned(),
        reason: reason.to_owned(),
    }
}
