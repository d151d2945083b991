//! How long a reward of 2,048 responses of some 1,000 tokens takes, with each detector and with none:
//! `cargo run --release -p explang-reward --all-features --example speed`.

use std::time::Instant;

use explang_language::Language;
use explang_reward::identify::{Identifier, Identify};
use explang_reward::transcript::forced_prefix;
use explang_reward::{GroupId, Preset, Response, Reward, TraceText};
use explang_tasks::random::SplitMix64;
use explang_tasks::{Spec, say};

/// Responses of a batch, and to one prompt.
const RESPONSES: usize = 2048;
const GROUP: usize = 8;
/// Letters of a trace in Latin script, four a token; a trace in a denser script has half as many.
const LETTERS: usize = 4000;

/// Names no language, in no time.
struct Never;

impl Identify for Never {
    fn identify(&self, _: &str) -> Option<Language> {
        None
    }
}

/// A response that thinks long in a language, with formulas between its sentences, and answers 42.
fn response(rng: &mut SplitMix64, language: Language) -> String {
    let specs: Vec<Spec> = Spec::all().collect();
    let mut text = forced_prefix(language);
    while text.len() < LETTERS {
        let spec = specs[rng.below(specs.len() as u64) as usize];
        text += &say::trace(&spec.draw(rng), language);
        text += " $x_1 = \\frac{-b + \\sqrt{b^2 - 4ac}}{2a}$ ";
    }
    text + "\n</think>\nSo it is \\boxed{42}."
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rng = SplitMix64::new(1);
    let mut texts = |pool: &[Language]| -> Vec<String> {
        let languages = pool.iter().cycle().take(RESPONSES);
        languages
            .map(|language| response(&mut rng, *language))
            .collect()
    };
    let batches = [
        ("all seventeen", texts(&Language::ALL)),
        ("English", texts(&[Language::En])),
    ];
    println!("| traces in | read as | detector | seconds | a core and response, in ms |");
    let cores = std::thread::available_parallelism()?;
    for (name, texts) in &batches {
        let responses: Vec<Response<'_>> = texts
            .iter()
            .enumerate()
            .map(|(i, text)| Response {
                group: GroupId((i / GROUP) as u64),
                text,
                ground_truth: "42",
                truncated: false,
            })
            .collect();
        let detectors: [(&str, Box<dyn Identify>); 3] = [
            ("none", Box::new(Never)),
            ("whatlang", Identifier::Whatlang.build(&Language::ALL)?),
            ("lingua", Identifier::Lingua.build(&Language::ALL)?),
        ];
        for (detector_name, detector) in &detectors {
            for text in TraceText::ALL {
                let mut reward = Reward::named("verified", Preset::Paper)?;
                reward.options.trace_text = text;
                // The models are loaded on first use.
                reward.score(&responses[..Language::ALL.len()], &**detector);
                let begun = Instant::now();
                let scored = reward.score(&responses, &**detector);
                let seconds = begun.elapsed().as_secs_f64();
                assert!(scored.iter().all(|scored| scored.components.verified > 0.0));
                let each = 1000.0 * seconds * cores.get() as f64 / RESPONSES as f64;
                println!("| {name} | {text} | {detector_name} | {seconds:.2} | {each:.2} |");
            }
        }
    }
    Ok(())
}
