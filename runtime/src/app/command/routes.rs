//! `routes`: the list of routes, taken from the OpenAPI document.

use serde::Serialize;
use utoipa::openapi::path::{Operation, PathItem};

use super::arguments::Json;
use super::error::CommandError;
use super::{Outcome, output};
use crate::app::App;

#[derive(Serialize)]
struct Routes {
    routes: Vec<Route>,
}

#[derive(Serialize)]
struct Route {
    method: &'static str,
    path: String,
    summary: String,
}

pub(super) fn run(app: &App, options: Json) -> Result<Outcome, CommandError> {
    let mut routes = Vec::new();
    for (path, item) in app.openapi().paths.paths {
        for (method, operation) in operations(&item) {
            let summary = operation.summary.clone().unwrap_or_default();
            routes.push(Route {
                method,
                path: path.clone(),
                summary,
            });
        }
    }
    let rows: Vec<Vec<String>> = routes
        .iter()
        .map(|route| {
            vec![
                route.method.to_owned(),
                route.path.clone(),
                route.summary.clone(),
            ]
        })
        .collect();
    output::answer(options, &Routes { routes }, || output::table(&rows))?;
    Ok(Outcome::Done)
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
        ("HEAD", &item.head),
        ("OPTIONS", &item.options),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}
