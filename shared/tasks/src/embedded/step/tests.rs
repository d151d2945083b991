use super::*;
use crate::embedded::Spec;

fn values(operands: Operands) -> Vec<String> {
    derive(&operands, Style::Steps)
        .iter()
        .map(Step::value)
        .collect()
}

#[test]
fn steps_go_as_described() {
    assert_eq!(values(Operands::Sum { a: 47, b: 38 }), ["70", "15", "85"]);
    assert_eq!(values(Operands::Sum { a: 40, b: 7 }), ["47"]);
    assert_eq!(values(Operands::Sum { a: 3, b: 4 }), ["7"]);
    assert_eq!(
        values(Operands::Sum { a: 365, b: 208 }),
        ["500", "13", "560", "573"]
    );
    assert_eq!(values(Operands::Difference { a: 85, b: 38 }), ["55", "47"]);
    assert_eq!(values(Operands::Difference { a: 85, b: 30 }), ["55"]);
    assert_eq!(
        values(Operands::Product { a: 47, b: 6 }),
        ["240", "42", "282"]
    );
    assert_eq!(values(Operands::Product { a: 11, b: 6 }), ["60", "66"]);
    assert_eq!(values(Operands::Product { a: 1, b: 1 }), ["1"]);
    assert_eq!(values(Operands::Sum { a: 0, b: 0 }), ["0"]);
    let from = Weekday::Monday;
    assert_eq!(values(Operands::Weekday { from, days: 17 }), ["3", "4"]);
    assert_eq!(values(Operands::Weekday { from, days: 14 }), ["7", "1"]);
    assert_eq!(values(Operands::Weekday { from, days: 7 }), ["1"]);
}

#[test]
fn the_clock_stops_at_the_full_hour() {
    let at = |text: &str, minutes| Operands::Clock {
        from: text.parse().unwrap(),
        span: Span::from_minutes(minutes),
    };
    assert_eq!(values(at("09:45", 150)), ["11:45", "12:00", "15", "12:15"]);
    assert_eq!(values(at("09:45", 135)), ["11:45", "12:00"]);
    assert_eq!(values(at("09:00", 55)), ["09:55"]);
    assert_eq!(values(at("09:00", 120)), ["11:00"]);
}

#[test]
fn every_step_is_right_and_the_last_is_the_answer() {
    for spec in Spec::all() {
        for problem in spec.problems().step_by(7).take(5_000) {
            let steps = problem.steps();
            let last = steps.last().map(Step::value);
            assert_eq!(last, Some(problem.answer()), "{problem:?}");
            for step in &steps {
                assert!(holds(step), "{step:?} of {problem:?}");
            }
            if spec.style() == Style::Breath {
                assert_eq!(steps.len(), 1);
            }
        }
    }
}

/// Checked by other arithmetic than the one that made the step.
fn holds(step: &Step) -> bool {
    match *step {
        Step::Add { a, b, sum } => sum - a == b && b > 0 && a > 0,
        Step::Subtract { a, b, difference } => difference + b == a && b > 0,
        Step::Multiply { a, b, product } => (0..b).map(|_| a).sum::<u32>() == product,
        Step::AfterWeekday { from, days, to } => {
            (u32::from(from.number()) + days).abs_diff(u32::from(to.number())) % 7 == 0
        }
        Step::AfterMonth { from, months, to } => {
            (u32::from(from.number()) + months).abs_diff(u32::from(to.number())) % 12 == 0
        }
        Step::AfterTime { from, span, to } => from.minutes() + span.minutes() == to.minutes(),
    }
}
