//! The tables of prizes and draws, for the database of the group `asset`: a draw, what it costs and
//! what it wins are one transaction.
//!
//! Names and columns are the original framework's where it had them; instants are UTC. What belongs
//! to a player is sharded by `user_id`.
//!
//! | table | a row is |
//! |---|---|
//! | `act_prize_tb` | a prize with its stock |
//! | `lottery_rule_tb` | how draws of a module go |
//! | `lottery_count_tb` | how often a player has drawn in a module |
//! | `lottery_draw_tb` | a draw, with what it followed from |
//! | `prize_roster_tb` | a prize that was won |

mod draw;
mod prize;
mod roster;

use crate::engine::Migration;

/// The migrations of prizes and draws, for a module of the group `asset`.
#[must_use]
pub fn lottery() -> Vec<Migration> {
    vec![
        prize::create_prizes(),
        prize::create_rules(),
        draw::create_counts(),
        draw::create_draws(),
        roster::create(),
    ]
}
