//! What the learner says to the page.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

use super::error::{BeginError, StepError};
use crate::protocol::Failure;
use crate::protocol::learning::News;

/// A training cannot be.
pub(super) fn cannot(error: &BeginError) {
    fail(
        &format!("This training cannot be: {error}."),
        "Choose other settings, or start from another model.",
    );
}

/// A step was not taken.
pub(super) fn broken(error: &StepError) {
    fail(
        &format!("The step was not taken: {error}."),
        "The training is as it was before the step; change what you chose, or go back to the beginning.",
    );
}

/// An order came to nothing, and the learner goes on.
pub(super) fn fail(message: &str, advice: &str) {
    send(&News::Fail {
        failure: Failure {
            message: message.to_owned(),
            advice: advice.to_owned(),
        },
        over: false,
    });
}

/// Sends news to the page.
pub(super) fn send(news: &News) {
    // News hold nothing that JSON cannot, and the page is there as long as its worker.
    if let Ok(text) = serde_json::to_string(news) {
        let _sent = scope().post_message(&JsValue::from_str(&text));
    }
}

/// The worker's own scope.
pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
