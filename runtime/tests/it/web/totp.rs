//! Authenticators: the RFC's test vectors, enrolment, codes that are good once, recovery.

use std::sync::Arc;

use chrono::{DateTime, Duration};
use cloudapp_runtime::auth::operator::{FAILURES_TO_LOCK, create};
use cloudapp_runtime::auth::totp::{STEP_S, base32, code, matching_step, step_of};
use cloudapp_runtime::clock::{Clock as _, ManualClock};
use cloudapp_runtime::config::Secret;
use cloudapp_runtime::testing::{Answer, Client, TestApp};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use super::{fixture, servers, start};

const PASSWORD: &str = "the right password";
/// The secret of both RFCs' appendices.
const RFC_SECRET: &[u8] = b"12345678901234567890";

#[test]
fn the_vectors_of_rfc_6238() {
    for (at, expected) in [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ] {
        let step = step_of(DateTime::from_timestamp(at, 0).unwrap());
        assert_eq!(code(RFC_SECRET, step, 8).unwrap(), expected, "{at}");
    }
}

#[test]
fn the_vectors_of_rfc_4226() {
    let expected = [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
        "520489",
    ];
    for (counter, expected) in (0..).zip(expected) {
        assert_eq!(code(RFC_SECRET, counter, 6).unwrap(), expected);
    }
}

#[test]
fn the_vectors_of_rfc_4648() {
    for (bytes, text) in [
        ("", ""),
        ("f", "MY"),
        ("fo", "MZXQ"),
        ("foo", "MZXW6"),
        ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ] {
        assert_eq!(base32(bytes.as_bytes()), text);
    }
}

#[test]
fn a_clock_may_be_one_step_wrong() {
    let now = start();
    for (off, fits) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let given = code(RFC_SECRET, step_of(now) + off, 6).unwrap();
        let step = matching_step(RFC_SECRET, &given, now).unwrap();
        assert_eq!(step.is_some(), fits, "{off}");
    }
    assert_eq!(matching_step(RFC_SECRET, "", now).unwrap(), None);
}

struct World {
    app: TestApp,
    clock: Arc<ManualClock>,
    anna: Client,
}

async fn log_in(app: &TestApp, password: &str, code: Option<&str>) -> Answer {
    let mut body = json!({ "username": "anna", "password": password });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    app.anonymous().post("/admin/login", body).await
}

/// What base32 stands for.
fn bytes(text: &str) -> Vec<u8> {
    let mut bits = String::new();
    for character in text.chars() {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(character).unwrap();
        bits.push_str(&format!("{value:05b}"));
    }
    let whole = bits.as_bytes().chunks_exact(8);
    whole
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

impl World {
    async fn new(server: String) -> Self {
        let clock = Arc::new(ManualClock::new(start()));
        let app = TestApp::setup(fixture::app())
            .database_server(server)
            .clock(clock.clone())
            .start()
            .await;
        let password = Secret::new(PASSWORD);
        create(app.context(), "demo", "anna", &password, &["*".to_owned()])
            .await
            .unwrap();
        let token = log_in(&app, PASSWORD, None).await.ok()["token"].clone();
        let anna = app.client(token.as_str().unwrap());
        Self { app, clock, anna }
    }

    /// Enrols an authenticator; its secret, and the recovery codes.
    async fn enrol(&self) -> (Vec<u8>, Vec<String>) {
        let body = json!({ "password": PASSWORD });
        let enrolment = self.anna.post("/admin/totp", body).await.ok();
        let text = enrolment["secret"].as_str().unwrap();
        let uri = enrolment["uri"].as_str().unwrap();
        assert!(uri.starts_with("otpauth://totp/fixture:anna?"), "{uri}");
        assert!(
            uri.contains(&format!("secret={text}&issuer=fixture")),
            "{uri}"
        );
        let secret = bytes(text);
        assert_eq!(secret.len(), 20);
        let body = json!({ "code": self.now(&secret) });
        let confirmed = self.anna.post("/admin/totp/confirm", body).await.ok();
        let codes = confirmed["recovery_codes"].as_array().unwrap();
        let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned());
        (secret, codes.collect())
    }

    /// The code of the present.
    fn now(&self, secret: &[u8]) -> String {
        code(secret, step_of(self.clock.now()), 6).unwrap()
    }

    fn next_step(&self) {
        self.clock.advance(Duration::seconds(STEP_S));
    }

    async fn texts(&self, table: &str) -> String {
        let db = self.app.context().db();
        let columns = match table {
            "operator_totp_tb" => "secret",
            "operator_recovery_tb" => "code_hash",
            _ => "CONCAT(COALESCE(detail, ''), COALESCE(update_detail, ''), operation_desc)",
        };
        let sql = format!("SELECT {columns} FROM {table}");
        let rows = Statement::from_string(db.get_database_backend(), sql);
        let rows = db.query_all_raw(rows).await.unwrap();
        let texts = rows.iter().map(|row| row.try_get_by_index(0).unwrap());
        texts.collect::<Vec<String>>().join("\n")
    }
}

