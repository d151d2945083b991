//! Parity with `transformers` in both directions: what they save opens here, what we save opens there.
//!
//! The folders in `tests/data/parity/` were written by `tests/peers/parity.py make`: random weights of several shapes and layouts, and the
//! logits that `transformers` computes when it opens them. The other direction runs that script's `check` live.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::{Tensor, TensorData};
use explang::Language;
use explang::model::{Architecture, Cache, Decoder, ModelConfig, Packing, Precision, Weights};
use explang::random;
use explang::random::SplitMix64;
use explang::tasks::{Spec, say};
use explang::tokenizer::{END_OF_TEXT, PAD, Tokenizer};
use explang::transcript::{END_THINK, forced_prefix};
use explang_trainer::checkpoint;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::json;

use crate::{peer, support};

/// The largest difference of a logit that is allowed.
const TOLERANCE: f32 = 1e-4;

/// The folder `tests/`.
fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn host(logits: Tensor<2>) -> Vec<f32> {
    logits.into_data().iter::<f32>().collect()
}

/// The logits `[length, vocab]` of one pass over all tokens.
fn logits(model: &Decoder, tokens: &[u32]) -> Vec<f32> {
    host(model.logits(model.hidden(tokens, &Packing::new([tokens.len()]))))
}

/// The same logits, the tokens read one by one into a cache.
fn cached_logits(model: &Decoder, tokens: &[u32]) -> Vec<f32> {
    let mut cache = Cache::new(model, 1, tokens.len());
    let mut all = Vec::new();
    for &token in tokens {
        let hidden = model.extend(&[token], &Packing::new([1]), &mut cache);
        all.extend(host(model.logits(hidden)));
    }
    all
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    // A NaN must not hide behind `max`.
    assert!(a.iter().chain(b).all(|x| x.is_finite()));
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

#[test]
fn what_transformers_saves_gives_the_same_logits_here() {
    let mut families = BTreeMap::<String, usize>::new();
    for folder in std::fs::read_dir(here().join("data/parity")).unwrap() {
        let folder = folder.unwrap().path();
        let model = checkpoint::load_model(&folder, &support::device()).unwrap();
        let config = model.config();
        let bytes = std::fs::read(folder.join("expected.safetensors")).unwrap();
        let expected = SafeTensors::deserialize(&bytes).unwrap();
        let sequences = expected.len() / 2;
        assert!(sequences >= 3);
        for i in 0..sequences {
            let ids = expected.tensor(&format!("tokens_{i}")).unwrap();
            assert_eq!(ids.dtype(), Dtype::I64);
            let ids = ids.data().as_chunks::<8>().0.iter();
            let tokens: Vec<u32> = ids
                .map(|&b| u32::try_from(i64::from_le_bytes(b)).unwrap())
                .collect();
            let theirs = expected.tensor(&format!("logits_{i}")).unwrap();
            assert_eq!(
                (theirs.dtype(), theirs.shape()),
                (Dtype::F32, &[tokens.len(), config.vocab_size][..])
            );
            let theirs = theirs.data().as_chunks::<4>().0.iter();
            let theirs: Vec<f32> = theirs.map(|&b| f32::from_le_bytes(b)).collect();
            let whole = difference(&logits(&model, &tokens), &theirs);
            let cached = difference(&cached_logits(&model, &tokens), &theirs);
            assert!(
                whole < TOLERANCE && cached < TOLERANCE,
                "{}: {whole} {cached}",
                folder.display()
            );
        }
        *families
            .entry(format!(
                "{:?} {}",
                config.architecture, config.tie_word_embeddings
            ))
            .or_default() += 1;
    }
    // Both families, tied and untied, among them every layout that the script makes.
    assert_eq!(families.len(), 4, "{families:?}");
    assert_eq!(families.values().sum::<usize>(), 14, "{families:?}");
}

/// Weights at which every part matters: gains away from one, scores and logits of several units.
struct Spread(u64);

impl Weights for Spread {
    type Error = std::convert::Infallible;

    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, Self::Error> {
        let stream = random::derive(self.0, &name.bytes().map(u64::from).collect::<Vec<_>>());
        let value = |i: u64| match shape {
            [_] => 0.5 + random::uniform(stream, i),
            [_, _] if name.contains("embed_tokens") => random::normal(stream, i),
            _ => 1.5 * random::normal(stream, i) / (shape[shape.len() - 1] as f32).sqrt(),
        };
        let values: Vec<f32> = (0..shape.iter().product::<usize>() as u64)
            .map(value)
            .collect();
        Ok(TensorData::new(values, shape))
    }
}

fn shape(architecture: Architecture, tied: bool, vocab_size: usize) -> ModelConfig {
    let qwen = architecture == Architecture::Qwen3;
    ModelConfig {
        architecture,
        vocab_size,
        hidden_size: if tied { 32 } else { 48 },
        intermediate_size: 80,
        num_layers: if tied { 2 } else { 3 },
        num_heads: 4,
        num_kv_heads: if tied { 2 } else { 1 },
        // Qwen3's heads need not divide the hidden size.
        head_dim: if qwen { 20 } else { 12 },
        max_positions: 128,
        rope_theta: if tied { 10_000.0 } else { 1e6 },
        rope_scaling: None,
        rms_norm_eps: if qwen { 1e-6 } else { 1e-5 },
        tie_word_embeddings: tied,
    }
}

/// Texts of every language and every mark, with the ids that our tokenizer gives them.
fn tokenizer_cases(tokenizer: &Tokenizer) -> serde_json::Value {
    let mut rng = SplitMix64::new(8);
    let mut texts: Vec<String> = [
        "",
        " ",
        "\n\n",
        "1234 + 5",
        "naïve ﬁ \u{1F600} e\u{301}",
        "el de es it",
    ]
    .map(str::to_owned)
    .to_vec();
    for (language, spec) in Language::ALL.into_iter().zip(Spec::all()) {
        let problem = spec.draw(&mut rng);
        let (question, trace) = (
            say::problem(&problem, language),
            say::trace(&problem, language),
        );
        let header = forced_prefix(language);
        texts.push(format!(
            "{question}\n{header}{trace}\n{END_THINK}\n\\boxed{{{}}}{END_OF_TEXT}",
            problem.answer()
        ));
    }
    texts
        .into_iter()
        .map(|text| {
            let ids = tokenizer.encode(&text).unwrap();
            let decoded = tokenizer.decode(&ids);
            // Without what ends or fills a text; the tag, the marks and the box stay.
            let answer = decoded.replace(END_OF_TEXT, "").replace(PAD, "");
            json!({ "answer": answer, "decoded": decoded, "text": text, "ids": ids })
        })
        .collect()
}

/// Logits that we compute, in the layout that `parity.py check` reads.
fn write_expected(path: &Path, model: &Decoder) {
    let vocab = model.config().vocab_size;
    let mut tensors = Vec::new();
    for (i, length) in [1, 7, 60].into_iter().enumerate() {
        let stream = random::derive(12, &[i as u64]);
        let tokens: Vec<u32> = (0..length)
            .map(|j| (random::uniform(stream, j) * vocab as f32) as u32)
            .collect();
        let ids: Vec<u8> = tokens
            .iter()
            .flat_map(|&t| i64::from(t).to_le_bytes())
            .collect();
        let values: Vec<u8> = logits(model, &tokens)
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect();
        tensors.push((format!("tokens_{i}"), Dtype::I64, vec![tokens.len()], ids));
        tensors.push((
            format!("logits_{i}"),
            Dtype::F32,
            vec![tokens.len(), vocab],
            values,
        ));
    }
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        (
            name.as_str(),
            TensorView::new(*dtype, shape.clone(), bytes).unwrap(),
        )
    });
    std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

