//! `explang-serve DIST PORT RUN`: the page in the folder DIST, and the run in the folder RUN as soon as it begins, on this machine.
//!
//! For `web/show`, which cannot wait for the trainer; people have `explang serve`, with options and help.

use std::ffi::OsString;
use std::io::{Write, stdout};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use explang_serve::{Dist, RunSource, Site, bind};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match serve(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("explang-serve: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(arguments: &[OsString]) -> anyhow::Result<()> {
    let [dist, port, run] = arguments else {
        anyhow::bail!("expected three arguments: the page's folder, a port, and a run's folder");
    };
    let port = port.to_str().and_then(|port| port.parse().ok());
    let port = port.context("the port must be a number from 0 to 65535")?;
    let site = Site {
        dist: Dist::open(Path::new(dist))?,
        run: Some(RunSource::awaited(Path::new(run))),
    };
    let server = bind("127.0.0.1", port)?.start(site)?;
    let url = server.url();
    let mut told = Ok(());
    server.until_interrupted(|| {
        // Not before signals are heard: who reads the address may send one at once.
        told = tell(&url);
        told.is_err()
    })?;
    Ok(told?)
}

fn tell(url: &str) -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{url}")?;
    out.flush()
}
