//! `explang eval`: a checkpoint on held-out problems, or responses that another program sampled.

use std::io::{Write, stdout};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use explang::Language;
use explang::identify::LinguaDetector;
use explang::model::Decoder;
use explang::run::config::{Config, MOST_PROBLEMS};
use explang::run::{Choice, Mode, Stage};
use explang_trainer::config;
use explang_trainer::data::source;
use explang_trainer::eval::judge::Judged;
use explang_trainer::eval::metrics::Options;
use explang_trainer::eval::record::{Evaluation, write_records};
use explang_trainer::eval::sample::{Evaluator, Forcing};
use explang_trainer::eval::summary::stage_summary;
use explang_trainer::locate::Location;
use explang_trainer::prompt;
use explang_trainer::report::modes::modes;
use explang_trainer::run::atomic::write_atomically;
use explang_trainer::run::stop::{Stop, stopped};

use super::arguments::CheckpointArguments;
use super::choice::choice;
use super::device::{DeviceArguments, WeightArguments};
use super::responses::ResponsesArguments;

/// Arguments of `explang eval`.
#[derive(Debug, Args)]
#[command(
    override_usage = "explang eval [OPTIONS] <CHECKPOINT>\n       explang eval [OPTIONS] --responses <FILE>"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    checkpoint: Option<CheckpointArguments>,
    #[command(flatten)]
    responses: Option<ResponsesArguments>,
    /// Modes: self (the model chooses), en (English forced), multi (each seen language forced), ood (each unseen one).
    #[arg(long, value_delimiter = ',', value_parser = choice::<Mode>(), default_value = "self,en,multi,ood", conflicts_with = "responses")]
    modes: Vec<Mode>,
    /// Held-out problems in the modes self and en; the configuration's number, if not given.
    #[arg(long, conflicts_with = "responses")]
    problems: Option<usize>,
    /// Samples a problem in these modes, the k of pass@k; the configuration's number, if not given.
    #[arg(long, conflicts_with = "responses")]
    samples: Option<usize>,
    /// Held-out problems a language in the modes multi and ood; the configuration's number, if not given.
    #[arg(long, conflicts_with = "responses")]
    forced_problems: Option<usize>,
    /// Sampling temperature; the configuration's, if not given.
    #[arg(long, conflicts_with = "responses")]
    temperature: Option<f32>,
    /// A preset (quick, wide, even, no-explore, grpo, exchanged, smoke) or TOML file with the problems and numbers; the run's own, or else quick.
    #[arg(long, conflicts_with = "responses")]
    config: Option<String>,
    /// Another seed than the configuration's.
    #[arg(long, conflicts_with = "responses")]
    seed: Option<u64>,
    /// Write the judged responses into this file, as JSON lines that --responses reads. With --responses: into this folder, with summary.json,
    /// which view 7 of the page opens.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    weights: WeightArguments,
    #[command(flatten)]
    device: DeviceArguments,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if let Some(responses) = &self.responses {
            return responses.run(self.device.cores(), self.out.as_deref(), self.json);
        }
        let Some(checkpoint) = &self.checkpoint else {
            bail!(
                "give the folder of a checkpoint or of a run, or --responses with a file of responses"
            );
        };
        let located = checkpoint.locate()?;
        let config = self.config(&located)?;
        let device = self.device.open()?;
        let (model, tokenizer) = device.load(&located.checkpoint, self.weights)?;
        let forcing = match located.stage {
            Some(Stage::Pretrain) => Forcing::Page,
            _ => Forcing::Tag,
        };
        if forcing == Forcing::Page && self.modes == [Mode::SelfChosen] {
            bail!("a pretrained model has no tags yet, so it cannot be evaluated in mode self");
        }
        let stop = Stop::on_signals()?;
        let format = prompt::format(&located.checkpoint, &config.prompt)?;
        let evaluator = Evaluator {
            config: &config,
            source: &*source(&config, &tokenizer, &format)?,
            tokenizer: &tokenizer,
            format: &format,
            detector: &LinguaDetector::new(&Language::ALL),
            threads: device.threads,
            stop: &stop,
        };
        let evaluated = self.evaluate(&evaluator, &model, forcing);
        let (judged, choices) = evaluated.map_err(|error| {
            let path = located.checkpoint.display();
            let what = match stopped(&error) {
                Some(_) => "stopped before all was judged; nothing was written".to_owned(),
                None => format!("{path} cannot be evaluated"),
            };
            error.context(what)
        })?;
        if let Some(path) = &self.out {
            let mut bytes = Vec::new();
            write_records(&mut bytes, &judged)?;
            write_atomically(path, &bytes)?;
        }
        let evaluation = Evaluation {
            records: judged.into_iter().map(|of| of.record).collect(),
            choices,
        };
        let figures = stage_summary(
            &evaluation,
            None,
            config.eval.temperature,
            &Options::default(),
        );
        let mut out = stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&figures)?)?;
            return Ok(());
        }
        let stage = located
            .stage
            .map_or(String::new(), |stage| format!(", stage {stage}"));
        writeln!(
            out,
            "{}{stage}: held-out problems of configuration {}, seed {}, temperature {}, top-p {}",
            located.checkpoint.display(),
            config.name,
            config.seed,
            config.eval.temperature,
            config.eval.top_p
        )?;
        writeln!(out, "{}", modes(&figures))?;
        Ok(())
    }

    /// The samples of the modes and, where the model chooses, its exact choices.
    fn evaluate(
        &self,
        evaluator: &Evaluator<'_>,
        model: &Decoder,
        forcing: Forcing,
    ) -> anyhow::Result<(Vec<Judged>, Vec<Choice>)> {
        let chooses = forcing == Forcing::Tag && self.modes.contains(&Mode::SelfChosen);
        let judged = evaluator.run(model, forcing, &self.modes)?;
        let choices = match chooses {
            true => evaluator.choices(model)?,
            false => Vec::new(),
        };
        Ok((judged, choices))
    }

    /// The configuration with this command's numbers.
    fn config(&self, located: &Location) -> anyhow::Result<Config> {
        let mut config = match (&self.config, located.config()?) {
            (Some(name), _) => config::load(name)?,
            (None, Some(config)) => config,
            (None, None) => config::load("quick")?,
        };
        let eval = &mut config.eval;
        for (given, name, value) in [
            (self.problems, "--problems", &mut eval.problems),
            (self.samples, "--samples", &mut eval.samples),
            (
                self.forced_problems,
                "--forced-problems",
                &mut eval.forced_problems,
            ),
        ] {
            match given {
                Some(given) if !(1..=MOST_PROBLEMS).contains(&given) => {
                    bail!("{name} must be from 1 to {MOST_PROBLEMS}, not {given}");
                }
                Some(given) => *value = given,
                None => {}
            }
        }
        if eval.problems.saturating_mul(eval.samples) > MOST_PROBLEMS {
            bail!("--problems times --samples must be {MOST_PROBLEMS} at most");
        }
        eval.temperature = self.temperature.unwrap_or(eval.temperature);
        if !(eval.temperature >= 0.0 && eval.temperature.is_finite()) {
            bail!("--temperature must be 0 or more, not {}", eval.temperature);
        }
        config.seed = self.seed.unwrap_or(config.seed);
        Ok(config)
    }
}
