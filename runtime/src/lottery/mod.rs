//! Prizes and draws: a draw, what it costs and what it wins are one transaction.
//!
//! ```text
//! DrawRequest ─▶ one transaction: lock the player's count, decide, pay, take from stock ─▶ Drawn
//! ```
//!
//! A *rule* says how draws of an activity's module go: how a prize is chosen, what a draw costs,
//! how often a player may. `model` decides from numbers that follow from a seed, without database
//! or clock; seed and start are kept with each draw, so that it can be done again by whoever
//! doubts it ([`DrawRow::is_sound`]). Stock is taken last, on the condition that it is there: if
//! somebody else was quicker, the whole draw is done again. A request with an idempotency key
//! draws once.
//!
//! Stock of a prize: `surplus + hand_out = prize_total`, always. Thanks (`prize_type` 4) have no
//! stock and are no winnings.
//!
//! | file | holds |
//! |---|---|
//! | `model`, `dice` | what a draw comes to; pure |
//! | `pool`, `judge` | what it starts from; whether it is allowed |
//! | `attempt`, `store` | the transaction; what is sent to the database |
//! | `draw`, `award` | what services call: for players who draw, and for rewards of tasks |
//! | `prizes`, `rules`, `draft`, `check`, `logged` | what operators edit |
//! | `winnings`, `audit`, `export` | what players and operators see |
//! | `hooks`, `event` | the app's own rules; what others are told |

mod attempt;
mod audit;
mod award;
mod check;
mod code;
mod dice;
mod draft;
mod draw;
mod engine;
mod entity;
mod event;
#[cfg(feature = "xlsx")]
mod export;
mod hooks;
mod judge;
mod logged;
pub mod model;
mod pool;
mod prizes;
mod rules;
mod store;
mod winnings;

pub(crate) use engine::Engine;
pub(crate) use entity::roster;

pub use award::Award;
pub use code::{LOTTERY_CLOSED, LOTTERY_LIMIT, LOTTERY_SOLD_OUT};
pub use draft::{PrizeDraft, RuleDraft};
pub use draw::{DrawRequest, DrawResult, Drawn, Lottery, TIMES_MAX};
pub use entity::draw::Model as DrawRow;
pub use entity::prize::Model as PrizeRow;
pub use entity::roster::Model as WinningRow;
pub use entity::rule::Model as RuleRow;
pub use event::{LOTTERY_DRAWN, metrics};
pub use hooks::{Hooks, KnownAs, NoHooks};
pub use logged::{PRIZE_LOGGED, RULE_LOGGED};
pub use prizes::PrizeFilter;
pub use winnings::{Winner, WinningFilter};
