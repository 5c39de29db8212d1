//! Sharded tables: one logical table in many physical ones, found by the key of its rows.
//!
//! ```text
//! key value ─▶ slot (1024) ─▶ layout of the table, kept in the database ─▶ user_asset_3_tb
//! ```
//!
//! Application code keeps SeaORM's API and says once whose rows it means: `ctx.shard(&key)` is a
//! connection on which `Entity::find()` reaches the right table. The logical name exists in no
//! database, so a statement that was given no key fails; it cannot hit a wrong table.
//!
//! | file | holds |
//! |---|---|
//! | `key` | whose rows: values by column |
//! | `rewrite` | physical names in finished SQL |
//! | `layouts` | what is where, at most two seconds old |
//! | `route`, `conn` | transactions and connections that rewrite |
//! | `moving` | statements while the rows of their table are moved |
//! | `scatter` | questions to all tables at once |
//! | `declared` | which tables are sharded, and that configuration and database agree on it |
//! | `reshard` | moving rows to more or fewer tables while the app runs |

mod conn;
mod declared;
mod error;
mod key;
mod layouts;
mod moving;
pub mod reshard;
mod rewrite;
mod route;
mod scatter;

pub use conn::{RowStream, ShardConn};
pub use declared::{Declared, FRAMEWORK_TABLES, agreement, declared_tables, specs};
pub use error::ShardError;
pub use key::{KeyValue, ShardKey};
pub use layouts::{LEASE, Shards, slot_of};
pub use route::Routed;
pub(crate) use route::TxnRoute;
pub use scatter::{OrderBy, Placement, Scatter};
