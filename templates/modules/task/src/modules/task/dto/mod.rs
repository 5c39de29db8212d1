//! What requests carry and answers show. A task as its player sees it is the runtime's `TaskView`.

mod input;
mod query;
mod view;

pub use input::{ActInput, ClaimInput, CopyInput, PlaceInput, ReleaseInput, SortInput, TaskInput};
pub use query::{ListQuery, LogQuery, ProgressQuery, TaskQuery};
pub use view::{
    ActedView, AdminView, CountView, DayView, EvidenceView, LogView, PaidView, ProgressView,
    SettledView,
};
