//! `explang-bench grpo`: seconds of a whole GRPO step with a divergence, alone or beside TRL's `GRPOTrainer`: the same checkpoint, problems,
//! groups, budget and learning rate, one update a step.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, ensure};
use burn::module::Module;
use burn::tensor::Device;
use clap::Args;
use explang::Language;
use explang::action::Action;
use explang::learn::Learner;
use explang::policy::{self, Phase, PolicyOptions};
use explang::prompt::{self, PromptFormat};
use explang::random;
use explang::run::config::OptimizerSection;
use explang::run::{Config, PolicyMetrics, Stage};
use explang::tasks::{Example, Place, Source, Split};
use explang_trainer::stages::rl;
use explang_trainer::threads::Threads;
use explang_trainer::{checkpoint, files};
use serde::Deserialize;
use serde_json::json;

use crate::peer::Peer;
use crate::statistics::{Spread, median};

/// Arguments of `explang-bench grpo`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Run whose SFT checkpoint learns, as in its exploit phase.
    #[arg(long, default_value = "checkpoints/quick")]
    from: PathBuf,
    /// Rounds: a step of ours, then one of the peer's.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Python with TRL: takes the same steps as a child process, in turns with ours.
    #[arg(long)]
    peer: Option<String>,
    /// The peer's program.
    #[arg(long, default_value = "tests/peers/grpo.py")]
    peer_script: PathBuf,
    /// Seed of problems and sampling.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads; the peer takes as many of them as it is fastest with.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

/// A line of the peer; see `tests/peers/grpo.py`.
#[derive(Deserialize)]
struct Ready {
    trl: String,
    threads: usize,
}

/// A step of the peer.
#[derive(Deserialize)]
struct Answer {
    seconds: f64,
    tokens: usize,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        ensure!(self.rounds > 0, "--rounds must be at least 1");
        let text = files::read(&self.from.join("run.toml"))?;
        let config = Config::parse("run.toml", &String::from_utf8_lossy(&text))?;
        let source = config.tasks.as_ref();
        let source = source.context("the run's problems are not the embedded tasks")?;
        let exploit = config.rl.phase(Stage::Exploit);
        let exploit = exploit.context("the run has no exploit phase")?;
        let options = PolicyOptions {
            // The peer asks in English, and makes one update of a step.
            asked_in_all: 0.0,
            mini_batches: 1,
            ..rl::options(&config, exploit, Action::Free)?
        };
        let checkpoint = self.from.join(Stage::Sft.checkpoint_path());
        let (model, tokenizer) = checkpoint::load(&checkpoint, &Device::flex().autodiff())?;
        let reference = model.valid();
        let OptimizerSection {
            adamw, clip_norm, ..
        } = config.optimizer;
        let mut learner = Learner::new(model, adamw, clip_norm);
        let detector = options.reward.options.identifier()?;
        let phase = Phase {
            options: &options,
            source,
            format: &PromptFormat::Line,
            tokenizer: &tokenizer,
            detector: &*detector,
            reference: Some(&reference),
            stream: self.seed,
            parallel: &Threads(self.threads),
            now: rl::seconds,
        };
        let mut out = stdout().lock();
        let rollouts = options.prompts * options.group;
        writeln!(
            out,
            "{} prompts × {}, at most {} tokens, β {}, {} threads, seed {}",
            options.prompts,
            options.group,
            options.max_new_tokens,
            options.kl,
            self.threads,
            self.seed
        )?;
        let mut peer = self.start(&checkpoint, source, &options)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        // The first step allocates; it is not measured.
        for round in 0..=self.rounds {
            let began = Instant::now();
            let report = pollster::block_on(policy::take(&phase, &mut learner, round))?;
            let took = began.elapsed().as_secs_f64();
            let beside = peer.as_mut().map(|peer| peer.ask("step"));
            let beside: Option<Answer> = beside.transpose()?;
            if round == 0 {
                continue;
            }
            ours.push(took);
            let line = said(took, &report.metrics, rollouts);
            write!(out, "round {round}/{} · {line}", self.rounds)?;
            if let Some(Answer { seconds, tokens }) = beside {
                theirs.push(seconds);
                let each = tokens as f64 / rollouts as f64;
                write!(out, " · TRL {seconds:.2} s, {each:.1} tokens each")?;
            }
            writeln!(out)?;
        }
        let Some(own) = median(&ours) else {
            return Ok(());
        };
        write!(out, "a step: {own:.2} s, median of {}", ours.len())?;
        if let (Some(beside), Some(ratio)) = (median(&theirs), Spread::of_ratios(&theirs, &ours)) {
            let Spread { median, min, max } = ratio;
            write!(
                out,
                " · TRL {beside:.2} s · {median:.2} [{min:.2}, {max:.2}] × as fast"
            )?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// Starts the peer on the checkpoint and as many problems as it takes, where one was asked for.
    fn start(
        &self,
        checkpoint: &Path,
        source: &dyn Source,
        options: &PolicyOptions,
    ) -> anyhow::Result<Option<Peer>> {
        let Some(python) = &self.peer else {
            return Ok(None);
        };
        crate::peer::find(&self.peer_script)?;
        let folder = tempfile::tempdir()?;
        let problems = folder.path().join("problems.jsonl");
        files::write(&problems, self.problems(source, options.prompts).as_bytes())?;
        let settings = json!({
            "prompts": options.prompts,
            "group": options.group,
            "max_new_tokens": options.max_new_tokens,
            "temperature": options.temperature,
            "kl": options.kl,
            "learning_rate": options.schedule.peak,
            "threads": self.threads,
            "seed": self.seed,
        });
        let mut command = Command::new(python);
        (command.arg(&self.peer_script).arg(checkpoint))
            .arg(&problems)
            .arg(settings.to_string());
        // A peer that is ready has read its files.
        let (peer, Ready { trl, threads }): (Peer, Ready) = Peer::start(command)?;
        println!("TRL {trl}, fastest here with {threads} threads");
        Ok(Some(peer))
    }

    /// Prompts with their answers, a line each: those of more steps than the peer takes.
    fn problems(&self, source: &dyn Source, prompts: usize) -> String {
        let steps = self.rounds + 1 + 4 * self.threads;
        let place = |at| Place::from(random::derive(self.seed, &[PEER, at as u64]));
        let line = |at| {
            let Example {
                question, answer, ..
            } = source.draw(place(at), Split::Train, Language::En);
            format!(
                "{}\n",
                json!({ "prompt": prompt::line(&question), "answer": answer })
            )
        };
        (0..steps * prompts).map(line).collect()
    }
}

/// Part of the path of the peer's problems.
const PEER: u64 = 0x7065_6572;

/// Our step in a line.
fn said(took: f64, metrics: &PolicyMetrics, rollouts: usize) -> String {
    let part = metrics.seconds;
    format!(
        "{took:.2} s (sampling {:.2}, reward {:.2}, reference {:.2}, update {:.2}), {:.1} tokens each",
        part.sampling,
        part.reward,
        part.reference,
        part.updates,
        metrics.sampled_tokens as f64 / rollouts as f64
    )
}
