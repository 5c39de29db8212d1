//! What requests carry and answers show. Figures are shown as the runtime gives them.

mod input;
mod query;
mod view;

pub use input::{MetricChange, MetricInput, ReportInput, ReportItem};
pub use query::{ReportQuery, TrendQuery, UserQuery};
pub use view::{MetricList, MetricView};
