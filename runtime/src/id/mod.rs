//! Ids that are unique over all processes and grow with time.
//!
//! An id is a positive `i64`: 41 bits of milliseconds since 2024-01-01 UTC, 10 bits of node, 12
//! bits of sequence. The node number is leased from the table `node_lease_tb`.
//!
//! ## Invariants
//! - No id carries a millisecond beyond the lease under which it was issued.
//! - A node is given to a new owner only after the old lease has ended, plus a margin.
//! - A clock that goes back never makes an id appear twice.

mod generator;
mod lease;

pub use crate::types::Id;
pub use generator::{EPOCH_MS, IdGenerator, first_at};
pub use lease::{Lease, LeaseStore};
