//! Runs of one configuration with several seeds, side by side: one column a seed, and their mean.

use std::collections::{BTreeMap, BTreeSet};

use explang::Language;
use explang::run::config::DataSection;
use explang::run::{Estimate, Mode, Record, SelectionSource, Stage, StageSummary, Summary};
use explang::tasks::Mixture;

use super::table::{NONE, Style, align_numbers, drawn, new_table, percent, spread, top};
use crate::eval::compare::differences;
use crate::eval::metrics::Options;
use crate::eval::record::Evaluation;

/// A finished run: its figures, and the evaluation records of its stages.
#[derive(Debug, Clone)]
pub struct SeedRun {
    /// `summary.json`.
    pub summary: Summary,
    /// What it is trained on and asked.
    pub tasks: Option<Mixture>,
    /// Files of problems, in place of them.
    pub data: Option<DataSection>,
    /// The evaluation of each stage.
    pub evaluations: BTreeMap<Stage, Evaluation>,
}

/// One figure of a run: a row of the table.
struct Row {
    name: String,
    cells: Vec<String>,
    /// Mean over the seeds that have it, or the pooled estimate.
    mean: String,
}

/// The table, and a line that says what its intervals are. `None` without runs.
pub fn report(runs: &[SeedRun], options: &Options, style: Style) -> Option<String> {
    let first = runs.first()?;
    let seeds: Vec<String> = runs
        .iter()
        .map(|run| format!("seed {}", run.summary.seed))
        .collect();
    let mut header = vec!["figure"];
    header.extend(seeds.iter().map(String::as_str));
    header.push("together");
    let mut table = new_table(style, &header);
    for row in rows(runs, options) {
        let mut cells = vec![row.name];
        cells.extend(row.cells);
        cells.push(row.mean);
        table.add_row(cells);
    }
    align_numbers(&mut table, 1..header.len());
    let text = drawn(table)?;
    Some(format!(
        "Runs of {}. Percent of held-out problems, the model choosing its language; entropies in nats.\n\
         right     of each stage; of each kind after SFT, with the best two and the last forced language\n\
         −         difference of two policies, in points; 95 % bootstrap interval over problems, paired\n\
         entropy   of the choice: of sft over its evaluation, of explore and exploit over their rollouts\n\
         I         what the kind of problem tells about the language, at temperature 1\n\
         regret    the best forced language of each kind minus the model's own choice, in points\n\
         chosen    by exploit, and its place among the forced languages after SFT; Spearman of both over all\n\
         together  the mean over the seeds; of a difference, with an interval over these seeds' problems\n\n{text}\n",
        first.summary.name
    ))
}

fn rows(runs: &[SeedRun], options: &Options) -> Vec<Row> {
    let mut rows = Vec::new();
    for name in Stage::EVALUATED
        .into_iter()
        .filter(|name| name.knows_tags())
    {
        rows.push(mean_of(
            runs,
            format!("right: {name}"),
            |run| accuracy(run, name, Mode::SelfChosen),
            percent,
        ));
        if name == Stage::Sft {
            rows.extend(after_sft(runs));
        }
    }
    for (name, ours, theirs) in [
        (
            "exploit − sft",
            (Stage::Exploit, Mode::SelfChosen),
            (Stage::Sft, Mode::SelfChosen),
        ),
        (
            "exploit − control",
            (Stage::Exploit, Mode::SelfChosen),
            (Stage::Control, Mode::SelfChosen),
        ),
        (
            "… control in English",
            (Stage::Exploit, Mode::SelfChosen),
            (Stage::Control, Mode::English),
        ),
    ] {
        rows.push(difference(runs, name, ours, theirs, options));
    }
    rows.push(mean_of(
        runs,
        "exploit: complies".into(),
        |run| Some(stage(run, Stage::Exploit)?.self_chosen.as_ref()?.compliance),
        percent,
    ));
    rows.push(mean_of(
        runs,
        "  unseen comply".into(),
        |run| Some(stage(run, Stage::Exploit)?.unseen.as_ref()?.compliance),
        percent,
    ));
    for name in [Stage::Sft, Stage::Explore, Stage::Exploit] {
        rows.push(mean_of(
            runs,
            format!("entropy: {name}"),
            |run| stage(run, name)?.choice_entropy,
            |value| format!("{value:.2}"),
        ));
    }
    for name in [Stage::Sft, Stage::Exploit] {
        rows.push(text_of(runs, format!("I, nats: {name}"), |run| {
            Some(spread(stage(run, name)?.information?, 1.0, 2))
        }));
        rows.push(text_of(runs, format!("regret: {name}"), |run| {
            Some(spread(stage(run, name)?.regret?, 100.0, 1))
        }));
    }
    rows.push(rarest(runs));
    rows.extend(settled(runs));
    rows.push(mean_of(
        runs,
        "seconds".into(),
        |run| Some(run.summary.seconds),
        |value| format!("{value:.0}"),
    ));
    rows.push(mean_of(
        runs,
        "memory, MiB".into(),
        |run| Some(run.summary.peak_memory_bytes? as f64 / 1024.0 / 1024.0),
        |value| format!("{value:.0}"),
    ));
    rows.retain(|row| row.cells.iter().any(|cell| cell != NONE));
    rows
}

