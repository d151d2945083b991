//! The group of a step that is shown.

use explang::objective::{AdvantageError, advantages};
use explang::policy::{PolicyOptions, Rollouts};

use crate::protocol::learning::{Group, Shown};

/// The group with the widest rewards, and the first of several.
pub(super) fn shown(rollouts: &Rollouts, options: &PolicyOptions) -> Result<Group, AdvantageError> {
    let samples: Vec<_> = (0..rollouts.rollouts.len())
        .map(|i| rollouts.sample(i))
        .collect();
    let credited = advantages(&samples, &options.objective.advantage)?.values;
    let groups = rollouts.queries.iter().enumerate();
    let spread = |query: usize| {
        let of = query * options.group..(query + 1) * options.group;
        let rewards = samples[of].iter().map(|sample| sample.reward);
        let (least, most) = rewards.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), reward| {
            (a.min(reward), b.max(reward))
        });
        most - least
    };
    let widest = groups
        .rev()
        .max_by(|(a, _), (b, _)| spread(*a).total_cmp(&spread(*b)));
    let Some((at, query)) = widest else {
        return Ok(Group {
            question: String::new(),
            answer: String::new(),
            rollouts: Vec::new(),
        });
    };
    let of = at * options.group..(at + 1) * options.group;
    let rollouts = of.map(|i| {
        let scored = &rollouts.scored[i];
        Shown {
            text: rollouts.rollouts[i].text.clone(),
            language: scored.language,
            right: scored.components.verified > 0.0,
            reward: samples[i].reward,
            advantage: f64::from(credited[i]),
        }
    });
    Ok(Group {
        question: query.example.question.clone(),
        answer: query.example.answer.clone(),
        rollouts: rollouts.collect(),
    })
}
