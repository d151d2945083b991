//! The rollouts of a step: groups sampled and rewarded, and sampled again where nothing can be learned from them.

use super::{Phase, PolicyOptions};
use crate::generate::{Completion, Sampling};
use crate::model::Decoder;
use crate::objective::{Sample, Varied};
use crate::random;
use crate::reward::{GroupId, Scored};
use crate::rollout::{Query, Rollout, RolloutError, Sampler, reward};
use crate::tasks::{Place, Split, question_language};
use explang_run::Seconds;

/// All rollouts of a step.
#[derive(Debug, Default)]
pub struct Rollouts {
    /// The prompts, those of all batches.
    pub queries: Vec<Query>,
    /// Their responses; those of one prompt are neighbours, `group` of them.
    pub rollouts: Vec<Rollout>,
    /// Their rewards.
    pub scored: Vec<Scored>,
    /// What the end of the budget costs each: 0 or less.
    pub overlong: Vec<f64>,
    /// The prompts to learn from, in order; at most as many as a step has.
    pub kept: Vec<usize>,
    /// Batches sampled.
    pub num_batches: usize,
}

/// Samples the groups of step `step` from the policy as it is, until enough of them have something to say.
///
/// # Errors
/// When sampling fails.
pub async fn gather(
    phase: &Phase<'_>,
    policy: &Decoder,
    step: usize,
    seconds: &mut Seconds,
) -> Result<Rollouts, RolloutError> {
    let options = phase.options;
    let stream = random::derive(phase.stream, &[step as u64]);
    let dynamic = options.objective.dynamic_sampling;
    let sampler = sampler(phase, policy);
    let most = match dynamic.by {
        Varied::Nothing => 1,
        Varied::Accuracy | Varied::Reward => dynamic.max_batches,
    };
    let mut all = Rollouts::default();
    while all.num_batches < most && all.kept.len() < options.prompts {
        let queries = queries(phase, step, all.num_batches);
        let began = (phase.now)();
        let draws = match all.num_batches {
            0 => random::derive(stream, &[1]),
            batch => random::derive(stream, &[1, batch as u64]),
        };
        let rollouts = sampler.sample(&queries, draws).await?;
        let sampled = (phase.now)();
        let scored = reward(&queries, &rollouts, &options.reward, phase.detector);
        seconds.sampling += sampled - began;
        seconds.reward += (phase.now)() - sampled;
        all.add(queries, rollouts, scored, options);
    }
    all.kept.truncate(options.prompts);
    Ok(all)
}

/// The rollouts of step `step` where its prompts were answered with these completions, `group` for each in the order of the prompts: by recorded
/// ones a step can be taken again, elsewhere too. Groups are not sampled again.
///
/// # Errors
/// When a prompt is too long, or there are not as many completions as the step has rollouts.
pub fn recorded(
    phase: &Phase<'_>,
    policy: &Decoder,
    step: usize,
    completions: Vec<Completion>,
) -> Result<Rollouts, RolloutError> {
    let options = phase.options;
    let queries = queries(phase, step, 0);
    let rollouts = sampler(phase, policy).read(&queries, completions)?;
    let scored = reward(&queries, &rollouts, &options.reward, phase.detector);
    let mut all = Rollouts::default();
    all.add(queries, rollouts, scored, options);
    Ok(all)
}

/// Samples as the phase does.
fn sampler<'a>(phase: &Phase<'a>, policy: &'a Decoder) -> Sampler<'a> {
    Sampler {
        model: policy,
        tokenizer: phase.tokenizer,
        format: phase.format,
        sampling: Sampling {
            temperature: phase.options.temperature,
            top_p: 1.0,
            max_new_tokens: phase.options.max_new_tokens,
        },
        shards: phase.options.shards,
        parallel: phase.parallel,
        cache_tokens: phase.options.memory.cache_tokens,
        cancel: None,
    }
}

/// The prompts of one batch of a step, from the training side of the split. The first batches of all steps go through a list of problems
/// epoch by epoch; so do the second ones, in another order: how many a step samples is known only when it is made.
fn queries(phase: &Phase<'_>, step: usize, batch: usize) -> Vec<Query> {
    let prompts = phase.options.prompts;
    let order = random::derive(phase.stream, &[ORDER, batch as u64]);
    (0..prompts)
        .map(|i| {
            let of_step = (batch * prompts + i) as u64;
            let stream = random::derive(phase.stream, &[step as u64]);
            let place = Place {
                stream: random::derive(stream, &[0, of_step]),
                order,
                index: (step * prompts + i) as u64,
            };
            let asked_in = question_language(place.stream, phase.options.asked_in_all);
            Query {
                example: phase.source.draw(place, Split::Train, asked_in),
                prefix: phase.options.action.prefix(),
                samples: phase.options.group,
            }
        })
        .collect()
}

/// Part of the path of the orders in which problems are gone through.
const ORDER: u64 = 0x6F72_6465;

impl Rollouts {
    /// A rollout with its reward, and what its length costs.
    pub fn sample(&self, rollout: usize) -> Sample {
        Sample {
            group: GroupId(self.rollouts[rollout].query as u64),
            reward: self.scored[rollout].reward + self.overlong[rollout],
            masked: self.scored[rollout].masked,
        }
    }

    /// Where the rollouts of the kept groups stand among all, in order.
    pub fn kept_rollouts(&self, group: usize) -> Vec<usize> {
        let kept = self.kept.iter();
        kept.flat_map(|&query| query * group..(query + 1) * group)
            .collect()
    }

    /// Adds a batch, and keeps its groups that have something to say.
    fn add(
        &mut self,
        queries: Vec<Query>,
        rollouts: Vec<Rollout>,
        scored: Vec<Scored>,
        options: &PolicyOptions,
    ) {
        let objective = &options.objective;
        let first_query = self.queries.len();
        let mut groups: Vec<Vec<(bool, f64)>> = vec![Vec::new(); queries.len()];
        for (mut rollout, scored) in rollouts.into_iter().zip(scored) {
            let length = rollout.response_len();
            self.overlong.push(
                objective
                    .overlong
                    .punishment(length, options.max_new_tokens),
            );
            let (group, right) = (rollout.query, scored.components.verified > 0.0);
            rollout.query += first_query;
            self.rollouts.push(rollout);
            self.scored.push(scored);
            let sample = self.sample(self.rollouts.len() - 1);
            if !sample.masked {
                groups[group].push((right, sample.reward));
            }
        }
        let keeps =
            |(_, group): &(usize, Vec<(bool, f64)>)| objective.dynamic_sampling.keeps(group);
        let kept = groups.into_iter().enumerate().filter(keeps);
        self.kept.extend(kept.map(|(group, _)| first_query + group));
        self.queries.extend(queries);
        self.num_batches += 1;
    }
}
