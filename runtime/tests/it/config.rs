//! Layers, misspelt keys, secrets.

mod guard;

use std::fs;

use cloudapp_runtime::config::{Config, ConfigError, Environment, LogFormat, Sources};
use cloudapp_runtime::db::Group;
use serde::Deserialize;
use tempfile::TempDir;

/// Enough to start in development.
const COMPLETE: &str = r#"
[database]
url = "sqlite://data/app.db"

[auth]
token_key = "0123456789abcdef0123456789abcdef"
"#;

struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self(folder)
    }

    fn read(&self, environment: Environment, variables: &[(&str, &str)]) -> Result<Config, String> {
        let sources = Sources {
            environment,
            directory: self.0.path().to_path_buf(),
            variables: variables
                .iter()
                .map(|(k, v)| (k.to_string(), v.to_string()))
                .collect(),
        };
        Config::read(&sources).map_err(|error| {
            error
                .to_string()
                .replace(&format!("{}/", self.0.path().display()), "config/")
        })
    }
}

fn development(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Config, String> {
    Folder::new(files).read(Environment::Development, variables)
}

/// The message for one wrong `default.toml`.
fn refusal(text: &str) -> String {
    development(&[("default.toml", text)], &[]).unwrap_err()
}

/// The message for one wrong variable over a complete configuration.
fn refused_variable(name: &str, value: &str) -> String {
    development(&[("default.toml", COMPLETE)], &[(name, value)]).unwrap_err()
}

#[test]
fn later_layers_win_key_by_key() {
    let config = development(
        &[
            (
                "default.toml",
                &format!("{COMPLETE}\n[server]\nport = 1\nrequest_timeout_s = 7"),
            ),
            (
                "development.toml",
                "[server]\nport = 2\n[log]\nformat = \"json\"",
            ),
            ("production.toml", "[server]\nport = 3"),
        ],
        &[("CLOUDAPP__SERVER__BODY_LIMIT_BYTES", "5")],
    )
    .unwrap();
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.server.port, 2);
    assert_eq!(config.server.request_timeout_s, 7);
    assert_eq!(config.server.body_limit_bytes, 5);
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.server.shutdown_grace_s, 20, "built-in default");
}

