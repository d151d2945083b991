use serde_json::{Value, json};

use super::*;
use crate::data::problems::messages;
use crate::rows::{Columns, RowsFile};

fn labels() -> Labels {
    Labels {
        data_source: "openai/gsm8k".into(),
        ability: "math".into(),
        style: "rule".into(),
        split: "train".into(),
    }
}

fn problem(line: usize, prompt: Value) -> Problem {
    Problem {
        line,
        messages: messages(&prompt).unwrap(),
        prompt,
        ground_truth: format!("\\frac{{{line}}}{{2}}"),
    }
}

fn read_back(problems: &[Problem]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.parquet");
    std::fs::write(&path, parquet(problems, &labels()).unwrap()).unwrap();
    let columns = Columns::default();
    let file = RowsFile {
        path: &path,
        columns: &columns,
    };
    file.all("rows", |_, row| Ok(Value::Object(row))).unwrap()
}

#[test]
fn a_file_reads_back_as_it_was_written_across_groups_of_rows() {
    let system = json!([{"role": "system", "content": "Reason in steps."}, {"role": "user", "content": "数え"}]);
    let problems: Vec<Problem> = (0..GROUP + 3)
        .map(|i| {
            problem(
                i,
                if i % 3 == 0 {
                    system.clone()
                } else {
                    format!("{i}?").into()
                },
            )
        })
        .collect();
    let rows = read_back(&problems);
    assert_eq!(rows.len(), problems.len());
    for (i, row) in rows.iter().enumerate() {
        let prompt = match i % 3 {
            0 => system.clone(),
            _ => json!([{"role": "user", "content": format!("{i}?")}]),
        };
        let expected = json!({
            "data_source": "openai/gsm8k", "prompt": prompt, "ability": "math",
            "reward_model": {"style": "rule", "ground_truth": format!("\\frac{{{i}}}{{2}}")},
            "extra_info": {"split": "train", "index": i},
        });
        assert_eq!(*row, expected);
    }
}
