//! The command line of an application: answers, messages, exit codes.

use std::net::TcpListener;

use cloudapp_runtime::random;

use crate::support::database::{Database, server};
use crate::support::process::Place;

#[test]
fn usage_errors_exit_2_and_help_exits_0() {
    let place = Place::new();
    for wrong in [
        &["fly"][..],
        &["serve", "--port", "x"],
        &["admin"],
        &["admin", "create"],
        &[],
    ] {
        let ended = place.run(wrong);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(
            ended.stdout.is_empty() && ended.stderr.contains("--help"),
            "{ended:?}"
        );
    }
    let help = place.run(&["--help"]).ok();
    assert!(
        help.stdout.contains("migrate") && help.stderr.is_empty(),
        "{help:?}"
    );
    assert_eq!(place.run(&["--version"]).ok().stdout.trim(), "sample 1.2.3");
    assert!(!place.path().join("data").exists());
}

#[test]
fn migrate_goes_up_and_down() {
    let place = Place::new();
    let pending = place.run(&["migrate", "status", "--json"]).ok().json();
    let rows = pending["migrations"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["status"] == "pending"));
    assert_eq!(rows.last().unwrap()["stream"], "note");
    let check = place.run(&["migrate", "check", "--json"]);
    assert_eq!((check.code, &check.json()["ok"]), (1, &false.into()));

    let up = place.run(&["migrate", "up", "--json"]).ok();
    assert!(up.stderr.contains("applying note_0001_create"), "{up:?}");
    assert_eq!(up.json()["changes"].as_array().unwrap().len(), rows.len());
    assert_eq!(
        place.run(&["migrate", "up"]).ok().stdout.trim(),
        "nothing to do"
    );
    place.run(&["migrate", "check"]).ok();
    place.run(&["migrate", "repair"]).ok();

    let down = place.run(&["migrate", "down"]).ok();
    assert!(
        down.stdout.starts_with("undone note_0001_create"),
        "{down:?}"
    );
    let status = place.run(&["migrate", "status"]).ok().stdout;
    assert!(
        status.lines().last().unwrap().starts_with("pending"),
        "{status}"
    );
    let fresh = place.run(&["migrate", "fresh", "--json"]).ok().json();
    assert_eq!(fresh["changes"].as_array().unwrap().len(), rows.len());
}

#[test]
fn production_refuses_what_destroys_without_force() {
    let place = Place::new()
        .with("CLOUDAPP_ENV", "production")
        .with("CLOUDAPP__METRICS__TOKEN", "5c1f0c6e3a9d4b72");
    for command in [["migrate", "fresh"], ["seed", "demo"]] {
        let ended = place.run(&command);
        assert_eq!(ended.code, 1);
        let expected = format!(
            "`{}` is refused in production; add --force",
            command.join(" ")
        );
        assert!(ended.stderr.contains(&expected), "{ended:?}");
    }
    assert!(!place.path().join("data").exists(), "nothing was touched");
    place.run(&["migrate", "fresh", "--force"]).ok();
}

#[test]
fn every_command_names_missing_secrets() {
    let place = Place::new().with("CLOUDAPP_ENV", "production");
    for command in [
        &["serve"][..],
        &["migrate", "up"],
        &["admin", "create", "a"],
    ] {
        let ended = place.run(command);
        assert_eq!(ended.code, 1);
        assert!(
            ended.stderr.contains("CLOUDAPP__METRICS__TOKEN"),
            "{ended:?}"
        );
    }
    let check = place.run(&["check", "--json"]);
    assert_eq!(check.code, 1);
    let finding = check.json()["findings"][0].clone();
    assert_eq!(finding["subject"], "configuration");
    assert!(
        finding["detail"]
            .as_str()
            .unwrap()
            .contains("CLOUDAPP__METRICS__TOKEN")
    );
}

#[test]
fn a_misspelt_key_stops_the_start() {
    let place = Place::new();
    std::fs::write(
        place.path().join("config/default.toml"),
        "[server]\nprot = 1\n",
    )
    .unwrap();
    let ended = place.run(&["serve"]);
    assert_eq!(ended.code, 1);
    let message =
        "error: config/default.toml:2: unknown key `server.prot`; did you mean `server.port`?\n";
    assert!(ended.stderr.contains(message), "{ended:?}");
    let place = Place::new().with("CLOUDAPP_CONFIG_DIR", "nowhere");
    let ended = place.run(&["serve"]);
    assert!(
        ended
            .stderr
            .contains("CLOUDAPP_CONFIG_DIR is `nowhere`, which is not a folder")
    );
}

#[test]
fn operators_are_made_with_a_password_from_stdin_or_environment() {
    let place = Place::new();
    place.run(&["migrate", "up"]).ok();
    let ended = place.run(&["admin", "create", "ann"]);
    assert!(
        ended.code == 1 && ended.stderr.contains("no password"),
        "{ended:?}"
    );
    let ended = place.run_with_input(&["admin", "create", "ann"], "short\n");
    assert!(
        ended.code == 1 && ended.stderr.contains("`ann` was not created"),
        "{ended:?}"
    );
    let arguments = [
        "admin",
        "create",
        "ann",
        "--app-id",
        "shop",
        "--permission",
        "note.*",
        "--json",
    ];
    let created = place
        .run_with_input(&arguments, "correct horse\n")
        .ok()
        .json();
    assert_eq!(
        (&created["username"], &created["app_id"]),
        (&"ann".into(), &"shop".into())
    );
    assert!(created["id"].is_string());
    let again = place.run_with_input(&arguments, "correct horse\n");
    assert!(again.code == 1 && again.stderr.contains("there is an operator `ann` already"));
    let place = place.with("CLOUDAPP_ADMIN_PASSWORD", "battery staple");
    let bob = place.run(&["admin", "create", "bob"]).ok();
    assert_eq!(bob.stdout.trim(), "operator `bob` of tenant `demo` may *");
}

