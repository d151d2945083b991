//! `explang pretrain`: a new run, up to and with its first stage.

use std::path::PathBuf;

use clap::Args;

use explang::run::Stage;

use super::device::DeviceArguments;
use super::stage::{begin_or_open, default_folder, load_config, run_stages};

/// Arguments of `explang pretrain`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A preset (quick, wide, even, no-explore, grpo, exchanged, smoke) or the path of a TOML file.
    #[arg(default_value = "quick")]
    config: String,
    /// The run's folder; where it holds a run of the same configuration, that run goes on. `runs/<name>-<seed>`, if not given.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Another seed than the configuration's.
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    device: DeviceArguments,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let config = load_config(&self.config, self.seed)?;
        let path = self.out.clone().unwrap_or_else(|| default_folder(&config));
        let folder = begin_or_open(&path, config)?;
        // The configuration is in the run, but this command compares the two.
        let mut again = vec![
            Stage::Pretrain.to_string(),
            self.config.clone(),
            "--out".into(),
        ];
        again.push(path.to_string_lossy().into());
        if let Some(seed) = self.seed {
            again.extend(["--seed".into(), seed.to_string()]);
        }
        again.extend(self.device.again());
        run_stages(folder, &[Stage::Pretrain], &self.device, &again)
    }
}
