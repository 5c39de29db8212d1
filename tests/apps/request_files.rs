//! The request files of a generated app, `http/<module>.http`: each request of them is answered as a
//! reader expects, one after the other, and every route of the catalogue is in one.
//!
//! They are in the form that the REST Client of VS Code reads: `@name = value`, `###` between
//! requests, `# @name` before one whose answer is used, `{{name}}` and
//! `{{name.response.body.$.path}}`.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::Value;

use crate::app::{App, Database, cloudapp};
use crate::ground;
use crate::http::Http;
use crate::process;
use crate::routes::PASSWORD;
use crate::server::Server;
use crate::specs::{MATRIX, SHOP};

/// A file, read.
#[derive(Debug, Default)]
struct RequestFile {
    variables: BTreeMap<String, String>,
    requests: Vec<Request>,
}

/// One request, as it is written.
#[derive(Debug, Default)]
struct Request {
    title: String,
    /// What its answer is called.
    name: Option<String>,
    method: String,
    address: String,
    headers: Vec<(String, String)>,
    body: String,
}

#[test]
fn request_files_are_answered_and_cover_every_route() {
    let count = answered(&SHOP, |files| {
        for (module, routes) in catalogue() {
            let path = format!("http/{module}.http");
            let file = files.get(&path).unwrap_or_else(|| panic!("no {path}"));
            for route in routes {
                assert!(file.has(&route), "{path}: nothing calls {route}");
            }
        }
    });
    ground::say(&format!("{count} requests of files answered"));
}

#[test]
fn request_files_of_modules_of_fields_are_answered() {
    let count = answered(&MATRIX, |files| {
        for name in ["note", "draft", "rule", "gift", "seat"] {
            assert!(files.contains_key(&format!("http/{name}.http")), "{name}");
        }
    });
    ground::say(&format!("{count} requests of files of fields answered"));
}

/// Sends what the request files of an app hold, after a look at them; returns how much it was.
fn answered(app: &App, look: impl FnOnce(&BTreeMap<String, RequestFile>)) -> usize {
    let _turn = ground::turn();
    app.build();
    let files = app.sources(".http");
    let files: BTreeMap<_, _> = files
        .map(|(path, text)| (path.to_owned(), parse(text)))
        .collect();
    look(&files);
    let database = Database::new();
    let command = |arguments: &[&str]| {
        let mut command = app.command(arguments);
        command
            .env("CLOUDAPP__DATABASE__URL", database.url())
            .env("CLOUDAPP_DEMO_PASSWORD", PASSWORD);
        command
    };
    process::run(command(&["migrate", "up"])).ok();
    process::run(command(&["seed", "demo"])).ok();
    let server = Server::start(command(&[]));
    let mut count = 0;
    for (path, file) in &files {
        // What a file leaves behind is not in the way of the next run.
        for _ in 0..2 {
            count += run(&server.http(), path, file);
        }
    }
    server.stop();
    count
}

/// The modules of the catalogue with their routes.
fn catalogue() -> Vec<(String, Vec<String>)> {
    let command = cloudapp(ground::folder(), &["list", "modules", "--json"]);
    let list: Value = serde_json::from_str(&process::run(command).ok().out).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let modules = list["modules"].as_object().unwrap().iter();
    modules
        .map(|(name, module)| {
            let routes = module["routes"].as_array().unwrap().iter();
            (name.clone(), routes.map(text).collect())
        })
        .collect()
}

/// Sends the requests of a file in their order; each must succeed.
fn run(http: &Http, path: &str, file: &RequestFile) -> usize {
    let mut variables = file.variables.clone();
    variables.insert("host".to_owned(), String::new());
    variables.insert("password".to_owned(), PASSWORD.to_owned());
    let mut answers = BTreeMap::new();
    for request in &file.requests {
        let fill = |text: &str| fill(text, &variables, &answers);
        let method: Method = request.method.parse().unwrap();
        let answer = http.send(method, &fill(&request.address), |mut sent| {
            for (name, value) in &request.headers {
                sent = sent.header(name, fill(value));
            }
            sent.body(fill(&request.body))
        });
        assert!(
            (200..300).contains(&answer.status),
            "{path}, {}: {}: {}",
            request.title,
            answer.what,
            answer.text
        );
        if let Some(name) = &request.name {
            answers.insert(name.clone(), serde_json::from_str(&answer.text).unwrap());
        }
    }
    file.requests.len()
}