/// Whether the regime leaves room: the accuracy of each kind, and how far the forced languages are apart.
fn after_sft(runs: &[SeedRun]) -> Vec<Row> {
    let kinds: BTreeSet<&String> = runs
        .iter()
        .filter_map(|run| stage(run, Stage::Sft)?.self_chosen.as_ref())
        .flat_map(|figures| figures.by_kind.keys())
        .collect();
    let mut rows = Vec::new();
    for kind in kinds {
        rows.push(mean_of(
            runs,
            format!("  {kind}"),
            |run| {
                let figures = stage(run, Stage::Sft)?.self_chosen.as_ref()?;
                Some(figures.by_kind.get(kind)?.accuracy)
            },
            percent,
        ));
        let forced = |run: &SeedRun| -> Option<Vec<(Language, f64)>> {
            let figures = stage(run, Stage::Sft)?.multi.as_ref()?;
            let languages = &figures.by_kind.get(kind)?.by_language;
            let mut ranked: Vec<_> = languages.iter().map(|(l, f)| (*l, f.accuracy)).collect();
            ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
            Some(ranked)
        };
        rows.push(text_of(runs, "    best … last".into(), |run| {
            let ranked = forced(run)?;
            let last = ranked.last()?;
            Some(format!(
                "{} … {} {:.0}",
                top(&ranked, 2),
                last.0,
                100.0 * last.1
            ))
        }));
    }
    rows
}

/// The seen language that explore's rollouts chose least.
fn rarest(runs: &[SeedRun]) -> Row {
    text_of(runs, "explore: rarest".into(), |run| {
        let stage = stage(run, Stage::Explore)?;
        if stage.selection_source != Some(SelectionSource::Rollouts) {
            return None;
        }
        let (language, rate) = stage
            .selection
            .as_ref()?
            .iter()
            .min_by(|a, b| a.1.total_cmp(b.1))?;
        Some(format!("{language} {:.1}", 100.0 * rate))
    })
}

/// What exploit chooses for each kind of problem, and whether that is what was best.
fn settled(runs: &[SeedRun]) -> Vec<Row> {
    let kinds: BTreeSet<&String> = runs.iter().flat_map(|r| r.summary.settled.keys()).collect();
    let mut rows = Vec::new();
    for kind in kinds {
        rows.push(text_of(runs, format!("chosen: {kind}"), |run| {
            let settled = run.summary.settled.get(kind)?;
            let place = settled.place_of_first;
            Some(format!("{}, no. {place}", top(&settled.chosen, 1)))
        }));
        rows.push(text_of(runs, "  Spearman".into(), |run| {
            let correlation = run.summary.settled.get(kind)?.correlation.as_ref()?;
            let c = correlation.spearman.as_ref()?;
            Some(format!("{:+.2} [{:+.2}, {:+.2}]", c.value, c.low, c.high))
        }));
    }
    rows
}

