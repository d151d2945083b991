//! Lets the worker's event loop run.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

thread_local! {
    static CHANNEL: Option<MessageChannel> = MessageChannel::new().ok();
}

/// Waits for one turn of the event loop, so that messages which have arrived are heard.
///
/// A message to oneself comes back at once; a timer would wait four milliseconds after a few calls.
pub(crate) async fn turn() {
    let back = CHANNEL.with(|channel| {
        let channel = channel.as_ref()?;
        Some(Promise::new(&mut |resolve, _reject| {
            channel.port1().set_onmessage(Some(&resolve));
            // Nothing but a broken browser refuses this; then the next turn is waited for in vain, so go on at once.
            if channel.port2().post_message(&JsValue::NULL).is_err() {
                let _ = resolve.call0(&JsValue::NULL);
            }
        }))
    });
    if let Some(back) = back {
        let _message = JsFuture::from(back).await;
    }
}
