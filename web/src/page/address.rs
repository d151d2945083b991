//! The page's whole state, as its address spells it: a link shows another person what you see.
//!
//! The address names only what differs from the default: that of a fresh page has no query at all.

use explang::Language;
use explang::named::named;
use explang::run::Stage;
use explang::tasks::{Operands, Problem, Style};
use form_urlencoded::{Serializer, parse};

use crate::history::{DEFAULT_WINDOW, Part, WINDOWS};
use crate::judge::incentive::Incentive;
use crate::judge::problem_text;
use crate::judge::recognise::recognise;
use crate::protocol::{DeviceKind, Origin};

/// What the visitor looks at and asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The view.
    pub view: View,
    /// What is asked.
    pub asked: Asked,
    /// The language that a problem is asked in.
    pub asked_in: Language,
    /// The thinking language that is forced; none lets the model choose.
    pub language: Option<Language>,
    /// The stage whose checkpoint is asked; none takes the one that [`State::stage`] says.
    pub stage: Option<Stage>,
    /// Seed of the sampling.
    pub seed: u64,
    /// Temperature of the sampling, in tenths.
    pub temperature: u8,
    /// Shown at reading speed.
    pub slow: bool,
    /// Where the model computes.
    pub device: DeviceKind,
    /// The run whose checkpoints are asked and whose history is read.
    pub run: Source,
    /// View 4 shows the best responses first; otherwise the languages stand in their order.
    pub best_first: bool,
    /// How view 6 pays a group.
    pub incentive: Incentive,
    /// The part of the run that view 7 shows; none lets the page take the one with the choice.
    pub part: Option<Part>,
    /// Steps that views 7 and 8 average over: one of [`WINDOWS`].
    pub window: u32,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The one that was built into the page.
    Committed,
    /// The one that `explang serve RUN` shows, perhaps still in progress.
    Served,
    /// The visitor's own training, which this browser keeps.
    Yours,
    /// None: the model is in a file that the visitor has opened.
    File,
}

named!(Source, "run", { Committed => "committed", Served => "served", Yours => "yours", File => "file" });

impl Source {
    /// Its folder, beside the page; none where the browser keeps it.
    pub const fn folder(self) -> Option<&'static str> {
        match self {
            Source::Committed => Some("checkpoints/wide/"),
            Source::Served => Some("run/"),
            Source::Yours | Source::File => None,
        }
    }

    /// Where the engine finds it.
    pub const fn origin(self) -> Origin {
        match self {
            Source::Committed => Origin::Exported,
            Source::Served => Origin::Served,
            Source::Yours => Origin::Yours,
            Source::File => Origin::File,
        }
    }

    /// Whether it is a run, whose stages can be asked.
    pub const fn has_stages(self) -> bool {
        matches!(self, Source::Committed | Source::Served)
    }
}

/// A model that can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// That of a stage of a run.
    Stage(Stage),
    /// The visitor's own.
    Yours,
    /// That of the file that the visitor has opened.
    File,
}

impl Model {
    /// Its name where one is chosen.
    pub const fn name(self) -> &'static str {
        match self {
            Model::Stage(stage) => stage.name(),
            Model::Yours => Source::Yours.name(),
            Model::File => Source::File.name(),
        }
    }

    /// The model of a name.
    pub fn named(name: &str) -> Option<Model> {
        match name.parse() {
            Ok(Source::Yours) => Some(Model::Yours),
            Ok(Source::File) => Some(Model::File),
            _ => Stage::evaluated(name).ok().map(Model::Stage),
        }
    }
}

/// The views that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// Ask, choose, watch it think.
    Think,
    /// Think in every language at once.
    Every,
    /// Travel through training.
    Travel,
    /// Be the trainer.
    Trainer,
    /// Read the run.
    Run,
    /// Train it yourself.
    Learn,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A problem of the tasks.
    Problem(Problem),
    /// The visitor's own text.
    Text(String),
}

/// Longest text that is asked, in characters: more does not fit into the model.
pub const LONGEST_TEXT: usize = 300;

/// Highest temperature, in tenths.
pub const HIGHEST_TEMPERATURE: u8 = 20;

named!(View, "view", {
    Think => "think",
    Every => "every",
    Travel => "travel",
    Trainer => "trainer",
    Run => "run",
    Learn => "learn",
});

impl View {
    /// Whether a model is asked there.
    pub const fn asks(self) -> bool {
        match self {
            View::Think | View::Every | View::Travel | View::Trainer => true,
            View::Run | View::Learn => false,
        }
    }

    /// Whether one answer of one model is shown, token by token.
    pub const fn shows_answer(self) -> bool {
        matches!(self, View::Think | View::Travel)
    }
}

impl Default for State {
    fn default() -> Self {
        let operands = Operands::Sum { a: 47, b: 38 };
        State {
            view: View::Think,
            asked: match Problem::at_lowest_level(operands, Style::Steps) {
                Ok(problem) => Asked::Problem(problem),
                // A test asserts that it is a problem.
                Err(_) => Asked::Text(String::new()),
            },
            asked_in: Language::En,
            language: None,
            stage: None,
            // With this one the first group of view 6 has something to learn from.
            seed: 2,
            temperature: 10,
            slow: true,
            device: DeviceKind::Cpu,
            run: Source::Committed,
            best_first: false,
            incentive: Incentive::default(),
            part: None,
            window: DEFAULT_WINDOW,
        }
    }
}

