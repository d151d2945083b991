//! `explang data`: from problems to requests, from responses to rows for SFT, and to verl's Parquet.

use std::fs;
use std::path::Path;

use explang_trainer::rows::{Columns, RowsFile};
use serde_json::{Value, json};

use super::program::{explang, output, refused, succeeds};

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn write(path: &Path, rows: &[Value]) {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    fs::write(path, lines).unwrap();
}

/// What a teacher answers to a request: in the language of the request, or in English.
fn answer(request: &Value, right: bool, in_english: bool) -> Value {
    let chinese = "，我们把两个数加起来，一加一等于二，所以结果是二。";
    let english = ", we add both of the numbers together, and so the result is found at once.";
    let french = ", nous ajoutons les deux nombres et nous trouvons tout de suite le résultat.";
    let name = request["custom_id"].as_str().unwrap();
    let trace = match name {
        _ if in_english => english,
        name if name.ends_with("zh") => chinese,
        _ => french,
    };
    // The first words of a trace that is in English are not.
    let text = match in_english {
        true => format!("<think>\nOkay{trace}\n</think>\n\n\\boxed{{2}}"),
        false => format!(
            "{trace}\n</think>\n\n\\boxed{{{}}}",
            if right { 2 } else { 3 }
        ),
    };
    json!({
        "id": "vllm-1", "custom_id": name, "error": null,
        "response": {"status_code": 200, "body": {"choices": [{"text": text, "finish_reason": "stop"}]}},
    })
}

