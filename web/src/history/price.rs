//! What a visitor's pick of a language costs: how often the model is right in it, beside the language that it chooses itself.

use explang::Language;
use explang::run::StageExcerpt;

/// Accuracy of a forced language for a kind of problem, with its 95 % interval.
type Worth = (f64, [f64; 2]);

/// A language picked for a kind of problem, beside the model's own choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// What the model chose.
    pub own: (Language, Worth),
    /// What the visitor picked.
    pub pick: (Language, Worth),
}

impl Price {
    /// The price of a pick at a stage; none where the stage was not measured by kind.
    pub fn of(stage: &StageExcerpt, kind: &str, own: Language, pick: Language) -> Option<Price> {
        Some(Price {
            own: (own, stage.forced(kind, own)?),
            pick: (pick, stage.forced(kind, pick)?),
        })
    }

    /// Points that the pick costs; below 0 where it is worth more. None where the intervals overlap: then chance may explain it all.
    pub fn points(&self) -> Option<f64> {
        let (_, (own, [own_low, own_high])) = self.own;
        let (_, (pick, [pick_low, pick_high])) = self.pick;
        (own_low > pick_high || pick_low > own_high).then_some(100.0 * (own - pick))
    }

    /// In words; `kind` names the problems, as in “weekdays in steps”.
    pub fn told(&self, kind: &str) -> String {
        let ((own, own_worth), (pick, pick_worth)) = (self.own, self.pick);
        let [own_name, pick_name] = [own, pick].map(Language::english_name);
        if own == pick {
            return format!(
                "You picked what it chooses itself. Told to think in {own_name}, it solves {} of {kind} that were held out.",
                share(own_worth)
            );
        }
        let verdict = match self.points() {
            Some(points) if points > 0.0 => format!("Your pick costs {points:.0} points."),
            Some(points) => format!("Your pick is worth {:.0} points more.", -points),
            None => "That is no clear difference.".to_owned(),
        };
        format!(
            "Told to think in {own_name}, its own choice here, it solves {} of {kind} that were held out; in {pick_name}, {}. {verdict}",
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
        }
    }

    #[test]
    fn a_pick_costs_what_it_loses_and_only_where_that_is_clear() {
        let good = (0.98, [0.95, 1.0]);
        let poor = (0.31, [0.22, 0.40]);
        assert_eq!(
            price(good, poor).told("weekdays in steps"),
            "Told to think in Russian, its own choice here, it solves 98 % (95 % interval 95 to 100) of weekdays in steps that were held \
             out; in French, 31 % (95 % interval 22 to 40). Your pick costs 67 points."
        );
        assert!(
            price(poor, good)
                .told("sums")
                .ends_with("Your pick is worth 67 points more.")
        );
        let near = (0.94, [0.90, 0.97]);
        assert!(
            price(good, near)
                .told("sums")
                .ends_with("That is no clear difference.")
        );
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
