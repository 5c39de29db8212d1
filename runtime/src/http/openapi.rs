//! The OpenAPI document: what the routes say of themselves, completed by what holds for all of
//! them.
//!
//! Handlers describe their input and their successful answer. Added here, so that no handler
//! repeats it: operation ids that stay unique when modules are added, tags, the bearer token, and
//! the failures that an operation can answer by its nature.

mod idempotency;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, Content, ContentBuilder, Info, OpenApi, Ref, RefOr, Response, ResponseBuilder, Tag,
};

use crate::app::{App, Module};
use crate::error::{AppError, AppResult, ErrorCode};

/// The document of all routes of an application, whether its configuration serves them or not.
#[must_use]
pub fn openapi(app: &App) -> OpenApi {
    let (_, collected) = super::router::collect(app, None).split_for_parts();
    complete(collected, app)
}

/// A completed document, written as JSON when first asked for.
#[derive(Clone)]
pub(super) struct Document(Arc<(OpenApi, OnceLock<Bytes>)>);

impl Document {
    pub(super) fn new(document: OpenApi) -> Self {
        Self(Arc::new((document, OnceLock::new())))
    }

    pub(super) fn json(&self) -> AppResult<Bytes> {
        let (document, written) = &*self.0;
        if let Some(json) = written.get() {
            return Ok(json.clone());
        }
        let json = Bytes::from(serde_json::to_vec(document).map_err(AppError::internal)?);
        Ok(written.get_or_init(|| json).clone())
    }
}

/// Adds to the collected routes what they have in common.
pub(super) fn complete(mut document: OpenApi, app: &App) -> OpenApi {
    document.info = Info::new(app.name(), app.version());
    document.tags = Some(tags(app));
    let mut taken = BTreeSet::new();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            complete_operation(operation, method, path, &mut taken);
        }
    }
    let components = document.components.get_or_insert_with(Components::new);
    components
        .schemas
        .insert("Failure".to_owned(), failure_schema().into());
    for failure in FAILURES {
        components
            .responses
            .insert(failure.name.to_owned(), failure.response().into());
    }
    for (name, text) in [
        (
            "bearer",
            "The token of `POST /client/login` or `POST /admin/login`",
        ),
        (
            "metrics",
            "The token of the configuration key `metrics.token`",
        ),
    ] {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(text));
        let scheme = SecurityScheme::Http(scheme.build());
        components
            .security_schemes
            .insert(name.to_owned(), scheme.into());
    }
    document
}

/// Two types of the same name would be one in the document; the later one would win.
pub(super) fn warn_of_same_names(known: &OpenApi, module: &Module) {
    let Some(known) = &known.components else {
        return;
    };
    let added = module.router().get_openapi().components.iter();
    for (name, schema) in added.flat_map(|components| &components.schemas) {
        if known.schemas.get(name).is_some_and(|other| other != schema) {
            tracing::warn!(
                "two types of the OpenAPI document are called `{name}`: give that of module \
                 `{module}` the attribute #[schema(as = {module}::{name})]",
                module = module.name(),
            );
        }
    }
}

