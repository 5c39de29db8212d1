//! The numbers of rows that the ledger's statements are about: rounded up (conditions) or split
//! (inserts) to few sizes, so that the databases know nearly all statements already.

/// Numbers of rows that statements come with.
const SIZES: [usize; 14] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];
pub(super) const SIZE_MAX: usize = 128;

/// The rows, and the last one again up to the next size.
pub(super) fn padded<T>(rows: &[T]) -> impl Iterator<Item = &T> {
    let size = SIZES.into_iter().find(|size| *size >= rows.len());
    let more = size.unwrap_or(rows.len()) - rows.len();
    rows.iter()
        .chain(rows.last().into_iter().cycle().take(more))
}

/// The largest size for so many rows.
pub(super) fn size_below(rows: usize) -> Option<usize> {
    SIZES.into_iter().rev().find(|size| *size <= rows)
}
