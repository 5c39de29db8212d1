//! `/openapi.json`, and `/docs`: one self-contained page that lists the operations and sends
//! requests.
//!
//! The page loads nothing from elsewhere. Its policy names, by a number used once, the script and
//! the style that may run; everything else is refused by the browser.

use axum::Extension;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::openapi::Document;
use crate::error::AppResult;
use crate::random;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The OpenAPI 3.1 description of this application
#[utoipa::path(
    get, path = "/openapi.json", tag = "system", operation_id = "system_openapi",
    responses((status = 200, description = "The OpenAPI document", body = Object)),
)]
pub(super) async fn openapi_json(Extension(document): Extension<Document>) -> AppResult<Response> {
    let json = document.json()?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// This description as a page for people, with forms to try each operation
#[utoipa::path(
    get, path = "/docs", tag = "system", operation_id = "system_docs",
    responses((status = 200, description = "The page", body = String, content_type = "text/html")),
)]
pub(super) async fn docs() -> AppResult<Response> {
    let nonce = random::hex::<16>()?;
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'"
    );
    let page = PAGE
        .replace("__NONCE__", &nonce)
        .replace("__STYLE__", STYLE.trim_end())
        .replace("__SCRIPT__", SCRIPT.trim_end());
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, page).into_response())
}
