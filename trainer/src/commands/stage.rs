//! What the commands that run one stage share: a run folder is opened, or begun from a checkpoint.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use explang::Language;
use explang::run::config::ModelSection;
use explang::run::{Config, Stage};
use explang::tasks::Source;
use explang_trainer::config;
use explang_trainer::eval::sample;
use explang_trainer::locate::locate;
use explang_trainer::report::table;
use explang_trainer::run::error::RunError;
use explang_trainer::run::folder::{RunFolder, read_info};
use explang_trainer::run::stop::{Stop, stopped};
use explang_trainer::stages::Session;
use explang_trainer::stages::pipeline::{adopt, only};

use super::device::DeviceArguments;
use super::dry_run;

/// Arguments of a command that goes on with a run.
#[derive(Debug, Args)]
pub(crate) struct StageArguments {
    /// The run's folder.
    run: PathBuf,
    /// Begin a new run in the folder, with this checkpoint in place of all that would come before; of a run, the stage before's own.
    #[arg(long)]
    from: Option<PathBuf>,
    /// With --from: a preset (quick, wide, even, no-explore, grpo, exchanged, smoke) or the path of a TOML file.
    #[arg(long, requires = "from", default_value = "quick")]
    config: String,
    /// With --from: another seed than the configuration's.
    #[arg(long, requires = "from")]
    seed: Option<u64>,
    /// With --from: print what would be run: stages, steps, tokens, and memory by device. Nothing is written.
    #[arg(long, requires = "from")]
    dry_run: bool,
    #[command(flatten)]
    device: DeviceArguments,
}

impl StageArguments {
    /// Runs what is left of `stages`; `command` is what asked for them, without these arguments.
    pub(crate) fn run(&self, command: &[&str], stages: &[Stage]) -> anyhow::Result<()> {
        let folder = match (&self.from, stages.first()) {
            (Some(from), Some(&first)) if self.dry_run => {
                let mut config = load_config(&self.config, self.seed)?;
                config.begin_with(first, from.to_string_lossy());
                return dry_run::print(&mut config, stages, self.device.cores());
            }
            (Some(from), Some(&first)) => self.begin_from(from, first)?,
            _ => RunFolder::open(&self.run)?,
        };
        let mut again: Vec<String> = command.iter().map(ToString::to_string).collect();
        again.push(self.run.to_string_lossy().into());
        again.extend(self.device.again());
        run_stages(folder, stages, &self.device, &again)
    }

    /// Begins a run whose first stage is `first`, with a checkpoint in place of what comes before.
    fn begin_from(&self, from: &Path, first: Stage) -> anyhow::Result<RunFolder> {
        let mut config = load_config(&self.config, self.seed)?;
        let before = first.starts_from();
        // Of a run, the stage that is wanted; a single checkpoint is what it is.
        let stage = before.filter(|_| read_info(from).is_ok());
        let checkpoint = locate(from, stage)?.checkpoint;
        // Read before the run begins, so that a mistaken path leaves no run behind.
        explang_trainer::checkpoint::load(&checkpoint, &burn::tensor::Device::flex())?;
        let (Some(before), ModelSection::New { .. }) = (before, &config.model) else {
            // A checkpoint from elsewhere may be large: the run names it, and begins with it.
            config.begin_with(first, std::path::absolute(&checkpoint)?.to_string_lossy());
            return begin(&self.run, config);
        };
        let folder = begin(&self.run, config)?;
        adopt(&folder, before, &checkpoint)?;
        // A student learns from two checkpoints, where the run has both.
        if first == Stage::Distil
            && stage.is_some()
            && let Ok(sft) = locate(from, Some(Stage::Sft))
        {
            adopt(&folder, Stage::Sft, &sft.checkpoint)?;
        }
        Ok(folder)
    }
}

/// The configuration of a run.
pub(crate) fn config_of(folder: &RunFolder) -> anyhow::Result<Config> {
    let config = Config::parse("run.toml", folder.config());
    let (theirs, ours) = (&folder.info().version, env!("CARGO_PKG_VERSION"));
    if theirs == ours {
        return Ok(config?);
    }
    let path = folder.path().display();
    config.with_context(|| {
        format!(
            "the run in {path} was begun by version {theirs} of explang and cannot be read by {ours}; go on with it in that version"
        )
    })
}