impl State {
    /// Reads the part of an address after `?`. What is missing or wrong takes its default.
    pub fn read(query: &str) -> State {
        let mut state = State::default();
        for (key, value) in parse(query.trim_start_matches('?').as_bytes()) {
            match &*key {
                "view" => state.view = value.parse().unwrap_or(state.view),
                "problem" => {
                    if let Some(problem) = problem_text::read(&value) {
                        state.asked = Asked::Problem(problem);
                    }
                }
                "text" => state.asked = Asked::Text(value.chars().take(LONGEST_TEXT).collect()),
                "asked-in" => state.asked_in = value.parse().unwrap_or(state.asked_in),
                "language" => state.language = value.parse().ok(),
                "stage" => state.stage = Stage::evaluated(&value).ok(),
                "seed" => state.seed = value.parse().unwrap_or(state.seed),
                "temperature" => {
                    let tenths = value.parse::<f32>().map(|t| (10.0 * t).round());
                    if let Ok(tenths) = tenths
                        && (0.0..=f32::from(HIGHEST_TEMPERATURE)).contains(&tenths)
                    {
                        state.temperature = tenths as u8;
                    }
                }
                "speed" => state.slow = value != "full",
                "device" => state.device = value.parse().unwrap_or(state.device),
                "run" => state.run = value.parse().unwrap_or(state.run),
                "order" => state.best_first = value == "best",
                "variant" | "preset" | "estimator" | "weights" => {
                    state.incentive.read(&key, &value)
                }
                "part" => state.part = Part::named(&value),
                "window" => {
                    let window = value.parse().ok().filter(|window| WINDOWS.contains(window));
                    state.window = window.unwrap_or(state.window);
                }
                _ => {}
            }
        }
        state
    }

    /// The address of this state for a page at `path`.
    pub fn address(&self, path: &str) -> String {
        match self.write() {
            bare if bare.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// The part of the address after `?`: what differs from the default.
    pub fn write(&self) -> String {
        let plain = State::default().parts();
        let differing = self
            .parts()
            .into_iter()
            .filter(|part| !plain.contains(part));
        let mut query = Serializer::new(String::new());
        query.extend_pairs(differing);
        // A slash needs no escape in a query, and is read more easily.
        query.finish().replace("%2F", "/")
    }

    /// All parts of the address, each with its key.
    fn parts(&self) -> Vec<(&'static str, String)> {
        let mut parts = vec![("view", self.view.to_string())];
        parts.push(match &self.asked {
            Asked::Problem(problem) => ("problem", problem_text::write(problem)),
            Asked::Text(text) => ("text", text.clone()),
        });
        let speed = if self.slow { "reading" } else { "full" };
        let order = if self.best_first { "best" } else { "languages" };
        parts.extend([
            ("asked-in", self.asked_in.code().to_owned()),
            (
                "language",
                self.language.map_or("auto", Language::code).to_owned(),
            ),
            ("stage", self.stage.map_or("auto", Stage::name).to_owned()),
            ("seed", self.seed.to_string()),
            ("temperature", format!("{:.1}", self.temperature())),
            ("speed", speed.to_owned()),
            ("device", self.device.name().to_owned()),
            ("run", self.run.to_string()),
            ("order", order.to_owned()),
        ]);
        parts.extend(self.incentive.write());
        parts.extend([
            ("part", self.part.map_or("auto", Part::name).to_owned()),
            ("window", self.window.to_string()),
        ]);
        parts
    }

    /// The stage whose checkpoint is asked. Where the address names none, it is the student, which is small and chooses well; of a run that
    /// is served, which may have no student yet, the model after exploit; and where a group is paid, the model after SFT, where
    /// reinforcement learning begins: a group that chooses alike has nothing to learn from. Of the visitor's own model, and of one in a file,
    /// one after reinforcement learning whatever the address names, which is for going back to the run.
    pub fn stage(&self) -> Stage {
        match (self.stage, self.view, self.run) {
            (_, _, Source::Yours | Source::File) => Stage::Explore,
            (Some(stage), _, _) => stage,
            (None, View::Trainer, _) => Stage::Sft,
            (None, _, Source::Served) => Stage::Exploit,
            (None, _, Source::Committed) => Stage::Distil,
        }
    }

    /// The model that is asked.
    pub fn model(&self) -> Model {
        match self.run {
            Source::Yours => Model::Yours,
            Source::File => Model::File,
            Source::Committed | Source::Served => Model::Stage(self.stage()),
        }
    }

    /// What is asked of the model, and nothing of how it is looked at.
    pub fn question(&self) -> State {
        let State {
            view,
            best_first,
            incentive,
            part,
            window,
            ..
        } = State::default();
        State {
            view,
            stage: Some(self.stage()),
            best_first,
            incentive,
            part,
            window,
            ..self.clone()
        }
    }

    /// The temperature.
    pub fn temperature(&self) -> f32 {
        f32::from(self.temperature) / 10.0
    }

    /// The problem of the tasks that is asked; none for a text that is none of theirs, or does not say how to think.
    pub fn problem(&self) -> Option<Problem> {
        match &self.asked {
            Asked::Problem(problem) => Some(*problem),
            Asked::Text(text) => recognise(text)
                .filter(|found| found.says_style)
                .map(|found| found.problem),
        }
    }

    /// The problem in words, as the model reads it.
    pub fn prompt(&self) -> String {
        match &self.asked {
            Asked::Problem(problem) => explang::tasks::say::problem(problem, self.asked_in),
            Asked::Text(text) => text.trim().to_owned(),
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
