//! A server that is a process, and a reader of what it answers.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;

/// A process that serves; it ends with this value.
pub(crate) struct Serving {
    child: Child,
    /// The address, without the last `/`.
    pub(crate) url: String,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

/// A Server-Sent Event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) data: String,
}

/// A page as `web/build` leaves it. Its big file is worth compressing.
pub(crate) fn page(folder: &Path) -> PathBuf {
    let dist = folder.join("dist");
    fs::create_dir(&dist).unwrap();
    for (name, text) in [
        (
            "index.html",
            "<!doctype html><title>ExpLang</title>".to_owned(),
        ),
        ("page.js", "export default 1;\n".repeat(500)),
        ("page_bg.wasm", "\0asm\u{1}\0\0\0".to_owned()),
        ("worker.js", "self.onmessage = null;\n".repeat(50)),
        ("metrics.jsonl", "{\"step\":0}\n".repeat(50)),
        ("model.safetensors", "weights".repeat(50)),
    ] {
        fs::write(dist.join(name), text).unwrap();
    }
    dist
}

impl Serving {
    /// Starts a command that tells its address: on its standard output, or where `on_errors` on its standard error.
    pub(crate) fn start(mut command: Command, on_errors: bool) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output: Box<dyn Read + Send> = if on_errors {
            Box::new(child.stderr.take().unwrap())
        } else {
            Box::new(child.stdout.take().unwrap())
        };
        let mut lines = BufReader::new(output).lines();
        let mut said = String::new();
        let url = loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("no address was told: {said}");
            };
            said += &line;
            if let Some(at) = line.find("http://") {
                // After the question mark the address says which view to show.
                let (root, _) = line[at..].split_once('?').unwrap_or((&line[at..], ""));
                break root.trim_end().trim_end_matches('/').to_owned();
            }
        };
        // What follows is read too, so that the process never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Serving { child, url }
    }

    /// Asks for a path with these headers.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut answer = self.ask(path, headers);
        let mut bytes = Vec::new();
        let mut body = answer.body_mut().as_reader();
        body.read_to_end(&mut bytes).unwrap();
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            bytes,
        }
    }

    fn ask(&self, path: &str, headers: &[(&str, &str)]) -> ureq::http::Response<ureq::Body> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(120)))
            .build();
        let mut request = ureq::Agent::new_with_config(config).get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.call().unwrap()
    }

    /// The JSON of a path that must be there.
    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.get(path, &[]);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// The events of the run, as they come.
    pub(crate) fn events(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> impl Iterator<Item = Event> + use<> {
        let answer = self.ask(path, headers);
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let mut lines = BufReader::new(answer.into_body().into_reader()).lines();
        std::iter::from_fn(move || {
            let (mut name, mut id, mut data) = (String::new(), None, Vec::new());
            loop {
                let line = lines.next()?.ok()?;
                match line.split_once(": ") {
                    Some(("event", value)) => name = value.to_owned(),
                    Some(("id", value)) => id = Some(value.to_owned()),
                    Some(("data", value)) => data.push(value.to_owned()),
                    // An empty line ends an event; a comment alone is none.
                    None if line.is_empty() && !name.is_empty() => {
                        return Some(Event {
                            name,
                            id,
                            data: data.join("\n"),
                        });
                    }
                    _ => {}
                }
            }
        })
    }

    /// Ends the process as Ctrl-C does; how it ended, which must not take long.
    #[cfg(unix)]
    pub(crate) fn interrupt(self) -> ExitStatus {
        self.signal("-INT")
    }

    /// Ends the process by a signal.
    #[cfg(unix)]
    pub(crate) fn signal(mut self, signal: &str) -> ExitStatus {
        crate::program::send(&self.child, signal);
        crate::program::ended(&mut self.child)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Answer {
    /// A header; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_slice(&self.bytes).unwrap()
    }
}