/// A preset or a file, with another seed where one is given.
pub(crate) fn load_config(name: &str, seed: Option<u64>) -> anyhow::Result<Config> {
    let mut config = config::load(name)?;
    config.seed = seed.unwrap_or(config.seed);
    // A run is gone on with from any folder.
    for path in config.paths_mut().filter(|path| Path::new(path).exists()) {
        *path = std::path::absolute(&*path)?.to_string_lossy().into_owned();
    }
    Ok(config)
}

/// The folder of a run that was given none.
pub(crate) fn default_folder(config: &Config) -> PathBuf {
    PathBuf::from(format!("runs/{}-{}", config.name, config.seed))
}

/// Begins a run in a new folder.
pub(crate) fn begin(path: &Path, config: Config) -> anyhow::Result<RunFolder> {
    explang_trainer::data::check(&config)?;
    let version = env!("CARGO_PKG_VERSION");
    let text = config.to_toml()?;
    Ok(RunFolder::create(
        path,
        &config.name,
        config.seed,
        version,
        &text,
    )?)
}

/// Begins a run, or goes on with the one in the folder where it has the same configuration.
pub(crate) fn begin_or_open(path: &Path, config: Config) -> anyhow::Result<RunFolder> {
    match read_info(path) {
        Err(RunError::NotARun { .. }) => return begin(path, config),
        info => drop(info?),
    }
    let folder = RunFolder::open(path)?;
    // As this version writes it: an older one may have left out what it did not know.
    let same = Config::parse("run.toml", folder.config())
        .and_then(|there| Ok(there.to_toml()? == config.to_toml()?));
    if !same? {
        bail!(
            "{} holds a run with another configuration; choose another folder",
            path.display()
        );
    }
    Ok(folder)
}

/// Runs what is left of `stages` in a run, and prints its figures. `again` is the command that goes on with it.
pub(crate) fn run_stages(
    folder: RunFolder,
    stages: &[Stage],
    device: &DeviceArguments,
    again: &[String],
) -> anyhow::Result<()> {
    let stop = Stop::on_signals()?;
    let config = config_of(&folder)?;
    let path = folder.path().to_path_buf();
    let device = device.open()?;
    let mut session = Session::open(config, folder, device.device, device.threads)?;
    session.precision = device.precision;
    session.stop = stop;
    let summary = only(&mut session, stages).map_err(|error| going_on(error, again))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", table::report(&summary, table::Style::Terminal))?;
    writeln!(
        out,
        "{}",
        what_next(&session.config, &*session.source, &path)
    )?;
    Ok(())
}

/// Adds to an error the command that goes on with the work, where the work was only asked to stop.
pub(crate) fn going_on(error: anyhow::Error, again: &[String]) -> anyhow::Error {
    if stopped(&error).is_none() {
        return error;
    }
    let words: Vec<String> = again.iter().map(|word| quoted(word)).collect();
    let sentence = format!("{error}; go on with: {} {}", program(), words.join(" "));
    error.context(sentence)
}

/// This program, as it was called.
fn program() -> String {
    quoted(&std::env::args().next().unwrap_or_else(|| "explang".into()))
}

/// What to try with a run, as commands that can be pasted: one of the run's own held-out problems.
pub(crate) fn what_next(config: &Config, source: &dyn Source, path: &Path) -> String {
    let (program, run) = (program(), quoted(&path.to_string_lossy()));
    let problems = sample::held_out(source, config.seed, 1, Language::En);
    let question = problems
        .first()
        .map_or_else(String::new, |problem| problem.question.clone());
    let question = quoted(&question);
    format!(
        "The run is in {}. Try next:\n  {program} generate {question} --checkpoint {run}\n  \
         {program} generate {question} --checkpoint {run} --language zh\n  {program} inspect {run}",
        path.display()
    )
}

/// A word for a POSIX shell: as it is where that is safe, else in quotes.
fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        return word.to_owned();
    }
    // Within single quotes only the quote itself is special.
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("runs/quick-1"), "runs/quick-1");
        assert_eq!(quoted("What is 4 + 3?"), "'What is 4 + 3?'");
        assert_eq!(quoted("o'clock"), r"'o'\''clock'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn the_example_is_a_held_out_problem_of_the_run() {
        let config = config::load("quick").unwrap();
        let tasks = config.tasks.clone().unwrap();
        let text = what_next(&config, &tasks, Path::new("runs/quick-1"));
        assert!(text.contains("--checkpoint runs/quick-1"), "{text}");
        assert!(text.contains("Think in"), "{text}");
    }
}
