//! What requests carry and answers show.

mod input;
mod query;
mod view;

pub use input::{AddressInput, ImportInput, OrderInput, RemarkInput, StatusInput, VariantInput};
pub use query::{ActQuery, AdminQuery, OrderQuery};
pub use view::{AdminView, ImportView, ImportedView, ItemView, ResealedView, VariantView, View};
