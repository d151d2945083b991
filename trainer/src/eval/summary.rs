//! The figures of `summary.json` from the evaluations of a run.

use std::collections::BTreeMap;

use explang::run::summary::{SelectionSource, StageSummary, Summary};
use explang::run::{ChoiceCounts, Mode, Stage};

use super::compare::{against_english, comparison};
use super::metrics::{Options, mode_summary};
use super::record::Evaluation;
use super::selection::{Selection, choices_by_kind, correlation, forced_accuracy, settled};
use super::{information, regret};

/// The figures of a stage, from its evaluation at `temperature` and, for stages of RL, what training counted of its rollouts, by
/// family; without rollouts the selection is that of self-mode evaluation.
pub fn stage_summary(
    evaluation: &Evaluation,
    rollouts: Option<&BTreeMap<String, ChoiceCounts>>,
    temperature: f32,
    options: &Options,
) -> StageSummary {
    let Evaluation { records, choices } = evaluation;
    let mode = |mode| mode_summary(records, mode, options);
    let mut stage = StageSummary {
        self_chosen: mode(Mode::SelfChosen),
        english: mode(Mode::English),
        multi: mode(Mode::Multi),
        unseen: mode(Mode::Unseen),
        against_english: against_english(records),
        ..StageSummary::default()
    };
    regret::fill(&mut stage, records, &options.bootstrap);
    let evaluated = choices_by_kind(records);
    let (selection, source, families) = match rollouts {
        Some(families) => {
            let mut all = ChoiceCounts::default();
            families.values().for_each(|counts| all.merge(counts));
            let selection = Selection::from_counts(&all);
            (selection, SelectionSource::Rollouts, families)
        }
        None => {
            let selection = Selection::from_records(records, &options.bootstrap);
            (selection, SelectionSource::Evaluation, &evaluated)
        }
    };
    let Some(selection) = selection else {
        return stage;
    };
    stage.correlation = stage.multi.as_ref().and_then(|multi| {
        correlation(
            &forced_accuracy(multi),
            &selection.rates,
            &options.bootstrap,
        )
    });
    stage.selection_source = Some(source);
    stage.selection_by_kind = families
        .iter()
        .filter_map(|(kind, counts)| Some((kind.clone(), Selection::from_counts(counts)?.rates)))
        .collect();
    let bootstrap = &options.bootstrap;
    information::fill(&mut stage, choices, records, temperature, bootstrap);
    stage.untagged = Some(selection.untagged);
    stage.choice_entropy = selection.entropy;
    stage.choice_entropy_interval = selection.entropy_interval;
    stage.choice_entropy_share = selection.entropy_share;
    stage.selection_n = Some(selection.n);
    stage.selection_intervals = selection.intervals;
    stage.selection = Some(selection.rates);
    stage
}

/// Fills `comparison`, `settled` and `baselines` from the stages' evaluations; what lacks a stage stays absent.
pub fn compare(
    summary: &mut Summary,
    evaluations: &BTreeMap<Stage, Evaluation>,
    options: &Options,
) {
    let of = |stage| (evaluations.get(&stage)).map_or(&[][..], |e| e.records.as_slice());
    let exploit = of(Stage::Exploit);
    summary.comparison = comparison(exploit, of(Stage::Control), options);
    summary.settled = settled(of(Stage::Sft), &choices_by_kind(exploit), options);
    summary.baselines = regret::baselines(of(Stage::Sft), &options.bootstrap);
}

#[cfg(test)]
mod tests;
