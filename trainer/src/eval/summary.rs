//! The figures of `summary.json` from the evaluations of a run.

use std::collections::BTreeMap;

use explang::run::summary::{SelectionSource, StageSummary, Summary};
use explang::run::{ChoiceCounts, Mode, Record, Stage};

use super::compare::{against_english, comparison};
use super::metrics::{Options, mode_summary};
use super::selection::{Selection, choices_by_kind, correlation, forced_accuracy, settled};

/// The figures of a stage, from its evaluation records and, for stages of RL, what training counted of its rollouts, by
/// family; without rollouts the selection is that of self-mode evaluation.
pub fn stage_summary(
    records: &[Record],
    rollouts: Option<&BTreeMap<String, ChoiceCounts>>,
    options: &Options,
) -> StageSummary {
    let mode = |mode| mode_summary(records, mode, options);
    let mut stage = StageSummary {
        self_chosen: mode(Mode::SelfChosen),
        english: mode(Mode::English),
        multi: mode(Mode::Multi),
        unseen: mode(Mode::Unseen),
        against_english: against_english(records),
        ..StageSummary::default()
    };
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
    stage.untagged = Some(selection.untagged);
    stage.choice_entropy = selection.entropy;
    stage.choice_entropy_interval = selection.entropy_interval;
    stage.choice_entropy_share = selection.entropy_share;
    stage.selection_n = Some(selection.n);
    stage.selection_intervals = selection.intervals;
    stage.selection = Some(selection.rates);
    stage
}

/// Fills `comparison` and `settled` from the stages' evaluation records; what lacks a stage stays absent.
pub fn compare(summary: &mut Summary, records: &BTreeMap<Stage, Vec<Record>>, options: &Options) {
    let of = |stage| records.get(&stage).map_or(&[][..], Vec::as_slice);
    let exploit = of(Stage::Exploit);
    summary.comparison = comparison(exploit, of(Stage::Control), options);
    summary.settled = settled(of(Stage::Sft), &choices_by_kind(exploit), options);
}

#[cfg(test)]
mod tests;
