//! `explang run`: a whole pipeline.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;
use explang::run::{Config, Stage};
use explang_serve::Server;
use explang_trainer::progress::tell;
use explang_trainer::report::table;
use explang_trainer::run::folder::RunFolder;
use explang_trainer::run::stop::Stop;
use explang_trainer::stages::{Session, pipeline};

use super::device::{DeviceArguments, OpenDevice};
use super::dry_run;
use super::serve::{PORT, Prepared};
use super::stage::{begin, config_of, default_folder, going_on, load_config, what_next};

/// The stage that ends a whole run.
const LAST: Stage = Stage::Distil;

/// Arguments of `explang run`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A preset (quick, wide, even, no-explore, grpo, exchanged, smoke) or the path of a TOML file; quick, if not given. A run that goes on keeps the configuration that it
    /// began with.
    config: Option<String>,
    /// The run's folder; `runs/<name>-<seed>`, if not given.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Another seed than the configuration's.
    #[arg(long)]
    seed: Option<u64>,
    /// Go on with the run in the folder.
    #[arg(long)]
    resume: bool,
    /// Print what would be run: stages, steps, tokens, and memory by device. Nothing is written.
    #[arg(long, conflicts_with_all = ["resume", "serve"])]
    dry_run: bool,
    /// The last stage to run.
    #[arg(long, default_value_t = LAST, value_parser = Stage::evaluated)]
    until: Stage,
    /// Show the run on the page in a browser while it is trained, on this port (8080, if not given; 0 picks a free one).
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = PORT)]
    serve: Option<u16>,
    /// With --serve: the folder of the built page.
    #[arg(long, requires = "serve", default_value = "dist")]
    dist: PathBuf,
    #[command(flatten)]
    device: DeviceArguments,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut config = load_config(self.config.as_deref().unwrap_or("quick"), self.seed)?;
        if self.dry_run {
            let before = Stage::ALL
                .into_iter()
                .take_while(|stage| *stage != self.until);
            let stages: Vec<Stage> = before.chain([self.until]).collect();
            return dry_run::print(&mut config, &stages, self.device.cores());
        }
        let path = self.out.clone().unwrap_or_else(|| default_folder(&config));
        // Before the run begins, so that a device that cannot be used leaves no run behind.
        let device = self.device.open()?;
        let prepared = self.serve.map(|port| Prepared::new(port, &self.dist));
        let prepared = prepared.transpose()?;
        let folder = if self.resume {
            let folder = RunFolder::open(&path)?;
            if self.config.is_some() || self.seed.is_some() {
                same_as_begun(&config, &config_of(&folder)?, &path)?;
            }
            folder
        } else {
            begin(&path, config)?
        };
        let config = config_of(&folder)?;
        let stop = Stop::on_signals()?;
        let server = prepared.map(|prepared| prepared.start(&path)).transpose()?;
        let trained = self.train(config, folder, device, &stop);
        match (trained, server) {
            (Ok(()), Some(server)) => {
                tell(&format!(
                    "The run has ended. The page still shows it at {}; Ctrl-C ends that.",
                    server.url()
                ));
                server.until_interrupted(|| stop.is_asked())
            }
            (Ok(()), None) => Ok(()),
            (Err(error), server) => {
                // Why the run ended matters more than how the server did.
                server.map(Server::end);
                Err(going_on(error, &self.again(&path)))
            }
        }
    }

    /// Runs what is left of the run, prints its figures, and lets go of its folder.
    fn train(
        &self,
        config: Config,
        folder: RunFolder,
        device: OpenDevice,
        stop: &Stop,
    ) -> anyhow::Result<()> {
        let path = folder.path().to_owned();
        let mut session = Session::open(config, folder, device.device, device.threads)?;
        session.precision = device.precision;
        session.stop = stop.clone();
        let summary = pipeline::run(&mut session, self.until)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", table::report(&summary, table::Style::Terminal))?;
        writeln!(
            out,
            "{}",
            what_next(&session.config, &*session.source, &path)
        )?;
        Ok(out.flush()?)
    }

    /// The command that goes on with this run.
    fn again(&self, path: &Path) -> Vec<String> {
        let mut words = vec!["run".into(), "--out".into(), path.to_string_lossy().into()];
        words.push("--resume".into());
        if self.until != LAST {
            words.extend(["--until".into(), self.until.to_string()]);
        }
        if let Some(port) = self.serve {
            words.extend(["--serve".into(), port.to_string()]);
            words.extend(["--dist".into(), self.dist.to_string_lossy().into()]);
        }
        words.extend(self.device.again());
        words
    }
}

/// Refuses to go on with a run under another configuration than it began with: the result would be of neither.
fn same_as_begun(asked: &Config, begun: &Config, path: &Path) -> anyhow::Result<()> {
    let (asked, begun) = (asked.to_toml()?, begun.to_toml()?);
    if asked == begun {
        return Ok(());
    }
    let pairs = asked.lines().zip(begun.lines());
    let differing = pairs
        .filter(|(a, b)| a != b)
        .map(|(a, b)| format!("`{b}`, not `{a}`"));
    let what = differing.take(1).next();
    bail!(
        "the run in {} began with {}; leave out the configuration and --seed to go on with it, or begin another run with --out",
        path.display(),
        what.unwrap_or_else(|| "another configuration".to_owned())
    )
}
