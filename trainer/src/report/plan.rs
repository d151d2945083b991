//! What a run would do, before it does it: its stages, their steps and tokens, and the memory that they need.

use explang::Language;
use explang::model::ModelConfig;
use explang::model::memory::{Estimate, Work};
use explang::run::config::ModelSection;
use explang::run::{Config, Mode, Stage};
use explang::tasks::{Place, Source, Split};

use super::table::{NONE, Style, align_numbers, drawn, new_table};
use crate::device::{DeviceName, cores};

/// What is known of a run before it begins.
pub struct Known<'a> {
    /// Its configuration.
    pub config: &'a Config,
    /// The stages that it would run, in their order.
    pub stages: &'a [Stage],
    /// The shape of the model, and how many of its numbers learn; none where the checkpoint is not here.
    pub model: Option<(ModelConfig, usize)>,
    /// Tokens of a prompt; none where its tokenizer is not here.
    pub prompt_len: Option<usize>,
    /// Threads on the CPU.
    pub threads: usize,
    /// What the configuration names and is not on this disk.
    pub missing: &'a [String],
}

/// Tokens of a prompt where nothing is known: the paper's limit.
const PROMPT: usize = 2048;

/// A stage of a plan. Tokens are the most that there can be: every response as long as it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Planned {
    steps: usize,
    /// Updates a step.
    updates: usize,
    /// Sequences of a step that are learned from.
    sequences: usize,
    /// Rollouts of a step that are sampled.
    rollouts: usize,
    /// Rollouts of a prompt.
    group: usize,
}

impl Known<'_> {
    /// The plan as text for a terminal.
    pub fn text(&self) -> String {
        let Config { name, seed, .. } = self.config;
        let mut text = format!("Plan of {name}, seed {seed}; nothing is run.\n");
        text += &self.model();
        if !self.missing.is_empty() {
            text += &format!("Not on this disk: {}.\n", self.missing.join(", "));
        }
        text += "\nStages; tokens at most, every response as long as it may be\n";
        text += &self.stages_table();
        text += "\nEvaluation after each stage; tokens at most\n";
        text += &self.evaluation_table();
        if let Some(memory) = self.memory_table() {
            text += "\nMemory at the peak of a step, estimated, in GiB; later stages of the same work need the same\n";
            text += &memory;
        }
        text
    }

    fn model(&self) -> String {
        let begins = match &self.config.model {
            ModelSection::New { preset, .. } => format!("random weights, {preset}"),
            ModelSection::From(path) => path.clone(),
        };
        let Some((shape, learning)) = &self.model else {
            return format!(
                "Begins with {begins}. To see its memory, download it, or give a folder that holds its config.json as `from`.\n"
            );
        };
        let prompt = match self.prompt_len {
            Some(tokens) => format!("prompts of some {tokens} tokens"),
            None => format!("prompts of {PROMPT} tokens assumed"),
        };
        format!(
            "Begins with {begins}: {} layers, width {}, vocabulary {}; {} parameters, of which {} learn; {prompt}.\n",
            shape.num_layers,
            shape.hidden_size,
            shape.vocab_size,
            count(shape.num_parameters()),
            count(*learning),
        )
    }

    fn planned(&self, stage: Stage) -> Option<Planned> {
        let config = self.config;
        let (updates, sequences, rollouts, group) = match stage {
            Stage::Pretrain => (1, config.pretrain.as_ref()?.batch, 0, 1),
            Stage::Sft => (1, config.sft.as_ref()?.batch, 0, 1),
            Stage::Distil => {
                let prompts = config.distil.as_ref()?.prompts;
                (1, prompts, prompts, 1)
            }
            _ => {
                let group = config.rl.group;
                let rollouts = config.rl.prompts * group;
                (config.rl.mini_batches, rollouts, rollouts, group)
            }
        };
        Some(Planned {
            steps: config.steps(stage)?,
            updates,
            sequences,
            rollouts,
            group,
        })
    }

    fn planned_stages(&self) -> impl Iterator<Item = (Stage, Planned)> {
        let known = self.stages.iter();
        known.filter_map(|&stage| Some((stage, self.planned(stage)?)))
    }

    fn stages_table(&self) -> String {
        let header = [
            "stage",
            "starts from",
            "steps",
            "updates",
            "sequences",
            "sampled",
            "learned",
        ];
        let mut table = new_table(Style::Terminal, &header);
        let response = self.config.rl.max_new_tokens;
        let whole = self.prompt_len.unwrap_or(PROMPT) + response;
        let mut total = [0; 5];
        for (stage, planned) in self.planned_stages() {
            let steps = planned.steps;
            let figures = [
                steps,
                steps * planned.updates,
                steps * planned.sequences,
                steps * planned.rollouts * response,
                steps * planned.sequences * whole,
            ];
            (total.iter_mut().zip(figures)).for_each(|(sum, figure)| *sum += figure);
            let from = self.config.starts_from(stage);
            let from = from.map_or("the model".to_owned(), |stage| stage.to_string());
            table.add_row(
                [stage.to_string(), from]
                    .into_iter()
                    .chain(figures.map(count)),
            );
        }
        let all = ["all".to_owned(), String::new()];
        table.add_row(all.into_iter().chain(total.map(count)));
        align_numbers(&mut table, 2..header.len());
        drawn(table).unwrap_or_default() + "\n"
    }

    fn evaluation_table(&self) -> String {
        let eval = &self.config.eval;
        let mut table = new_table(Style::Terminal, &["mode", "responses", "tokens"]);
        for mode in Mode::ALL {
            let responses = match mode {
                Mode::SelfChosen | Mode::English => eval.problems * eval.samples,
                Mode::Multi => eval.forced_problems * Language::SEEN.len(),
                Mode::Unseen => eval.forced_problems * Language::UNSEEN.len(),
            };
            let tokens = responses * self.config.rl.max_new_tokens;
            table.add_row([mode.to_string(), count(responses), count(tokens)]);
        }
        align_numbers(&mut table, 1..3);
        drawn(table).unwrap_or_default() + "\n"
    }

    fn memory_table(&self) -> Option<String> {
        let (shape, learning) = self.model.as_ref()?;
        let header = [
            "stage",
            "device",
            "weights",
            "moments",
            "gradients",
            "layers",
            "logits",
            "sampling",
            "cache",
            "peak",
        ];
        let mut table = new_table(Style::Terminal, &header);
        let mut shown: Vec<Planned> = Vec::new();
        for (stage, planned) in self.planned_stages() {
            // A stage that does the same work a step needs the same.
            let work = Planned {
                steps: 0,
                ..planned
            };
            if shown.contains(&work) {
                continue;
            }
            shown.push(work);
            for cpu in [true, false] {
                let work = Work {
                    learning: *learning,
                    sequences: planned.sequences.div_ceil(planned.updates),
                    prompt_len: self.prompt_len.unwrap_or(PROMPT),
                    response_len: self.config.rl.max_new_tokens,
                    shards: self.config.shards,
                    threads: if cpu { cores(Some(self.threads)) } else { 1 },
                    rollouts: planned.rollouts,
                    group: planned.group,
                    teacher: stage == Stage::Distil,
                    cpu,
                };
                let estimate = Estimate::of(shape, &work, self.config.memory);
                let parts = [
                    estimate.weights,
                    estimate.moments,
                    estimate.gradients,
                    estimate.activations,
                    estimate.logits,
                    estimate.sampling,
                    estimate.cache,
                    estimate.peak(),
                ];
                // Memory is the same on all cards.
                let (first, device) = if cpu {
                    (stage.to_string(), DeviceName::Cpu.to_string())
                } else {
                    (String::new(), "card".to_owned())
                };
                table.add_row([first, device].into_iter().chain(parts.map(gib)));
            }
        }
        align_numbers(&mut table, 2..header.len());
        Some(drawn(table)? + "\n")
    }
}

