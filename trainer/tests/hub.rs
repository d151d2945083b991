//! A model by its name on the hub, from a server on this machine that answers as the hub does.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use burn::tensor::Device;
use explang::model::{Decoder, ModelConfig, ModelPreset, Precision};
use explang::tokenizer::Tokenizer;
use explang_trainer::checkpoint;
use serde_json::json;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The files of a model, under `owner/model`, and what was asked for.
struct Hub {
    endpoint: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Hub {
    fn of(files: BTreeMap<String, Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&stream.unwrap(), &files, &log);
            }
        });
        Hub { endpoint, asked }
    }

    /// What was asked for since the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// One request, one answer.
fn answer(mut stream: &TcpStream, files: &BTreeMap<String, Vec<u8>>, log: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let request = lines.next().unwrap_or_default();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let range = headers.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let value = value.strip_prefix("bytes=")?;
        name.eq_ignore_ascii_case("range").then(|| value.to_owned())
    });
    log.lock().unwrap().push(path.clone());
    let (status, more, body) = if path == "/api/models/owner/model/revision/main" {
        let siblings: Vec<_> = files
            .keys()
            .map(|name| json!({"rfilename": name}))
            .collect();
        let info = json!({"siblings": siblings, "sha": COMMIT}).to_string();
        ("200 OK", String::new(), info.into_bytes())
    } else if let Some(whole) = path
        .strip_prefix("/owner/model/resolve/main/")
        .and_then(|name| files.get(name))
    {
        let (from, to) = range
            .as_deref()
            .and_then(|range| range.split_once('-'))
            .unwrap_or(("0", ""));
        let from: usize = from.parse().unwrap();
        let to = to
            .parse()
            .map_or(whole.len(), |to: usize| to + 1)
            .min(whole.len());
        let more = format!(
            "ETag: \"{:x}\"\r\nX-Repo-Commit: {COMMIT}\r\nContent-Range: bytes {from}-{}/{}\r\n",
            path.bytes()
                .fold(7u64, |sum, byte| sum.wrapping_mul(31) ^ u64::from(byte)),
            to.saturating_sub(1),
            whole.len()
        );
        ("206 Partial Content", more, whole[from..to].to_vec())
    } else {
        ("404 Not Found", String::new(), b"no such file".to_vec())
    };
    let head = format!(
        "HTTP/1.1 {status}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
}

/// The files of a small checkpoint; in `shards`, where asked for.
fn files(sharded: bool) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let tokenizer =
        Tokenizer::train((0..40).map(|_| "four plus three is seven".to_owned()), 300).unwrap();
    let config = ModelConfig::of(ModelPreset::Pico, tokenizer.vocab_size());
    let model = Decoder::random(&config, 1, &Device::flex());
    checkpoint::save(folder.path(), &model, &tokenizer, Precision::F32, None).unwrap();
    let mut files: BTreeMap<String, Vec<u8>> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                std::fs::read(path).unwrap(),
            )
        })
        .collect();
    if sharded {
        let whole = files.remove("model.safetensors").unwrap();
        let names = model.named_weights().into_keys();
        let map: BTreeMap<String, &str> = names
            .map(|name| (name, "model-00001-of-00001.safetensors"))
            .collect();
        files.insert("model-00001-of-00001.safetensors".into(), whole);
        files.insert(
            "model.safetensors.index.json".into(),
            json!({"weight_map": map}).to_string().into_bytes(),
        );
    }
    // What lies in such folders too and is not wanted.
    for name in [
        "pytorch_model.bin",
        "consolidated.safetensors",
        "onnx/model.onnx",
        ".gitattributes",
        "README.md",
    ] {
        files.insert(name.into(), b"not wanted".to_vec());
    }
    files.insert(
        "chat_template.jinja".into(),
        b"{{ messages[0].content }}".to_vec(),
    );
    files
}

fn generate(name: &str, endpoint: &str, home: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_explang"))
        .args([
            "generate",
            "--raw",
            "--max-new-tokens",
            "4",
            "--checkpoint",
            name,
            "--prompt",
            "four plus",
        ])
        .env("HF_ENDPOINT", endpoint)
        .env("HF_HOME", home)
        .current_dir(home)
        .output()
        .unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_model_is_downloaded_once_and_opened() {
    for sharded in [false, true] {
        let (home, hub) = (tempfile::tempdir().unwrap(), Hub::of(files(sharded)));
        let first = generate("owner/model", &hub.endpoint, home.path());
        assert!(first.status.success(), "{}", errors(&first));
        let asked = hub.asked();
        let count = |name: &str| asked.iter().filter(|path| path.ends_with(name)).count();
        assert!(
            count("tokenizer.json") > 0 && count("chat_template.jinja") > 0,
            "{asked:?}"
        );
        for unwanted in [
            ".bin",
            "consolidated.safetensors",
            ".onnx",
            ".gitattributes",
            "README.md",
        ] {
            assert_eq!(count(unwanted), 0, "{asked:?}");
        }
        // What lies in the cache is not asked for again, only whether there is something else.
        let again = generate("owner/model", &hub.endpoint, home.path());
        assert!(again.status.success(), "{}", errors(&again));
        assert_eq!(again.stdout, first.stdout);
        assert_eq!(hub.asked(), ["/api/models/owner/model/revision/main"]);
        // Without a connection the cache is enough.
        let alone = generate("owner/model", "http://127.0.0.1:1", home.path());
        assert!(alone.status.success(), "{}", errors(&alone));
        assert_eq!(alone.stdout, first.stdout);
    }
}

#[test]
fn what_the_hub_has_not_got_is_refused_in_a_sentence() {
    let home = tempfile::tempdir().unwrap();
    let mut lacking = files(false);
    lacking.remove("model.safetensors");
    let hub = Hub::of(lacking);
    for (name, endpoint, words) in [
        (
            "owner/other",
            hub.endpoint.as_str(),
            "does not give its list of files",
        ),
        (
            "owner/other",
            "http://127.0.0.1:1",
            "check the name and the connection",
        ),
        (
            "owner/model",
            &hub.endpoint,
            "has no weights as safetensors",
        ),
        ("./nowhere", &hub.endpoint, "does not exist"),
    ] {
        let output = generate(name, endpoint, home.path());
        let said = errors(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(words) && said.lines().count() == 1, "{said}");
    }
}
