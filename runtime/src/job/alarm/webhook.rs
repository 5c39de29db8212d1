//! A WeCom robot, or whatever takes its messages.

use std::sync::Arc;

use async_trait::async_trait;
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde_json::json;

use super::{Alarm, AlarmSink, PATIENCE};
use crate::config::Secret;
use crate::error::{AppError, AppResult};

/// Longest message in bytes.
const CONTENT_MAX: usize = 4_096;

/// Posts to the URL, whose key is a secret.
pub(super) struct Webhook {
    client: reqwest::Client,
    url: Secret,
}

/// What a robot says of a message; others may answer what they like.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

impl Webhook {
    /// # Errors
    /// In words without the URL.
    pub(super) fn new(url: &Secret) -> Result<Self, String> {
        reqwest::Url::parse(url.expose()).map_err(|error| error.to_string())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| error.without_url().to_string())?;
        let url = url.clone();
        Ok(Self { client, url })
    }
}

/// The message, not longer than a robot takes.
fn content(app_name: &str, alarm: &Alarm) -> String {
    let Alarm {
        kind,
        subject,
        text,
        at,
    } = alarm;
    let title = kind.title();
    let mut content = format!(
        "**{title}**: {app_name}\n> {subject}\n> {}\n\n{text}",
        at.to_rfc3339()
    );
    if content.len() > CONTENT_MAX {
        let mut end = CONTENT_MAX;
        while !content.is_char_boundary(end) {
            end -= 1;
        }
        content.truncate(end);
    }
    content
}

#[async_trait]
impl AlarmSink for Webhook {
    async fn raise(&self, app_name: &str, alarm: &Alarm) -> AppResult<()> {
        let message = json!({
            "msgtype": "markdown",
            "markdown": { "content": content(app_name, alarm) },
        });
        // Errors of the client name the URL, and with it the key, unless it is taken out.
        let failed = |error: reqwest::Error| AppError::internal(error.without_url());
        let sent = self.client.post(self.url.expose()).json(&message).send();
        let answer = sent.await.map_err(failed)?;
        let answer = answer.error_for_status().map_err(failed)?;
        let text = answer.text().await.map_err(failed)?;
        match serde_json::from_str::<Answer>(&text) {
            Ok(Answer { errcode, errmsg }) if errcode != 0 => Err(AppError::internal(format!(
                "the webhook refused the message: {errcode} {errmsg}"
            ))),
            _ => Ok(()),
        }
    }
}
