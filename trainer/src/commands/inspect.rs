//! `explang inspect`: what a run or a checkpoint holds.

use std::collections::BTreeMap;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::bail;
use burn::tensor::Device;
use clap::Args;
use explang::run::config::ModelSection;
use explang::run::{Config, Stage, Summary};
use explang_trainer::adapter;
use explang_trainer::checkpoint::{self, stored_tensors};
use explang_trainer::eval::metrics::Options;
use explang_trainer::eval::record::{Evaluation, records_in};
use explang_trainer::files;
use explang_trainer::locate::{LocateError, finished, run_config};
use explang_trainer::report::seeds::{self, SeedRun};
use explang_trainer::report::{arms, figure, history, table};
use explang_trainer::run::folder::{read_info, read_json};
use explang_trainer::run::metrics_log::read_lines;

/// Arguments of `explang inspect`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Folder of a run or of a checkpoint; several runs are put side by side: seeds of one configuration, or configurations, the first
    /// of which the others are compared with.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// List every tensor of the checkpoint with its shape and norm.
    #[arg(long)]
    tensors: bool,
    /// Draw the run's reinforcement learning into this SVG file.
    #[arg(long)]
    figure: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut out = stdout().lock();
        let [path] = self.paths.as_slice() else {
            if self.tensors || self.figure.is_some() {
                bail!("--tensors and --figure are for one run or checkpoint");
            }
            let runs = self.paths.iter().map(|path| seed_run(path));
            let runs = runs.collect::<anyhow::Result<Vec<SeedRun>>>()?;
            // Seeds of one configuration, or several configurations.
            let name = |run: &SeedRun| run.summary.name.clone();
            let one = runs.windows(2).all(|pair| name(&pair[0]) == name(&pair[1]));
            let report = if one { seeds::report } else { arms::report };
            let text = report(&runs, &Options::default(), table::Style::Terminal);
            writeln!(out, "{}", text.unwrap_or_default())?;
            return Ok(());
        };
        if checkpoint::is_checkpoint(path) {
            return inspect_checkpoint(path, self.tensors, &mut out);
        }
        if !path.exists() {
            return Err(LocateError::Absent(path.clone()).into());
        }
        if !path.join("run.json").exists() {
            return Err(LocateError::Neither(path.clone()).into());
        }
        if let Some(file) = &self.figure {
            let lines = read_lines(&path.join("metrics.jsonl"))?;
            files::write(
                file,
                figure::selection(&history::by_stage(lines))?.as_bytes(),
            )?;
        }
        inspect_run(path, &mut out)
    }
}

/// A run with the evaluations that its summary was made from.
fn seed_run(path: &Path) -> anyhow::Result<SeedRun> {
    if !path.join("run.json").exists() {
        return Err(LocateError::Neither(path.to_owned()).into());
    }
    let Some(summary) = read_summary(path)? else {
        bail!(
            "the run in {} is not finished: it has no summary.json",
            path.display()
        );
    };
    let mut evaluations = BTreeMap::new();
    for stage in Stage::EVALUATED {
        let (records, choices) = (stage.evaluation_path(), stage.choices_path());
        let (records, choices) = (path.join(records), path.join(choices));
        if records.exists() {
            let evaluation = Evaluation {
                records: records_in(&records)?,
                // A run of an earlier version has none.
                choices: match choices.exists() {
                    true => records_in(&choices)?,
                    false => Vec::new(),
                },
            };
            evaluations.insert(stage, evaluation);
        }
    }
    let config = run_config(path)?;
    Ok(SeedRun {
        summary,
        tasks: config.tasks,
        data: config.data,
        evaluations,
    })
}

/// The figures of a finished run; none of one that is not finished.
fn read_summary(run: &Path) -> anyhow::Result<Option<Summary>> {
    let path = run.join("summary.json");
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(read_json(&path)?))
}

fn inspect_run(path: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    let info = read_info(path)?;
    let config = run_config(path)?;
    writeln!(
        out,
        "Run {}, seed {}, begun {}, version {}",
        info.name, info.seed, info.created, info.version
    )?;
    write_config(&config, out)?;
    let done: Vec<&str> = finished(path).iter().map(|stage| stage.name()).collect();
    writeln!(
        out,
        "finished      {}",
        if done.is_empty() {
            "none".to_owned()
        } else {
            done.join(" ")
        }
    )?;
    let stages = history::by_stage(read_lines(&path.join("metrics.jsonl"))?);
    if !stages.is_empty() {
        writeln!(out, "\nSteps so far, first value → last value")?;
        for stage in &stages {
            writeln!(out, "{}", stage.line())?;
        }
    }
    for stage in &stages {
        if let Some(chart) = stage.selection() {
            writeln!(
                out,
                "\nThinking languages over the steps of {} (mean of the first tenth → of the last)\n{chart}",
                stage.stage
            )?;
        }
    }
    if let Some(summary) = read_summary(path)? {
        writeln!(out, "\n{}", table::report(&summary, table::Style::Terminal))?;
    }
    Ok(())
}

