//! The built page: a folder of static files.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeDir;

use super::ServeError;

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
pub(super) fn routes(dist: &Dist) -> Router {
    let files = ServeDir::new(&dist.0)
        .precompressed_br()
        .precompressed_gzip();
    Router::new()
        .fallback_service(files)
        .layer(from_fn(describe))
}

/// Adds how long a file may be kept, and the types that the library does not know.
async fn describe(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if response.status() == StatusCode::NOT_FOUND {
        let sentence = "There is no such file; the page is at the root of this server.\n";
        response = (StatusCode::NOT_FOUND, sentence).into_response();
    }
    let known = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let keep = if known && is_hashed(&path) {
        "public, max-age=31536000, immutable"
    } else {
        // It may be kept, and must be asked for again each time.
        "no-cache"
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    if path.ends_with(".jsonl") && headers.contains_key(CONTENT_TYPE) && known {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-ndjson"),
        );
    }
    response
}

/// True when a hash of the file's content is part of its name, as Trunk writes it: `page-0123456789abcdef.js`,
/// `page-0123456789abcdef_bg.wasm`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    let hash = stem.rsplit_once('-').map_or("", |(_, hash)| hash);
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    hash.len() == 16 && hash.bytes().all(hexadecimal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_in_the_name_is_told_from_other_names() {
        for path in [
            "/explang-web-0123456789abcdef.js",
            "/explang-web-0123456789abcdef_bg.wasm",
            "/sub/style-a1b2c3d4e5f60718.css",
        ] {
            assert!(is_hashed(path), "{path}");
        }
        for path in [
            "/",
            "/index.html",
            "/worker.js",
            "/worker_bg.wasm",
            "/explang-web_bg.wasm",
            "/page-0123456789abcde.js",
            "/page-0123456789abcdeg.js",
            "/page-0123456789abcdef0.js",
            "/0123456789abcdef.js",
            "/name-0123456789abcdef/inline0.js",
            "/model.safetensors",
        ] {
            assert!(!is_hashed(path), "{path}");
        }
    }
}
