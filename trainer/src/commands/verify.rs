//! `explang verify`: answers beside references.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use explang_trainer::lines::lines;
use explang_trainer::verifying::{Pair, Peer, agreement, throughput};

/// What the lines are read from without `--cases`, for messages.
const INPUT: &str = "standard input";

/// For how long our side of a round runs.
const ROUND: Duration = Duration::from_millis(500);

/// Arguments of `explang verify`.
///
/// Reads JSON lines with `gold` and `answer` (whole responses or bare answers) on standard input, and writes each back with `equal`,
/// `gold_value` and `answer_value` (both as they were understood), and `reason`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Measure on a file of JSON lines that also have `equal`: agreement, and each disagreement with its reason. Fails where a
    /// wrong answer is accepted.
    #[arg(long)]
    cases: Option<PathBuf>,
    /// Fail below this agreement, in percent.
    #[arg(long, requires = "cases", default_value_t = 0.0)]
    least: f64,
    /// Python with math-verify: measures its speed on the same cases, in turns with ours.
    #[arg(long, requires = "cases")]
    peer: Option<String>,
    /// Fail where the median of how many times as fast as the peer we are is below this.
    #[arg(long, requires = "peer", default_value_t = 0.0)]
    least_ratio: f64,
    /// The peer's program.
    #[arg(long, requires = "peer", default_value = "tests/peers/verify.py")]
    peer_script: PathBuf,
    /// Rounds of measuring speed.
    #[arg(long, requires = "peer", default_value_t = 5)]
    rounds: usize,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match &self.cases {
            None => verdicts(stdin().lock(), stdout().lock()),
            Some(path) => self.measure(path),
        }
    }

    fn measure(&self, path: &Path) -> anyhow::Result<()> {
        let file =
            File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let pairs = pairs(BufReader::new(file)).with_context(|| path.display().to_string())?;
        if !pairs.iter().any(|pair| pair.equal.is_some()) {
            bail!(
                "{} has no line with `equal`, so there is nothing to agree with",
                path.display()
            );
        }
        let agreement = agreement(&pairs);
        let mut out = stdout().lock();
        write!(out, "{agreement}")?;
        let ratio = match &self.peer {
            Some(python) => Some(self.race(python, path, &pairs, &mut out)?),
            None => None,
        };
        if agreement.accepted_wrong() > 0 {
            bail!("{} wrong answers were accepted", agreement.accepted_wrong());
        }
        if agreement.percent() < self.least {
            bail!(
                "the agreement is {:.1} %, below {} %",
                agreement.percent(),
                self.least
            );
        }
        if let Some(ratio) = ratio.filter(|ratio| *ratio < self.least_ratio) {
            bail!(
                "the speed is {ratio:.1} times the peer's, below {}; measure again on an idle machine, with an optimised build",
                self.least_ratio
            );
        }
        Ok(())
    }

    /// Measures our speed and the peer's in turns; returns the median of their ratios.
    fn race(
        &self,
        python: &str,
        path: &Path,
        pairs: &[Pair],
        out: &mut impl Write,
    ) -> anyhow::Result<f64> {
        if self.rounds == 0 {
            bail!("--rounds must be at least 1");
        }
        if !self.peer_script.exists() {
            bail!(
                "{} does not exist; run from the repository's root, or give --peer-script",
                self.peer_script.display()
            );
        }
        let (mut peer, version) = Peer::start(python, &self.peer_script, path)?;
        // What the first pass reads into caches is not measured; the peer has done one too.
        throughput(pairs, Duration::ZERO);
        let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let mut agreed = 0;
        writeln!(out)?;
        for round in 1..=self.rounds {
            let rate = throughput(pairs, ROUND);
            let pass = peer.pass()?;
            let peer_rate = pass.cases as f64 / pass.seconds;
            agreed = pass.agreed;
            writeln!(
                out,
                "round {round}/{}: {rate:.0} cases/s, math-verify {peer_rate:.1} cases/s: {:.0} times",
                self.rounds,
                rate / peer_rate
            )?;
            ours.push(rate);
            theirs.push(peer_rate);
            ratios.push(rate / peer_rate);
        }
        let [ours, theirs, ratio] =
            [&mut ours, &mut theirs, &mut ratios].map(|values| median(values));
        let least = ratios.first().copied().unwrap_or_default();
        let most = ratios.last().copied().unwrap_or_default();
        writeln!(
            out,
            "medians, one thread each: {ours:.0} cases/s, math-verify {version} {theirs:.1} cases/s (it agrees on {agreed}): {ratio:.0} [{least:.0}, {most:.0}] times"
        )?;
        Ok(ratio)
    }
}

/// Sorts the values and returns the middle one.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn pairs(input: impl BufRead) -> anyhow::Result<Vec<Pair>> {
    lines(input)
        .map(|line| {
            let (number, text) = line?;
            Ok(Pair::parse(number, &text)?)
        })
        .collect()
}

/// Writes the verdict on each line as it comes.
fn verdicts(input: impl BufRead, out: impl Write) -> anyhow::Result<()> {
    let mut out = BufWriter::new(out);
    for line in lines(input) {
        let (number, text) = line.context(INPUT)?;
        let pair = Pair::parse(number, &text).context(INPUT)?;
        serde_json::to_writer(&mut out, &pair.verdict()).map_err(std::io::Error::from)?;
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
        verdicts(input.as_bytes(), &mut out).unwrap();
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
        let error = verdicts(input.as_bytes(), &mut out).unwrap_err();
        assert!(
            format!("{error:#}").starts_with("standard input: line 3 is no JSON object"),
            "{error:#}"
        );
        assert_eq!(
            out.iter().filter(|&&byte| byte == b'\n').count(),
            1,
            "what came before is written"
        );
        let error = verdicts(&b"\xff\xfe\n"[..], Vec::new()).unwrap_err();
        assert!(
            format!("{error:#}").starts_with("standard input: line 1 is not UTF-8"),
            "{error:#}"
        );
    }

    #[test]
    fn the_middle_value_is_the_median() {
        let mut values = vec![3.0, 1.0, 2.0];
        assert_eq!(median(&mut values), 2.0);
        assert_eq!(values, [1.0, 2.0, 3.0]);
    }
}