#[test]
fn problems_become_requests_and_good_answers_rows_for_sft() {
    let folder = tempfile::tempdir().unwrap();
    let [problems, batch, sft] =
        ["problems.jsonl", "batch.jsonl", "sft.jsonl"].map(|name| folder.path().join(name));
    write(
        &problems,
        &[
            json!({"problem": "1+1?", "answer": 2}),
            json!({"problem": "What is 3-1?", "answer": "2"}),
        ],
    );
    let columns = "prompt=problem,ground_truth=answer";
    let mut command = explang([
        "data",
        "prompts",
        "--model",
        "Qwen/Qwen3-32B",
        "--languages",
        "zh,fr",
        "--columns",
        columns,
    ]);
    command.arg(&problems);
    let requests = lines(&succeeds(command, ""));
    let names: Vec<&str> = requests
        .iter()
        .map(|request| request["custom_id"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["1-zh", "1-fr", "2-zh", "2-fr"]);
    let prompt = requests[0]["body"]["prompt"].as_str().unwrap();
    assert!(
        prompt.ends_with("<|im_start|>assistant\n<think>\n好的"),
        "{prompt}"
    );
    assert_eq!(requests[0]["body"]["max_tokens"], 4096);

    let mut answers = vec![
        answer(&requests[0], true, false),
        answer(&requests[1], true, true),
        answer(&requests[2], false, false),
        answer(&requests[3], true, false),
        json!({"custom_id": "2-fr", "error": {"message": "busy"}, "response": null}),
        json!({"custom_id": "9-fr", "error": null, "response": {}}),
    ];
    answers[0]["response"]["body"]["choices"][0]["finish_reason"] = "stop".into();
    write(&batch, &answers);
    let filter = |options: &[&str]| {
        let mut command = explang(["data", "filter", "--problem-columns", columns]);
        command
            .args(options)
            .arg("--problems")
            .arg(&problems)
            .arg(&batch);
        command
    };
    let mut command = filter(&["--json"]);
    command.arg("--out").arg(&sft);
    let told = output(command, "");
    let errors = String::from_utf8(told.stderr).unwrap();
    assert!(told.status.success(), "{errors}");
    assert!(
        errors.contains("batch.jsonl: line 6: there is no problem on line 9"),
        "{errors}"
    );
    let counts: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(
        counts,
        json!({"rows": 6, "malformed": 1, "failed": 1, "by_language": {
            "zh": {"responses": 2, "kept": 1, "unfinished": 0, "wrong_language": 0, "wrong_answer": 1, "wrong_both": 0},
            "fr": {"responses": 2, "kept": 1, "unfinished": 0, "wrong_language": 1, "wrong_answer": 0, "wrong_both": 0},
        }})
    );
    let rows = lines(&fs::read_to_string(&sft).unwrap());
    assert_eq!(rows.len(), 2);
    assert_eq!(
        rows[0]["prompt"],
        json!([{"role": "user", "content": "1+1?"}])
    );
    let kept = rows[0]["completion"][0]["content"].as_str().unwrap();
    assert!(
        kept.starts_with("<lang_select>\nzh\n</lang_select>\n<think>\n好的，"),
        "{kept}"
    );
    assert!(kept.ends_with("</think>\n\n\\boxed{2}"), "{kept}");

    let text = succeeds(filter(&["--format", "text", "--out", "-"]), "");
    assert_eq!(lines(&text)[1]["prompt"], "What is 3-1?");
    let table = succeeds(filter(&[]), "");
    assert!(
        table.contains("6 rows: 4 with responses, 1 malformed, 1 of failed requests."),
        "{table}"
    );
    assert!(table.contains("50.0"), "{table}");
}

#[test]
fn problems_become_the_parquet_file_of_verl() {
    let folder = tempfile::tempdir().unwrap();
    let [problems, out] = ["problems.jsonl", "test.parquet"].map(|name| folder.path().join(name));
    write(&problems, &[json!({"prompt": "1+1?", "ground_truth": "2"})]);
    let mut command = explang(["data", "verl", "--split", "test", "--data-source", "mine"]);
    command.arg("--out").arg(&out).arg(&problems);
    assert_eq!(succeeds(command, ""), "");
    let columns = Columns::default();
    let file = RowsFile {
        path: &out,
        columns: &columns,
    };
    let rows = file.all("rows", |_, row| Ok(Value::Object(row))).unwrap();
    assert_eq!(
        rows,
        [json!({
            "data_source": "mine", "prompt": [{"role": "user", "content": "1+1?"}], "ability": "math",
            "reward_model": {"style": "rule", "ground_truth": "2"}, "extra_info": {"split": "test", "index": 0},
        })]
    );
    // It is read where problems are read.
    let mut command = explang([
        "data",
        "prompts",
        "--model",
        "m",
        "--languages",
        "sw",
        "--columns",
        "ground_truth=ability",
    ]);
    command.arg(&out);
    let requests = lines(&succeeds(command, ""));
    assert_eq!(requests[0]["custom_id"], "1-sw");
}

#[test]
fn what_cannot_be_used_is_named_by_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    let refusal = |text: &str, arguments: &[&str]| {
        fs::write(&path, text).unwrap();
        let mut command = explang(["data"]);
        command.args(arguments).arg(&path);
        refused(command, "")
    };
    let prompts = ["prompts", "--model", "m"];
    for (text, arguments, sentence) in [
        (
            "{}",
            &prompts[..],
            "rows.jsonl: line 1: `prompt` is missing or not a text",
        ),
        (
            "",
            &prompts,
            "rows.jsonl is empty; write rows with `prompt` and `ground_truth`",
        ),
        (
            "{}",
            &["prompts", "--model", "m", "--languages", "xx"],
            "xx",
        ),
        ("{}", &["prompts"], "--model"),
        (
            "{\"prompt\": 3, \"ground_truth\": 1}",
            &["verl", "--out", "/nowhere/x.parquet"],
            "`prompt` is a number",
        ),
        (
            "{}",
            &["filter"],
            "holds no response: of 1 rows 1 are malformed",
        ),
        ("", &["filter"], "is empty; write responses to it"),
        ("\u{1}", &["filter"], "line 1 is not a JSON object"),
    ] {
        // A malformed row is told on a line of its own before the sentence that ends it.
        fs::write(&path, text).unwrap();
        let said = if arguments == ["filter"] {
            let mut command = explang(["data", "filter"]);
            command.arg(&path);
            let told = output(command, "");
            assert_eq!(told.status.code(), Some(1));
            String::from_utf8(told.stderr).unwrap()
        } else {
            refusal(text, arguments)
        };
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
}
