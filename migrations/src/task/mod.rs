//! The tables of tasks, for the database of the group `asset`: counters and rewards change in one
//! transaction.
//!
//! Names and columns are the original framework's where it had them; instants are UTC. One table of
//! evidence stands for its `invite_log_tb`, `invite_help_tb`, `collect_log_tb`, `browse_log_tb` and
//! the orders of tasks. Counters and evidence belong to a player and are sharded by `user_id`.
//!
//! | table | a row is |
//! |---|---|
//! | `task_info_tb` | a task |
//! | `task_count_tb` | what a player has done of one part of a task |
//! | `task_gear_count_tb` | what he did of a task with tiers on one day |
//! | `task_evidence_tb` | something that counts once only |
//! | `task_log_tb` | a payment |
//! | `task_swap_tb` | a swap of member points |

mod count;
mod evidence;
mod info;
mod payment;

use crate::engine::Migration;

/// The migrations of tasks, for a module of the group `asset`.
#[must_use]
pub fn task() -> Vec<Migration> {
    vec![
        info::create(),
        count::create_counts(),
        count::create_gear_counts(),
        evidence::create(),
        payment::create_log(),
        payment::create_swaps(),
    ]
}
