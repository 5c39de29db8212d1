//! What is asked for.

use super::address::Address;
use crate::types::Id;

/// What a player wants to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderDraft {
    /// The activity.
    pub act_id: Id,
    /// The winnings; empty for all that are to be shipped, up to 100.
    pub winnings: Vec<Id>,
    /// Where to.
    pub address: Address,
    /// What the player says; at most 200 characters.
    pub buyer_remark: String,
    /// Idempotency key: the same request again gives the same shipment.
    pub key: Option<String>,
}

/// What an operator makes of a shipment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shipping {
    /// The new state.
    pub order_status: i32,
    /// Who carries it; with `express_no`, one of them is needed for state 1.
    pub express_company: String,
    /// The tracking number.
    pub express_no: String,
}
