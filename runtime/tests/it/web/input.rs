//! Input that does not fit is refused with a message that names the field and the reason.

use axum::body::Body;
use axum::http::Request;
use cloudapp_runtime::config::IpRange;
use cloudapp_runtime::http::ClientIp;
use cloudapp_runtime::testing::{Client, TestApp};
use serde_json::json;

use super::fixture;

/// Sends a body that is refused, and returns the message.
async fn refused(alice: &Client, path: &str, body: &str) -> String {
    let request = Request::post(path).header("content-type", "application/json");
    let request = request.body(Body::from(body.to_owned())).unwrap();
    alice.send(request).await.fails("param_error")
}

#[tokio::test]
async fn bodies_that_do_not_fit() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    for (body, message) in [
        (r#"{}"#, "missing field `title`"),
        (
            r#"[]"#,
            "invalid length 0, expected struct CreateThing with 3 elements",
        ),
        (
            r#"{"title": 7}"#,
            "title: invalid type: integer `7`, expected a string",
        ),
        (
            r#"{"title": "a", "colour": 1}"#,
            "colour: unknown field `colour`, expected one of `title`, `stars`, `parts`",
        ),
        (r#"{"title": "a", "title": "b"}"#, "duplicate field `title`"),
        (r#"{"title": ""}"#, "title: length is lower than 1"),
        (
            r#"{"title": "abcdefghijklmnopqrstu"}"#,
            "title: length is greater than 20",
        ),
        (
            r#"{"title": "", "stars": 10}"#,
            "stars: greater than 9; title: length is lower than 1",
        ),
        (
            r#"{"title": "a", "stars": 9999999999}"#,
            "stars: invalid value: integer `9999999999`, expected i32",
        ),
        (
            r#"{"title": "a", "parts": [{"name": "x"}, {"name": 1}]}"#,
            "parts[1].name: invalid type: integer `1`, expected a string",
        ),
        (
            r#"{"title": "a", "parts": [{"name": "x"}, {"name": ""}]}"#,
            "parts[1].name: length is lower than 1",
        ),
    ] {
        assert_eq!(
            refused(&alice, "/client/things", body).await,
            message,
            "{body}"
        );
    }
    let long = json!({"title": "a", "stars": "x".repeat(10_000)}).to_string();
    let message = refused(&alice, "/client/things", &long).await;
    assert!(
        message.chars().count() <= 301,
        "nobody gets his own megabyte back"
    );
}

#[tokio::test]
async fn bodies_that_are_no_json() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    for (body, message) in [
        (
            "",
            "the body is not valid JSON: EOF while parsing a value at line 1 column 0",
        ),
        (
            r#"{"title": "a""#,
            "the body is not valid JSON: EOF while parsing an object at line 1 column 13",
        ),
        (
            r#"{"title": "a"} x"#,
            "the body is not valid JSON: trailing characters at line 1 column 16",
        ),
        (
            "\u{feff}{}",
            "the body is not valid JSON: expected value at line 1 column 1",
        ),
    ] {
        assert_eq!(
            refused(&alice, "/client/things", body).await,
            message,
            "{body}"
        );
    }
    // Deeply nested: an answer, and not an exhausted stack.
    refused(
        &alice,
        "/client/things",
        &format!("{{\"parts\":{}", "[".repeat(5_000)),
    )
    .await;
    refused(&alice, "/raw", &"[".repeat(100_000)).await;
}

#[tokio::test]
async fn twenty_characters_are_counted_as_characters() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    let title = "二".repeat(20);
    let thing = alice
        .post("/client/things", json!({ "title": title }))
        .await
        .ok();
    let id = thing["id"].as_str().unwrap();
    assert_eq!(
        alice.get(&format!("/client/things/{id}")).await.ok()["title"],
        title
    );
}

#[tokio::test]
async fn query_strings() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    for (query, message) in [
        ("page_size=0", "page_size: lower than 1"),
        ("page_size=201", "page_size: greater than 200"),
        ("page_size=-1", "page_size: invalid digit found in string"),
        ("page_size=ten", "page_size: invalid digit found in string"),
        (
            "page_index=18446744073709551615",
            "page_index: greater than 1000000000",
        ),
        (
            "page_index=99999999999999999999",
            "page_index: number too large to fit in target type",
        ),
        ("page_index=0&page_index=1", "duplicate field `page_index`"),
        (
            "page=1",
            "page: unknown field `page`, expected `page_index` or `page_size`",
        ),
        (
            "user_id=1",
            "user_id: unknown field `user_id`, expected `page_index` or `page_size`",
        ),
    ] {
        let answer = alice.get(&format!("/client/things?{query}")).await;
        assert_eq!(answer.fails("param_error"), message, "{query}");
    }
    assert_eq!(
        app.anonymous().get("/mischief").await.fails("param_error"),
        "missing field `how`"
    );
}

