//! `explang-bench verify`: our verdicts beside known ones, and our speed beside math-verify's.

mod agreement;
mod peer;

use std::fs::File;
use std::io::{BufReader, Write, stdout};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Args;
use explang::verify::Extraction;
use explang_trainer::lines::lines;
use explang_trainer::pair::Pair;

use crate::statistics::{Spread, median};
use agreement::agreement;
use peer::MathVerify;

/// For how long our side of a round runs.
const ROUND: Duration = Duration::from_millis(500);

/// Arguments of `explang-bench verify`.
///
/// Prints the agreement and each disagreement with its reason. Fails where a wrong answer is accepted.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// JSON lines with `gold`, `answer` and the known verdict `equal`.
    #[arg(long)]
    cases: PathBuf,
    /// Fail below this agreement, in percent.
    #[arg(long, default_value_t = 0.0)]
    least: f64,
    /// Python with math-verify: measures its speed on the same cases, in turns with ours.
    #[arg(long)]
    peer: Option<String>,
    /// Fail where the median ratio of our speed to the peer's is below this.
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
        let shown = self.cases.display();
        let pairs = pairs(&self.cases)?;
        ensure!(
            pairs.iter().any(|pair| pair.equal.is_some()),
            "{shown} has no line with `equal`, so there is nothing to agree with"
        );
        let agreement = agreement(&pairs);
        let mut out = stdout().lock();
        write!(out, "{agreement}")?;
        let ratio = match &self.peer {
            Some(python) => Some(self.race(python, &pairs, &mut out)?),
            None => None,
        };
        if agreement.accepted_wrong() > 0 {
            bail!("{} wrong answers were accepted", agreement.accepted_wrong());
        }
        ensure!(
            agreement.percent() >= self.least,
            "the agreement is {:.1} %, below {} %",
            agreement.percent(),
            self.least
        );
        if let Some(ratio) = ratio.filter(|ratio| *ratio < self.least_ratio) {
            bail!(
                "the speed is {ratio:.1} times the peer's, below {}; measure again on an idle machine, with an optimised build",
                self.least_ratio
            );
        }
        Ok(())
    }

    /// Measures our speed and the peer's in turns; returns the median of their ratios.
    fn race(&self, python: &str, pairs: &[Pair], out: &mut impl Write) -> anyhow::Result<f64> {
        ensure!(self.rounds > 0, "--rounds must be at least 1");
        crate::peer::find(&self.peer_script)?;
        let (mut peer, version) = MathVerify::start(python, &self.peer_script, &self.cases)?;
        // What the first pass reads into caches is not measured; the peer has done one too.
        throughput(pairs, Duration::ZERO);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
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
        }
        let none = "no round was measured";
        let ratio = Spread::of_ratios(&ours, &theirs).context(none)?;
        writeln!(
            out,
            "medians, one thread each: {:.0} cases/s, math-verify {version} {:.1} cases/s (it agrees on {agreed}): {:.0} [{:.0}, {:.0}] times",
            median(&ours).context(none)?,
            median(&theirs).context(none)?,
            ratio.median,
            ratio.min,
            ratio.max
        )?;
        Ok(ratio.median)
    }
}

/// The cases of a file.
fn pairs(path: &Path) -> anyhow::Result<Vec<Pair>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    lines(BufReader::new(file))
        .map(|line| {
            let (number, text) = line?;
            Ok(Pair::parse(number, &text)?)
        })
        .collect::<anyhow::Result<_>>()
        .with_context(|| path.display().to_string())
}

/// Pairs compared a second, measured over passes through all of them for at least `time`.
fn throughput(pairs: &[Pair], time: Duration) -> f64 {
    let start = Instant::now();
    let mut compared = 0_usize;
    while compared == 0 || start.elapsed() < time {
        for pair in pairs {
            std::hint::black_box(pair.compare(Extraction::Stated));
        }
        compared += pairs.len().max(1);
    }
    compared as f64 / start.elapsed().as_secs_f64()
}
