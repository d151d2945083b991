//! What the evaluations after the stages found, in words.

use explang::Language;
use explang::run::summary::ranked;
use explang::run::{Estimate, ModeExcerpt, SelectionSource, StageExcerpt, SummaryExcerpt};

/// What a stage chose most.
#[derive(Debug, Clone, PartialEq)]
pub struct Selected {
    /// The languages and their shares, the most chosen first.
    pub languages: Vec<(Language, f64)>,
    /// Counted over the stage's rollouts, not in its evaluation.
    pub in_training: bool,
}

/// The accuracy with its interval, in percent.
pub fn accuracy(mode: &ModeExcerpt) -> (String, String) {
    let [low, high] = mode.intervals.accuracy.map(|end| 100.0 * end);
    (
        format!("{:.1} %", 100.0 * mode.accuracy),
        format!("{low:.1} to {high:.1}"),
    )
}

/// The most chosen languages, at most `most`, those under 5 % left out.
pub fn selected(figures: &StageExcerpt, most: usize) -> Option<Selected> {
    let mut languages = ranked(figures.selection.as_ref()?);
    languages.retain(|(_, rate)| *rate >= 0.05);
    languages.truncate(most);
    Some(Selected {
        languages,
        in_training: figures.selection_source == Some(SelectionSource::Rollouts),
    })
}

/// A sentence for each difference that was measured: of exploit and control, or of responses and their baseline.
pub fn sentences(summary: &SummaryExcerpt) -> Vec<String> {
    let Some(comparison) = &summary.comparison else {
        return Vec::new();
    };
    let (minus, across) = match summary.responses {
        Some(_) => (
            "Responses minus baseline",
            "the responses choose, the baseline thinks in English",
        ),
        None => (
            "Exploit minus control",
            "exploit chooses, the control thinks in English",
        ),
    };
    let differences = [
        ("both choose their language", comparison.self_chosen),
        ("both think in English", comparison.english),
        (across, comparison.self_against_en),
    ];
    differences
        .into_iter()
        .filter_map(|(when, estimate)| {
            let Estimate { value, low, high, n } = estimate?;
            let [value, low, high] = [value, low, high].map(|of| format!("{:+.1}", 100.0 * of).replace('-', "−"));
            Some(format!(
                "{minus} when {when}: {value} points (95 % interval {low} to {high}), over {n} problems."
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use explang::run::{Comparison, Stage};

    use super::*;

    #[test]
    fn the_committed_summary_is_told_in_full() {
        let json = include_str!("../../../checkpoints/wide/summary.json");
        let summary: SummaryExcerpt = serde_json::from_str(json).unwrap();
        assert_eq!(sentences(&summary).len(), 3);
        for (stage, figures) in &summary.stages {
            let chosen = selected(figures, 2);
            assert_eq!(chosen.is_some(), stage.knows_tags(), "{stage}");
            assert!(
                chosen.is_none_or(|chosen| !chosen.languages.is_empty()),
                "{stage}"
            );
        }
        assert!(
            selected(&summary.stages[&Stage::Explore], 2)
                .unwrap()
                .in_training
        );
        assert!(
            !selected(&summary.stages[&Stage::Control], 2)
                .unwrap()
                .in_training
        );
    }

    #[test]
    fn figures_are_told_with_their_intervals() {
        let json = include_str!("../../../checkpoints/wide/summary.json");
        let mut summary: SummaryExcerpt = serde_json::from_str(json).unwrap();
        let mut exploit = summary.stages.remove(&Stage::Exploit).unwrap();
        let chosen = exploit.self_chosen.as_mut().unwrap();
        chosen.accuracy = 0.7583;
        chosen.intervals.accuracy = [0.7, 0.8];
        assert_eq!(accuracy(chosen), ("75.8 %".into(), "70.0 to 80.0".into()));
        exploit.selection = Some(
            [
                (Language::Zh, 0.9),
                (Language::En, 0.06),
                (Language::Fr, 0.01),
            ]
            .into(),
        );
        exploit.selection_source = Some(SelectionSource::Rollouts);
        let selected = selected(&exploit, 3).unwrap();
        assert_eq!(
            selected.languages,
            [(Language::Zh, 0.9), (Language::En, 0.06)]
        );
        assert!(selected.in_training);
        let english = Estimate {
            value: -0.128,
            low: -0.178,
            high: -0.08,
            n: 300,
        };
        summary.comparison = Some(Comparison {
            self_chosen: None,
            english: Some(english),
            self_against_en: None,
        });
        assert_eq!(
            sentences(&summary),
            [
                "Exploit minus control when both think in English: −12.8 points (95 % interval −17.8 to −8.0), over 300 problems."
            ]
        );
        summary.responses = Some(exploit);
        assert!(sentences(&summary)[0].starts_with("Responses minus baseline when both"));
        assert!(sentences(&SummaryExcerpt::default()).is_empty());
    }
}
