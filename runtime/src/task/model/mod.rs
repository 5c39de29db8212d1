//! The rules of tasks: pure, from definition, counters, event and moment to new counters, rewards
//! and evidence.

mod count;
mod evidence;
mod period;
mod rule;
mod tier;

pub use count::{Count, Due, Refusal, Step, act, claim};
pub use evidence::{Happened, Place, evidence_key};
pub use period::{Moment, Period};
pub use rule::{
    Evidence, Goods, Guest, Part, Pay, Progress, ROUNDS_MAX, Reward, RewardKind, Rule, Trigger,
};
pub use tier::{counts_from, tier_sum};