#[test]
fn seeding_twice_is_safe() {
    let place = Place::new();
    place.run(&["migrate", "up"]).ok();
    let first = place.run(&["seed", "demo", "--json"]).ok().json();
    assert_eq!(first["modules"], serde_json::json!(["note"]));
    assert!(first["password"].as_str().unwrap().len() >= 20);
    let second = place.run(&["seed", "demo", "--json"]).ok().json();
    assert_eq!(
        (&second["is_new"], second["password"].is_null()),
        (&false.into(), true)
    );
}

#[test]
fn check_tells_what_is_wrong_and_where() {
    let place = Place::new();
    let ended = place.run(&["check"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("sqlite:data/sample.db"), "{ended:?}");
    assert!(ended.stdout.contains("note_0001_create"), "{ended:?}");
    place.run(&["migrate", "up"]).ok();
    place.run(&["check"]).ok();
    let place = place.with("CLOUDAPP__REDIS__URL", &server("CLOUDAPP_TEST_REDIS_URL"));
    let all = place.run(&["check", "--json"]).ok().json();
    assert!(
        all["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["subject"] == "redis")
    );
    let place = place.with("CLOUDAPP__REDIS__URL", "redis://127.0.0.1:1/");
    let ended = place.run(&["check"]);
    assert!(
        ended.code == 1 && ended.stdout.contains("FAILED  redis"),
        "{ended:?}"
    );
}

#[test]
fn routes_are_listed_without_a_configuration() {
    let place = Place::new().with("CLOUDAPP__NO__SUCH", "key");
    let routes = place.run(&["routes", "--json"]).ok().json();
    let all = routes["routes"].as_array().unwrap();
    assert!(
        all.iter()
            .any(|r| r["method"] == "POST" && r["path"] == "/client/login"),
        "{routes}"
    );
    let text = place.run(&["routes"]).ok().stdout;
    assert!(
        text.lines()
            .any(|line| line.starts_with("GET") && line.contains("/health/live"))
    );
}

#[test]
fn serve_answers_and_stops_when_told() {
    let place = Place::new();
    place.run(&["migrate", "up"]).ok();
    let server = place.serve();
    assert!(server.get("/health/live").starts_with("HTTP/1.1 200"));
    assert!(server.get("/health/ready").starts_with("HTTP/1.1 200"));
    let taken = server.address.rsplit_once(':').unwrap().1.to_owned();
    let second = place.run(&["serve", "--port", &taken]);
    assert_eq!(second.code, 1);
    assert!(
        second
            .stderr
            .contains(&format!("port {taken} on 127.0.0.1 is in use")),
        "{second:?}"
    );
    let ended = server.stop().ok();
    assert!(ended.stderr.contains("stopped"), "{ended:?}");
}

#[test]
fn serve_without_a_database_fails_at_once() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let place = Place::new().with(
        "CLOUDAPP__DATABASE__URL",
        &format!("mysql://u:hunter2@{free}/d"),
    );
    let began = std::time::Instant::now();
    let ended = place.run(&["serve"]);
    assert!(began.elapsed().as_secs() < 3);
    assert_eq!(ended.code, 1);
    assert!(
        ended
            .stderr
            .contains(&format!("error: cannot connect to mysql://{free}/d")),
        "{ended:?}"
    );
    assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
}

#[tokio::test]
async fn no_log_level_shows_a_password() {
    let mysql = Database::mysql().await;
    let user = format!("it_{}", random::hex::<4>().unwrap());
    let grants = [
        format!("CREATE USER {user} IDENTIFIED BY 'hunter2'"),
        format!("GRANT ALL ON *.* TO {user}"),
    ];
    mysql.run(&grants.each_ref().map(String::as_str)).await;
    let url = mysql
        .options
        .url
        .expose()
        .replace("root@", &format!("{user}:hunter2@"));
    for level in [
        "trace",
        "trace,sea_orm=trace",
        "off,sea_orm::driver=trace,sqlx=trace",
    ] {
        let place = Place::new()
            .with("CLOUDAPP__DATABASE__URL", &url)
            .with("CLOUDAPP__LOG__LEVEL", level);
        let ended = place.run(&["migrate", "status"]).ok();
        assert!(
            ended.stderr.contains("sql_mode"),
            "statements are logged at {level}: {ended:?}"
        );
        assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
    }
    mysql.run(&[&format!("DROP USER {user}")]).await;
    mysql.drop().await;
}

#[test]
fn serve_with_a_schema_behind_says_so_and_is_not_ready() {
    let place = Place::new();
    let server = place.serve();
    assert!(server.get("/health/ready").starts_with("HTTP/1.1 503"));
    let ended = server.stop().ok();
    assert!(
        ended
            .stderr
            .contains("the schema is behind the code: run `migrate up`"),
        "{ended:?}"
    );
}
