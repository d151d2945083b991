use burn::tensor::Device;

use super::*;
use crate::model::{Decoder, Weights};
use crate::random::SplitMix64;
use crate::tokenizer::Tokenizer;

/// A value to write: its kind, and its bytes.
type Written = (u32, Vec<u8>);

fn text(value: &str) -> Written {
    (
        8,
        [&(value.len() as u64).to_le_bytes(), value.as_bytes()].concat(),
    )
}

fn size(value: u32) -> Written {
    (4, value.to_le_bytes().to_vec())
}

fn number(value: f32) -> Written {
    (6, value.to_le_bytes().to_vec())
}

fn list(values: &[Written]) -> Written {
    let kind = values.first().map_or(4, |value| value.0);
    let mut bytes = [
        &kind.to_le_bytes()[..],
        &(values.len() as u64).to_le_bytes(),
    ]
    .concat();
    values.iter().for_each(|value| bytes.extend(&value.1));
    (9, bytes)
}

/// A tensor to write: its shape, row-major, the number of its format, and its bytes.
type Tensor = (Vec<usize>, u32, Vec<u8>);

fn floats(shape: &[usize]) -> Tensor {
    let count = shape.iter().product::<usize>();
    // No two alike, and small.
    let bytes = (0..count).flat_map(|i| (0.01 * (i as f32 - 7.0)).to_le_bytes());
    (shape.to_vec(), 0, bytes.collect())
}

/// What a file is made of.
#[derive(Clone)]
struct Parts {
    version: u32,
    values: Vec<(String, Written)>,
    tensors: Vec<(String, Tensor)>,
}

/// Two layers of the smallest shape with two heads, and a tokenizer of all bytes.
fn parts(family: &str) -> Parts {
    let alphabet = tokenizers::pre_tokenizers::byte_level::ByteLevel::alphabet();
    let mut words: Vec<String> = alphabet.into_iter().map(String::from).collect();
    words.sort();
    words.extend(["ab", "abc", "<|im_end|>", "<think>", "[PAD260]"].map(String::from));
    let rows = words.len();
    let kinds = (0..rows).map(|id| match id {
        258 => 3,
        259 => 4,
        260 => 5,
        _ => 1,
    });
    let tokens: Vec<Written> = words.iter().map(|word| text(word)).collect();
    let kinds: Vec<Written> = kinds.map(size).collect();
    let arch = |key: &str| format!("{family}.{key}");
    let values = [
        ("general.architecture".to_owned(), text(family)),
        (arch("block_count"), size(2)),
        (arch("context_length"), size(16)),
        (arch("embedding_length"), size(8)),
        (arch("feed_forward_length"), size(3)),
        (arch("attention.head_count"), size(2)),
        (arch("attention.head_count_kv"), size(1)),
        (arch("attention.layer_norm_rms_epsilon"), number(1e-5)),
        (arch("rope.freq_base"), number(10_000.0)),
        ("tokenizer.ggml.model".to_owned(), text("gpt2")),
        ("tokenizer.ggml.pre".to_owned(), text("smollm")),
        ("tokenizer.ggml.tokens".to_owned(), list(&tokens)),
        ("tokenizer.ggml.token_type".to_owned(), list(&kinds)),
        (
            "tokenizer.ggml.merges".to_owned(),
            list(&[text("a b"), text("ab c")]),
        ),
        ("tokenizer.ggml.bos_token_id".to_owned(), size(259)),
        ("tokenizer.ggml.eos_token_id".to_owned(), size(258)),
        ("tokenizer.chat_template".to_owned(), text("{{ x }}\n")),
    ];
    let mut tensors = vec![
        ("token_embd.weight".to_owned(), floats(&[rows, 8])),
        ("output_norm.weight".to_owned(), floats(&[8])),
    ];
    for layer in 0..2 {
        let shapes: [(&str, &[usize]); 11] = [
            ("attn_norm", &[8]),
            ("attn_q", &[8, 8]),
            ("attn_k", &[4, 8]),
            ("attn_v", &[4, 8]),
            ("attn_output", &[8, 8]),
            ("ffn_norm", &[8]),
            ("ffn_gate", &[3, 8]),
            ("ffn_up", &[3, 8]),
            ("ffn_down", &[8, 3]),
            ("attn_q_norm", &[4]),
            ("attn_k_norm", &[4]),
        ];
        let parts = if family == "qwen3" { 11 } else { 9 };
        let named = shapes[..parts]
            .iter()
            .map(|(name, shape)| (format!("blk.{layer}.{name}.weight"), floats(shape)));
        tensors.extend(named);
    }
    Parts {
        version: 3,
        values: values.to_vec(),
        tensors,
    }
}