fn parse(text: &str) -> RequestFile {
    let mut file = RequestFile::default();
    let mut parts = text.split("###");
    for line in parts.next().unwrap_or_default().lines() {
        if let Some((name, value)) = line
            .strip_prefix('@')
            .and_then(|line| line.split_once(" = "))
        {
            file.variables.insert(name.to_owned(), value.to_owned());
        }
    }
    file.requests = parts.map(parse_request).collect();
    file
}

fn parse_request(text: &str) -> Request {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut request = Request {
        body: body.trim().to_owned(),
        ..Request::default()
    };
    for (at, line) in head.lines().enumerate() {
        if at == 0 {
            request.title = line.trim().to_owned();
        } else if let Some(name) = line.strip_prefix("# @name ") {
            request.name = Some(name.to_owned());
        } else if request.method.is_empty() {
            let (method, address) = line.split_once(' ').unwrap();
            request.method = method.to_owned();
            request.address = address.to_owned();
        } else {
            let (name, value) = line.split_once(": ").unwrap();
            request.headers.push((name.to_owned(), value.to_owned()));
        }
    }
    assert!(!request.method.is_empty(), "no request:\n{text}");
    request
}

impl RequestFile {
    /// Whether it has a request for a route such as `GET /client/notes/{id}`.
    fn has(&self, route: &str) -> bool {
        let (method, template) = route.split_once(' ').unwrap();
        let calls = |request: &&Request| {
            let address = request.address.strip_prefix("{{host}}").unwrap();
            let path = address.split('?').next().unwrap_or_default();
            let (path, template) = (path.split('/'), template.split('/'));
            request.method == method
                && path.clone().count() == template.clone().count()
                && path
                    .zip(template)
                    .all(|(part, wanted)| part == wanted || wanted.starts_with('{'))
        };
        self.requests.iter().any(|request| calls(&request))
    }
}

/// Text with its variables replaced, by answers too.
fn fill(
    text: &str,
    variables: &BTreeMap<String, String>,
    answers: &BTreeMap<String, Value>,
) -> String {
    let mut parts = text.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap();
        match name.split_once(".response.body.$.") {
            None => filled.push_str(&variables[name]),
            Some((answer, path)) => filled.push_str(&value_at(&answers[answer], path)),
        }
        filled.push_str(rest);
    }
    filled
}

/// The value at `data.items[0].id`, as text.
fn value_at(answer: &Value, path: &str) -> String {
    let pointer = format!(
        "/{}",
        path.replace('[', "/").replace(']', "").replace('.', "/")
    );
    match answer.pointer(&pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(value) if value.is_number() => value.to_string(),
        other => panic!("{path} is {other:?} in {answer}"),
    }
}

#[test]
fn a_file_is_read_as_it_is_written() {
    let text = "# Requests.\n\n@host = http://x\n@a = 1 2\n\n### One\n# @name one\nPOST {{host}}/n/{{a}}\n\
                Content-Type: application/json\n\n{\"a\": \"{{a}}\"}\n\n### Two\nGET {{host}}/n/2?x={{y}}\n";
    let file = parse(text);
    assert_eq!(file.variables["a"], "1 2");
    let [one, two] = &file.requests[..] else {
        panic!("{file:?}")
    };
    assert_eq!(
        (one.title.as_str(), one.name.as_deref()),
        ("One", Some("one"))
    );
    assert_eq!(one.headers[0].1, "application/json");
    assert_eq!(one.body, "{\"a\": \"{{a}}\"}");
    assert_eq!((two.method.as_str(), two.body.as_str()), ("GET", ""));
    assert!(file.has("POST /n/{id}") && file.has("GET /n/{id}"));
    assert!(!file.has("PUT /n/{id}") && !file.has("GET /n") && !file.has("GET /m/{id}"));
    let answer = serde_json::json!({ "data": { "items": [{ "id": "7" }], "n": 3 } });
    let answers = BTreeMap::from([("one".to_owned(), answer)]);
    let filled = |text: &str| fill(text, &file.variables, &answers);
    assert_eq!(
        filled("{{a}}-{{one.response.body.$.data.items[0].id}}!"),
        "1 2-7!"
    );
    assert_eq!(filled("{{one.response.body.$.data.n}}"), "3");
}
