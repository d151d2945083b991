//! What holds for every answer: who may ask, and what a page of ours may do.

use std::net::Ipv4Addr;

use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ETAG, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Nothing but our own files, and those that the visitor opens (`blob:`); `wasm-unsafe-eval` lets WebAssembly be compiled and nothing else.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self'; \
     connect-src 'self' blob:; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Refuses strangers where `loopback` is true, and sets the headers of every answer.
pub(crate) async fn guard(State(loopback): State<bool>, request: Request, next: Next) -> Response {
    let mut response = if loopback && !asks_for_loopback(request.headers()) {
        // A page from elsewhere can point a name of its own at this machine; then the browser lets it read our answers. Only
        // the name that was asked for tells.
        let sentence = "This server answers on this machine only. Open it as http://localhost or http://127.0.0.1 with its port, \
                        or start it with another --host.\n";
        (StatusCode::FORBIDDEN, sentence).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    weaken_tag(headers);
    response
}

/// Two encodings of one file are not the same bytes: their tag may only be a weak one.
fn weaken_tag(headers: &mut HeaderMap) {
    let Some(tag) = headers
        .get(ETAG)
        .filter(|_| headers.contains_key(CONTENT_ENCODING))
    else {
        return;
    };
    if let Ok(tag) = tag.to_str()
        && !tag.starts_with("W/")
        && let Ok(weak) = HeaderValue::try_from(format!("W/{tag}"))
    {
        headers.insert(ETAG, weak);
    }
}

/// True when the request names this machine by a name that no other machine can have.
fn asks_for_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(is_loopback_name)
}

fn is_loopback_name(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => {
            return address == "::1"
                && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port));
        }
        None => host.split_once(':').unwrap_or((host, "0")),
    };
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let named = name == "localhost" || name.ends_with(".localhost");
    is_port(port)
        && (named
            || name
                .parse::<Ipv4Addr>()
                .is_ok_and(|address| address.is_loopback()))
}

fn is_port(port: &str) -> bool {
    port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_pass() {
        for host in [
            "localhost",
            "LocalHost:8080",
            "localhost.:80",
            "page.localhost:1",
            "127.0.0.1",
            "127.8.9.10:65535",
            "[::1]",
            "[::1]:8080",
        ] {
            assert!(is_loopback_name(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:80",
            "notlocalhost",
            "0.0.0.0",
            "192.168.0.2:8080",
            "[::1]evil.example",
            "[::1]:evil",
            "[fe80::1]",
            "localhost:evil",
            "127.1",
        ] {
            assert!(!is_loopback_name(host), "{host}");
        }
    }

    #[test]
    fn a_tag_is_weak_where_the_bytes_are_encoded() {
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, HeaderValue::from_static("\"a\""));
        weaken_tag(&mut headers);
        assert_eq!(headers[ETAG], "\"a\"");
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        weaken_tag(&mut headers);
        weaken_tag(&mut headers);
        assert_eq!(headers[ETAG], "W/\"a\"");
    }
}
