//! A run's log, as far as it has been read.

use std::collections::BTreeMap;

use explang::run::{Line, LineError, Stage};

use super::line::{Step, step};
use super::part::Part;

/// The lines of a `metrics.jsonl`. It grows as lines come in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    stages: BTreeMap<Stage, Vec<Step>>,
    /// Lines that tell of a step.
    pub lines: usize,
    /// Lines that could not be read.
    pub unreadable: usize,
    /// Lines of stages that this page does not know.
    pub foreign: usize,
}

impl Log {
    /// Reads more lines. Blank ones say nothing.
    pub fn push(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let line = match Line::parse(line) {
                Ok(line) => line,
                Err(LineError::Stage(_)) => {
                    self.foreign += 1;
                    continue;
                }
                Err(LineError::Json(_)) => {
                    self.unreadable += 1;
                    continue;
                }
            };
            let Some(step) = step(&line) else {
                self.unreadable += 1;
                continue;
            };
            self.lines += 1;
            let steps = self.stages.entry(line.stage).or_default();
            // A run that was resumed repeats steps: what came before counts no more.
            let kept = steps.partition_point(|before| before.number < step.number);
            steps.truncate(kept);
            steps.push(step);
        }
    }

    /// The steps of a stage, in their order.
    pub(super) fn steps(&self, stage: Stage) -> &[Step] {
        self.stages.get(&stage).map_or(&[], Vec::as_slice)
    }

    /// The last step of a stage that has been logged; 0 before the first.
    pub fn last_step(&self, stage: Stage) -> u32 {
        self.steps(stage).last().map_or(0, |step| step.number)
    }

    /// Whether there is a step of a part.
    pub fn has(&self, part: Part) -> bool {
        part.stages().iter().any(|stage| self.last_step(*stage) > 0)
    }

    /// Stages with a step.
    pub fn stage_count(&self) -> usize {
        self.stages.len()
    }

    /// The part to show where none was chosen: that of the choice, else the last that there is.
    pub fn main_part(&self) -> Part {
        let latest = || Part::ALL.into_iter().rfind(|&part| self.has(part));
        if self.has(Part::Rl) {
            Part::Rl
        } else {
            latest().unwrap_or(Part::Rl)
        }
    }

    /// What was passed over, in a sentence; none where nothing was.
    pub fn passed_over(&self) -> Option<String> {
        let unreadable = match self.unreadable {
            1 => "1 line could not be read.".to_owned(),
            count => format!("{count} lines could not be read."),
        };
        let foreign = match self.foreign {
            1 => "1 line belongs to a stage that this page does not know.".to_owned(),
            count => format!("{count} lines belong to stages that this page does not know."),
        };
        match (self.unreadable, self.foreign) {
            (0, 0) => None,
            (_, 0) => Some(unreadable),
            (0, _) => Some(foreign),
            _ => Some(format!("{unreadable} {foreign}")),
        }
    }
}

/// A long text in pieces of whole lines, some `size` bytes each.
pub fn pieces(text: &str, size: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let from = size.min(rest.len());
        let end = rest.as_bytes()[from..]
            .iter()
            .position(|&byte| byte == b'\n');
        let (piece, after) = rest.split_at(end.map_or(rest.len(), |end| from + end + 1));
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_lines_are_counted_and_passed_over() {
        let mut log = Log::default();
        log.push("{\"stage\":\"sft\",\"step\":0,\"loss\":2}\n\n{\"stage\":\"sft\"\nnonsense\r\n");
        log.push("{\"stage\":\"sft\",\"step\":1,\"loss\":1}\n{\"stage\":\"bench\",\"step\":0}");
        assert_eq!((log.lines, log.unreadable, log.foreign), (2, 2, 1));
        assert_eq!(log.last_step(Stage::Sft), 2);
        assert_eq!(
            log.passed_over().unwrap(),
            "2 lines could not be read. 1 line belongs to a stage that this page does not know."
        );
        assert_eq!(Log::default().passed_over(), None);
    }

    #[test]
    fn pieces_are_whole_lines_and_together_the_text() {
        let text = "one\ntwo\n語語\nfour";
        for size in 0..20 {
            let cut: Vec<&str> = pieces(text, size).collect();
            assert_eq!(cut.concat(), text);
            assert!(
                cut[..cut.len() - 1]
                    .iter()
                    .all(|piece| piece.ends_with('\n'))
            );
        }
        assert_eq!(pieces(text, 5).next(), Some("one\ntwo\n"));
        assert_eq!(pieces("", 5).next(), None);
    }

    #[test]
    fn a_resumed_run_replaces_the_steps_that_it_repeats() {
        let mut log = Log::default();
        for step in [0, 1, 2, 3, 2] {
            log.push(&format!(
                "{{\"stage\":\"sft\",\"step\":{step},\"loss\":{step}}}"
            ));
        }
        let numbers: Vec<u32> = log
            .steps(Stage::Sft)
            .iter()
            .map(|step| step.number)
            .collect();
        assert_eq!(numbers, [1, 2, 3]);
    }

    #[test]
    fn the_choice_is_shown_first_else_what_came_last() {
        let mut log = Log::default();
        assert_eq!(log.main_part(), Part::Rl);
        log.push(r#"{"stage":"pretrain","step":0}"#);
        log.push(r#"{"stage":"sft","step":0}"#);
        assert_eq!(log.main_part(), Part::Sft);
        log.push(r#"{"stage":"explore","step":0}"#);
        log.push(r#"{"stage":"distil","step":0}"#);
        assert_eq!(log.main_part(), Part::Rl);
        assert!(log.has(Part::Distil) && !log.has(Part::Control));
    }
}
