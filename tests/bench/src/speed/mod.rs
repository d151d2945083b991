//! `explang-bench speed`: tokens a second of training and sampling on this machine, alone or beside PyTorch, eager and compiled.

mod kind;
mod machine;
mod peer;
mod result;
mod work;

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;
use explang::model::device::is_cpu;
use explang::model::{ModelPreset, Precision};
use explang_trainer::device::{DeviceName, threads};

use kind::Kind;
pub(crate) use machine::Machine;
use peer::PyTorch;
use result::BenchResult;
use work::Work;

/// Arguments of `explang-bench speed`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Shape of the model; its weights are random.
    #[arg(long, default_value = "nano")]
    model: ModelPreset,
    /// Rounds; a round does each kind of work, and with a peer the peer's right after ours.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Optimizer steps a round.
    #[arg(long, default_value_t = 4)]
    steps: usize,
    /// Rollouts a round.
    #[arg(long, default_value_t = 2)]
    rollouts: usize,
    /// Python with PyTorch: runs the same model and work as a child process, in turns with ours.
    #[arg(long)]
    peer: Option<String>,
    /// The peer's program.
    #[arg(long, default_value = "tests/peers/bench.py")]
    peer_script: PathBuf,
    /// Print the result as JSON; rounds go to standard error.
    #[arg(long)]
    json: bool,
    /// Seed of the weights and tokens.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where tensors live: one of the devices of `explang devices`.
    #[arg(long, default_value = "cpu")]
    device: DeviceName,
    /// What products compute in on a graphics card.
    #[arg(long, default_value_t)]
    precision: Precision,
    /// Threads on the CPU; all cores, if not given.
    #[arg(long)]
    threads: Option<usize>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        ensure!(
            self.rounds > 0 && self.steps > 0 && self.rollouts > 0,
            "--rounds, --steps and --rollouts must be at least 1"
        );
        let device = self.device.open(self.precision)?;
        let threads = threads(&device, self.threads);
        let machine = is_cpu(&device).then(|| Machine::measure(threads));
        let model = work::model(self.model, self.seed, &device.autodiff());
        let mut work = Work::new(model.computing_in(self.precision), self.seed, threads)?;
        let mut result = BenchResult {
            threads,
            machine,
            ..BenchResult::of(work.config().clone())
        };
        let mut peer = self.start_peer(&work, threads, &mut result)?;
        for kind in Kind::ALL {
            // What the first call allocates and reads into caches is not measured.
            let tokens = work.run(kind, 1)?.tokens;
            match kind {
                Kind::Train => {}
                Kind::Rollout => result.rollout_tokens = tokens,
                Kind::HalfRollout => result.half_rollout_tokens = tokens,
            }
        }
        for round in 1..=self.rounds {
            let mut line = format!("round {round}/{}", self.rounds);
            for kind in Kind::ALL {
                let times = if kind == Kind::Train {
                    self.steps
                } else {
                    self.rollouts
                };
                let ours = work.run(kind, times)?.rate();
                result.series_mut(kind).ours.push(ours);
                line += &format!(" · {} {ours:.0}", kind.title());
                for &work in kind.peers() {
                    let Some(peer) = &mut peer else { break };
                    let theirs = peer.run(work, times)?.rate();
                    let rates = &mut result.series_mut(kind).theirs;
                    rates.entry(work).or_default().push(theirs);
                    line += &format!(" ({} {theirs:.0})", work.title());
                }
            }
            if self.json {
                writeln!(stderr(), "{line}")?;
            } else {
                writeln!(stdout(), "{line}")?;
            }
        }
        drop(peer);
        let mut out = stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&result.to_json())?)?;
        } else {
            writeln!(
                out,
                "\n{} parameters, {threads} threads; medians of {} rounds\n{}",
                result.config.num_parameters(),
                self.rounds,
                result.table()
            )?;
        }
        Ok(())
    }

    /// Starts the peer on a copy of our model, where one was asked for.
    fn start_peer(
        &self,
        work: &Work,
        threads: usize,
        result: &mut BenchResult,
    ) -> anyhow::Result<Option<PyTorch>> {
        let Some(python) = &self.peer else {
            return Ok(None);
        };
        crate::peer::find(&self.peer_script)?;
        let folder = tempfile::tempdir()?;
        work.save(folder.path())?;
        // A peer that is ready has read the checkpoint.
        let (peer, torch) = PyTorch::start(python, &self.peer_script, folder.path(), threads)?;
        result.torch = Some(torch);
        Ok(Some(peer))
    }
}