/// Mean length of so many prompts, in tokens, as `tokens` makes them.
pub fn mean_prompt(
    source: &dyn Source,
    stream: u64,
    tokens: impl Fn(&str) -> Option<usize>,
) -> Option<usize> {
    const PROMPTS: u64 = 64;
    let place = |index| Place {
        stream: stream.wrapping_add(index),
        order: stream,
        index,
    };
    let lengths: Option<Vec<usize>> = (0..PROMPTS)
        .map(|i| tokens(&source.draw(place(i), Split::Train, Language::En).question))
        .collect();
    lengths.map(|lengths| lengths.iter().sum::<usize>().div_ceil(lengths.len().max(1)))
}

/// A count for people: `7,301`, `4.02 M`, `419 M`, `1.26 G`.
fn count(n: usize) -> String {
    for (unit, name) in [(1e9, "G"), (1e6, "M")] {
        let value = n as f64 / unit;
        if value >= 100.0 {
            return format!("{value:.0} {name}");
        } else if value >= 1.0 {
            return format!("{value:.2} {name}");
        }
    }
    match n {
        0 => NONE.to_owned(),
        1..=999 => n.to_string(),
        _ => format!("{},{:03}", n / 1000, n % 1000),
    }
}

/// Bytes in GiB.
fn gib(bytes: u64) -> String {
    let gib = bytes as f64 / f64::from(1 << 30);
    match bytes {
        0 => NONE.to_owned(),
        _ if gib < 0.01 => "< 0.01".to_owned(),
        _ => format!("{gib:.2}"),
    }
}

#[cfg(test)]
mod tests;
