//! A spreadsheet as an answer: the file in pieces.

use std::io::Read as _;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::Spreadsheet;
use crate::error::AppError;

const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Bytes that are read at a time.
const PIECE: usize = 64 * 1024;

impl IntoResponse for Spreadsheet {
    fn into_response(self) -> Response {
        let file = match self.open() {
            Ok(file) => file,
            Err(error) => return AppError::internal(error).into_response(),
        };
        let disposition = format!("attachment; filename=\"{}\"", self.name);
        // The spreadsheet comes along: its file is there until the last piece is read.
        let pieces = stream::try_unfold((file, self), |(mut file, sheet)| async move {
            let reading = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; PIECE];
                let count = file.read(&mut piece)?;
                piece.truncate(count);
                Ok::<_, std::io::Error>((piece, file))
            });
            let (piece, file) = reading.await.map_err(std::io::Error::other)??;
            let piece = (!piece.is_empty()).then(|| Bytes::from(piece));
            Ok::<_, std::io::Error>(piece.map(|piece| (piece, (file, sheet))))
        });
        let headers = [
            (header::CONTENT_TYPE, TYPE.to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
        ];
        (headers, Body::from_stream(pieces)).into_response()
    }
}
