//! The rollouts of a step: groups sampled and rewarded, and sampled again where nothing can be learned from them.

use std::time::Instant;

use explang::Language;
use explang::generate::Sampling;
use explang::objective::Objective;
use explang::objective::Sample;
use explang::objective::Varied;
use explang::random;
use explang::random::SplitMix64;
use explang::reward::{GroupId, Scored as Rewarded};
use explang::run::Seconds;
use explang::tasks::Split;

use super::policy_step::PolicyStep;
use crate::learn::Learner;
use crate::rollout::{Query, Rollout, RolloutError, Sampler, reward};

/// All rollouts of a step.
pub(super) struct Gathered {
    /// The problems, those of all batches.
    pub(super) queries: Vec<Query>,
    /// Their answers; those of one problem are neighbours, `rl.group` of them.
    pub(super) rollouts: Vec<Rollout>,
    /// Their rewards.
    pub(super) scored: Vec<Rewarded>,
    /// What the end of the budget costs each: 0 or less.
    pub(super) overlong: Vec<f64>,
    /// The problems to learn from, in order, `rl.prompts` at most.
    pub(super) kept: Vec<usize>,
    /// Batches sampled.
    pub(super) batches: usize,
}

impl Gathered {
    /// A rollout with its reward, and what its length costs.
    pub(super) fn sample(&self, rollout: usize) -> Sample {
        Sample {
            group: GroupId(self.rollouts[rollout].query as u64),
            reward: self.scored[rollout].reward + self.overlong[rollout],
            masked: self.scored[rollout].masked,
        }
    }
}

impl PolicyStep<'_> {
    /// Samples the groups of a step from the policy as it is.
    ///
    /// # Errors
    /// When sampling fails.
    pub(super) fn gather(
        &self,
        learner: &Learner,
        stream: u64,
        objective: &Objective,
        seconds: &mut Seconds,
    ) -> Result<Gathered, RolloutError> {
        let rl = &self.config.rl;
        let sampler = Sampler {
            model: &learner.model,
            tokenizer: self.tokenizer,
            sampling: Sampling {
                temperature: rl.temperature,
                top_p: 1.0,
                max_new_tokens: rl.max_new_tokens,
            },
            shards: self.config.shards,
            threads: learner.threads,
            stop: None,
        };
        let most = match objective.dynamic_sampling.by {
            Varied::Nothing => 1,
            Varied::Accuracy | Varied::Reward => objective.dynamic_sampling.max_batches,
        };
        let mut all = Gathered {
            queries: Vec::new(),
            rollouts: Vec::new(),
            scored: Vec::new(),
            overlong: Vec::new(),
            kept: Vec::new(),
            batches: 0,
        };
        while all.batches < most && all.kept.len() < rl.prompts {
            let queries = self.queries(stream, all.batches);
            let began = Instant::now();
            let draws = match all.batches {
                0 => random::derive(stream, &[1]),
                batch => random::derive(stream, &[1, batch as u64]),
            };
            let rollouts = sampler.sample(&queries, draws)?;
            seconds.sampling += began.elapsed().as_secs_f64();
            let began = Instant::now();
            let scored = reward(&queries, &rollouts, &self.reward, self.detector);
            seconds.reward += began.elapsed().as_secs_f64();
            all.add(queries, rollouts, scored, objective, rl.max_new_tokens);
        }
        all.kept.truncate(rl.prompts);
        Ok(all)
    }

    /// The problems of one batch of a step, from the training side of the split.
    fn queries(&self, stream: u64, batch: usize) -> Vec<Query> {
        let prompts = self.config.rl.prompts;
        (batch * prompts..(batch + 1) * prompts)
            .map(|i| {
                let mut rng = SplitMix64::new(random::derive(stream, &[0, i as u64]));
                Query {
                    problem: self.config.tasks.problem(&mut rng, Split::Train),
                    asked_in: Language::En,
                    prefix: self.action.prefix(),
                    samples: self.config.rl.group,
                }
            })
            .collect()
    }
}

impl Gathered {
    /// Adds a batch, and keeps its groups that say something.
    fn add(
        &mut self,
        queries: Vec<Query>,
        rollouts: Vec<Rollout>,
        scored: Vec<Rewarded>,
        objective: &Objective,
        longest: usize,
    ) {
        let first_query = self.queries.len();
        let mut groups: Vec<Vec<(bool, f64)>> = vec![Vec::new(); queries.len()];
        for (mut rollout, scored) in rollouts.into_iter().zip(scored) {
            let length = rollout.response_len();
            self.overlong
                .push(objective.overlong.punishment(length, longest));
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
        self.batches += 1;
    }
}