/// The configuration in short.
fn write_config(config: &Config, out: &mut impl Write) -> std::io::Result<()> {
    let rl = &config.rl;
    match &config.model {
        ModelSection::New { preset, vocab_size } => {
            writeln!(out, "model         {preset:?}, {vocab_size} tokens at most")?
        }
        ModelSection::From(path) => writeln!(out, "model         from {path}")?,
    }
    if let Some(tasks) = &config.tasks {
        let kinds = tasks.parts().iter();
        let kinds: Vec<String> = kinds
            .map(|part| format!("{} × {}", part.spec, part.weight))
            .collect();
        writeln!(out, "tasks         {}", kinds.join(", "))?;
    }
    if let Some(data) = &config.data {
        for (what, files) in [
            ("learned from", &data.train),
            ("measured by", &data.held_out),
        ] {
            for file in files {
                writeln!(out, "data          {what} {}", file.path)?;
            }
        }
    }
    if let Some(lora) = &config.lora {
        let targets: Vec<&str> = lora.targets.iter().map(|target| target.name()).collect();
        let targets = targets.join(" ");
        writeln!(
            out,
            "lora          rank {}, alpha {}, on {targets}",
            lora.rank, lora.alpha
        )?;
    }
    if let Some(pretrain) = &config.pretrain {
        write!(
            out,
            "pretrain      {} steps of {}",
            pretrain.steps, pretrain.batch
        )?;
        match &pretrain.until {
            Some(until) => writeln!(
                out,
                ", or until {:.0} % of {} are right",
                100.0 * until.accuracy,
                until.kind
            )?,
            None => writeln!(out)?,
        }
        for practice in &pretrain.practice {
            writeln!(out, "  practice    {practice}")?;
        }
    }
    if let Some(sft) = &config.sft {
        write!(out, "sft           {} steps of {}", sft.steps, sft.batch)?;
        match &sft.rows {
            Some(rows) => writeln!(out, " of {rows}")?,
            None => writeln!(out)?,
        }
    }
    let control = rl.control.map_or_else(
        || "no control".to_owned(),
        |language| format!("control in {language}"),
    );
    writeln!(
        out,
        "rl            {} + {} steps of {} prompts × {} rollouts, rewards {} and {}, {control}",
        rl.explore.steps,
        rl.exploit.steps,
        rl.prompts,
        rl.group,
        rl.explore.variant,
        rl.exploit.variant,
    )?;
    if let Some(distil) = &config.distil {
        writeln!(
            out,
            "distil        {:?}, {} + {} steps of {}",
            distil.preset, distil.warm_up_steps, distil.steps, distil.prompts
        )?;
    }
    writeln!(
        out,
        "eval          {} problems × {} samples, {} a forced language, temperature {}",
        config.eval.problems,
        config.eval.samples,
        config.eval.forced_problems,
        config.eval.temperature
    )
}

fn inspect_checkpoint(path: &Path, list: bool, out: &mut impl Write) -> anyhow::Result<()> {
    // Reading it whole finds every damage that a later use would find.
    let (model, tokenizer) = checkpoint::load(path, &Device::flex())?;
    let tensors = stored_tensors(path)?;
    let config = model.config();
    let parameters: usize = tensors.iter().map(|tensor| tensor.size()).sum();
    let mut dtypes: Vec<&str> = tensors.iter().map(|tensor| tensor.dtype.as_str()).collect();
    dtypes.sort_unstable();
    dtypes.dedup();
    writeln!(out, "Checkpoint {}", path.display())?;
    writeln!(
        out,
        "architecture  {:?}, {} layers, width {}, {} query and {} key-value heads of {}, feed-forward {}",
        config.architecture,
        config.num_layers,
        config.hidden_size,
        config.num_heads,
        config.num_kv_heads,
        config.head_dim,
        config.intermediate_size
    )?;
    writeln!(
        out,
        "positions     {}, rotary base {}",
        config.max_positions, config.rope_theta
    )?;
    writeln!(
        out,
        "embedding     {} rows, {}",
        config.vocab_size,
        if config.tie_word_embeddings {
            "tied to the head"
        } else {
            "and a head of its own"
        }
    )?;
    writeln!(out, "tokenizer     {} tokens", tokenizer.vocab_size())?;
    if let Some(base) = adapter::base_of(path)? {
        writeln!(out, "adapter of    {}", base.display())?;
    }
    writeln!(
        out,
        "parameters    {parameters} in {} tensors, stored as {}",
        tensors.len(),
        dtypes.join(" and ")
    )?;
    if list {
        writeln!(
            out,
            "\n{:<48} {:>14} {:>6} {:>12}",
            "tensor", "shape", "type", "norm"
        )?;
        for tensor in &tensors {
            let shape: Vec<String> = tensor.shape.iter().map(ToString::to_string).collect();
            let norm = tensor
                .norm
                .map_or("–".to_owned(), |norm| format!("{norm:.4}"));
            let shape = shape.join(" × ");
            writeln!(
                out,
                "{:<48} {shape:>14} {:>6} {norm:>12}",
                tensor.name, tensor.dtype
            )?;
        }
    }
    Ok(())
}
