//! What a person sees while a stage runs: a bar on a terminal, else one line a step.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Progress of one stage.
#[derive(Debug)]
pub struct Progress {
    stage: String,
    steps: usize,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Begins at step `from` of `steps`.
    pub fn new(stage: &str, from: usize, steps: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(steps as u64).with_position(from as u64);
            let template = "{prefix:>9} {wide_bar} {pos}/{len} · {eta} left · {msg}";
            // The template is a constant of this file; a bar without it would still count.
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_prefix(stage.to_owned());
            bar.reset_eta();
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        Progress {
            stage: stage.to_owned(),
            steps,
            bar,
        }
    }

    /// Step `step` (from 0) is done.
    pub fn step(&self, step: usize, line: &str) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(line.to_owned());
                bar.set_position(step as u64 + 1);
            }
            None => tell(&format!(
                "{:>9} {:>5}/{} {line}",
                self.stage,
                step + 1,
                self.steps
            )),
        }
    }

    /// Step `step` (from 0) is done, though nothing came of it. Its line stays.
    pub fn skipped(&self, step: usize, line: &str) {
        let line = format!("{:>9} {:>5}/{} {line}", self.stage, step + 1, self.steps);
        match &self.bar {
            Some(bar) => {
                bar.println(line);
                bar.set_position(step as u64 + 1);
            }
            None => tell(&line),
        }
    }

    /// The stage is done.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish();
        }
    }
}

/// A line on the standard error for whoever reads it. Where nobody can (a closed pipe, a log on a full disk) the work goes on.
pub fn tell(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").ok();
}
