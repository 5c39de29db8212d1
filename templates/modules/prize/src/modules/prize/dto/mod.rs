//! What requests carry and answers show. What a draw came to is the runtime's `DrawResult`.

mod input;
mod query;
mod view;

pub use input::{DrawInput, PrizeInput, RuleInput};
pub use query::{
    AdminWinningQuery, DrawQuery, LotteryQuery, PrizeQuery, RuleQuery, ShownQuery, WinnersQuery,
    WinningQuery,
};
pub use view::{
    AdminPrizeView, AdminWinningView, DrawView, LotteryView, PrizeView, RuleView, WinningView,
};
