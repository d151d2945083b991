//! What a person sees while a stage runs: a bar on a terminal, else one line a step.

use std::io::IsTerminal;
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
            None => eprintln!("{:>9} {:>5}/{} {line}", self.stage, step + 1, self.steps),
        }
    }

    /// A line between the steps.
    pub fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => eprintln!("{line}"),
        }
    }

    /// The stage is done.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish();
        }
    }
}
