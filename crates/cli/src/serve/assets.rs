//! The screens: the files of the built front end, and the page for every other path.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use formaops_api::generate::generated_files;

/// The built front end; read from the folder in debug builds, part of the program in release builds.
#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../ui/dist"]
#[allow_missing = true]
struct Files;

/// A file of the front end, or its page where the path is a place in the app.
pub(super) async fn page(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let found = if path.is_empty() { None } else { Files::get(path).map(|file| (path, file)) };
    // A path with an ending is a file that is not there; any other is a place that the page knows.
    if found.is_none() && path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some((path, file)) = found.or_else(|| Files::get("index.html").map(|file| ("index.html", file)))
    else {
        let text = "The screens were not built into this program. Run `make build` and start again.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    };
    let mut response = Response::new(Body::from(file.data));
    let kind = HeaderValue::from_str(file.metadata.mimetype());
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("text/plain")));
    if path.starts_with("assets/") {
        // Their names change with their content.
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        response.headers_mut().insert(header::CACHE_CONTROL, forever);
    }
    response
}

/// The OpenAPI document.
pub(super) async fn openapi() -> Response {
    let document = generated_files().into_iter().find(|file| file.path.ends_with("openapi.json"));
    match document {
        Some(file) => ([(header::CONTENT_TYPE, "application/json")], file.text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
