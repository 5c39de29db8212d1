//! The migrator: all streams of an app.

use std::collections::HashMap;

use sea_orm::DbBackend;

use super::error::MigrateError;
use super::history::{Row, State};
use super::migration::{Rendered, Stream};
use super::shards::Shards;
use crate::shard::ShardSpec;

/// Longest name of a migration.
const MAX_NAME: usize = 190;

/// Brings databases to the schema that the streams describe, and back.
#[derive(Debug, Clone)]
pub struct Migrator {
    streams: Vec<Stream>,
    specs: Vec<ShardSpec>,
}

impl Migrator {
    /// A migrator. Streams are applied in the given order, each from its oldest migration on.
    ///
    /// # Errors
    /// A name is used twice, or cannot name a migration.
    pub fn new(streams: Vec<Stream>) -> Result<Self, MigrateError> {
        let mut seen: HashMap<&str, &str> = HashMap::new();
        for stream in &streams {
            for migration in &stream.migrations {
                let name = migration.name();
                let fits = (1..=MAX_NAME).contains(&name.len());
                if !fits
                    || !name
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
                {
                    return Err(MigrateError::BadName {
                        name: name.to_owned(),
                    });
                }
                if let Some(first) = seen.insert(name, stream.name) {
                    return Err(MigrateError::DuplicateName {
                        name: name.to_owned(),
                        first: first.to_owned(),
                        second: stream.name.to_owned(),
                    });
                }
            }
        }
        Ok(Self {
            streams,
            specs: Vec::new(),
        })
    }

    /// Declares the sharded tables: a step on one of them is run on each of its physical tables,
    /// and creating it writes its layout row. Of a table that has a layout row in the database,
    /// that row says how many there are, otherwise its spec. [`shard_layout`](crate::shard_layout)
    /// must be a stream before those that create them.
    #[must_use]
    pub fn sharded(mut self, specs: Vec<ShardSpec>) -> Self {
        self.specs = specs;
        self
    }

    /// The sharded tables that were declared.
    #[must_use]
    pub fn specs(&self) -> &[ShardSpec] {
        &self.specs
    }

    /// Its streams.
    #[must_use]
    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// All migrations in the order of application, for one kind of database.
    /// Of one that `rows` say is half applied, on the physical tables with which it began.
    pub(crate) fn rendered(
        &self,
        backend: DbBackend,
        shards: &Shards,
        rows: &[Row],
    ) -> Result<Vec<Rendered>, MigrateError> {
        let all = self.streams.iter().flat_map(|stream| {
            stream
                .migrations
                .iter()
                .map(|migration| (stream.name, migration))
        });
        let running = |name: &str| {
            rows.iter()
                .find(|row| row.name == name && row.state == State::Running)
        };
        all.map(|(stream, migration)| match running(migration.name()) {
            Some(row) => {
                let begun = shards.as_begun(row, backend);
                Rendered::new(migration, stream, backend, &begun)
            }
            None => Rendered::new(migration, stream, backend, shards),
        })
        .collect()
    }
}
