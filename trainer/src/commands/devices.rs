//! `explang devices`: what this machine and this build can compute on.
//!
//! Each device is tried by a process of its own, since a driver may crash the one that asks it, or never answer.

use std::io::{Read, Write, stdout};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use explang::model::Precision;
use explang_trainer::device::{DeviceError, DeviceName, DeviceReport, Opened};
use explang_trainer::report::devices::table;

use super::choice::choice;

/// How long a device may take for its known answers.
const PATIENCE: Duration = Duration::from_secs(300);

/// Arguments of `explang devices`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print what is known as JSON.
    #[arg(long)]
    json: bool,
    /// Try this device here and print what is known of it as JSON: what the command asks of itself.
    #[arg(long, hide = true, value_parser = choice::<DeviceName>())]
    only: Option<DeviceName>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut out = stdout().lock();
        if let Some(device) = self.only {
            let report = DeviceReport::of(device);
            return Ok(writeln!(out, "{}", serde_json::to_string(&report)?)?);
        }
        let mut reports = vec![DeviceReport::of(DeviceName::Cpu)];
        for card in DeviceName::CARDS {
            reports.push(report(card).unwrap_or_else(|error| DeviceReport::failed(card, &error)));
        }
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&reports)?)?;
            return Ok(());
        }
        writeln!(out, "{}", table(&reports))?;
        writeln!(
            out,
            "Products are computed in f32; in another format of a graphics card with --precision."
        )?;
        Ok(())
    }
}

/// A device, opened here once a process of its own has found it right.
///
/// # Errors
/// When this build or this machine has none, its numbers are wrong, or it is software.
pub(crate) fn opened(card: DeviceName, precision: Precision) -> Result<Opened, DeviceError> {
    match report(card)? {
        DeviceReport { why: Some(why), .. } => Err(DeviceError::Failed(card, why)),
        DeviceReport {
            software: true,
            adapter: Some(adapter),
            ..
        } => Err(DeviceError::Software(card, adapter)),
        // This process asks again: each opens a device for itself.
        _ => card.opened(precision),
    }
}

/// What is known of a card, from a process that tried it.
fn report(card: DeviceName) -> Result<DeviceReport, DeviceError> {
    if !card.is_built() {
        return Err(DeviceError::NotBuilt(card));
    }
    asked(card).map_err(|why| DeviceError::Failed(card, why))
}

/// Asks this program in a process of its own; what that writes to standard error is of no use to anybody.
fn asked(card: DeviceName) -> Result<DeviceReport, String> {
    let not_begun = |error| format!("no process could be begun to try it: {error}");
    let program = std::env::current_exe().map_err(not_begun)?;
    let mut child = Command::new(program)
        .args(["devices", "--only", card.name()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(not_begun)?;
    let begun = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            waited => {
                // It may have ended since.
                child.kill().ok();
                child.wait().ok();
                return Err(match waited {
                    Err(error) => error.to_string(),
                    Ok(_) => format!("no answer in {} s", PATIENCE.as_secs()),
                });
            }
        }
    };
    let mut text = String::new();
    // One line, which fits into the pipe.
    if let Some(mut out) = child.stdout.take() {
        out.read_to_string(&mut text)
            .map_err(|error| error.to_string())?;
    }
    serde_json::from_str(&text)
        .map_err(|_| format!("the process that tried it ended without an answer, {status}"))
}
