//! Spreadsheets (feature `xlsx`): rows that are written as they come, in constant memory.
//!
//! ```
//! # use cloudapp_runtime::{error::AppResult, excel::{Cell, Sheet, Spreadsheet}};
//! async fn winners() -> AppResult<Spreadsheet> {
//!     let mut sheet = Sheet::new("Winners", &["Player", "Prize"])?;
//!     sheet.row(vec![Cell::Int(7), Cell::text("Cup")]).await?;
//!     sheet.finish().await
//! }
//! ```
//!
//! A thread of its own writes a temporary file; a [`Spreadsheet`] is the answer of a handler and
//! sends that file in pieces. Texts are never formulas.

mod response;
mod sheet;
mod table;

pub use sheet::{Cell, Sheet, Spreadsheet};
pub use table::table;
