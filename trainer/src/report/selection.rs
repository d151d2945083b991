//! Which language each stage's policy chooses for each kind of problem, and what that costs.

use std::collections::BTreeSet;

use explang::run::summary::ranked;
use explang::run::{StageSummary, Summary};

use super::table::{NONE, Style, drawn, kept_whole, new_table, spread, top};

/// Makes a cell of a stage's figures; none where the stage has no such figure.
type Figure = fn(&StageSummary) -> Option<String>;

/// A row for each kind: the languages that each stage's policy would choose, at temperature 1; then what the kind tells about the language,
/// and what the choice costs. `None` where no policy was asked.
pub fn table(summary: &Summary, style: Style) -> Option<String> {
    let asked = |stage: &&StageSummary| stage.information.is_some() || stage.transfer.is_some();
    let columns: Vec<_> = (summary.stages.iter())
        .filter(|(_, stage)| asked(stage))
        .collect();
    let kinds: BTreeSet<_> = columns
        .iter()
        .flat_map(|(_, stage)| stage.selection_by_kind.keys())
        .collect();
    let mut header = vec!["kind"];
    header.extend(columns.iter().map(|(name, _)| name.name()));
    header.push("best in sft");
    let mut table = new_table(style, &header);
    for kind in kinds {
        let mut row = vec![kind.clone()];
        row.extend(columns.iter().map(|(_, stage)| {
            let rates = stage.selection_by_kind.get(kind);
            rates.map_or(NONE.into(), |rates| top(&ranked(rates), 1))
        }));
        let settled = summary.settled.get(kind);
        row.push(settled.map_or(NONE.into(), |s| top(&ranked(&s.forced_accuracy), 1)));
        table.add_row(row);
    }
    let figures: [(&str, Figure); 3] = [
        ("information, nats", |stage| {
            stage.information.map(|i| spread(i, 1.0, 2))
        }),
        ("  when evaluated", |stage| {
            let information = stage.at_temperature.as_ref()?.information;
            information.map(|i| spread(i, 1.0, 2))
        }),
        ("regret, points", |stage| {
            stage.regret.map(|regret| spread(regret, 100.0, 1))
        }),
    ];
    for (name, figure) in figures {
        let cells: Vec<_> = columns.iter().map(|(_, stage)| figure(stage)).collect();
        if cells.iter().any(Option::is_some) {
            let mut row = vec![name.to_owned()];
            row.extend(
                cells
                    .into_iter()
                    .map(|cell| cell.unwrap_or_else(|| NONE.into())),
            );
            row.push(String::new());
            table.add_row(row);
        }
    }
    kept_whole(&mut table, 0..1);
    drawn(table)
}
