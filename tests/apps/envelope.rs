//! What every answer has in common.

use serde_json::Value;

use crate::http::Answer;

/// The keys of an envelope, in their order.
const KEYS: [&str; 5] = [
    "success",
    "error_code",
    "error_message",
    "data",
    "request_id",
];

impl Answer {
    /// Asserts that this is an envelope, whole and consistent, and returns it.
    #[track_caller]
    pub(crate) fn envelope(&self) -> Value {
        let told = || format!("{} answered {}: {}", self.what, self.status, self.text);
        assert_eq!(
            self.header("content-type"),
            "application/json",
            "{}",
            told()
        );
        let body: Value = serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}", told()));
        let object = body.as_object().unwrap_or_else(|| panic!("{}", told()));
        assert_eq!(object.len(), KEYS.len(), "{}", told());
        assert!(
            KEYS.iter().all(|key| object.contains_key(*key)),
            "{}",
            told()
        );
        // The parser sorts keys; the text has them as they were sent.
        assert!(self.text.starts_with("{\"success\":"), "{}", told());
        let id = body["request_id"].as_str().unwrap_or_default();
        assert!(
            self.text.ends_with(&format!("\"request_id\":\"{id}\"}}")),
            "{}",
            told()
        );
        assert!(!id.is_empty(), "{}", told());
        assert_eq!(self.header("x-request-id"), id, "{}", told());

        let done = (200..300).contains(&self.status);
        assert_eq!(body["success"], done, "{}", told());
        for key in ["error_code", "error_message"] {
            let is_empty = body[key].as_str().map(str::is_empty);
            assert_eq!(is_empty, Some(done), "{}", told());
        }
        body
    }

    /// Asserts success and returns the data.
    #[track_caller]
    pub(crate) fn data(&self) -> Value {
        let mut envelope = self.envelope();
        assert_eq!(envelope["success"], true, "{}: {}", self.what, self.text);
        envelope["data"].take()
    }

    /// Asserts a failure of this status and code.
    #[track_caller]
    pub(crate) fn fails(&self, status: u16, error_code: &str) {
        let envelope = self.envelope();
        let found = (self.status, envelope["error_code"].as_str().unwrap());
        assert_eq!(found, (status, error_code), "{}: {}", self.what, self.text);
    }
}
