//! Runs of several configurations side by side: what the reinforcement learning of each came to, seed by seed, against the first one.

use std::collections::BTreeSet;

use explang::run::summary::ranked;
use explang::run::{Mode, Stage, StageSummary};

use super::seeds::{SeedRun, accuracy, points, samples, stage};
use super::table::{NONE, Style, align_numbers, drawn, new_table, percent, spread, top};
use crate::eval::compare::differences;
use crate::eval::metrics::Options;

/// Both tables, and what their columns are. `None` without runs.
pub fn report(runs: &[SeedRun], options: &Options, style: Style) -> Option<String> {
    let arms = arms(runs);
    let first = arms.first()?;
    let (figures, chosen) = (figures(&arms, options, style)?, chosen(&arms, style)?);
    Some(format!(
        "Percent of held-out problems, the model choosing its language. 95 % bootstrap intervals over problems.\n\
         − {0}   exploit minus that of {0}, in points, paired by problem with the same seed; together, over these seeds' problems\n\
         I         what the kind of problem tells about the language, I(kind; language) in nats, at temperature 1\n\
         regret    the best forced language of each kind minus the model's own choice, in points\n\n{figures}\n\n\
         Language for each kind after exploit: the most probable one, at temperature 1\n{chosen}\n",
        first.name
    ))
}

/// The runs of one configuration, in the order of their seeds.
struct Arm<'a> {
    name: &'a str,
    runs: Vec<&'a SeedRun>,
}

/// Configurations in the order that they were given in.
fn arms(runs: &[SeedRun]) -> Vec<Arm<'_>> {
    let mut arms: Vec<Arm<'_>> = Vec::new();
    for run in runs {
        let name = run.summary.name.as_str();
        match arms.iter_mut().find(|arm| arm.name == name) {
            Some(arm) => arm.runs.push(run),
            None => arms.push(Arm {
                name,
                runs: vec![run],
            }),
        }
    }
    for arm in &mut arms {
        arm.runs.sort_by_key(|run| run.summary.seed);
    }
    arms
}

