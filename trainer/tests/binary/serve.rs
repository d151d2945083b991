//! `explang serve`: the page, what its answers say of themselves, and who is refused.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::client::{Answer, Serving, page};
use crate::program::{explang, refused};

fn serve(dist: &Path) -> Command {
    let mut command = explang(["serve", "--port", "0", "--dist"]);
    command.arg(dist);
    command
}

#[test]
fn files_have_their_types_and_say_how_long_they_may_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Serving::start(serve(&page(folder.path())), false);
    assert!(
        server.url.starts_with("http://127.0.0.1:"),
        "{}",
        server.url
    );
    for (path, content_type) in [
        ("/", "text/html"),
        ("/index.html?seed=1", "text/html"),
        ("/page.js", "text/javascript"),
        ("/page_bg.wasm", "application/wasm"),
        ("/worker.js", "text/javascript"),
        ("/metrics.jsonl", "application/x-ndjson"),
        ("/model.safetensors", "application/octet-stream"),
    ] {
        let answer = server.get(path, &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), content_type, "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
        let again = server.get(path, &[("If-None-Match", answer.header("etag"))]);
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{path}");
        assert_eq!(again.header("cache-control"), "no-cache", "{path}");
        safe(&answer);
    }
    let absent = server.get("/page-absent.js", &[]);
    assert_eq!(
        (absent.status, absent.header("cache-control")),
        (404, "no-cache")
    );
    safe(&absent);
}

/// The headers that every answer must have.
fn safe(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "connect-src 'self' blob:",
        "object-src 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.split("; ").any(|given| given == part), "{policy}");
    }
    assert!(!policy.contains("'unsafe-"), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
}

#[test]
fn text_is_compressed_and_weights_keep_their_length() {
    let folder = tempfile::tempdir().unwrap();
    let dist = page(folder.path());
    // A file that was compressed when the page was built; here it is another one, to be told.
    fs::write(dist.join("page_bg.wasm.br"), b"ready").unwrap();
    let server = Serving::start(serve(&dist), false);
    let script = "/page.js";
    let plain = server.get(script, &[]);
    assert_eq!(plain.header("content-encoding"), "");
    let small = server.get(script, &[("Accept-Encoding", "gzip")]);
    assert_eq!(small.header("content-encoding"), "gzip");
    assert!(small.bytes.len() * 10 < plain.bytes.len());
    let mut text = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(small.bytes.as_slice());
    decoder.read_to_end(&mut text).unwrap();
    assert_eq!(text, plain.bytes);
    assert!(
        small
            .header("vary")
            .to_lowercase()
            .contains("accept-encoding")
    );
    let tag = small.header("etag");
    assert_eq!(tag, format!("W/{}", plain.header("etag")));
    let again = server.get(
        script,
        &[("Accept-Encoding", "gzip"), ("If-None-Match", tag)],
    );
    assert_eq!(again.status, 304);

    let browser = [("Accept-Encoding", "gzip, deflate, br, zstd")];
    // Compressed while it is asked for: by what costs little.
    assert_eq!(
        server.get(script, &browser).header("content-encoding"),
        "gzip"
    );
    let ready = server.get("/page_bg.wasm", &browser);
    assert_eq!(ready.bytes, b"ready");
    assert_eq!(ready.header("content-encoding"), "br");
    assert_eq!(ready.header("content-type"), "application/wasm");
    let weights = server.get("/model.safetensors", &browser);
    assert_eq!(weights.header("content-encoding"), "");
    assert_eq!(weights.header("content-length"), "350");
}

#[test]
fn strangers_and_paths_that_lead_out_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let server = Serving::start(serve(&page(folder.path())), false);
    let answer = server.get("/", &[("Host", "rebound.example")]);
    assert_eq!(answer.status, 403);
    assert!(
        answer.text().contains("on this machine only"),
        "{}",
        answer.text()
    );
    safe(&answer);
    for host in ["localhost:1234", "[::1]:8080", "127.0.0.1"] {
        assert_eq!(server.get("/", &[("Host", host)]).status, 200, "{host}");
    }
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "//secret.txt",
    ] {
        let answer = server.get(path, &[]);
        assert!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        assert!(!answer.text().contains("secret\n"), "{path}");
    }
    for path in [
        "/run",
        "/run/",
        "/run/state.json",
        "/run/stages/sft/checkpoint/config.json",
    ] {
        let answer = server.get(path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        let error = answer.json();
        let sentence = error["error"].as_str().unwrap();
        assert!(sentence.contains("explang serve RUN"), "{sentence}");
        safe(&answer);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let server = Serving::start(serve(&page(folder.path())), false);
    assert_eq!(server.get("/", &[]).status, 200);
    assert_eq!(server.interrupt().code(), Some(0));
}

#[test]
fn mistakes_are_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let dist = page(folder.path());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let with = |more: &[&str]| {
        let mut command = explang(["serve"]);
        command.args(more).arg("--dist").arg(&dist);
        refused(command, "")
    };
    for (sentence, part) in [
        (
            with(&["--port", &port]),
            "is in use; choose another one, or 0",
        ),
        (
            with(&["--host", "192.0.2.1", "--port", "0"]),
            "is not an address of this machine",
        ),
        (
            with(&["--host", "no host", "--port", "0"]),
            "`no host` is not a host name or address",
        ),
        (
            with(&["no-such-run", "--port", "0"]),
            "no-such-run holds no run",
        ),
        (
            refused(serve(&folder.path().join("absent")), ""),
            "holds no built page (it has no index.html); build it with `bash web/build`",
        ),
    ] {
        assert!(sentence.contains(part), "{sentence}");
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
    }
    let sentence = with(&["--port", "99999"]);
    assert!(sentence.contains("--port"), "{sentence}");

    // A run that could not be shown is not begun.
    let out = folder.path().join("run");
    for (port, page) in [
        (port.as_str(), dist.clone()),
        ("0", folder.path().join("absent")),
    ] {
        let mut command = explang(["run", "smoke", "--serve", port, "--dist"]);
        command.arg(page).arg("--out").arg(&out);
        refused(command, "");
        assert!(!out.exists());
    }
}
