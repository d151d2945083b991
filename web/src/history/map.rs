//! A map of the languages: what each is worth for each kind of problem, what a stage chooses there, and the practice that caused it.

use explang::Language;
use explang::run::{Stage, SummaryExcerpt};

/// One kind of problem and one language.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// Accuracy of the language when it is forced, after SFT, with its 95 % interval; none where it was not measured.
    pub worth: Option<(f64, [f64; 2])>,
    /// Probability that the stage chooses the language for a problem of the kind; none before the model knows tags.
    pub chosen: Option<f64>,
    /// Share of the kind's pages in pretraining.
    pub practice: f64,
}

/// The kinds of a run, each with all languages in the pool's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Kind, such as `sums/steps`, and its cells.
    pub kinds: Vec<(String, [Cell; Language::ALL.len()])>,
}

/// The stages whose choices a run has measured exactly, in the order of training. Runs of earlier versions have none.
pub fn stages(summary: &SummaryExcerpt) -> Vec<Stage> {
    let measured =
        |stage: &Stage| (summary.stages.get(stage)).is_some_and(|of| of.transfer.is_some());
    Stage::EVALUATED.into_iter().filter(measured).collect()
}

impl Map {
    /// The map of a run at a stage; none where the run was not measured by kind.
    pub fn of(summary: &SummaryExcerpt, stage: Stage) -> Option<Map> {
        let worth = summary.stages.get(&Stage::Sft)?;
        let kinds = &worth.multi.as_ref()?.by_kind;
        let chosen = summary.stages.get(&stage);
        let cells = |kind: &String| {
            let rates = chosen.and_then(|of| of.selection_by_kind.get(kind));
            let shares = summary.practice_of(kind);
            Language::ALL.map(|language| Cell {
                worth: worth.forced(kind, language),
                chosen: rates.map(|rates| rates.get(&language).copied().unwrap_or(0.0)),
                // Without an entry a kind is practised in all languages evenly.
                practice: shares
                    .as_ref()
                    .map_or(1.0 / Language::ALL.len() as f64, |shares| {
                        shares.get(&language).copied().unwrap_or(0.0)
                    }),
            })
        };
        let kinds: Vec<_> = kinds
            .keys()
            .map(|kind| (kind.clone(), cells(kind)))
            .collect();
        (!kinds.is_empty()).then_some(Map { kinds })
    }
}

/// The languages that are worth most for a kind: the best one, and those whose interval reaches its accuracy.
pub fn best(cells: &[Cell]) -> Vec<Language> {
    let worths = cells.iter().filter_map(|cell| cell.worth);
    let top = worths.map(|(accuracy, _)| accuracy).fold(0.0, f64::max);
    let as_good = |cell: &Cell| {
        cell.worth
            .is_some_and(|(_, [_, high])| top > 0.0 && high >= top)
    };
    Language::ALL
        .into_iter()
        .zip(cells)
        .filter(|(_, cell)| as_good(cell))
        .map(|(language, _)| language)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use explang::run::config::Practice;
    use explang::run::{IntervalsExcerpt, ModeExcerpt, StageExcerpt};
    use explang::tasks::Kind;

    use super::*;

    fn figures(accuracy: f64, half: f64) -> ModeExcerpt {
        ModeExcerpt {
            accuracy,
            intervals: IntervalsExcerpt {
                accuracy: [accuracy - half, accuracy + half],
            },
            ..ModeExcerpt::default()
        }
    }

    fn summary() -> SummaryExcerpt {
        let by_language = BTreeMap::from([
            (Language::En, figures(0.2, 0.05)),
            (Language::Zh, figures(0.9, 0.05)),
            (Language::Ja, figures(0.87, 0.05)),
        ]);
        let of_kind = ModeExcerpt {
            by_language,
            ..ModeExcerpt::default()
        };
        let mut sft = StageExcerpt {
            multi: Some(ModeExcerpt {
                by_kind: [("sums/steps".to_owned(), of_kind)].into(),
                ..ModeExcerpt::default()
            }),
            ..StageExcerpt::default()
        };
        let rates = BTreeMap::from([(Language::En, 0.75), (Language::Zh, 0.25)]);
        sft.selection_by_kind.insert("sums/steps".to_owned(), rates);
        sft.transfer = Some(serde::de::IgnoredAny);
        SummaryExcerpt {
            stages: [
                (Stage::Sft, sft),
                (Stage::Pretrain, StageExcerpt::default()),
            ]
            .into(),
            practice: vec![Practice {
                kind: Kind::new("sums/steps"),
                shares: [(Language::Zh, 0.83)].into(),
            }],
            ..SummaryExcerpt::default()
        }
    }

    #[test]
    fn a_cell_has_worth_choice_and_practice() {
        let summary = summary();
        assert_eq!(stages(&summary), [Stage::Sft]);
        let map = Map::of(&summary, Stage::Sft).unwrap();
        let (kind, cells) = &map.kinds[0];
        assert_eq!(kind, "sums/steps");
        let chinese = cells[Language::Zh.index()];
        assert_eq!(chinese.worth.unwrap().0, 0.9);
        assert_eq!(chinese.chosen, Some(0.25));
        assert!((chinese.practice - 0.84).abs() < 1e-9);
        let thai = cells[Language::Th.index()];
        assert_eq!((thai.worth, thai.chosen), (None, Some(0.0)));
        assert!((thai.practice - 0.01).abs() < 1e-9);
        assert_eq!(best(cells), [Language::Zh, Language::Ja]);
        // Worth stays that of SFT; a stage without tags chooses nothing.
        let before = Map::of(&summary, Stage::Pretrain).unwrap();
        let before = before.kinds[0].1[Language::Zh.index()];
        assert_eq!((before.worth, before.chosen), (chinese.worth, None));
        assert_eq!(Map::of(&SummaryExcerpt::default(), Stage::Sft), None);
    }
}
