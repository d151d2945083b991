//! Answers in JSON, refusals among them.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

/// What a route gives: an answer, or a refusal.
pub(crate) type Answer = Result<Response, Refusal>;

/// A request that is not answered: a status, and a sentence as `{"error": …}`.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    sentence: String,
}

impl Refusal {
    /// There is no such thing.
    pub(crate) fn absent(sentence: impl Into<String>) -> Self {
        Refusal {
            status: StatusCode::NOT_FOUND,
            sentence: sentence.into(),
        }
    }

    /// The request makes no sense.
    pub(crate) fn bad(status: StatusCode, sentence: impl Into<String>) -> Self {
        Refusal {
            status,
            sentence: sentence.into(),
        }
    }

    /// The run's files are not what they should be.
    pub(crate) fn failed(error: impl std::fmt::Display) -> Self {
        Refusal {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            sentence: error.to_string(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.sentence }).to_string();
        (self.status, as_json(body.into_bytes())).into_response()
    }
}

/// A value that may be another one at the next request.
pub(crate) fn changing(value: &impl Serialize) -> Answer {
    Ok(as_json(serde_json::to_vec(value).map_err(Refusal::failed)?))
}

/// Bytes of JSON that may be others at the next request.
pub(crate) fn as_json(bytes: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, bytes).into_response()
}
