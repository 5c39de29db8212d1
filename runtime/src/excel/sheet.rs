//! Writing: rows in, a file out.

use std::borrow::Cow;
use std::fs::File;

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use tempfile::NamedTempFile;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use crate::error::{AppError, AppResult};
use crate::types::Decimal;

/// Rows that wait for the thread that writes.
const QUEUE: usize = 256;
/// Rows of a sheet, as Excel limits them.
const ROWS_MAX: u32 = 1_048_576;
/// Longest text in a cell.
const TEXT_MAX: usize = 32_767;
/// Digits that a number of a spreadsheet holds.
const DIGITS_MAX: u32 = 15;

/// What is in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text; at most 32,767 characters of it are written.
    Text(String),
    /// A whole number; a text when it has more than 15 digits, because numbers of spreadsheets
    /// are doubles.
    Int(i64),
    /// A decimal; as a whole number.
    Decimal(Decimal),
}

impl Cell {
    /// A text.
    #[must_use]
    pub fn text<'a>(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into().into_owned())
    }
}

/// A spreadsheet that is being written. Dropped, it leaves no file.
#[derive(Debug)]
pub struct Sheet {
    rows: Sender<Vec<Cell>>,
    writing: JoinHandle<AppResult<NamedTempFile>>,
}

/// A finished spreadsheet: the answer of a handler. Its file goes away with it.
#[derive(Debug)]
pub struct Spreadsheet {
    pub(super) file: NamedTempFile,
    pub(super) name: String,
}

impl Sheet {
    /// Begins one with a title, of at most 31 characters without `[]:*?/\`, and a row of headings.
    /// Rows beyond what a sheet holds go on in another one.
    ///
    /// # Errors
    /// `internal`: the title does not fit.
    pub fn new(title: &str, columns: &[&str]) -> AppResult<Self> {
        let fits = (1..=25).contains(&title.chars().count())
            && !title.contains(['[', ']', ':', '*', '?', '/', '\\', '\'']);
        if !fits {
            return Err(AppError::internal(format!(
                "`{title}` is no title of a sheet"
            )));
        }
        let (rows, receiver) = channel(QUEUE);
        let (title, columns) = (title.to_owned(), columns.iter().map(ToString::to_string));
        let columns: Vec<String> = columns.collect();
        let writing = tokio::task::spawn_blocking(move || write(&title, &columns, receiver));
        Ok(Self { rows, writing })
    }

    /// Adds a row; waits when the file is slower.
    ///
    /// # Errors
    /// The file's, at the latest in [`Sheet::finish`].
    pub async fn row(&mut self, cells: Vec<Cell>) -> AppResult<()> {
        // Whoever wrote has ended with an error, which `finish` tells.
        let gone = |_| AppError::internal("a spreadsheet cannot be written");
        self.rows.send(cells).await.map_err(gone)
    }

    /// Ends it.
    ///
    /// # Errors
    /// The file's.
    pub async fn finish(self) -> AppResult<Spreadsheet> {
        drop(self.rows);
        let file = self.writing.await.map_err(AppError::internal)??;
        Ok(Spreadsheet {
            file,
            name: "report.xlsx".to_owned(),
        })
    }
}

impl Spreadsheet {
    /// Sets the name under which a browser keeps it: letters, digits, `-`, `_` and `.`; others
    /// become `_`.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        self.name = name
            .chars()
            .map(|c| if is_plain(c) { c } else { '_' })
            .collect();
        self
    }

    /// The file, from its beginning.
    ///
    /// # Errors
    /// The system's.
    pub fn open(&self) -> std::io::Result<File> {
        self.file.reopen()
    }
}

fn write(
    title: &str,
    columns: &[String],
    mut rows: Receiver<Vec<Cell>>,
) -> AppResult<NamedTempFile> {
    let mut workbook = Workbook::new();
    let mut pages = 0;
    let mut next = rows.blocking_recv();
    while next.is_some() || pages == 0 {
        pages += 1;
        let sheet = workbook.add_worksheet_with_constant_memory();
        let sheet = sheet.map_err(AppError::internal)?;
        let name = match pages {
            1 => title.to_owned(),
            page => format!("{title} {page}"),
        };
        head(sheet, &name, columns).map_err(AppError::internal)?;
        let mut place = 1;
        while let Some(cells) = next.take() {
            for (column, cell) in (0..).zip(&cells) {
                put(sheet, place, column, cell).map_err(AppError::internal)?;
            }
            place += 1;
            next = rows.blocking_recv();
            if place == ROWS_MAX {
                break;
            }
        }
    }
    let file = NamedTempFile::new().map_err(AppError::internal)?;
    let target = file.reopen().map_err(AppError::internal)?;
    workbook
        .save_to_writer(target)
        .map_err(AppError::internal)?;
    Ok(file)
}

fn head(sheet: &mut Worksheet, name: &str, columns: &[String]) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    let bold = Format::new().set_bold();
    for (column, title) in (0..).zip(columns) {
        sheet.write_string_with_format(0, column, title, &bold)?;
    }
    Ok(())
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => text_at(sheet, row, column, text)?,
        Cell::Int(value) => match exact(&value.to_string()) {
            Some(number) => drop(sheet.write_number(row, column, number)?),
            None => text_at(sheet, row, column, &value.to_string())?,
        },
        Cell::Decimal(value) => match exact(&value.to_string()) {
            Some(number) => drop(sheet.write_number(row, column, number)?),
            None => text_at(sheet, row, column, &value.to_string())?,
        },
    }
    Ok(())
}

fn text_at(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<(), XlsxError> {
    let short: String = text.chars().take(TEXT_MAX).collect();
    sheet.write_string(row, column, short)?;
    Ok(())
}

/// The number, if a double shows it as it is.
fn exact(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let fits = u32::try_from(digits).is_ok_and(|digits| digits <= DIGITS_MAX);
    text.parse().ok().filter(|_| fits)
}
