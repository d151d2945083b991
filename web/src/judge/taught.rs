//! Which problems a model was taught.

use explang::Language;
use explang::run::{Stage, SummaryExcerpt};
use explang::tasks::{Family, Operands, Problem, Spec, Style, Weighted};

/// The share of right answers from which on a kind counts as taught: some forced language must reach it after SFT, where
/// reinforcement learning begins.
pub const LEAST: f64 = 0.6;

/// The kinds that a model practised, without those that were measured after SFT and that no language reaches [`LEAST`] in.
pub fn taught(practised: &[Weighted], figures: Option<&SummaryExcerpt>) -> Vec<Spec> {
    let sft = figures.and_then(|figures| figures.stages.get(&Stage::Sft));
    let learned = |spec: &Spec| {
        let Some(sft) = sft else { return true };
        let kind = spec.kind();
        let mut worths = Language::ALL
            .into_iter()
            .filter_map(|language| sft.forced(kind.as_str(), language))
            .map(|(accuracy, _)| accuracy)
            .peekable();
        worths.peek().is_none() || worths.any(|accuracy| accuracy >= LEAST)
    };
    let specs = practised.iter().map(|task| task.spec);
    specs.filter(learned).collect()
}

/// The problem of these operands as one of the taught kinds; none where it is of none of them. One problem may be of several levels: 44 + 22
/// is a sum of two digits with or without a carry.
pub fn problem(taught: &[Spec], operands: Operands, style: Style) -> Option<Problem> {
    taught
        .iter()
        .filter(|spec| spec.style() == style)
        .find_map(|spec| Problem::new(*spec, operands).ok())
}

/// What the operands of a family may be, as the taught levels say; empty where none is taught.
pub fn limits(taught: &[Spec], family: Family, style: Style) -> String {
    let levels: Vec<&str> = taught
        .iter()
        .filter(|spec| spec.family() == family && spec.style() == style)
        .map(|spec| family.level_description(spec.level()))
        .collect();
    levels.join(", or ")
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use explang::random::SplitMix64;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    #[test]
    fn a_kind_that_was_measured_and_not_learned_is_left_out() {
        let figures: SummaryExcerpt = serde_json::from_value(serde_json::json!({ "stages": { (Stage::Sft.name()): { "multi": {
            "accuracy": 0.5, "intervals": { "accuracy": [0.4, 0.6] }, "problems": 9,
            "by_kind": {
                "sums/steps": { "accuracy": 0.5, "intervals": { "accuracy": [0.4, 0.6] }, "problems": 9, "by_language": {
                    "zh": { "accuracy": 0.6, "intervals": { "accuracy": [0.5, 0.7] }, "problems": 9 },
                    "en": { "accuracy": 0.1, "intervals": { "accuracy": [0.0, 0.2] }, "problems": 9 } } },
                "sums/breath": { "accuracy": 0.5, "intervals": { "accuracy": [0.4, 0.6] }, "problems": 9, "by_language": {
                    "zh": { "accuracy": 0.59, "intervals": { "accuracy": [0.5, 0.7] }, "problems": 9 } } } }
        } } } }))
        .unwrap();
        let tasks = ["sums/steps/3", "sums/breath/4", "months/steps/2"].map(|spec| Weighted {
            spec: spec.parse().unwrap(),
            weight: 1,
        });
        let names = |figures| -> Vec<String> {
            let taught = taught(&tasks, figures);
            taught.iter().map(Spec::to_string).collect()
        };
        assert_eq!(
            names(None),
            ["sums/steps/3", "sums/breath/4", "months/steps/2"]
        );
        // Nobody has measured months.
        assert_eq!(names(Some(&figures)), ["sums/steps/3", "months/steps/2"]);
    }

    proptest! {
        #[test]
        fn every_problem_of_a_taught_kind_is_found_and_no_other(
            spec in select(Spec::all().collect::<Vec<_>>()),
            other in select(Spec::all().collect::<Vec<_>>()),
            seed in any::<u64>(),
        ) {
            let drawn = spec.draw(&mut SplitMix64::new(seed));
            let found = problem(&[spec], *drawn.operands(), spec.style());
            prop_assert_eq!(found, Some(drawn));
            let same = other.family() == spec.family() && other.style() == spec.style();
            let as_other = problem(&[other], *drawn.operands(), spec.style());
            prop_assert!(same || as_other.is_none());
            prop_assert_eq!(as_other.is_some(), same && Problem::new(other, *drawn.operands()).is_ok());
        }
    }
}
