//! Files over the network, with progress, and the browser's cache for those whose hash is known.

use explang::run::manifest::FileEntry;
use gloo::net::{self, http};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, ReadableStreamDefaultReader, RequestCache, Response, WorkerGlobalScope};

use super::manifest::check;
use crate::protocol::Failure;

/// Name of the cache; the number grows when what it holds changes its meaning.
const CACHE: &str = "explang-checkpoints-1";

/// A file that did not arrive.
#[derive(Debug)]
pub(crate) enum Missing {
    /// The server has no such file.
    Absent(String),
    /// It does not fit into the memory that a page has; its bytes.
    TooLarge(u64),
    /// Anything else.
    Failed(Failure),
}

impl Missing {
    /// The failure, where the file has to be there.
    pub(crate) fn failure(self) -> Failure {
        match self {
            Missing::Absent(address) => Failure {
                message: format!("{address} is not there."),
                advice: "Check that the folder `checkpoints` lies beside the page, then reload."
                    .into(),
            },
            Missing::TooLarge(bytes) => Failure {
                message: format!(
                    "The model has {:.1} GB, more than this browser gives a page.",
                    bytes as f64 / 1e9
                ),
                advice: "Take a smaller model, or one in fewer bits.".into(),
            },
            Missing::Failed(failure) => failure,
        }
    }
}

/// A file and where it came from.
#[derive(Debug)]
pub(crate) struct File {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// It was in the cache.
    pub(crate) cached: bool,
}

/// Fetches a file that must be what `manifest` says, from the cache where it is there. A bad copy in the cache is replaced.
///
/// `progress` hears how many bytes have arrived, and how many there will be where the server tells.
pub(crate) async fn file(
    address: &str,
    manifest: Option<&FileEntry>,
    progress: impl FnMut(u64, Option<u64>),
) -> Result<File, Missing> {
    let Some(manifest) = manifest else {
        let bytes = fetch(address, progress).await?;
        return Ok(File {
            bytes,
            cached: false,
        });
    };
    let name = address.rsplit('/').next().unwrap_or(address);
    let key = format!("{address}?sha256={}", manifest.sha256);
    let cache = open_cache().await;
    if let Some(bytes) = look_up(cache.as_ref(), &key).await
        && check(manifest, name, &bytes).is_ok()
    {
        return Ok(File {
            bytes,
            cached: true,
        });
    }
    let bytes = fetch(address, progress).await?;
    check(manifest, name, &bytes).map_err(|error| {
        Missing::Failed(Failure {
            message: format!("The model was damaged on its way: {error}."),
            advice: "Reload the page to fetch it again. If that does not help, the files on the server are damaged.".into(),
        })
    })?;
    if let Some(cache) = cache {
        keep(&cache, &key, &bytes).await;
    }
    Ok(File {
        bytes,
        cached: false,
    })
}

/// Fetches a file.
pub(crate) async fn fetch(
    address: &str,
    mut progress: impl FnMut(u64, Option<u64>),
) -> Result<Vec<u8>, Missing> {
    let failed = |what: String| {
        Missing::Failed(Failure {
            message: format!("{address} could not be fetched: {what}."),
            advice: "Check the connection and try again.".into(),
        })
    };
    let broken = |error: JsValue| failed(told(&error));
    let response = http::Request::get(address)
        // A file may change at the same address, when a run goes on or a new one is exported; the server says whether it has.
        .cache(RequestCache::NoCache)
        .send()
        .await
        .map_err(|error| match error {
            net::Error::JsError(error) => failed(error.message),
            other => failed(other.to_string()),
        })?;
    match response.status() {
        200..=299 => {}
        404 | 410 => return Err(Missing::Absent(address.to_owned())),
        status => return Err(failed(format!("the server answered {status}"))),
    }
    let total = announced(&response);
    let Some(body) = response.body() else {
        return Err(failed("the answer is empty".into()));
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    if let Some(total) = total {
        let room = usize::try_from(total).ok();
        let taken = room.and_then(|room| bytes.try_reserve_exact(room).ok());
        taken.ok_or_else(|| Missing::TooLarge(total))?;
    }
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(broken)?;
        let value = Reflect::get(&chunk, &"value".into()).map_err(broken)?;
        if value.is_undefined() {
            return Ok(bytes);
        }
        let chunk = Uint8Array::new(&value);
        let start = bytes.len();
        bytes.resize(start + chunk.length() as usize, 0);
        chunk.copy_to(&mut bytes[start..]);
        progress(bytes.len() as u64, total);
    }
}

/// The length that the server announces. Of a compressed file it would be the compressed length, which says nothing.
fn announced(response: &http::Response) -> Option<u64> {
    let headers = response.headers();
    if headers.has("content-encoding") {
        return None;
    }
    headers.get("content-length")?.parse().ok()
}

fn scope() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// The cache; none where the browser has none or forbids it, as in a private window or on a page without HTTPS.
async fn open_cache() -> Option<Cache> {
    let caches = scope().caches().ok()?;
    if AsRef::<JsValue>::as_ref(&caches).is_undefined() {
        return None;
    }
    let cache = JsFuture::from(caches.open(CACHE)).await.ok()?;
    cache.dyn_into().ok()
}

async fn look_up(cache: Option<&Cache>, key: &str) -> Option<Vec<u8>> {
    let found = JsFuture::from(cache?.match_with_str(key)).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// Keeps a file for the next visit. A full disk is no reason to fail.
async fn keep(cache: &Cache, key: &str, bytes: &[u8]) {
    let body = Uint8Array::from(bytes);
    if let Ok(response) = Response::new_with_opt_js_u8_array(Some(&body)) {
        let _kept = JsFuture::from(cache.put_with_str(key, &response)).await;
    }
}

/// What a browser's error says.
fn told(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{error:?}"),
    }
}
