//! Messages in the language of the request: those of codes, of rules and of readers.

use axum::body::Body;
use axum::http::Request;
use cloudapp_runtime::error::{AppError, ErrorCode, Language, Message};
use cloudapp_runtime::testing::{Client, TestApp};
use serde_json::{Value, json};

use super::fixture;

async fn log_in(client: &Client, language: &str, body: &Value) -> String {
    let request = Request::post("/client/login")
        .header("content-type", "application/json")
        .header("accept-language", language);
    let request = request.body(Body::from(body.to_string())).unwrap();
    client.send(request).await.fails("param_error")
}

#[tokio::test]
async fn what_is_wrong_with_input_is_said_in_both() {
    let app = TestApp::start(fixture::app()).await;
    let client = app.anonymous();
    let input =
        |app_id: &str, code: Value| json!({ "app_id": app_id, "platform": "dev", "code": code });
    let unknown = json!({ "app_id": "demo", "platform": "dev", "code": "a", "x": 1 });
    for (body, english, chinese) in [
        (json!({}), "missing field `app_id`", "缺少字段 `app_id`"),
        (
            unknown,
            "x: unknown field `x`, expected one of",
            "x: 未知字段 `x`，可用的字段：",
        ),
        (
            input("demo", json!(1)),
            "code: invalid type: integer `1`, expected a string",
            "code: 类型错误：收到 integer `1`，应为 a string",
        ),
        (
            input("demo", json!("")),
            "code: length is lower than 1",
            "code: 长度不能小于 1",
        ),
        (
            input("de mo", json!("a")),
            "app_id: only letters",
            "app_id: 只能使用字母",
        ),
        (
            input("demo", json!(" a")),
            "code: space at its beginning",
            "code：首尾不能有空格",
        ),
    ] {
        let message = log_in(&client, "en", &body).await;
        assert!(message.starts_with(english), "{message}");
        let message = log_in(&client, "zh-CN,zh;q=0.9,en;q=0.8", &body).await;
        assert!(message.starts_with(chinese), "{message}");
    }
    let message = {
        let request = Request::get("/client/me").header("accept-language", "zh-CN");
        client.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(message.fails("unauthorized"), "请先登录");
}

#[test]
fn a_message_in_one_language_serves_both() {
    let both = AppError::param(("at most 5", format!("最多 {} 个", 5)));
    assert_eq!(both.message(Language::English), "at most 5");
    assert_eq!(both.message(Language::Chinese), "最多 5 个");
    let one = AppError::conflict("come back later");
    assert_eq!(one.message(Language::Chinese), "come back later");
    let none = AppError::new(ErrorCode::NO_ENOUGH);
    assert_eq!(none.message(Language::Chinese), "余额不足");
    assert_eq!(Message::from("x".to_owned()).text(Language::English), "x");
}
