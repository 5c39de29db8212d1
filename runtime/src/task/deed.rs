//! What is said to have happened: by players, and by the app itself.

use crate::types::{Decimal, Id};

/// What a player says he did. Which fields are needed depends on the type of the task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deed {
    /// The part of the task; empty for the task itself.
    pub sub_type: String,
    /// The goods.
    pub goods_id: Option<String>,
    /// Who invited him.
    pub inviter_id: Option<Id>,
    /// The code that he knows.
    pub secret_code: Option<String>,
    /// Key of the request: the same one again counts nothing more.
    pub request: Option<String>,
}

/// What the app knows to have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The player bought something, and paid.
    Order {
        /// Number of the order, or of the part of it that is about this goods.
        order_no: String,
        /// The goods.
        goods_id: String,
        /// What was paid for it.
        amount: Decimal,
    },
    /// The player drew.
    Draw {
        /// Which draw: for each task it counts once.
        draw_id: String,
        /// Whether it was for trial only.
        is_trial: bool,
    },
}

impl Fact {
    /// What names it.
    pub(super) fn object(&self) -> &str {
        match self {
            Self::Order { order_no, .. } => order_no,
            Self::Draw { draw_id, .. } => draw_id,
        }
    }
}
