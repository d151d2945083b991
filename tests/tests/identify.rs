//! Both detectors name the language of what the tasks say, read back out of a whole transcript.

use explang::Language;
use explang::identify::{Identify, LinguaDetector, WhatlangDetector};
use explang::random::SplitMix64;
use explang::tasks::{Spec, say};
use explang::transcript::{END_THINK, Parsed, forced_prefix};

/// Traces of a language: four of every kind of problem.
fn traces(language: Language) -> Vec<String> {
    let mut rng = SplitMix64::new(2_026);
    Spec::all()
        .flat_map(|spec| [spec; 4])
        .map(|spec| {
            let problem = spec.draw(&mut rng);
            let (opening, trace) = (forced_prefix(language), say::trace(&problem, language));
            let text = format!(
                "{opening}{trace}\n{END_THINK}\n\\boxed{{{}}}",
                problem.answer()
            );
            let parsed = Parsed::of(&text);
            assert_eq!(parsed.language(), Some(language));
            parsed.trace.unwrap().to_owned()
        })
        .collect()
}

/// At least 98 % of the traces of every language are named rightly.
fn names_traces(detector: &dyn Identify) {
    for language in Language::ALL {
        let traces = traces(language);
        assert!(traces.len() >= 120, "{}", traces.len());
        let missed: Vec<&String> = traces
            .iter()
            .filter(|t| detector.identify(t) != Some(language))
            .collect();
        assert!(missed.len() * 50 <= traces.len(), "{language}: {missed:#?}");
    }
}

#[test]
fn the_precise_detector_names_the_language_of_98_traces_in_100() {
    names_traces(&LinguaDetector::new(&Language::ALL));
}

#[test]
fn the_light_detector_names_the_language_of_98_traces_in_100() {
    names_traces(&WhatlangDetector::new(&Language::ALL));
}