#[tokio::test]
async fn paths() {
    let app = TestApp::start(fixture::app()).await;
    let alice = app.player("alice").await;
    for id in [
        "x",
        "-1",
        "1.5",
        "1e3",
        "9223372036854775808",
        "%20",
        "1%00",
        "%ff",
        "0x10",
        "+1",
    ] {
        let answer = alice.get(&format!("/client/things/{id}")).await;
        assert_eq!(answer.status, 400, "{id}: {}", answer.body);
        answer.fails("param_error");
    }
    for id in ["0", "9223372036854775807"] {
        alice
            .get(&format!("/client/things/{id}"))
            .await
            .fails("not_found");
    }
}

#[test]
fn the_client_is_whom_the_trusted_proxies_vouch_for() {
    let ip = |text: &str| text.parse().unwrap();
    let range = |text: &str| text.parse::<IpRange>().unwrap();
    let trusted = [
        "10.0.0.1",
        "10.0.0.2",
        "fd00::1",
        "172.16.0.0/12",
        "2001:db8:5::/48",
    ]
    .map(range);
    let client = |peer: &str, forwarded: &[&str]| {
        let mut headers = axum::http::HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        ClientIp::resolve(Some(ip(peer)), &headers, &trusted)
            .0
            .unwrap()
            .to_string()
    };
    assert_eq!(client("8.8.8.8", &[]), "8.8.8.8");
    assert_eq!(
        client("8.8.8.8", &["1.1.1.1"]),
        "8.8.8.8",
        "anybody can send the header"
    );
    assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    assert_eq!(client("10.0.0.1", &["1.1.1.1"]), "1.1.1.1");
    assert_eq!(client("10.0.0.1", &["6.6.6.6, 1.1.1.1"]), "1.1.1.1");
    assert_eq!(
        client("10.0.0.1", &["6.6.6.6, 1.1.1.1, 10.0.0.2"]),
        "1.1.1.1"
    );
    assert_eq!(
        client("10.0.0.1", &["6.6.6.6", "1.1.1.1", "10.0.0.2"]),
        "1.1.1.1"
    );
    assert_eq!(
        client("10.0.0.1", &["1.1.1.1, unknown, 10.0.0.2"]),
        "10.0.0.2"
    );
    assert_eq!(client("::ffff:10.0.0.1", &["1.1.1.1:4711"]), "1.1.1.1");
    assert_eq!(client("fd00::1", &["[2001:db8::7]:443"]), "2001:db8::7");
    // A chain of networks, a header that is no text, and one that was made up before the chain.
    let chain = "6.6.6.6, 9.9.9.9, 172.31.255.255, 2001:db8:5::9";
    assert_eq!(client("172.16.0.1", &[chain]), "9.9.9.9");
    assert_eq!(client("172.32.0.1", &[chain]), "172.32.0.1");
    assert_eq!(client("2001:db8:6::1", &["1.1.1.1"]), "2001:db8:6::1");
    assert_eq!(client("10.0.0.1", &["1.1.1.1", "\u{e9}"]), "10.0.0.1");
    assert_eq!(client("10.0.0.1", &["[[::1]]"]), "10.0.0.1");
    assert_eq!(client("10.0.0.1", &[""]), "10.0.0.1");
    assert_eq!(
        ClientIp::resolve(None, &axum::http::HeaderMap::new(), &trusted),
        ClientIp(None)
    );
}

#[test]
fn ranges_are_addresses_or_networks() {
    let parsed = |text: &str| text.parse::<IpRange>().map(|range| range.to_string());
    for (text, shown) in [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.7/32", "10.0.0.7"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"),
    ] {
        assert_eq!(parsed(text).unwrap(), shown);
    }
    for text in [
        "",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.1/8",
        "10.0.0.0/",
        "proxy",
        "10.0.0.0/-1",
    ] {
        assert!(parsed(text).is_err(), "{text}");
    }
    let all: IpRange = "0.0.0.0/0".parse().unwrap();
    assert!(all.contains("::ffff:9.9.9.9".parse().unwrap()));
    assert!(!all.contains("::1".parse().unwrap()));
}
