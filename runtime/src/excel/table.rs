//! Reading: a file in, rows of texts out.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};

use crate::error::{AppError, AppResult};

/// Whole numbers that a spreadsheet holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Most columns that are read.
const COLUMNS_MAX: usize = 200;

/// The first sheet of a file as rows of texts, the headings first. Numbers are written as whole
/// ones where they are; empty cells are empty texts.
///
/// # Errors
/// `param_error`: it is no spreadsheet (.xlsx), or has more than `rows_max` rows or 200 columns.
pub fn table(file: &[u8], rows_max: usize) -> AppResult<Vec<Vec<String>>> {
    let unreadable = |_: XlsxError| {
        AppError::param((
            "this is no spreadsheet (.xlsx) that can be read",
            "无法读取该 xlsx 文件",
        ))
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).map_err(unreadable)?;
    let Some(name) = book.sheet_names().first().cloned() else {
        return Ok(Vec::new());
    };
    let mut cells = book.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        if row >= rows_max || column >= COLUMNS_MAX {
            return Err(AppError::param((
                format!("at most {rows_max} rows and {COLUMNS_MAX} columns"),
                format!("最多 {rows_max} 行、{COLUMNS_MAX} 列"),
            )));
        }
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        if rows[row].len() <= column {
            rows[row].resize_with(column + 1, String::new);
        }
        rows[row][column] = text;
    }
    Ok(rows)
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().to_owned()
        }
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < EXACT => {
            format!("{number:.0}")
        }
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(is) => is.to_string(),
        DataRef::DateTime(at) => at.to_string(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}
