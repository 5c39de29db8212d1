//! Tracking numbers in a spreadsheet (feature `xlsx`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::import::{ROWS_MAX, Tracking};
use crate::error::{AppError, AppResult};
use crate::excel;

/// What the columns are called, in the files that [`Orders::export`](super::Orders::export) writes
/// and in English.
const ORDER_NO: [&str; 2] = ["订单号", "order_no"];
const EXPRESS_NO: [&str; 2] = ["快递单号", "express_no"];
const EXPRESS_COMPANY: [&str; 2] = ["快递公司", "express_company"];

/// The rows of a spreadsheet in base64 whose first row has the headings `订单号`, `快递单号` and
/// `快递公司`, in any order and among others; `heading` is that of the order number where it is
/// another. Rows without a tracking number are left out: they are not shipped.
///
/// # Errors
/// `param_error`: it is no such file, or has more than [`ROWS_MAX`] rows.
pub fn trackings(content: &str, heading: Option<&str>) -> AppResult<Vec<Tracking>> {
    let file = STANDARD.decode(content.trim()).map_err(|_| {
        AppError::param((
            "content: must be base64 of a file",
            "content：须为文件的 base64 编码",
        ))
    })?;
    let mut rows = excel::table(&file, ROWS_MAX + 1)?.into_iter();
    let headings = rows.next().unwrap_or_default();
    let place = |names: &[&str]| {
        let found = headings
            .iter()
            .position(|one| names.contains(&one.as_str()));
        let name = names.first().copied().unwrap_or_default();
        found.ok_or_else(|| {
            AppError::param((
                format!("content: the first row has no heading `{name}`"),
                format!("content：首行没有“{name}”列"),
            ))
        })
    };
    let order_no = match heading {
        Some(heading) => place(&[heading])?,
        None => place(&ORDER_NO)?,
    };
    let express_no = place(&EXPRESS_NO)?;
    let express_company = place(&EXPRESS_COMPANY)?;
    // The headings are row 1.
    let rows = (2..).zip(rows).map(|(number, row)| {
        let cell = |place: usize| row.get(place).cloned().unwrap_or_default();
        Tracking {
            row: number,
            order_no: cell(order_no),
            express_no: cell(express_no),
            express_company: cell(express_company),
        }
    });
    let filled = rows.filter(|row| !row.order_no.is_empty() && !row.express_no.is_empty());
    Ok(filled.collect())
}