fn figures(arms: &[Arm<'_>], options: &Options, style: Style) -> Option<String> {
    let first = arms.first()?;
    let minus = format!("− {}", first.name);
    let [sft, exploited] = [Stage::Sft, Stage::Exploit].map(Stage::name);
    let header = [
        "run", "seed", sft, exploited, &minus, "I, nats", "regret", "complies",
    ];
    let mut table = new_table(style, &header);
    for (i, arm) in arms.iter().enumerate() {
        let mut all = Vec::new();
        for run in &arm.runs {
            let against = (first.runs.iter()).find(|other| i > 0 && comparable(run, other));
            let paired = against.map(|other| {
                differences(
                    (samples(run, Stage::Exploit), Mode::SelfChosen),
                    (samples(other, Stage::Exploit), Mode::SelfChosen),
                )
            });
            let difference = paired.as_ref().and_then(|d| options.bootstrap.ratio(d));
            all.extend(paired.into_iter().flatten());
            table.add_row([
                arm.name.to_owned(),
                run.summary.seed.to_string(),
                cell(right(run, Stage::Sft), percent),
                cell(right(run, Stage::Exploit), percent),
                cell(difference, |d| points(d, 1)),
                cell(exploit(run).and_then(|s| s.information), |i| {
                    spread(i, 1.0, 2)
                }),
                cell(exploit(run).and_then(|s| s.regret), |r| spread(r, 100.0, 1)),
                cell(compliance(run), percent),
            ]);
        }
        if arm.runs.len() > 1 {
            let mean = |figure: &dyn Fn(&SeedRun) -> Option<f64>| mean(&arm.runs, figure);
            let information = |run: &SeedRun| Some(exploit(run)?.information?.value);
            let regret = |run: &SeedRun| Some(exploit(run)?.regret?.value);
            table.add_row([
                String::new(),
                "mean".to_owned(),
                cell(mean(&|run| right(run, Stage::Sft)), percent),
                cell(mean(&|run| right(run, Stage::Exploit)), percent),
                cell(options.bootstrap.ratio(&all), |d| points(d, 1)),
                cell(mean(&information), |i| format!("{i:.2}")),
                cell(mean(&regret), percent),
                cell(mean(&compliance), percent),
            ]);
        }
    }
    align_numbers(&mut table, 1..header.len());
    drawn(table)
}

fn chosen(arms: &[Arm<'_>], style: Style) -> Option<String> {
    let runs = || arms.iter().flat_map(|arm| &arm.runs);
    let kinds: BTreeSet<&String> = runs()
        .filter_map(|run| exploit(run))
        .flat_map(|stage| stage.selection_by_kind.keys())
        .collect();
    let mut header = vec!["run", "seed"];
    header.extend(kinds.iter().map(|kind| kind.as_str()));
    let mut table = new_table(style, &header);
    for run in runs() {
        let mut row = vec![run.summary.name.clone(), run.summary.seed.to_string()];
        row.extend(kinds.iter().map(|kind| {
            let rates = exploit(run).and_then(|stage| stage.selection_by_kind.get(*kind));
            cell(rates, |rates| top(&ranked(rates), 2))
        }));
        table.add_row(row);
    }
    align_numbers(&mut table, 1..2);
    drawn(table)
}

/// True where both runs were asked the same held-out problems.
fn comparable(a: &SeedRun, b: &SeedRun) -> bool {
    a.summary.seed == b.summary.seed && a.tasks == b.tasks && a.data == b.data
}

fn exploit(run: &SeedRun) -> Option<&StageSummary> {
    stage(run, Stage::Exploit)
}

/// Accuracy by its own choice.
fn right(run: &SeedRun, stage: Stage) -> Option<f64> {
    accuracy(run, stage, Mode::SelfChosen)
}

fn compliance(run: &SeedRun) -> Option<f64> {
    Some(exploit(run)?.self_chosen.as_ref()?.compliance)
}

/// The mean over the runs that have the figure.
fn mean(runs: &[&SeedRun], figure: &dyn Fn(&SeedRun) -> Option<f64>) -> Option<f64> {
    let known: Vec<f64> = runs.iter().filter_map(|run| figure(run)).collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

fn cell<T>(figure: Option<T>, show: impl FnOnce(T) -> String) -> String {
    figure.map_or(NONE.into(), show)
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::{full_run, full_run_evaluations};
    use super::*;
    use explang::tasks::Mixture;

    fn run(name: &str, seed: u64) -> SeedRun {
        let mut summary = full_run();
        (summary.name, summary.seed) = (name.to_owned(), seed);
        SeedRun {
            summary,
            tasks: Mixture::even(["sums/steps/3".parse().unwrap()]).ok(),
            data: None,
            evaluations: full_run_evaluations(),
        }
    }

    #[test]
    fn arms_are_paired_with_the_first_by_seed_and_only_over_the_same_problems() {
        let mut worse = run("grpo", 2);
        // A third of the problems is solved: 14 of 40; here none is.
        let evaluation = worse.evaluations.get_mut(&Stage::Exploit).unwrap();
        evaluation
            .records
            .iter_mut()
            .for_each(|r| r.correct = false);
        let mut other_tasks = run("wide", 1);
        other_tasks.tasks = Mixture::even(["clock/steps/1".parse().unwrap()]).ok();
        let runs = [run("quick", 2), run("quick", 1), worse, other_tasks];
        let text = report(&runs, &Options::default(), Style::Markdown).unwrap();
        let rows: Vec<Vec<&str>> = text
            .lines()
            .filter(|line| line.starts_with('|'))
            .map(|line| line.split('|').map(str::trim).collect())
            .collect();
        let row = |name: &str, seed: &str| {
            let found = rows.iter().find(|row| row[1] == name && row[2] == seed);
            found.unwrap_or_else(|| panic!("no {name} {seed} in {text}"))
        };
        assert!(row("grpo", "2")[5].starts_with("-35.0 ["), "{text}");
        assert_eq!(row("quick", "1")[5], NONE);
        assert_eq!(row("wide", "1")[5], NONE, "other problems are not paired");
        assert_eq!(row("", "mean")[3], "35.0");
        assert!(text.contains("zh 90 en 10"), "{text}");
        assert!(report(&[], &Options::default(), Style::Markdown).is_none());
    }
}
