//! What requests carry and answers show.

mod input;
mod query;
mod view;

pub use input::{ChangeInput, ForgetInput, ManyInput, PartInput, StoreChangeInput};
pub use query::{
    AdminLogQuery, AssetQuery, InventoryQuery, LogQuery, NoticeQuery, OwnerQuery, StoreLogQuery,
};
pub use view::{
    AdminLogView, Forgotten, InventoryView, LogView, ManyView, NoticeView, PartView, ReceiptView,
    View,
};