#[tokio::test]
async fn from_enrolment_to_the_end() {
    for (name, server) in servers() {
        let world = World::new(server).await;
        // An enrolment that nobody confirms changes nothing.
        let password = json!({ "password": PASSWORD });
        world.anna.post("/admin/totp", password.clone()).await.ok();
        log_in(&world.app, PASSWORD, None).await.ok();
        let wrong = json!({ "code": "000000" });
        world
            .anna
            .post("/admin/totp/confirm", wrong)
            .await
            .fails("param_error");

        let (secret, codes) = world.enrol().await;
        assert_eq!(codes.len(), 10, "{name}");
        assert_eq!(world.anna.get("/admin/me").await.ok()["has_totp"], true);
        world
            .anna
            .post("/admin/totp", password)
            .await
            .fails("conflict");

        let missing = log_in(&world.app, PASSWORD, None).await;
        assert_eq!(missing.status, 401, "{name}");
        missing.fails("totp_required");
        // The code that confirmed is not good again.
        let used = world.now(&secret);
        log_in(&world.app, PASSWORD, Some(&used))
            .await
            .fails("login_failed");
        world.next_step();
        let code = world.now(&secret);
        log_in(&world.app, PASSWORD, Some(&code)).await.ok();
        log_in(&world.app, PASSWORD, Some(&code))
            .await
            .fails("login_failed");
        // Nor is the one before it, though the clock may be that wrong.
        log_in(&world.app, PASSWORD, Some(&used))
            .await
            .fails("login_failed");

        let recovery = codes[3].to_lowercase();
        log_in(&world.app, PASSWORD, Some(&recovery)).await.ok();
        log_in(&world.app, PASSWORD, Some(&recovery))
            .await
            .fails("login_failed");

        world.next_step();
        let off = |password: &str, code: &str| json!({ "password": password, "code": code });
        let path = "/admin/totp/disable";
        let code = world.now(&secret);
        world
            .anna
            .post(path, off("wrong", &code))
            .await
            .fails("login_failed");
        world
            .anna
            .post(path, off(PASSWORD, "123456"))
            .await
            .fails("param_error");
        world.anna.post(path, off(PASSWORD, &code)).await.ok();
        log_in(&world.app, PASSWORD, None).await.ok();
        assert_eq!(world.texts("operator_recovery_tb").await, "", "{name}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_not_told_from_a_wrong_code() {
    let world = World::new("sqlite:".to_owned()).await;
    let (secret, _) = world.enrol().await;
    world.next_step();
    let code = world.now(&secret);
    // The password is not right: nothing tells that there is an authenticator.
    let refused = log_in(&world.app, "wrong", None).await;
    assert_eq!(refused.error_code(), "login_failed");
    let no_code = log_in(&world.app, PASSWORD, Some("999999")).await;
    assert_eq!(no_code.error_message(), refused.error_message());
    log_in(&world.app, PASSWORD, Some(&code)).await.ok();
}

#[tokio::test]
async fn codes_are_guessed_no_faster_than_passwords() {
    let world = World::new("sqlite:".to_owned()).await;
    let (secret, _) = world.enrol().await;
    world.next_step();
    for _ in 0..FAILURES_TO_LOCK {
        log_in(&world.app, PASSWORD, Some("000000"))
            .await
            .fails("login_failed");
    }
    let code = world.now(&secret);
    log_in(&world.app, PASSWORD, Some(&code))
        .await
        .fails("login_failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_the_same_code_at_once_one_is_taken() {
    for (name, server) in servers() {
        let world = World::new(server).await;
        let (secret, codes) = world.enrol().await;
        world.next_step();
        for code in [world.now(&secret), codes[0].clone()] {
            let tries = (0..4).map(|_| log_in(&world.app, PASSWORD, Some(&code)));
            let answers = futures_util::future::join_all(tries).await;
            let taken = answers.iter().filter(|answer| answer.status == 200).count();
            assert_eq!(taken, 1, "{name}");
        }
    }
}

#[tokio::test]
async fn the_database_has_neither_secret_nor_codes() {
    let world = World::new("sqlite:".to_owned()).await;
    let (secret, codes) = world.enrol().await;
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let kept = world.texts("operator_totp_tb").await;
    assert!(
        !kept.contains(&hex) && !kept.contains(&base32(&secret)),
        "{kept}"
    );
    let kept = world.texts("operator_recovery_tb").await;
    assert!(
        codes.iter().all(|code| !kept.contains(code.as_str())),
        "{kept}"
    );
    let kept = world.texts("operation_log_tb").await;
    assert!(
        !kept.contains(&base32(&secret)) && !kept.contains(PASSWORD),
        "{kept}"
    );
}

#[tokio::test]
async fn who_lost_his_authenticator_is_helped_by_another_operator() {
    let world = World::new("sqlite:".to_owned()).await;
    world.enrol().await;
    let me = world.anna.get("/admin/me").await.ok();
    let chief = world.app.operator(&["*"]).await;
    let id = me["id"].as_str().unwrap();
    let path = format!("/admin/operators/{id}/reset-totp");
    world
        .app
        .operator(&["admin.*"])
        .await
        .post(&path, json!({}))
        .await
        .fails("no_power");
    chief.post(&path, json!({})).await.ok();
    world.anna.get("/admin/me").await.fails("unauthorized");
    log_in(&world.app, PASSWORD, None).await.ok();
}