fn tags(app: &App) -> Vec<Tag> {
    let tag = |name: &str, text: &str| TagBuilder::new().name(name).description(Some(text)).build();
    let session = tag("session", "Logging in and out, for players and operators");
    let system = tag("system", "Health, metrics and this description");
    let guard = tag("guard", "Bans, for operators");
    let job = tag("job", "Background work, for operators");
    let admin = tag(
        "admin",
        "Operators, their roles and sessions, and what they did",
    );
    let modules = app
        .modules()
        .iter()
        .map(|module| tag(module.name(), module.title_text()));
    std::iter::once(session)
        .chain(modules)
        .chain([admin, guard, job, system])
        .collect()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
        ("head", &mut item.head),
        ("options", &mut item.options),
        ("trace", &mut item.trace),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn complete_operation(
    operation: &mut Operation,
    method: &str,
    path: &str,
    taken: &mut BTreeSet<String>,
) {
    let audience = path.split('/').nth(1).unwrap_or_default();
    let for_people = matches!(audience, "client" | "admin");
    let tag = tag_of(operation, path);
    let id = operation_id(operation.operation_id.take(), audience, for_people, &tag);
    let id = if taken.contains(&id) {
        slug(method, path)
    } else {
        id
    };
    taken.insert(id.clone());
    operation.operation_id = Some(id);
    operation.tags = Some(vec![tag]);
    if operation.security.is_none() && for_people {
        operation.security = Some(vec![SecurityRequirement::new("bearer", [""; 0])]);
    }
    let takes_key = idempotency::applies(method, path);
    if takes_key {
        idempotency::describe(operation);
    }
    let secured = operation.security.as_ref().is_some_and(|list| {
        list.iter()
            .any(|one| *one != SecurityRequirement::default())
    });
    let variables = operation.parameters.iter().flatten().any(|parameter| {
        matches!(
            parameter,
            RefOr::T(Parameter {
                parameter_in: ParameterIn::Path,
                ..
            })
        )
    });
    let has_body = operation.request_body.is_some();
    let has_input = has_body
        || operation
            .parameters
            .as_ref()
            .is_some_and(|all| !all.is_empty());
    let responses = &mut operation.responses.responses;
    describe(responses);
    for failure in FAILURES {
        let applies = match failure.status {
            "400" => has_input,
            "401" => secured,
            "403" => secured && audience == "admin",
            "404" => variables,
            "409" => takes_key,
            "413" | "415" => has_body,
            _ => true,
        };
        if applies && !responses.contains_key(failure.status) {
            let reference = Ref::from_response_name(failure.name);
            responses.insert(failure.status.to_owned(), reference.into());
        }
    }
}

/// The first tag, or else the first part of the path that names something.
fn tag_of(operation: &mut Operation, path: &str) -> String {
    let tagged = operation
        .tags
        .take()
        .and_then(|tags| tags.into_iter().next());
    tagged.unwrap_or_else(|| {
        let mut parts = path
            .split('/')
            .filter(|part| !part.is_empty() && !part.starts_with('{'));
        let named = parts.find(|part| !matches!(*part, "client" | "admin"));
        named.unwrap_or("system").to_owned()
    })
}

/// Handlers are called `list` or `create` in every module; with audience and tag in front, the id
/// is unique, and stays the same whatever other modules there are.
fn operation_id(given: Option<String>, audience: &str, for_people: bool, tag: &str) -> String {
    let given = given.unwrap_or_default();
    let prefix = format!("{audience}_{tag}_");
    if !for_people || given.starts_with(&format!("{audience}_")) {
        given
    } else {
        format!("{prefix}{given}")
    }
}

/// An id by method and path, where the handler's name does not tell two operations apart.
fn slug(method: &str, path: &str) -> String {
    let words = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words.fold(method.to_owned(), |id, word| format!("{id}_{word}"))
}

/// OpenAPI wants a description of each answer; and a failure is the envelope, said or not.
fn describe(responses: &mut BTreeMap<String, RefOr<Response>>) {
    for (status, response) in responses {
        let RefOr::T(response) = response else {
            continue;
        };
        let failed = status.starts_with(['4', '5']);
        if response.description.is_empty() {
            response.description = if failed { "Failed" } else { "Done" }.to_owned();
        }
        if failed && response.content.is_empty() {
            response
                .content
                .insert("application/json".to_owned(), failure_content().into());
        }
    }
}

fn failure_content() -> Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Failure")))
        .build()
}

/// A failure that many operations can answer.
struct Failure {
    status: &'static str,
    name: &'static str,
    text: &'static str,
}

const FAILURES: [Failure; 8] = [
    Failure {
        status: "400",
        name: "ParamError",
        text: "`param_error`: a parameter is missing or wrong; the message names it",
    },
    Failure {
        status: "401",
        name: "Unauthorized",
        text: "`unauthorized`: no session, or one that has ended",
    },
    Failure {
        status: "403",
        name: "NoPower",
        text: "`no_power`: the operator lacks the permission",
    },
    Failure {
        status: "404",
        name: "NotFound",
        text: "`not_found`: no such thing, or not the caller's",
    },
    Failure {
        status: "409",
        name: "IdempotencyConflict",
        text: "`idempotency_conflict`: the key was used for another request",
    },
    Failure {
        status: "413",
        name: "PayloadTooLarge",
        text: "`payload_too_large`: the body is too large",
    },
    Failure {
        status: "415",
        name: "UnsupportedMediaType",
        text: "`unsupported_media_type`: the body is not application/json",
    },
    Failure {
        status: "default",
        name: "Failure",
        text: "Any other failure, told by `error_code`",
    },
];

impl Failure {
    fn response(&self) -> Response {
        ResponseBuilder::new()
            .description(self.text)
            .content("application/json", failure_content())
            .build()
    }
}

fn failure_schema() -> utoipa::openapi::schema::Schema {
    let text = |what: &str| {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(what))
    };
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    let codes = format!(
        "A stable code, one of the application's own or of: {}",
        codes.join(", ")
    );
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("The envelope of every failure"))
        .property("success", ObjectBuilder::new().schema_type(Type::Boolean))
        .property("error_code", text(&codes))
        .property("error_message", text("A message for people"))
        .property("data", ObjectBuilder::new().schema_type(Type::Null))
        .property("request_id", text("Names the request in the log"))
        .required("success")
        .required("error_code")
        .required("error_message")
        .required("data")
        .required("request_id")
        .into()
}
