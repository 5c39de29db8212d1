//! An app's own rules, written into the hooks of a module, hold around every operation of it.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::Database;
use crate::ground;
use crate::http::{Answer, Http};
use crate::process;
use crate::routes::{self, PASSWORD};
use crate::server::Server;
use crate::specs::HOOKED;

const ADMIN: &str = "/admin/friend-links";

/// Rules of an agency: one for each hook.
const RULES: &str = r#"//! The app's own rules.

use cloudapp_runtime::content::{Change, Hooks, Reader};
use cloudapp_runtime::db::Transaction;
use cloudapp_runtime::prelude::*;
use sea_orm::{ColumnTrait as _, QueryFilter as _, Select};

use super::dto::Input;
use super::entity::{Column, Entity, Model};

/// The hooks of this app.
#[derive(Clone, Copy, Debug)]
pub struct AppHooks;

impl Hooks<Entity, Input> for AppHooks {
    async fn before_read(
        &self,
        _: &Context,
        reader: Reader<'_>,
        rows: Select<Entity>,
    ) -> AppResult<Select<Entity>> {
        match reader {
            Reader::Player(_) => Ok(rows.filter(Column::Title.ne("hidden"))),
            Reader::Operator(_) => Ok(rows),
        }
    }

    async fn after_read(
        &self,
        _: &Context,
        _: Reader<'_>,
        rows: &mut [Model],
    ) -> AppResult<()> {
        for row in rows {
            row.big_pic = format!("cdn/{}", row.title);
        }
        Ok(())
    }

    async fn before_save(
        &self,
        _: &Transaction<'_>,
        _: &Operator,
        old: Option<&Model>,
        input: &mut Input,
    ) -> AppResult<()> {
        if input.title == "refused" || old.is_some_and(|old| old.title == "final") {
            return Err(AppError::conflict("before_save"));
        }
        input.title = input.title.trim().to_owned();
        Ok(())
    }

    async fn after_save(&self, _: &Transaction<'_>, _: &Operator, row: &Model) -> AppResult<()> {
        match row.title.as_str() {
            "late" => Err(AppError::conflict("after_save")),
            _ => Ok(()),
        }
    }

    async fn before_change(
        &self,
        _: &Transaction<'_>,
        _: &Operator,
        row: &Model,
        change: Change,
    ) -> AppResult<()> {
        match change {
            Change::Remove if row.title == "kept" => Err(AppError::conflict("before_change")),
            _ => Ok(()),
        }
    }

    async fn after_change(
        &self,
        _: &Transaction<'_>,
        _: &Operator,
        _: &Model,
        change: Change,
    ) -> AppResult<()> {
        match change {
            Change::Sort(13) | Change::Release(false) => Err(AppError::conflict("after_change")),
            _ => Ok(()),
        }
    }
}
"#;

#[test]
fn an_apps_own_rules_hold_around_every_operation() {
    let _turn = ground::turn();
    let hooks = HOOKED.root.join("src/modules/friend_link/hooks.rs");
    ground::write_if_changed(&hooks, RULES);
    HOOKED.build();
    let database = Database::new();
    let command = |arguments: &[&str]| -> Command {
        let mut command = HOOKED.command(arguments);
        command
            .env("CLOUDAPP__DATABASE__URL", database.url())
            .env("CLOUDAPP_ADMIN_PASSWORD", PASSWORD);
        command
    };
    process::run(command(&["migrate", "up"])).ok();
    process::run(command(&["admin", "create", "olga"])).ok();
    let server = Server::start(command(&[]));
    let http = server.http();
    let olga = routes::operator(&http, "olga");
    saving(&http, &olga);
    changing(&http, &olga);
    reading(&http, &olga);
    server.stop();
}

fn saving(http: &Http, olga: &str) {
    let trimmed = made(http, olga, " final ");
    assert_eq!(trimmed["title"], "final");
    refused(http, olga, ("POST", ADMIN), &link("refused"), "before_save");
    refused(http, olga, ("POST", ADMIN), &link("late"), "after_save");
    let path = path(&trimmed);
    refused(http, olga, ("PUT", &path), &link("changed"), "before_save");
    let kept = made(http, olga, "kept");
    refused(
        http,
        olga,
        ("PUT", &self::path(&kept)),
        &link("late"),
        "after_save",
    );
    assert_eq!(
        titles(http, olga, ADMIN),
        ["kept", "final"],
        "all or nothing"
    );
}

fn changing(http: &Http, olga: &str) {
    let kept = &items(http, olga, ADMIN)[0];
    let path = path(kept);
    refused(http, olga, ("DELETE", &path), &Value::Null, "before_change");
    let hide = json!({ "is_release": false });
    let release = format!("{path}/release");
    refused(http, olga, ("POST", &release), &hide, "after_change");
    let places = json!({ "places": [{ "id": kept["id"], "sort_index": 13 }] });
    let sort = format!("{ADMIN}/sort");
    refused(http, olga, ("POST", &sort), &places, "after_change");
    let kept = &items(http, olga, ADMIN)[0];
    assert_eq!(
        (&kept["is_release"], &kept["sort_index"]),
        (&json!(true), &json!(0))
    );
}

fn reading(http: &Http, olga: &str) {
    made(http, olga, "hidden");
    let alice = routes::player(http, "alice");
    assert_eq!(titles(http, olga, ADMIN), ["hidden", "kept", "final"]);
    assert_eq!(
        titles(http, &alice, "/client/friend-links"),
        ["kept", "final"]
    );
    let kept = &items(http, &alice, "/client/friend-links")[0];
    assert_eq!(kept["big_pic"], "cdn/kept");
}

fn link(title: &str) -> Value {
    json!({ "title": title, "product_link": "pages/index", "is_release": true })
}

fn path(row: &Value) -> String {
    format!("{ADMIN}/{}", row["id"].as_str().unwrap())
}

#[track_caller]
fn made(http: &Http, token: &str, title: &str) -> Value {
    let made = call(http, token, ("POST", ADMIN), &link(title));
    made.data()
}

#[track_caller]
fn refused(http: &Http, token: &str, (method, path): (&str, &str), body: &Value, by: &str) {
    let answer = call(http, token, (method, path), body);
    assert_eq!(answer.status, 409, "{}: {}", answer.what, answer.text);
    assert_eq!(answer.envelope()["error_message"], by);
}

fn items(http: &Http, token: &str, path: &str) -> Vec<Value> {
    let answer = call(http, token, ("GET", path), &Value::Null);
    answer.data()["items"].as_array().unwrap().clone()
}

fn titles(http: &Http, token: &str, path: &str) -> Vec<String> {
    let rows = items(http, token, path).into_iter();
    rows.map(|row| row["title"].as_str().unwrap().to_owned())
        .collect()
}

fn call(http: &Http, token: &str, (method, path): (&str, &str), body: &Value) -> Answer {
    let method: Method = method.parse().unwrap();
    http.send(method, path, |request| {
        let request = request.bearer_auth(token);
        match body {
            Value::Null => request,
            body => request.json(body),
        }
    })
}
