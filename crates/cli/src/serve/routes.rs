//! A REST route for every operation: path, query and body are merged into the one request.

use super::{Host, assets, auth, events, guard};
use crate::schema::{self, FieldKind};
use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, RawPathParams, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodFilter, get, on, post},
};
use formaops_api::{ApiError, Caller, ErrorCode, Method, OPERATIONS, Operation};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};

/// The largest body: the largest inputs, but not a disk full.
const MOST_BYTES: usize = 64 << 20;

/// Says by which name logs and the audit trail know the request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The fields that a request may have, by name.
type Fields = Arc<HashMap<String, FieldKind>>;

pub(super) fn router(host: Host) -> Router {
    let mut operations = Router::new();
    for operation in OPERATIONS {
        let fields: Fields =
            Arc::new(schema::fields(operation).into_iter().map(|field| (field.name, field.kind)).collect());
        let handler = move |State(host): State<Host>,
                            Extension(caller): Extension<Caller>,
                            path: RawPathParams,
                            RawQuery(query): RawQuery,
                            headers: HeaderMap,
                            body: Bytes| {
            let fields = Arc::clone(&fields);
            async move {
                let caller = caller.with_request_id();
                let named = caller.request_id.as_deref().and_then(|id| HeaderValue::from_str(id).ok());
                let request = merge(&fields, &path, query.as_deref().unwrap_or_default(), &body);
                let answer = match request.and_then(|request| Ok((with_key(caller, &headers)?, request))) {
                    Ok((caller, request)) => host.session.call_as(&caller, operation.name, request).await,
                    Err(error) => Err(error),
                };
                let mut response = answer.map_or_else(auth::refuse, |answer| Json(answer).into_response());
                if let Some(named) = named {
                    response.headers_mut().insert(REQUEST_ID, named);
                }
                response
            }
        };
        operations = operations.route(operation.path, on(method(operation), handler));
    }
    let guarded = operations
        .route("/api/events", get(events::stream))
        .route("/api/auth/me", get(auth::me))
        .route("/api/auth/logout", post(auth::log_out))
        .route_layer(middleware::from_fn_with_state(host.clone(), auth::require_caller));
    Router::new()
        .merge(guarded)
        .route("/api/auth/login", post(auth::log_in))
        .route("/api/openapi.json", get(assets::openapi))
        .route("/api/{*rest}", axum::routing::any(unknown))
        .fallback(assets::page)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(middleware::from_fn_with_state(host.clone(), guard::guard))
        .with_state(host)
}

const fn method(operation: &Operation) -> MethodFilter {
    match operation.method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Delete => MethodFilter::DELETE,
    }
}

async fn unknown() -> Response {
    auth::refuse(ApiError::new(
        ErrorCode::NotFound,
        "there is no such route",
        "`GET /api/openapi.json` describes every route.",
    ))
}

/// The caller with the name that it gives to this request, if it gives one.
fn with_key(caller: Caller, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let Some(key) = headers.get("x-idempotency-key") else { return Ok(caller) };
    let key = key
        .to_str()
        .map_err(|_| ApiError::new(ErrorCode::BadRequest, "`X-Idempotency-Key` must be plain text", ""))?;
    Ok(Caller { idempotency_key: Some(key.to_owned()), ..caller })
}

/// One request from all the places that HTTP puts its fields in. The path wins over the body.
fn merge(
    fields: &HashMap<String, FieldKind>,
    path: &RawPathParams,
    query: &str,
    body: &[u8],
) -> Result<Value, ApiError> {
    let wrong = |message: String| ApiError::new(ErrorCode::BadRequest, message, "");
    let mut request = match serde_json::from_slice(if body.is_empty() { b"{}" } else { body }) {
        Ok(Value::Object(request)) => request,
        // What it is instead is not quoted: it may be a key.
        Ok(_) => return Err(wrong("the body is not a JSON object".to_owned())),
        Err(error) => return Err(wrong(format!("the body is not a JSON object: {error}"))),
    };
    let read = |name: &str, text: &str| {
        let kind = fields.get(name).copied().unwrap_or(FieldKind::Text);
        if kind == FieldKind::Secret {
            return Err(wrong(format!("`{name}` belongs in the body: addresses are kept in logs")));
        }
        schema::value(kind, text).map_err(|_| wrong(format!("`{name}` cannot be `{text}`")))
    };
    for (name, text) in decode_query(query) {
        let value = read(&name, &text)?;
        match (request.get_mut(&name), value) {
            (Some(Value::Array(items)), Value::Array(more)) => items.extend(more),
            (_, value) => {
                request.insert(name, value);
            }
        }
    }
    for (name, text) in path {
        request.insert(name.to_owned(), read(name, text)?);
    }
    Ok(request.into())
}

fn decode_query(query: &str) -> Vec<(String, String)> {
    // Any base will do: only its query is looked at.
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