impl Parts {
    fn bytes(&self) -> Vec<u8> {
        let mut file = b"GGUF".to_vec();
        file.extend(self.version.to_le_bytes());
        file.extend((self.tensors.len() as u64).to_le_bytes());
        file.extend((self.values.len() as u64).to_le_bytes());
        for (key, (kind, value)) in &self.values {
            file.extend(text(key).1);
            file.extend(kind.to_le_bytes());
            file.extend(value);
        }
        let mut data = Vec::<u8>::new();
        for (name, (shape, format, bytes)) in &self.tensors {
            file.extend(text(name).1);
            file.extend((shape.len() as u32).to_le_bytes());
            let sizes = shape.iter().rev();
            sizes.for_each(|&size| file.extend((size as u64).to_le_bytes()));
            file.extend(format.to_le_bytes());
            file.extend((data.len() as u64).to_le_bytes());
            data.extend(bytes);
            data.resize(data.len().next_multiple_of(32), 0);
        }
        file.resize(file.len().next_multiple_of(32), 0);
        file.extend(data);
        file
    }

    /// With the value of a key replaced, added, or taken away.
    fn with(mut self, key: &str, value: Option<Written>) -> Self {
        let at = self.values.iter().position(|(k, _)| k == key);
        at.map(|at| self.values.remove(at));
        self.values
            .extend(value.map(|value| (key.to_owned(), value)));
        self
    }

    /// With the tensor of a name replaced, or added.
    fn with_tensor(mut self, name: &str, tensor: Tensor) -> Self {
        self.tensors.retain(|(n, _)| n != name);
        self.tensors.push((name.to_owned(), tensor));
        self
    }
}

/// All that a file is opened for.
fn open(file: &[u8]) -> Result<(Decoder, Tokenizer, SmallFiles), String> {
    let mut gguf = Gguf::read(file).map_err(|e| e.to_string())?;
    let files = gguf.small_files().map_err(|e| e.to_string())?;
    let tokenizer = Tokenizer::from_json(files.tokenizer.as_bytes()).map_err(|e| e.to_string())?;
    let config = gguf.config().clone();
    let model = Decoder::from_weights(&config, &mut gguf, &Device::flex());
    Ok((model.map_err(|e| e.to_string())?, tokenizer, files))
}

fn refusal(parts: &Parts) -> String {
    open(&parts.bytes()).map(|_| ()).unwrap_err()
}

