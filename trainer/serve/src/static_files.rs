//! The built page: a folder of static files.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeDir;

use crate::ServeError;

/// A folder with a built page in it.
#[derive(Debug, Clone)]
pub struct Dist(PathBuf);

impl Dist {
    /// Looks whether there is a page in the folder.
    ///
    /// # Errors
    /// [`ServeError::NoPage`] where there is none.
    pub fn open(path: &Path) -> Result<Self, ServeError> {
        if path.join("index.html").is_file() {
            Ok(Dist(path.to_owned()))
        } else {
            Err(ServeError::NoPage(path.to_owned()))
        }
    }
}

/// The routes to the files. Where `FILE.br` or `FILE.gz` lies beside a file, that is sent to those who can read it.
pub(crate) fn routes(dist: &Dist) -> Router {
    let files = ServeDir::new(&dist.0)
        .precompressed_br()
        .precompressed_gzip();
    Router::new()
        .fallback_service(files)
        .layer(from_fn(describe))
}

/// Says that a file may be kept and must be asked for again each time, and adds the types that the library does not know.
async fn describe(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if response.status() == StatusCode::NOT_FOUND {
        let sentence = "There is no such file; the page is at the root of this server.\n";
        response = (StatusCode::NOT_FOUND, sentence).into_response();
    }
    let known = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if path.ends_with(".jsonl") && headers.contains_key(CONTENT_TYPE) && known {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-ndjson"),
        );
    }
    response
}
