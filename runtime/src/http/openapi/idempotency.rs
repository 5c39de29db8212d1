//! The header `Idempotency-Key` in the document.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Required};

use crate::guard::IDEMPOTENCY_KEY_MAX_CHARS;
use crate::http::layers;

/// As it is written in documents; in requests, case does not matter.
const NAME: &str = "Idempotency-Key";

/// Whether this operation takes a key.
pub(super) fn applies(method: &str, path: &str) -> bool {
    method == "post" && layers::takes_key(path)
}

/// Adds the header, unless the handler has described it.
pub(super) fn describe(operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    let is_described = parameters.iter().any(|parameter| match parameter {
        RefOr::T(parameter) => is_it(parameter),
        RefOr::Ref(_) => false,
    });
    if !is_described {
        parameters.push(parameter().into());
    }
}

fn is_it(parameter: &Parameter) -> bool {
    parameter.parameter_in == ParameterIn::Header && parameter.name.eq_ignore_ascii_case(NAME)
}

fn parameter() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(IDEMPOTENCY_KEY_MAX_CHARS))
        .pattern(Some("^[!-~]+$"))
        .build();
    ParameterBuilder::new()
        .name(NAME)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A text of your choice, such as a UUID: sent again with the same request, it is \
             answered again and not done again",
        ))
        .schema(Some(schema))
        .build()
}
