//! What a visitor's pick of a language costs: how often the model is right in it, beside the language that it chooses itself.

use explang::Language;
use explang::run::{Stage, SummaryExcerpt};

/// Accuracy of a forced language for a kind of problem, with its 95 % interval.
type Worth = (f64, [f64; 2]);

/// A language picked for a kind of problem, beside the model's own choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// What the model chose.
    pub own: (Language, Worth),
    /// What the visitor picked.
    pub pick: (Language, Worth),
    /// Shares of the kind's pages in pretraining that were in the two languages, where they were not even: the cause that was put in.
    pub practice: Option<[f64; 2]>,
}

impl Price {
    /// The price of a pick at a stage; none where the stage was not measured by kind.
    pub fn of(
        figures: &SummaryExcerpt,
        stage: Stage,
        kind: &str,
        own: Language,
        pick: Language,
    ) -> Option<Price> {
        let stage = figures.stages.get(&stage)?;
        let shares = figures.practice_of(kind);
        let share = |language| shares.as_ref()?.get(&language).copied();
        Some(Price {
            own: (own, stage.forced(kind, own)?),
            pick: (pick, stage.forced(kind, pick)?),
            practice: share(own).zip(share(pick)).map(<[f64; 2]>::from),
        })
    }

    /// Points that the pick costs; below 0 where it is worth more. None where the intervals overlap: then chance may explain it all.
    pub fn points(&self) -> Option<f64> {
        let (_, (own, [own_low, own_high])) = self.own;
        let (_, (pick, [pick_low, pick_high])) = self.pick;
        (own_low > pick_high || pick_low > own_high).then_some(100.0 * (own - pick))
    }

    /// In words; `kind` names the problems, as in “weekdays in steps”. No line ends before a percent sign.
    pub fn told(&self, kind: &str) -> String {
        self.words(kind).replace(" %", "\u{a0}%")
    }

    fn words(&self, kind: &str) -> String {
        let ((own, own_worth), (pick, pick_worth)) = (self.own, self.pick);
        let [own_name, pick_name] = [own, pick].map(Language::english_name);
        let held_out = format!("Of held-out problems of this kind, {kind}, it solves");
        if own == pick {
            return format!(
                "You picked what it chooses itself. {held_out} {} in {own_name}.",
                share(own_worth)
            );
        }
        let practice = self.practice.map_or_else(String::new, |shares| {
            let [own_share, pick_share] = shares.map(|share| 100.0 * share);
            format!(
                " Of its practice with this kind, {own_share:.0} % was in {own_name}, {pick_share:.0} % in {pick_name}."
            )
        });
        let verdict = match self.points() {
            Some(points) if points > 0.0 => format!("Your pick costs {points:.0} points."),
            Some(points) => format!("Your pick is worth {:.0} points more.", -points),
            None => "The difference is not clear.".to_owned(),
        };
        format!(
            "{held_out} {} when told to think in {own_name}, its own choice here, and {} in {pick_name}. {verdict}{practice}",
            share(own_worth),
            share(pick_worth)
        )
    }
}

fn share((accuracy, [low, high]): Worth) -> String {
    format!(
        "{:.0} % (95 % interval {:.0} to {:.0})",
        100.0 * accuracy,
        100.0 * low,
        100.0 * high
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(own: Worth, pick: Worth) -> Price {
        Price {
            own: (Language::Ru, own),
            pick: (Language::Fr, pick),
            practice: None,
        }
    }

    #[test]
    fn a_pick_costs_what_it_loses_and_only_where_that_is_clear() {
        let good = (0.98, [0.95, 1.0]);
        let poor = (0.31, [0.22, 0.40]);
        assert_eq!(
            price(good, poor).words("weekdays in steps"),
            "Of held-out problems of this kind, weekdays in steps, it solves 98 % (95 % interval 95 to 100) when told to think in Russian, its \
             own choice here, and 31 % (95 % interval 22 to 40) in French. Your pick costs 67 points."
        );
        assert!(
            price(poor, good)
                .told("sums")
                .ends_with("Your pick is worth 67 points more.")
        );
        let practised = Price {
            practice: Some([0.763, 0.013]),
            ..price(good, poor)
        };
        assert!(
            practised
                .words("sums")
                .ends_with("Your pick costs 67 points. Of its practice with this kind, 76 % was in Russian, 1 % in French.")
        );
        let near = (0.94, [0.90, 0.97]);
        assert!(
            price(good, near)
                .told("sums")
                .ends_with("The difference is not clear.")
        );
        assert!(price(good, near).told("sums").contains("98\u{a0}%"));
        let same = Price {
            pick: (Language::Ru, good),
            ..price(good, good)
        };
        assert!(
            same.told("sums")
                .starts_with("You picked what it chooses itself.")
        );
    }
}