/// A difference of two policies' accuracies on the same problems.
fn difference(
    runs: &[SeedRun],
    name: &str,
    ours: (Stage, Mode),
    theirs: (Stage, Mode),
    options: &Options,
) -> Row {
    let of = |run: &SeedRun| -> Vec<[f64; 2]> {
        let side = |(stage, mode): (Stage, Mode)| (samples(run, stage), mode);
        differences(side(ours), side(theirs))
    };
    let all: Vec<Vec<[f64; 2]>> = runs.iter().map(of).collect();
    let cell = |values: &[[f64; 2]]| {
        let estimate = options.bootstrap.ratio(values);
        estimate.map_or(NONE.into(), |e| points(e, 0))
    };
    Row {
        name: name.to_owned(),
        cells: all.iter().map(|values| cell(values)).collect(),
        mean: cell(&all.concat()),
    }
}

/// The judged samples of a stage; none where it was not evaluated.
pub(super) fn samples(run: &SeedRun, stage: Stage) -> &[Record] {
    let evaluation = run.evaluations.get(&stage);
    evaluation.map_or(&[], |evaluation| evaluation.records.as_slice())
}

/// A difference in points with its interval.
pub(super) fn points(estimate: Estimate, decimals: usize) -> String {
    let [value, low, high] = [estimate.value, estimate.low, estimate.high].map(|x| 100.0 * x);
    format!("{value:+.decimals$} [{low:+.decimals$}, {high:+.decimals$}]")
}

fn mean_of(
    runs: &[SeedRun],
    name: String,
    figure: impl Fn(&SeedRun) -> Option<f64>,
    show: impl Fn(f64) -> String,
) -> Row {
    let values: Vec<Option<f64>> = runs.iter().map(figure).collect();
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    Row {
        name,
        cells: values
            .into_iter()
            .map(|value| value.map_or(NONE.into(), &show))
            .collect(),
        mean: if known.is_empty() {
            NONE.into()
        } else {
            show(mean)
        },
    }
}

fn text_of(runs: &[SeedRun], name: String, text: impl Fn(&SeedRun) -> Option<String>) -> Row {
    Row {
        name,
        cells: runs
            .iter()
            .map(|run| text(run).unwrap_or_else(|| NONE.into()))
            .collect(),
        mean: String::new(),
    }
}

pub(super) fn stage(run: &SeedRun, name: Stage) -> Option<&StageSummary> {
    run.summary.stages.get(&name)
}

pub(super) fn accuracy(run: &SeedRun, name: Stage, mode: Mode) -> Option<f64> {
    Some(stage(run, name)?.mode(mode)?.accuracy)
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::{full_run, full_run_evaluations};
    use super::*;

    #[test]
    fn seeds_stand_side_by_side_and_differences_are_pooled() {
        let mut run = SeedRun {
            summary: full_run(),
            tasks: Mixture::even(["sums/steps/3".parse().unwrap()]).ok(),
            data: None,
            evaluations: full_run_evaluations(),
        };
        let mut other = run.clone();
        other.summary.seed += 1;
        // In the other run the control gets nothing right.
        for record in &mut other.evaluations.get_mut(&Stage::Control).unwrap().records {
            record.correct = false;
        }
        let exploit = run.evaluations[&Stage::Exploit].clone();
        run.evaluations.insert(Stage::Control, exploit);
        let options = Options::default();
        let text = report(&[run, other], &options, Style::Markdown).unwrap();
        let line = |name: &str| {
            let found = text.lines().find(|line| line.contains(name));
            found.unwrap_or_else(|| panic!("no `{name}` in {text}"))
        };
        let cells: Vec<&str> = line("exploit − control")
            .split('|')
            .map(str::trim)
            .collect();
        assert!(cells[2].starts_with("+0 [+0, +0]"), "{cells:?}");
        // A third of the problems is solved: 14 of 40.
        assert!(cells[3].starts_with("+35 ["), "{cells:?}");
        assert!(
            ["+17 [", "+18 ["]
                .iter()
                .any(|start| cells[4].starts_with(start)),
            "{cells:?}"
        );
        assert!(line("right: sft").contains("35.0"));
        assert!(report(&[], &options, Style::Markdown).is_none());
    }
}
