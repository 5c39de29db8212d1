//! `cloudapp new … --run`: from nothing to a running app with one command.

use std::fs;

use serde_json::json;

use crate::app::cloudapp;
use crate::ground::{self, step};
use crate::routes;
use crate::server::{Server, free_port};
use crate::specs::FIRST_RUN;

const NAME: &str = "shop-first-run";

#[test]
fn it_builds_migrates_seeds_and_serves() {
    let _turn = ground::turn();
    let root = ground::folder().join(NAME);
    if root.exists() {
        fs::remove_dir_all(&root).unwrap();
    }
    let port = free_port();
    let mut arguments = vec!["new", NAME, "--allow-nested"];
    arguments.extend(FIRST_RUN);
    let mut command = cloudapp(ground::folder(), &arguments);
    command
        .env("CLOUDAPP__SERVER__PORT", port.to_string())
        .env("CLOUDAPP_DEMO_PASSWORD", routes::PASSWORD);
    let server = step("cloudapp new --run", || Server::start_on(port, command));

    let http = server.http();
    assert_eq!(http.get("/health/ready").data()["status"], "ok");
    let login = json!({ "app_id": "demo", "platform": "dev", "code": "alice" });
    assert_eq!(http.post("/client/login", &login).data()["is_new"], true);
    routes::operator(&http, "admin");
    let said = server.stop();
    for expected in [
        &format!("created `{NAME}`"),
        "building the app",
        "Compiling",
        "creating its tables",
        "seeding the demo campaign",
        &format!("http://127.0.0.1:{port}/docs"),
        "curl -s ",
    ] {
        assert!(said.contains(expected), "no `{expected}` in:\n{said}");
    }
    assert!(root.join("data").is_dir());
}