/// Saves a random checkpoint, opens it again, and lets `transformers` check what it computes then.
fn opens_in_transformers(config: &dyn Fn(usize) -> ModelConfig, precision: Precision) {
    let folder = tempfile::tempdir().unwrap();
    let tokenizer = support::tokenizer();
    let config = config(tokenizer.vocab_size());
    let device = support::device();
    let Ok(model) = Decoder::from_weights(&config, &mut Spread(6), &device);
    checkpoint::save(folder.path(), &model, &tokenizer, precision, None).unwrap();
    let (read, tokenizer) = checkpoint::load(folder.path(), &device).unwrap();
    if precision == Precision::F32 {
        assert_eq!(model.named_weights(), read.named_weights());
    }
    let (expected, cases) = (
        folder.path().join("expected.safetensors"),
        folder.path().join("cases.json"),
    );
    write_expected(&expected, &read);
    std::fs::write(&cases, tokenizer_cases(&tokenizer).to_string()).unwrap();
    let arguments = [
        "check".as_ref(),
        folder.path().as_os_str(),
        expected.as_os_str(),
        "--tokenizer".as_ref(),
        cases.as_os_str(),
    ];
    let said = peer::ask("parity.py", arguments, &[]);
    let report: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!(
        (&report["sequences"], &report["tokenizer_cases"]),
        (&json!(3), &json!(23)),
        "{said}"
    );
    assert!(
        report["max_abs_diff"].as_f64().unwrap() < f64::from(TOLERANCE),
        "{said}"
    );
}

#[test]
fn a_tied_qwen3_that_we_save_opens_in_transformers() {
    opens_in_transformers(
        &|vocab| shape(Architecture::Qwen3, true, vocab),
        Precision::F32,
    );
}

#[test]
fn an_untied_qwen3_that_we_save_opens_in_transformers() {
    opens_in_transformers(
        &|vocab| shape(Architecture::Qwen3, false, vocab),
        Precision::F32,
    );
}

#[test]
fn a_tied_llama_that_we_save_in_half_precision_opens_in_transformers() {
    opens_in_transformers(
        &|vocab| shape(Architecture::Llama, true, vocab),
        Precision::F16,
    );
}

#[test]
fn an_untied_llama_with_spare_rows_that_we_save_opens_in_transformers() {
    // Some published models have more rows in the embedding than tokens in the tokenizer.
    opens_in_transformers(
        &|vocab| shape(Architecture::Llama, false, vocab + 40),
        Precision::F32,
    );
}
