//! What templates may refer to: `app`, `runtime`, `version`, `generator`, inside modules `module`,
//! inside jobs and kinds of tasks `unit`.

use anyhow::Result;
use heck::{ToKebabCase, ToTitleCase, ToUpperCamelCase};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tera::Context;

use crate::embed;
use crate::field::{Field, FieldKind};
use crate::manifest::{Answers, RuntimeSource};
use crate::name::UnitName;
use crate::shard::ShardBy;
use crate::spec::NewModule;

/// Longest index name: leaves room for a shard's number below PostgreSQL's 63 bytes.
const INDEX_NAME_MAX: usize = 55;

#[derive(Serialize)]
struct App<'a> {
    name: &'a str,
    crate_name: String,
    title: String,
    database: &'a str,
    shard: Vec<ShardCount<'a>>,
}

#[derive(Serialize)]
struct ShardCount<'a> {
    table: &'a str,
    count: u16,
}

#[derive(Serialize)]
struct Runtime {
    vendored: bool,
    dependency: String,
}

#[derive(Serialize)]
struct Module {
    name: String,
    title: String,
    table: String,
    route: String,
    owner_index: String,
    types: String,
    has_rules: bool,
    fields: Vec<FieldContext>,
    indexes: Vec<IndexContext>,
    has_unique: bool,
    has_required: bool,
    sharded_by: &'static str,
    /// Makes the body of a request that replaces a row, in the module's tests.
    edit: &'static str,
    shard: Option<ShardContext>,
}

#[derive(Serialize)]
struct Unit<'a> {
    name: &'a str,
    title: String,
    type_name: String,
    /// Of a kind of task: what its tasks have as their type.
    number: u32,
}

/// The key column of a sharded table.
#[derive(Serialize)]
struct ShardContext {
    column: String,
    /// When it is a field, of the function that makes a key of a value: what it takes, how it is
    /// called, and what it hands on.
    parameter: &'static str,
    borrow: &'static str,
    value: &'static str,
    /// Name of an index on the column alone, where no other index begins with it.
    index: Option<String>,
}

#[derive(Serialize)]
struct FieldContext {
    name: String,
    column: String,
    doc: String,
    rust_type: String,
    value_type: &'static str,
    nullable: bool,
    column_fn: String,
    column_arguments: String,
    rule: String,
    default: Option<String>,
    required: bool,
    sample: String,
    sample_json: String,
    bad_sample: Option<String>,
}

#[derive(Serialize)]
struct IndexContext {
    name: String,
    column: String,
    unique: bool,
}

/// The context of the app skeleton.
///
/// # Errors
/// Never for legal answers.
pub fn app(answers: &Answers) -> Result<Context> {
    let mut context = Context::new();
    // A list: the engine does not keep the order of a map.
    let shard_counts = answers.shard.iter().map(|(table, count)| ShardCount {
        table,
        count: *count,
    });
    context.insert("generator", env!("CARGO_PKG_VERSION"));
    context.insert("version", &embed::versions());
    context.insert(
        "app",
        &App {
            name: &answers.name,
            crate_name: answers.name.replace('-', "_"),
            title: answers.name.to_title_case(),
            database: answers.database.name(),
            shard: shard_counts.collect(),
        },
    );
    context.insert(
        "runtime",
        &Runtime {
            vendored: answers.runtime == RuntimeSource::Vendored,
            dependency: runtime_dependency(&answers.runtime),
        },
    );
    Ok(context)
}

/// The context of a module: the app's, and the module itself.
///
/// # Errors
/// Never for legal answers.
pub fn module(answers: &Answers, module: &NewModule) -> Result<Context> {
    let mut context = app(answers)?;
    let name = module.name.to_string();
    let fields = module.fields.as_deref().unwrap_or_default();
    let fields_context: Vec<FieldContext> = fields.iter().map(field).collect();
    let indexes = fields
        .iter()
        .filter(|field| field.unique || field.index)
        .map(|field| {
            let column = field.name.to_string();
            let prefix = if field.unique { "uq" } else { "idx" };
            let name = index_name(&format!("{prefix}_{name}_{column}"));
            IndexContext {
                name,
                column,
                unique: field.unique,
            }
        });
    context.insert(
        "module",
        &Module {
            title: name.to_title_case(),
            table: format!("{name}_tb"),
            route: route(&name),
            owner_index: index_name(&format!("idx_{name}_owner")),
            types: types_import(fields),
            has_rules: fields_context.iter().any(|field| field.rule != "skip"),
            indexes: indexes.collect(),
            has_unique: fields.iter().any(|field| field.unique),
            has_required: fields_context.iter().any(|field| field.required),
            sharded_by: match &module.shard_by {
                None => "",
                Some(ShardBy::User) => "user",
                Some(ShardBy::Tenant) => "tenant",
                Some(ShardBy::Field { .. }) => "field",
            },
            edit: match module.shard_by {
                Some(ShardBy::Field { .. }) => "edit",
                _ => "input",
            },
            shard: module.shard_by.as_ref().map(|by| shard(&name, by)),
            fields: fields_context,
            name,
        },
    );
    Ok(context)
}