#[test]
fn variables_take_the_type_of_their_key() {
    let config = development(
        &[("default.toml", COMPLETE)],
        &[
            ("CLOUDAPP__SERVER__PORT", "8080"),
            ("CLOUDAPP__HTTP__DOCS", "false"),
            ("CLOUDAPP__HTTP__LANGUAGE", "zh"),
            ("CLOUDAPP__HTTP__TRUSTED_PROXIES", r#"["10.0.0.1", "::1"]"#),
            (
                "CLOUDAPP__AUTH__TOKEN_KEY",
                "01234567890123456789012345678901",
            ),
            ("CLOUDAPP__LOG__LEVEL", "info,sqlx=debug"),
            (
                "CLOUDAPP__DATABASE__GROUPS__ASSET__URL",
                "mysql://assets/app",
            ),
            ("CLOUDAPP__DATABASE__GROUPS__ASSET__MAX_CONNECTIONS", "3"),
            ("CLOUDAPP__APP__GREETING", "hello"),
            ("CLOUDAPP__APP__LIMITS__DAILY", "5"),
            ("CLOUDAPP_ENV", "ignored here"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(config.server.port, 8080);
    assert!(!config.http.docs);
    assert_eq!(config.http.trusted_proxies.len(), 2);
    assert_eq!(
        config.auth.token_key.expose(),
        "01234567890123456789012345678901"
    );
    let asset = config.database.pool_options(Group::Asset);
    assert_eq!(
        (asset.url.expose(), asset.max_connections),
        ("mysql://assets/app", 3)
    );
    let task = config.database.pool_options(Group::Task);
    assert_eq!(
        (task.url.expose(), task.max_connections),
        ("sqlite://data/app.db", 10)
    );

    #[derive(Debug, Deserialize, PartialEq)]
    struct Settings {
        greeting: String,
        limits: Limits,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Limits {
        daily: u32,
    }
    let settings: Settings = config.settings().unwrap();
    assert_eq!(
        settings,
        Settings {
            greeting: "hello".to_owned(),
            limits: Limits { daily: 5 }
        }
    );
}

#[test]
fn a_text_of_the_application_stays_a_text() {
    let files = [("default.toml", &*format!("{COMPLETE}\n[app]\ncode = \"a\""))];
    let config = development(&files, &[("CLOUDAPP__APP__CODE", "007")]).unwrap();
    assert_eq!(config.app.0["code"].as_str(), Some("007"));
}

#[test]
fn settings_name_the_key_that_does_not_fit() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[expect(dead_code, reason = "only reading it matters")]
        limit: u32,
    }
    let cases = [
        (
            "limt = 3",
            "section [app]: unknown field `limt`, expected `limit`",
        ),
        (
            "limit = \"x\"",
            "section [app]: invalid type: string \"x\", expected u32, in `limit`",
        ),
        ("", "section [app]: missing field `limit`"),
    ];
    for (text, message) in cases {
        let files = [("default.toml", &*format!("{COMPLETE}\n[app]\n{text}"))];
        let config = development(&files, &[]).unwrap();
        let error = config.settings::<Settings>().unwrap_err().to_string();
        assert_eq!(error, message);
    }
}

#[test]
fn a_misspelt_key_is_named_with_file_line_and_suggestion() {
    let cases = [
        (
            "[server]\nhost = \"::1\"\nprot = 1",
            "config/default.toml:3: unknown key `server.prot`; did you mean `server.port`?",
        ),
        (
            "# comment\n\n[servr]\nport = 1",
            "config/default.toml:3: unknown key `servr`; did you mean `server`?",
        ),
        (
            "[server]\nzzzzzzzz = 1",
            "config/default.toml:2: unknown key `server.zzzzzzzz`",
        ),
        (
            "server.prot = 1",
            "config/default.toml:1: unknown key `server.prot`; did you mean `server.port`?",
        ),
        (
            "[database.groups.assets]\nurl = \"x\"",
            "config/default.toml:1: unknown key `database.groups.assets`; did you mean `database.groups.asset`?",
        ),
        (
            "[database.groups.asset]\nulr = \"x\"",
            "config/default.toml:2: unknown key `database.groups.asset.ulr`; did you mean `database.groups.asset.url`?",
        ),
        (
            "environment = \"production\"",
            "config/default.toml:1: unknown key `environment`",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refusal(text), message);
    }
}

#[test]
fn a_wrong_value_is_named_with_file_and_line() {
    let cases = [
        (
            "[server]\nport = \"80\"",
            "config/default.toml:2: `server.port`: invalid type: string \"80\", expected u16",
        ),
        (
            "[server]\nport = 70000",
            "config/default.toml:2: `server.port`: invalid value: integer `70000`, expected u16",
        ),
        (
            "[log]\nformat = \"xml\"",
            "config/default.toml:2: `log.format`: unknown variant `xml`, expected `pretty` or `json`",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refusal(text), message);
    }
    assert!(refusal("[server]\nport =").starts_with("config/default.toml:2: "));
    assert!(refusal("[server\nport = 1").starts_with("config/default.toml:1: "));
    assert!(refusal("[server]\nport = 1\nport = 2").contains("default.toml:3: "));
}

#[test]
fn a_wrong_secret_is_not_quoted() {
    let message = refusal("[auth]\ntoken_key = 987654321987654321");
    assert_eq!(
        message,
        "config/default.toml:2: `auth.token_key`: a secret must be a text in quotes"
    );
    let message = refused_variable("CLOUDAPP__AUTH__TOKN_KEY", "hunter2");
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn a_misspelt_variable_is_named_with_a_suggestion() {
    let cases = [
        (
            ("CLOUDAPP__SERVER__PROT", "1"),
            "environment variable CLOUDAPP__SERVER__PROT: unknown key `server.prot`; did you mean `CLOUDAPP__SERVER__PORT`?",
        ),
        (
            ("CLOUDAPP__SERVR__PORT", "1"),
            "environment variable CLOUDAPP__SERVR__PORT: unknown key `servr.port`; did you mean `CLOUDAPP__SERVER__PORT`?",
        ),
        (
            ("CLOUDAPP__PORT", "1"),
            "environment variable CLOUDAPP__PORT: unknown key `port`",
        ),
        (
            ("CLOUDAPP_SERVER__PORT", "1"),
            "environment variable CLOUDAPP_SERVER__PORT: unknown key `CLOUDAPP_SERVER__PORT`; did you mean `CLOUDAPP__SERVER__PORT`?",
        ),
        (
            ("CLOUDAPP__SERVER__PORT", "eighty"),
            "environment variable CLOUDAPP__SERVER__PORT: `server.port`: invalid type: string \"eighty\", expected u16",
        ),
        (
            ("CLOUDAPP__SERVER", "1"),
            "environment variable CLOUDAPP__SERVER: `server`: invalid type: integer `1`, expected struct ServerConfig",
        ),
        (
            ("CLOUDAPP__SERVER__PORT", "1\nhost = 2"),
            "environment variable CLOUDAPP__SERVER__PORT: `server.port`: invalid type: string \"1\\nhost = 2\", expected u16",
        ),
    ];
    for ((name, value), message) in cases {
        assert_eq!(refused_variable(name, value), message);
    }
}

#[test]
fn values_that_make_no_sense_are_refused() {
    let cases = [
        (
            "CLOUDAPP__SERVER__REQUEST_TIMEOUT_S",
            "0",
            "`server.request_timeout_s` must be at least 1",
        ),
        (
            "CLOUDAPP__HTTP__IDEMPOTENCY_TTL_S",
            "0",
            "`http.idempotency_ttl_s` must be at least 1",
        ),
        (
            "CLOUDAPP__DATABASE__MAX_CONNECTIONS",
            "0",
            "`database.max_connections` must be at least 1",
        ),
        (
            "CLOUDAPP__TENANT__TIME_ZONE",
            "Europe/Berlin",
            "`tenant.time_zone` is `Europe/Berlin`",
        ),
        ("CLOUDAPP__LOG__LEVEL", "loud", "`log.level` is `loud`"),
    ];
    for (name, value, start) in cases {
        let message = refused_variable(name, value);
        assert!(message.starts_with(start), "{message}");
        assert!(message.ends_with(&format!("(or set {name})")), "{message}");
    }
}

#[test]
fn time_zones_are_offsets() {
    for (zone, hours) in [
        ("Asia/Shanghai", 8),
        ("UTC", 0),
        ("+09:00", 9),
        ("-03:00", -3),
    ] {
        let config = development(
            &[("default.toml", COMPLETE)],
            &[("CLOUDAPP__TENANT__TIME_ZONE", zone)],
        );
        let offset = config.unwrap().tenant.offset().unwrap();
        assert_eq!(offset.local_minus_utc(), hours * 3600);
    }
}

#[test]
fn production_names_every_missing_secret_at_once() {
    let message = Folder::new(&[])
        .read(Environment::Production, &[])
        .unwrap_err();
    assert_eq!(
        message,
        "the configuration for production is not complete:\n  \
         `database.url` is not set: set CLOUDAPP__DATABASE__URL to sqlite://…, mysql://… or postgres://…\n  \
         `auth.token_key` is not set: set CLOUDAPP__AUTH__TOKEN_KEY to at least 32 random bytes, e.g. from `openssl rand -hex 32`\n  \
         `metrics.token` is not set: set CLOUDAPP__METRICS__TOKEN to at least 16 random bytes, or CLOUDAPP__METRICS__ENABLED to false"
    );
}

#[test]
fn production_refuses_weak_secrets() {
    let folder = Folder::new(&[("default.toml", COMPLETE)]);
    let good = [("CLOUDAPP__METRICS__TOKEN", "5c1f0c6e3a9d4b72")];
    folder.read(Environment::Production, &good).unwrap();
    folder
        .read(
            Environment::Production,
            &[("CLOUDAPP__METRICS__ENABLED", "false")],
        )
        .unwrap();
    let cases = [
        (
            "CLOUDAPP__AUTH__TOKEN_KEY",
            "short",
            "`auth.token_key` is shorter than 32 bytes",
        ),
        (
            "CLOUDAPP__AUTH__TOKEN_KEY",
            "development-key-not-for-production-0123456789",
            "`auth.token_key` holds a placeholder",
        ),
        (
            "CLOUDAPP__AUTH__TOKEN_KEY",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "`auth.token_key` holds a placeholder",
        ),
        (
            "CLOUDAPP__METRICS__TOKEN",
            "short",
            "`metrics.token` is shorter than 16 bytes",
        ),
        (
            "CLOUDAPP__METRICS__TOKEN",
            "change-me-change-me",
            "`metrics.token` holds a placeholder",
        ),
        (
            "CLOUDAPP__AUTH__DEV_LOGIN",
            "true",
            "`auth.dev_login` lets anybody in as anybody",
        ),
        ("CLOUDAPP__DATABASE__URL", " ", "`database.url` is not set"),
    ];
    for (name, value, expected) in cases {
        let mut variables = good.to_vec();
        variables.push((name, value));
        let message = folder
            .read(Environment::Production, &variables)
            .unwrap_err();
        assert!(message.contains(expected), "{message}");
        assert!(message.contains(&format!("set {name} ")), "{message}");
        assert!(value.len() < 6 || !message.contains(value), "{message}");
    }
}

#[test]
fn secrets_show_nowhere() {
    let secrets = [
        "s3cret-url",
        "s3cret-group",
        "s3cret-key",
        "s3cret-token",
        "s3cret-redis",
        "s3cret-own",
    ];
    let config = development(
        &[(
            "default.toml",
            r#"
            [database]
            url = "mysql://u:s3cret-url@h/d"
            [database.groups.asset]
            url = "mysql://u:s3cret-group@h/d"
            [auth]
            token_key = "s3cret-key-0123456789012345678901234567890"
            [metrics]
            token = "s3cret-token"
            [redis]
            url = "redis://:s3cret-redis@h"
            [app]
            wechat_secret = "s3cret-own"
            "#,
        )],
        &[],
    )
    .unwrap();
    let shown = [
        format!("{config:?}"),
        format!("{config:#?}"),
        serde_json::to_string(&config).unwrap(),
        toml::to_string(&config).unwrap(),
        format!(
            "{} {:?}",
            config.database.url,
            config.database.pool_options(Group::Asset)
        ),
    ];
    for text in shown {
        for secret in secrets {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert!(format!("{config:?}").contains("wechat_secret"));
}

#[test]
fn an_unknown_environment_is_refused() {
    let error = "staging".parse::<Environment>().unwrap_err();
    assert!(matches!(&error, ConfigError::UnknownEnvironment { given } if given == "staging"));
    assert!(
        error
            .to_string()
            .contains("`development`, `test` or `production`")
    );
}
