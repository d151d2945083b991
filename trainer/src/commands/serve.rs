//! `explang serve`: the page, and a run on it.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use clap::Args;
use explang::run::Config;
use explang_serve::{Bound, Dist, RunSource, Server, Site, bind};
use explang_trainer::progress::tell;
use explang_trainer::run::folder::{read_config, read_info};

/// The port where none is given.
pub(super) const PORT: &str = "8080";

/// Arguments of `explang serve`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Folder of a run, finished or in progress, to show on the page.
    run: Option<PathBuf>,
    /// The port; 0 picks a free one.
    #[arg(long, default_value = PORT)]
    port: u16,
    /// The address to answer on; other machines reach it only where it is one of theirs too, such as 0.0.0.0.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Folder of the built page.
    #[arg(long, default_value = "dist")]
    dist: PathBuf,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let run = self.run.as_deref().map(open).transpose()?;
        let site = Site {
            dist: Dist::open(&self.dist)?,
            run,
        };
        let server = bind(&self.host, self.port)?.start(site)?;
        let mut out = stdout().lock();
        let what = match &self.run {
            Some(run) => format!("The page, with the run in {}, is", run.display()),
            None => "The page is".to_owned(),
        };
        writeln!(out, "{what} at {}\nCtrl-C ends it.", server.url())?;
        if !server.is_private() {
            writeln!(out, "Whoever reaches this machine can read it.")?;
        }
        out.flush()?;
        server.until_interrupted(|| false)
    }
}

/// The run in a folder, if this program can read what it is and how it trains.
fn open(path: &Path) -> anyhow::Result<RunSource> {
    read_info(path)?;
    let file = path.join("run.toml");
    Config::parse(&file.to_string_lossy(), &read_config(path)?)?;
    RunSource::open(path)
}

/// What `--serve` needs, found before a run begins, so that a mistake leaves no run behind.
pub(super) struct Prepared {
    bound: Bound,
    dist: Dist,
}

impl Prepared {
    /// Takes the port, and looks for the page.
    pub(super) fn new(port: u16, dist: &Path) -> anyhow::Result<Self> {
        Ok(Prepared {
            dist: Dist::open(dist)?,
            bound: bind("127.0.0.1", port)?,
        })
    }

    /// Begins to show the run in a folder.
    pub(super) fn start(self, run: &Path) -> anyhow::Result<Server> {
        let server = self.bound.start(Site {
            dist: self.dist,
            run: Some(RunSource::open(run)?),
        })?;
        // Not on the standard output: that is the report's.
        tell(&format!("The page shows the run at {}", server.url()));
        Ok(server)
    }
}
