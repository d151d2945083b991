//! The answer that the page shows while the model loads: written natively from the committed checkpoint, as the worker would
//! have sent it.

use crate::protocol::Opening;

/// What the example `opening` wrote.
const RECORDED: &str = include_str!("../data/opening.json");

/// The recorded answer; none where the file is of another version of the page.
pub fn recorded() -> Option<Opening> {
    serde_json::from_str(RECORDED).ok()
}

/// Lets the checkpoint of the run in `run` answer the page's first problem; gives the text of the file.
///
/// # Errors
/// When the run cannot be read, or its model cannot answer.
#[cfg(not(target_arch = "wasm32"))]
pub fn make(run: &std::path::Path) -> Result<String, Box<dyn std::error::Error>> {
    use std::ops::ControlFlow;

    use explang::model::SliceDecoder;

    use crate::engine::session::{Files, Session};
    use crate::engine::training;
    use crate::judge::problem_text;
    use crate::page::address::{Asked, State};
    use crate::protocol::{Column, Draw, Token};

    let state = State::default();
    let folder = run.join(state.stage().checkpoint_path());
    let read = |name: &str| {
        std::fs::read(folder.join(name))
            .map_err(|e| format!("{}: {e}", folder.join(name).display()))
    };
    let files = Files {
        config: read("config.json")?,
        tokenizer: read("tokenizer.json")?,
        weights: read("model.safetensors")?,
    };
    let training = training::read(&std::fs::read_to_string(run.join("run.toml"))?)?;
    let session = Session::open(&files, state.stage(), SliceDecoder::from_safetensors)?;
    let sampling = Draw {
        temperature: state.temperature(),
        top_p: 1.0,
        max_new_tokens: training.max_new_tokens,
    };
    let column = Column {
        prompt: state.prompt(),
        language: state.language,
        seed: state.seed,
    };
    let mut tokens = Vec::new();
    let step = async |step: Vec<Token>| {
        tokens.extend(step);
        ControlFlow::Continue(())
    };
    let mut completed = pollster::block_on(session.ask(&[column], &sampling, step))?;
    let mut choice = pollster::block_on(session.choice(&state.prompt()))?;
    // Time and place say nothing to the reader, and would make every recording differ.
    choice.milliseconds = 0.0;
    let opening = Opening {
        stage: state.stage(),
        training,
        problem: match &state.asked {
            Asked::Problem(problem) => problem_text::write(problem),
            Asked::Text(text) => text.clone(),
        },
        sampling,
        seed: state.seed,
        choice,
        tokens,
        completed: completed.pop().ok_or("the model wrote nothing")?,
    };
    Ok(serde_json::to_string_pretty(&opening)?)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_answer_is_what_the_committed_checkpoint_says() {
        let run = concat!(env!("CARGO_MANIFEST_DIR"), "/../checkpoints/wide");
        let made: Opening = serde_json::from_str(&make(run.as_ref()).unwrap()).unwrap();
        let recorded = recorded().expect("run the example `opening` again");
        assert_eq!(recorded.completed, made.completed);
        assert_eq!(recorded.problem, made.problem);
        let ids = |opening: &Opening| opening.tokens.iter().map(|t| t.token).collect::<Vec<_>>();
        assert_eq!(ids(&recorded), ids(&made));
        // Processors round differently.
        for (a, b) in recorded
            .choice
            .probabilities
            .iter()
            .zip(&made.choice.probabilities)
        {
            assert!((a - b).abs() < 1e-3, "{a} {b}");
        }
    }
}