#[test]
fn a_file_is_a_folder_in_one() {
    for family in ["llama", "qwen3"] {
        let mut parts = parts(family);
        parts.version = if family == "llama" { 2 } else { 3 };
        let (model, tokenizer, files) = open(&parts.bytes()).unwrap();
        let config = model.config();
        assert_eq!(ModelConfig::from_json(&files.config).as_ref(), Ok(config));
        assert_eq!((config.head_dim, config.max_positions), (4, 16));
        assert!(config.tie_word_embeddings);
        assert_eq!(tokenizer.encode("abc<think>ab").unwrap().len(), 3);
        assert_eq!(tokenizer.decode(&[257, 258]), "abc<|im_end|>");
        assert_eq!(tokenizer.token(260), None);
        assert!(files.generation_config.contains("\"eos_token_id\": 258"));
        assert!(
            files
                .tokenizer_config
                .contains(r#""chat_template": "{{ x }}\n""#)
        );
    }
}

#[test]
fn a_head_of_its_own_is_read() {
    let parts = parts("qwen3").with_tensor("output.weight", floats(&[261, 8]));
    let (model, ..) = open(&parts.bytes()).unwrap();
    assert!(!model.config().tie_word_embeddings);
    assert!(model.lm_head.is_some());
}

#[test]
fn only_the_heads_of_llama_are_sorted_by_halves() {
    let query = |family| {
        let name = "model.layers.1.self_attn.q_proj.weight";
        let parts = parts(family).bytes();
        let data = Gguf::read(&parts).unwrap().get(name, &[8, 8]).unwrap();
        data.iter::<f32>().collect::<Vec<f32>>()
    };
    let (llama, qwen3) = (query("llama"), query("qwen3"));
    let rows = [0, 2, 1, 3, 4, 6, 5, 7];
    let sorted: Vec<f32> = rows
        .into_iter()
        .flat_map(|row: usize| qwen3[8 * row..8 * (row + 1)].to_vec())
        .collect();
    assert_eq!(llama, sorted);
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let llama = || parts("llama");
    let cases = [
        (parts("gemma3"), "architecture `gemma3`"),
        (
            llama().with("tokenizer.ggml.model", Some(text("llama"))),
            "tokenizer `llama`",
        ),
        (
            llama().with("tokenizer.ggml.pre", Some(text("tekken"))),
            "pre-tokenizer `tekken`",
        ),
        (
            llama().with("llama.expert_count", Some(size(8))),
            "`llama.expert_count` is 8",
        ),
        (
            llama().with("llama.rope.dimension_count", Some(size(2))),
            "`llama.rope.dimension_count` is 2, supported is 4",
        ),
        (
            llama().with("llama.rope.scaling.type", Some(text("odd"))),
            "as a config.json",
        ),
        (
            llama().with("llama.block_count", None),
            "`llama.block_count` is missing",
        ),
        (
            llama().with("llama.block_count", Some(text("2"))),
            "`llama.block_count` is missing from the GGUF file or is not a whole number",
        ),
        (
            llama().with("tokenizer.ggml.eos_token_id", Some(size(261))),
            "`tokenizer.ggml.eos_token_id`",
        ),
        (
            llama().with("tokenizer.ggml.merges", Some(list(&[text("ab")]))),
            "`tokenizer.ggml.merges`",
        ),
        (
            llama().with("tokenizer.ggml.tokens", Some(list(&[text("a")]))),
            "1 tokens and 261 kinds",
        ),
        (
            llama().with_tensor("blk.0.attn_q.bias", floats(&[8])),
            "tensor `blk.0.attn_q.bias`",
        ),
        (
            llama().with_tensor("blk.2.attn_norm.weight", floats(&[8])),
            "tensor `blk.2.attn_norm.weight` that a Llama of 2 layers",
        ),
        (
            llama().with_tensor("blk.0.attn_q_norm.weight", floats(&[4])),
            "tensor `blk.0.attn_q_norm.weight`",
        ),
        (
            llama().with_tensor("output_norm.weight", (vec![8], 23, vec![])),
            "`output_norm.weight` is stored as IQ4_XS",
        ),
        (
            llama().with_tensor("output_norm.weight", floats(&[9])),
            "has shape [9], the header says [8]",
        ),
        (
            llama().with_tensor(
                "rope_freqs.weight",
                (vec![2], 0, [1f32, 8.0].map(f32::to_le_bytes).concat()),
            ),
            "are not those of Llama 3",
        ),
        (
            llama().with_tensor(
                "output_norm.weight",
                (vec![8], 0, f32::NAN.to_le_bytes().repeat(8)),
            ),
            "is not finite",
        ),
    ];
    for (parts, part) in cases {
        let said = refusal(&parts);
        assert!(said.contains(part), "{part}: {said}");
    }
    let mut first = llama();
    first.version = 1;
    assert!(refusal(&first).contains("version 1"));
    assert!(open(b"safetensors").unwrap_err().contains("not a GGUF"));
    let mut missing = llama();
    missing
        .tensors
        .retain(|(name, _)| name != "blk.1.ffn_up.weight");
    assert!(refusal(&missing).contains("no tensor `blk.1.ffn_up.weight`"));
    let mut twice = llama();
    twice.tensors.push(twice.tensors[0].clone());
    assert!(refusal(&twice).contains("twice"));
}

#[test]
fn the_factors_of_llama_3_become_its_scaling() {
    // Of heads of four, at a base so large that one frequency is kept and one stretched by the whole factor.
    let (factor, theta) = (8.0, 1e7f64);
    let scaled = |turns: f64| {
        let kept = ((turns - 1.0) / 3.0).clamp(0.0, 1.0);
        1.0 / ((1.0 - kept) / factor + kept)
    };
    let turns = |i: f64| 8192.0 * theta.powf(-i / 2.0) / std::f64::consts::TAU;
    let stored = [0.0, 1.0].map(|i| (scaled(turns(i)) as f32).to_le_bytes());
    assert_eq!(stored, [1f32, 8.0].map(f32::to_le_bytes));
    let parts = parts("llama")
        .with("llama.rope.freq_base", Some(number(1e7)))
        .with_tensor("rope_freqs.weight", (vec![2], 0, stored.concat()));
    let bytes = parts.bytes();
    let container = Container::read(&bytes).unwrap();
    let config: serde_json::Value =
        serde_json::from_str(&config::json(&container).unwrap()).unwrap();
    let scaling = &config["rope_scaling"];
    assert_eq!(scaling["rope_type"], "llama3");
    assert_eq!(scaling["factor"], factor);
}

/// A damaged file gives an answer or one line that says what is wrong.
fn answers(file: &[u8]) {
    if let Err(said) = open(file) {
        assert!(
            !said.contains(char::is_control) && said.len() < 500,
            "{said:?}"
        );
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let whole = parts("qwen3").bytes();
    open(&whole).unwrap();
    let padding = 32;
    for end in (0..whole.len()).step_by(11) {
        let said = open(&whole[..end]).map(|_| ());
        if end + padding < whole.len() {
            assert!(said.is_err(), "cut at {end}");
        }
        answers(&whole[..end]);
    }
}

#[test]
fn a_file_with_damaged_bytes_never_ends_in_a_panic() {
    let mut rng = SplitMix64::new(4);
    let whole = parts("llama").bytes();
    // The header is where lengths are.
    let header = whole.len() - 4 * 8 * 261;
    for round in 0..600 {
        let mut file = whole.clone();
        for _ in 0..1 + round % 3 {
            let at = rng.below(header as u64) as usize;
            match round % 4 {
                0 => file[at] ^= 1 << rng.below(8),
                1 => file[at] = 255,
                2 => file[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes()),
                _ => file[at..at + 8].copy_from_slice(&rng.below(1 << 40).to_le_bytes()),
            }
        }
        answers(&file);
    }
}
