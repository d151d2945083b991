//! Section `[data]`: problems of files, in place of the embedded tasks.

use explang_language::Language;
use explang_named::named;
use serde::{Deserialize, Serialize};

/// The problems of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSection {
    /// Problems to learn from.
    pub train: Vec<FileSection>,
    /// Problems to measure by. If not given, a part of the others, which is then not learned from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_out: Vec<FileSection>,
}

/// A file of problems, as JSON lines or Parquet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSection {
    /// Where it is.
    pub path: String,
    /// How its rows are laid out; found by their columns, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// Other names of columns, as `--columns` takes them: `question=problem,answer=solution`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
    /// The language of its questions; English, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_in: Option<Language>,
}

/// A layout of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `question` and `answer`.
    Plain,
    /// GSM8K: the answer ends with `#### 18`.
    Gsm8k,
    /// MGSM: `question` and `answer_number`.
    Mgsm,
    /// OpenR1-Math-220k: `problem` and `answer`.
    OpenR1,
    /// verl: `prompt` and `reward_model.ground_truth`.
    Verl,
}

named!(Layout, "layout", {
    Plain => "plain",
    Gsm8k => "gsm8k",
    Mgsm => "mgsm",
    OpenR1 => "openr1",
    Verl => "verl",
});
