//! The page's learner, natively: how its trainings go, and what a browser's steps are held against.
//!
//! ```text
//! cargo run --release -p explang-bench -- learn --seed 1 --steps 200
//! cargo run --release -p explang-bench -- learn --experiment "Short answers are paid"
//! cargo run --release -p explang-bench -- learn --steps 10 --record target/learn
//! ```

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use explang::Language;
use explang_trainer::files;
use explang_trainer::threads::Threads;
use explang_web::judge::experiment::EXPERIMENTS;
use explang_web::kept::{
    CONFIG, GENERATION_CONFIG, OPTIMIZER, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS,
};
use explang_web::learner::from::From;
use explang_web::learner::session::Session;
use explang_web::protocol::learning::{Point, Settings};
use serde_json::{Value, json};

/// Arguments of `explang-bench learn`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Run whose SFT checkpoint the training starts from.
    #[arg(long, default_value = "checkpoints/quick")]
    from: PathBuf,
    /// Seed of problems and sampling.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps.
    #[arg(long, default_value_t = 200)]
    steps: usize,
    /// Experiment of the page that sets what is paid.
    #[arg(long, value_parser = EXPERIMENTS.map(|experiment| experiment.name))]
    experiment: Option<String>,
    /// Settings in place of the experiment's, or of the page's first ones, as JSON: `{"kl": 0.001, "group": 16}`.
    #[arg(long, default_value = "{}")]
    set: String,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Steps between two lines of the table.
    #[arg(long, default_value_t = 10)]
    every: usize,
    /// Write the steps' `metrics.jsonl` here.
    #[arg(long)]
    metrics: Option<PathBuf>,
    /// Write what the steps sampled, and the state after each, into this folder.
    #[arg(long)]
    record: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let settings = self.settings()?;
        let threads = Threads(self.threads);
        let from = from(&self.from)?;
        let mut session = pollster::block_on(Session::begin(from, settings.clone(), &threads))?;
        let opened = session.opened();
        let kinds: Vec<String> = (opened.tasks.iter())
            .map(|task| task.spec.kind().to_string())
            .collect();
        println!("{}", serde_json::to_string(&settings)?);
        println!("kinds: {}", kinds.join(", "));
        if let Some(first) = opened.points.first() {
            println!("{}", line(first));
        }
        let (mut recorded, mut shown) = (Vec::new(), Vec::new());
        for _ in 0..self.steps {
            let news = match &self.record {
                None => pollster::block_on(session.step(&threads))?,
                Some(folder) => {
                    let sampled = pollster::block_on(session.sample(&threads))?;
                    let news = pollster::block_on(session.replay(&sampled, &threads))?;
                    recorded.push(sampled);
                    shown.push(news.group.clone());
                    keep(&session, folder)?;
                    news
                }
            };
            if (news.point.step as usize).is_multiple_of(self.every) {
                println!("{}", line(&news.point));
            }
        }
        if let Some(file) = &self.metrics {
            files::write(file, session.kept()?.metrics.as_bytes())?;
        }
        if let Some(folder) = &self.record {
            let text = json!({ "settings": settings, "steps": recorded, "groups": shown });
            files::write(&folder.join("recorded.json"), text.to_string().as_bytes())?;
        }
        Ok(())
    }

    /// The page's settings, with the experiment's and those that were given.
    fn settings(&self) -> anyhow::Result<Settings> {
        let experiment =
            (EXPERIMENTS.iter()).find(|of| Some(of.name) == self.experiment.as_deref());
        let settings =
            experiment.map_or_else(Settings::default, |of| of.settings(&Settings::default()));
        let mut settings = serde_json::to_value(settings)?;
        let given: Value = serde_json::from_str(&self.set).context("--set is not JSON")?;
        let (Some(all), Some(given)) = (settings.as_object_mut(), given.as_object()) else {
            anyhow::bail!("--set is not a JSON object");
        };
        for (name, value) in given {
            anyhow::ensure!(all.contains_key(name), "--set: unknown setting `{name}`");
            all.insert(name.clone(), value.clone());
        }
        all.insert("seed".into(), self.seed.into());
        Ok(serde_json::from_value(settings)?)
    }
}

/// The SFT checkpoint of a run.
fn from(run: &Path) -> anyhow::Result<From> {
    let folder = run.join("stages/sft/checkpoint");
    let names = [
        CONFIG,
        TOKENIZER,
        TOKENIZER_CONFIG,
        GENERATION_CONFIG,
        WEIGHTS,
    ];
    let files = names
        .into_iter()
        .map(|name| Ok((name.to_owned(), files::read(&folder.join(name))?)));
    Ok(From {
        run: String::from_utf8(files::read(&run.join("run.toml"))?)?,
        files: files.collect::<anyhow::Result<_>>()?,
    })
}

/// Writes the weights and the optimizer's state after a step.
fn keep(session: &Session, folder: &Path) -> anyhow::Result<()> {
    let folder = folder.join(session.steps().to_string());
    std::fs::create_dir_all(&folder)?;
    let state = session.kept()?;
    for name in [WEIGHTS, OPTIMIZER] {
        files::write(&folder.join(name), &state.files[name])?;
    }
    Ok(())
}

/// A line of the table.
fn line(point: &Point) -> String {
    let number = |value: Option<f64>| value.map_or("–".into(), |value| format!("{value:.3}"));
    let chosen = point.choice.iter().map(|row| {
        let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        best.map_or(String::new(), |best| {
            format!("{} {:>3.0} %", Language::ALL[best], 100.0 * row[best])
        })
    });
    let chosen: Vec<String> = chosen.collect();
    let rollouts = point.rollouts.map_or(String::new(), |of| {
        format!(
            "reward {:.2} · right {:>3.0} % · complies {:>3.0} % · {:.1} tokens · {:.2} s",
            of.reward,
            100.0 * of.accuracy,
            100.0 * of.compliance,
            of.response_tokens,
            of.seconds
        )
    });
    let held_out = point.held_out.map_or(String::new(), |of| {
        format!(
            " · held out {}/{} [{:.2}, {:.2}]",
            of.right, of.problems, of.interval[0], of.interval[1]
        )
    });
    format!(
        "{:>4} · I {} · H {} · {} · {rollouts}{held_out}",
        point.step,
        number(point.information),
        number(point.entropy),
        chosen.join(", ")
    )
}