/// The context of a job or of a kind of task: the app's, and the unit itself. Jobs make no use of
/// the number.
///
/// # Errors
/// Never for legal answers.
pub fn unit(answers: &Answers, name: &UnitName, number: u32) -> Result<Context> {
    let mut context = app(answers)?;
    let unit = Unit {
        name: name.as_str(),
        title: name.as_str().to_title_case(),
        type_name: name.kind().type_name(name.as_str()),
        number,
    };
    context.insert("unit", &unit);
    Ok(context)
}

fn shard(module: &str, by: &ShardBy) -> ShardContext {
    let (parameter, borrow, value) = match by {
        ShardBy::User | ShardBy::Tenant => ("", "", ""),
        ShardBy::Field { kind, .. } => match kind {
            FieldKind::String { .. } => ("&str", "&", "value"),
            FieldKind::Bigint => ("Int64", "", "value.0"),
            FieldKind::Uuid => ("Uuid", "", "value.to_string()"),
            _ => (kind.rust_type(), "", "value"),
        },
    };
    ShardContext {
        column: by.column().to_owned(),
        parameter,
        borrow,
        value,
        // A field can't be called `key`, so no other index has the name.
        index: (*by != ShardBy::Tenant).then(|| index_name(&format!("idx_{module}_key"))),
    }
}

/// The plural of a module's name, as a segment of its routes: `friend_link` → `friend-links`.
fn route(module: &str) -> String {
    let (head, last) = module
        .rsplit_once('_')
        .map_or(("", module), |(head, last)| (head, last));
    let plural = pluralizer::pluralize(last, 2, false);
    let plural = if plural.is_ascii() && !plural.is_empty() {
        plural
    } else {
        last.to_owned()
    };
    format!("{head}_{plural}").to_kebab_case()
}

fn field(field: &Field) -> FieldContext {
    let name = field.name.to_string();
    let (column_fn, column_arguments) = field.kind.column();
    let null = if field.nullable { "_null" } else { "" };
    FieldContext {
        column: name.to_upper_camel_case(),
        doc: field_doc(field),
        rust_type: field.rust_type(),
        value_type: field.kind.rust_type(),
        nullable: field.nullable,
        column_fn: format!("{column_fn}{null}"),
        column_arguments,
        rule: field.kind.rule(),
        default: field
            .default
            .as_ref()
            .map(|value| value.to_rust(field.kind)),
        required: !field.nullable && field.default.is_none(),
        sample: field.kind.sample(),
        sample_json: field.kind.sample_json(),
        bad_sample: field.kind.bad_sample(),
        name,
    }
}

fn field_doc(field: &Field) -> String {
    let doc = match field.kind {
        FieldKind::String { len } => format!("Up to {len} characters"),
        FieldKind::Text => "Text of up to 65,535 bytes".to_owned(),
        FieldKind::Int => "32-bit integer".to_owned(),
        FieldKind::Bigint => "64-bit integer, a string in JSON".to_owned(),
        FieldKind::Decimal { precision, scale } => {
            format!("Exact decimal of {precision} digits, {scale} behind the point")
        }
        FieldKind::Bool => "True or false".to_owned(),
        FieldKind::Date => "Calendar day".to_owned(),
        FieldKind::Datetime => "Moment".to_owned(),
        FieldKind::Json => "Any JSON".to_owned(),
        FieldKind::Uuid => "UUID".to_owned(),
    };
    let unique = if field.unique {
        ", once per tenant"
    } else {
        ""
    };
    let nullable = if field.nullable { ", or null" } else { "" };
    format!("{doc}{unique}{nullable}.")
}

/// `use` of the types that the entity and the requests are made of, on one line.
fn types_import(fields: &[Field]) -> String {
    let mut types = vec!["DateTime", "Id", "Utc"];
    for field in fields {
        match field.kind {
            FieldKind::Bigint
            | FieldKind::Decimal { .. }
            | FieldKind::Date
            | FieldKind::Json
            | FieldKind::Uuid => types.push(field.kind.rust_type()),
            _ => {}
        }
    }
    types.sort_unstable();
    types.dedup();
    format!("use cloudapp_runtime::types::{{{}}};", types.join(", "))
}

/// `name`, shortened with a digest when a database would cut it off.
fn index_name(name: &str) -> String {
    if name.len() <= INDEX_NAME_MAX {
        return name.to_owned();
    }
    let digest: String = Sha256::digest(name)
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "{}_{digest}",
        name[..INDEX_NAME_MAX - 9].trim_end_matches('_')
    )
}

fn runtime_dependency(source: &RuntimeSource) -> String {
    let from = match source {
        RuntimeSource::Vendored => "path = \"vendor/cloudapp-runtime\"".to_owned(),
        RuntimeSource::Path(path) => format!("path = {:?}", format!("{path}/runtime")),
        RuntimeSource::Git(url) => match url.split_once('#') {
            Some((url, revision)) => format!("git = {url:?}, rev = {revision:?}"),
            None => format!("git = {url:?}"),
        },
        RuntimeSource::Registry => format!("version = {:?}", env!("CARGO_PKG_VERSION")),
    };
    format!("{{ {from}, default-features = false }}")
}
