//! `explang verify`: answers beside references.

use std::io::{BufRead, BufWriter, Write, stdin, stdout};

use anyhow::Context;
use clap::Args;
use explang::verify::Extraction;
use explang_trainer::lines::lines;
use explang_trainer::pair::Pair;

use super::choice::extraction;

/// What the lines are read from, for messages.
const INPUT: &str = "standard input";

/// Arguments of `explang verify`.
///
/// Reads JSON lines with `gold` and `answer` (whole responses or bare answers) on standard input, and writes each back with `equal`,
/// `gold_value` and `answer_value` (both as they were understood), and `reason`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which part of `answer` may hold the answer.
    #[arg(long, default_value = "stated", value_parser = extraction())]
    extraction: Extraction,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        verdicts(stdin().lock(), stdout().lock(), self.extraction)
    }
}

/// Writes the verdict on each line as it comes.
fn verdicts(input: impl BufRead, out: impl Write, extraction: Extraction) -> anyhow::Result<()> {
    let mut out = BufWriter::new(out);
    for line in lines(input) {
        let (number, text) = line.context(INPUT)?;
        let pair = Pair::parse(number, &text).context(INPUT)?;
        serde_json::to_writer(&mut out, &pair.verdict(extraction)).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
        // Whoever writes a line may wait for its verdict before writing the next one.
        out.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_with_verdicts() {
        let input =
            "{\"gold\": \"1/2\", \"answer\": \"0.5\"}\n\n{\"gold\": \"1\", \"answer\": \"2\"}\n";
        let mut out = Vec::new();
        verdicts(input.as_bytes(), &mut out, Extraction::Stated).unwrap();
        let out = String::from_utf8(out).unwrap();
        let equal: Vec<bool> = out
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["equal"]
                    .as_bool()
                    .unwrap()
            })
            .collect();
        assert_eq!(equal, [true, false]);
    }

    #[test]
    fn a_bad_line_ends_it_with_its_number() {
        let input = "{\"gold\": \"1\", \"answer\": \"1\"}\n\n{\"gold\": 1\n";
        let mut out = Vec::new();
        let error = verdicts(input.as_bytes(), &mut out, Extraction::Stated).unwrap_err();
        assert!(
            format!("{error:#}").starts_with("standard input: line 3 is not a JSON object"),
            "{error:#}"
        );
        assert_eq!(
            out.iter().filter(|&&byte| byte == b'\n').count(),
            1,
            "what came before is written"
        );
        let error = verdicts(&b"\xff\xfe\n"[..], Vec::new(), Extraction::Stated).unwrap_err();
        assert!(
            format!("{error:#}").starts_with("standard input: line 1 is not UTF-8"),
            "{error:#}"
        );
    }
}
