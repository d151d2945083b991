//! The command line: what it prints, and the sentence with which it refuses.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use explang::Language;
use explang::model::{Decoder, ModelConfig, ModelPreset, Precision};
use explang::tokenizer::Tokenizer;
use explang_trainer::checkpoint;
use serde_json::{Value, json};

use crate::program::{explang, refused, succeeds};

pub(crate) fn tokenizer(vocab_size: usize) -> Tokenizer {
    let texts = [
        "What is 4 + 3? Think in steps.",
        "four plus three is seven",
        "四加三等于七",
    ];
    Tokenizer::train((0..40).flat_map(|_| texts).map(str::to_owned), vocab_size).unwrap()
}

/// A checkpoint with random weights, in a folder of that name.
pub(crate) fn checkpoint_in(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir(&path).unwrap();
    let tokenizer = tokenizer(300);
    let config = ModelConfig {
        max_positions: 64,
        ..ModelConfig::of(ModelPreset::Pico, tokenizer.vocab_size())
    };
    let model = Decoder::random(&config, 1, &Device::flex());
    checkpoint::save(&path, &model, &tokenizer, Precision::F32, None).unwrap();
    path
}

pub(crate) fn generate(checkpoint: &Path, more: &[&str]) -> std::process::Command {
    let mut command = explang([
        "generate",
        "What is 4 + 3? Think in steps.",
        "--max-new-tokens",
        "6",
        "--checkpoint",
    ]);
    command.arg(checkpoint).args(more);
    command
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn tasks_are_written_as_json_lines_in_every_language_in_turn() {
    let arguments = [
        "tasks", "--family", "sums", "--level", "3", "--count", "17", "--split", "heldout",
        "--seed", "4", "--out", "-",
    ];
    let text = succeeds(explang(arguments), "");
    let samples = json_lines(&text);
    assert_eq!(samples.len(), 17);
    for (sample, language) in samples.iter().zip(Language::ALL) {
        assert_eq!(
            (&sample["language"], &sample["family"], &sample["level"]),
            (&json!(language.code()), &json!("sums"), &json!(3))
        );
        let transcript = sample["transcript"].as_str().unwrap();
        assert!(
            transcript.contains(&format!("<lang_select>\n{language}\n</lang_select>")),
            "{transcript}"
        );
        assert!(transcript.contains(sample["trace"].as_str().unwrap()));
        assert!(transcript.contains(&format!(
            "\\boxed{{{}}}",
            sample["answer"].as_str().unwrap()
        )));
    }
    assert_eq!(
        succeeds(explang(arguments), ""),
        text,
        "a seed gives the same samples"
    );
}

#[test]
fn tasks_are_shown_in_one_language_and_listed() {
    let text = succeeds(
        explang([
            "tasks",
            "--family",
            "weekdays",
            "--language",
            "zh",
            "--count",
            "3",
        ]),
        "",
    );
    assert_eq!(text.matches("<lang_select>\nzh\n").count(), 3, "{text}");
    let list = succeeds(explang(["tasks", "--list"]), "");
    for family in [
        "sums",
        "differences",
        "products",
        "weekdays",
        "months",
        "clock",
    ] {
        assert!(list.contains(&format!("{family}/*/1")), "{list}");
    }
}

#[test]
fn responses_are_scored_line_by_line() {
    let response = |tag: &str, trace: &str, answer: u32| {
        format!(
            "<lang_select>\n{tag}\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{{answer}}}"
        )
    };
    let english = "Four plus three is seven, so the answer is seven.";
    let input: String = [
        json!({"response": response("en", english, 7), "ground_truth": "7", "id": "right"}),
        json!({"response": response("zh", english, 7), "ground_truth": 7}),
        json!({"response": response("en", english, 8), "ground_truth": "7"}),
        json!({"response": "", "ground_truth": "7"}),
    ]
    .iter()
    .map(|row| format!("{row}\n"))
    .collect();
    let rows = json_lines(&succeeds(explang(["score", "--variant", "naive"]), &input));
    let figures = |key: &str| {
        rows.iter()
            .map(|row| row[key].as_f64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(figures("format"), [1.0, 1.0, 1.0, 0.0]);
    assert_eq!(figures("compliance"), [1.0, 0.0, 1.0, 0.0]);
    assert_eq!(figures("verified"), [1.0, 1.0, 0.0, 0.0]);
    let rewards = figures("reward");
    assert!(
        rewards[0] > rewards[1] && rewards[0] > rewards[2] && rewards[2] > rewards[3],
        "{rewards:?}"
    );
    assert_eq!(
        (&rows[0]["id"], &rows[0]["tag"], &rows[1]["detected"]),
        (&json!("right"), &json!("en"), &json!("en"))
    );
    assert_eq!(rows[3]["tag"], Value::Null);
}

#[test]
fn a_checkpoint_answers_with_its_exact_choice_and_the_same_text_for_a_seed() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint_in(folder.path(), "random");
    // The last line tells the speed.
    let shown = |text: String| text.rsplit_once(" tokens, ").unwrap().0.to_owned();
    let text = succeeds(generate(&path, &["--seed", "3"]), "");
    for language in Language::ALL {
        assert!(text.contains(language.english_name()), "{language}: {text}");
    }
    assert_eq!(
        shown(succeeds(generate(&path, &["--seed", "3"]), "")),
        shown(text.clone())
    );
    assert_ne!(
        shown(succeeds(generate(&path, &["--seed", "4"]), "")),
        shown(text)
    );
    let forced = succeeds(generate(&path, &["--language", "th"]), "");
    assert!(
        forced.contains("<lang_select>\nth\n</lang_select>\n<think>\n")
            && forced.contains("tag th"),
        "{forced}"
    );
    let inspected = succeeds(
        explang([Path::new("inspect"), &path, Path::new("--tensors")]),
        "",
    );
    assert!(
        inspected.contains("model.layers.0.self_attn.q_norm.weight"),
        "{inspected}"
    );
}

/// Arguments, standard input, and a part of the sentence that refuses them.
type Refusal<'a> = (&'a [&'a str], &'a str, &'a str);

#[test]
fn bad_input_is_refused_with_one_clear_sentence() {
    let good = r#"{"response": "x", "ground_truth": "7"}"#;
    let torn = format!("{good}\n{{\"response\": \n");
    let number = format!("{good}\n\n{{\"response\": 3, \"ground_truth\": \"7\"}}\n");
    let cases: [Refusal<'_>; 13] = [
        (&["score"], &torn, "line 2 is not a JSON object"),
        (
            &["score"],
            &number,
            "line 3: `response` is missing or not a text",
        ),
        (
            &["score"],
            "[1]\n",
            "line 1 is not a JSON object: it holds a list",
        ),
        (
            &["score", "--variant", "greedy"],
            "",
            "unknown reward variant `greedy`; expected one of:",
        ),
        (
            &["tasks", "--family", "sums", "--level", "9"],
            "",
            "sums has no level 9; choose 1 to 4",
        ),
        (
            &["run", "nosuch"],
            "",
            "nosuch: No such file or directory (os error 2); give a preset (smoke, quick, wide, even, no-explore, grpo, exchanged)",
        ),
        (
            &["run", "smoke", "--until", "reward"],
            "",
            "unknown stage `reward`; expected one of: pretrain sft explore exploit",
        ),
        (
            &["run", "--resume", "--out", "/nowhere/run"],
            "",
            "/nowhere/run holds no run",
        ),
        (&["sft", "/nowhere/run"], "", "/nowhere/run holds no run"),
        (
            &["eval", "/nowhere/model"],
            "",
            "/nowhere/model does not exist; give a .gguf file, or the folder of a checkpoint or of a run",
        ),
        (
            &["inspect", "/nowhere/model"],
            "",
            "/nowhere/model does not exist",
        ),
        (
            &["generate", "x", "--checkpoint", "/nowhere/model"],
            "",
            "/nowhere/model does not exist",
        ),
        (
            &[
                "generate",
                "x",
                "--checkpoint",
                "/nowhere",
                "--temperature=-1",
            ],
            "",
            "--temperature must be 0 or more, not -1",
        ),
    ];
    for (arguments, input, sentence) in cases {
        let said = refused(explang(arguments), input);
        assert!(said.contains(sentence), "{arguments:?}: {said}");
        if !said.contains("Usage:") && !said.contains("try '--help'") {
            assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        }
    }
}

#[test]
fn an_unknown_language_is_refused_with_the_pool() {
    for arguments in [
        ["tasks", "--language", "xx"],
        ["tasks", "--asked-in", "xx"],
        ["generate", "--checkpoint=/nowhere", "--language=xx"],
    ] {
        let said = refused(explang(arguments), "");
        assert!(
            said.contains("xx")
                && said.contains("en zh es fr de ja ru it pt ko ar th vi id he ro sw"),
            "{said}"
        );
    }
}

#[test]
fn a_damaged_checkpoint_is_refused_with_the_file_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let one_sentence = |path: &Path, sentence: &str| {
        for command in [generate(path, &[]), explang([Path::new("eval"), path])] {
            let said = refused(command, "");
            assert!(
                said.contains(sentence) && said.lines().count() == 1,
                "{said}"
            );
            assert!(said.contains(path.to_str().unwrap()), "{said}");
        }
    };
    let truncated = checkpoint_in(folder.path(), "truncated");
    let weights = truncated.join("model.safetensors");
    let bytes = fs::read(&weights).unwrap();
    fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    one_sentence(&truncated, "model.safetensors: the weights cannot be read");
    fs::write(&weights, &bytes[..4]).unwrap();
    one_sentence(&truncated, "model.safetensors: the weights cannot be read");
    fs::remove_file(&weights).unwrap();
    one_sentence(
        &truncated,
        "a checkpoint is a folder with config.json, model.safetensors and tokenizer.json",
    );

    let mismatched = checkpoint_in(folder.path(), "mismatched");
    fs::write(mismatched.join("tokenizer.json"), tokenizer(320).to_json()).unwrap();
    one_sentence(&mismatched, "the files are of two checkpoints");
    fs::write(mismatched.join("tokenizer.json"), "{}").unwrap();
    one_sentence(&mismatched, "tokenizer.json cannot be read");

    let reshaped = checkpoint_in(folder.path(), "reshaped");
    let config = fs::read_to_string(reshaped.join("config.json")).unwrap();
    fs::write(
        reshaped.join("config.json"),
        config.replace("\"intermediate_size\": 192", "\"intermediate_size\": 96"),
    )
    .unwrap();
    one_sentence(&reshaped, "has shape [192, 64], config.json says [96, 64]");
    fs::write(
        reshaped.join("config.json"),
        config.replace("\"model_type\": \"qwen3\"", "\"model_type\": \"gpt2\""),
    )
    .unwrap();
    one_sentence(&reshaped, "use qwen3 or llama");
}

#[test]
fn a_prompt_that_cannot_be_answered_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint_in(folder.path(), "random");
    let arguments = ["generate", "--checkpoint", path.to_str().unwrap()];
    let said = refused(explang(arguments), " \n");
    assert!(said.contains("the prompt is empty"), "{said}");
    let said = refused(explang(arguments), &"What is 4 + 3? ".repeat(40));
    assert!(
        said.contains("tokens, the model reads at most 64"),
        "{said}"
    );
}
