//! Every objective against a computation of its own in PyTorch (`tests/peers/objective.py`): advantages, loss and gradient, on
//! random batches.

use burn::tensor::{Device, Tensor, TensorData};
use explang::objective::Batch;
use explang::objective::Component;
use explang::objective::Normaliser;
use explang::objective::Overlong;
use explang::objective::Whiten;
use explang::objective::{Deviation, Sample};
use explang::objective::{KlEstimator, KlPlace};
use explang::objective::{Objective, ObjectiveName, policy_loss};
use explang::objective::{Ratio, Surrogate, TokenTargets};
use explang::random;
use explang::reward::GroupId;
use serde_json::{Value, json};

use crate::peer;

/// The longest response allowed.
const LONGEST: usize = 9;
/// Largest difference allowed, as a share of the largest number of its kind: ours are single precision.
const TOLERANCE: f64 = 5e-5;

/// A random batch: five groups of four, two responses masked.
struct Random {
    samples: Vec<Sample>,
    components: Vec<Component>,
    lengths: Vec<usize>,
    log_probs: Vec<f32>,
    old: Vec<f32>,
    reference: Vec<f32>,
}

impl Random {
    /// `gap` is how far the policy is from the one that sampled, in nats.
    fn new(seed: u64, gap: f32) -> Self {
        const RESPONSES: usize = 20;
        let stream = |part: u64| random::derive(seed, &[part]);
        let lengths: Vec<usize> = (0..RESPONSES as u64)
            .map(|i| 1 + (random::uniform(stream(0), i) * LONGEST as f32) as usize)
            .collect();
        let tokens = lengths.iter().sum::<usize>() as u64;
        let normals = |part: u64, mean: f32, deviation: f32| -> Vec<f32> {
            (0..tokens)
                .map(|i| mean + deviation * random::normal(stream(part), i))
                .collect()
        };
        let near = |old: &[f32], noise: Vec<f32>| -> Vec<f32> {
            old.iter().zip(noise).map(|(a, b)| a + b).collect()
        };
        let old = normals(1, -2.0, 0.7);
        let (log_probs, reference) = (
            near(&old, normals(2, 0.0, gap)),
            near(&old, normals(3, 0.0, 0.4)),
        );
        let components = [(1.0, 4), (0.5, 5), (-0.3, 6)].map(|(weight, part)| {
            // Few values, so that some groups agree in a component.
            let value = |i| f64::from((random::uniform(stream(part), i) * 2.5).floor());
            Component {
                weight,
                values: (0..RESPONSES as u64).map(value).collect(),
            }
        });
        let samples = (0..RESPONSES).map(|i| Sample {
            // Interleaved, and the last group agrees.
            group: GroupId(i as u64 % 5),
            reward: match i % 5 {
                4 => 0.7,
                _ => components.iter().map(|c| c.weight * c.values[i]).sum(),
            },
            masked: i == 3 || i == 11,
        });
        Random {
            samples: samples.collect(),
            components: components.to_vec(),
            lengths,
            log_probs,
            old,
            reference,
        }
    }

    /// What the peer is asked.
    fn case(&self, objective: &Objective, kl: f32) -> Value {
        let Objective {
            advantage,
            loss,
            normaliser,
            kl_place,
            overlong,
            ..
        } = objective;
        let components: Vec<Value> = self
            .components
            .iter()
            .map(|c| json!({ "weight": c.weight, "values": c.values }))
            .collect();
        let of =
            |f: &dyn Fn(&Sample) -> Value| -> Vec<Value> { self.samples.iter().map(f).collect() };
        json!({
            "groups": of(&|s| json!(s.group)),
            "rewards": of(&|s| json!(s.reward)),
            "masked": of(&|s| json!(s.masked)),
            "components": components,
            "lengths": self.lengths,
            "log_probs": self.log_probs,
            "old": self.old,
            "reference": self.reference,
            "kl": kl,
            "longest": LONGEST,
            "options": {
                "estimator": advantage.estimator,
                "deviation": advantage.deviation,
                "epsilon": advantage.epsilon,
                "whiten": advantage.whiten,
                "surrogate": loss.surrogate,
                "ratio": loss.ratio,
                "clip": [loss.clip_low, loss.clip_high],
                "dual_clip": loss.dual_clip,
                "kl_estimator": loss.kl_estimator,
                "kl_place": kl_place,
                "normaliser": normaliser,
                "overlong": overlong,
            },
        })
    }

    /// The samples and the components with what the end of the budget costs, as a step of training pays it.
    fn shaped(&self, overlong: Overlong) -> (Vec<Sample>, Vec<Component>) {
        let cost = |&length: &usize| overlong.punishment(length, LONGEST);
        let costs: Vec<f64> = self.lengths.iter().map(cost).collect();
        let mut samples = self.samples.clone();
        for (sample, cost) in samples.iter_mut().zip(&costs) {
            sample.reward += cost;
        }
        let mut components = self.components.clone();
        components.push(Component {
            weight: overlong.penalty,
            values: costs,
        });
        (samples, components)
    }

    /// What we say: the advantage of every token, the loss, and its gradient by `log_probs`.
    fn ours(&self, objective: &Objective, kl: f32) -> [Vec<f64>; 3] {
        let rows = |mut flat: &[f32]| -> Vec<Vec<f32>> {
            let mut row = |&length: &usize| {
                let (head, tail) = flat.split_at(length);
                flat = tail;
                head.to_vec()
            };
            self.lengths.iter().map(&mut row).collect()
        };
        let (old, reference, new) = (
            rows(&self.old),
            rows(&self.reference),
            rows(&self.log_probs),
        );
        let old_rows: Vec<&[f32]> = old.iter().map(Vec::as_slice).collect();
        let (samples, components) = self.shaped(objective.overlong);
        let batch = Batch {
            samples: &samples,
            components: &components,
            log_probs: &old_rows,
            reference: &reference,
        };
        let credit = objective.credit(&batch, kl).unwrap();

        // Only those that take part go into the loss, as in training.
        let kept: Vec<usize> = (0..self.lengths.len())
            .filter(|&i| credit.kept[i])
            .collect();
        let flat = |rows: &[Vec<f32>]| -> Vec<f32> {
            kept.iter().flat_map(|&i| rows[i].iter().copied()).collect()
        };
        let lengths: Vec<usize> = kept.iter().map(|&i| self.lengths[i]).collect();
        let weights: Vec<f32> = lengths
            .iter()
            .flat_map(|&n| std::iter::repeat_n(objective.normaliser.weight(n), n))
            .collect();
        let tokens = weights.len();
        let targets = TokenTargets {
            old: &flat(&old),
            advantages: &flat(&credit.tokens),
            reference: Some(&flat(&reference)),
            weights: &weights,
            lengths: &lengths,
        };
        let device = Device::flex().autodiff();
        let x =
            Tensor::<1>::from_data(TensorData::new(flat(&new), [tokens]), &device).require_grad();
        let divisor = objective.normaliser.divisor(tokens, kept.len(), LONGEST);
        let loss = policy_loss(&objective.policy_loss(kl), x.clone(), &targets) / divisor;
        let gradient = x.grad(&loss.backward()).unwrap().into_data();
        let mut parts = gradient.iter::<f32>();
        let gradient = (0..self.lengths.len()).flat_map(|i| {
            let n = self.lengths[i];
            if credit.kept[i] {
                parts.by_ref().take(n).map(f64::from).collect()
            } else {
                vec![0.0; n]
            }
        });
        let gradient: Vec<f64> = gradient.collect();
        let advantages = credit.tokens.iter().flatten().map(|&a| f64::from(a));
        [
            advantages.collect(),
            vec![f64::from(loss.into_scalar::<f32>())],
            gradient,
        ]
    }
}

/// What PyTorch says of the cases.
fn theirs(cases: &[Value]) -> Vec<Value> {
    let question = serde_json::to_vec(cases).unwrap();
    let answer = peer::ask("objective.py", [] as [&str; 0], &question);
    serde_json::from_str(&answer).unwrap()
}

/// The largest difference, as a share of the largest number.
fn difference(ours: &[f64], theirs: &Value) -> f64 {
    let theirs: Vec<f64> = match theirs {
        Value::Array(values) => values.iter().map(|v| v.as_f64().unwrap()).collect(),
        value => vec![value.as_f64().unwrap()],
    };
    assert_eq!(ours.len(), theirs.len());
    // A NaN must not hide behind `max`.
    assert!(ours.iter().chain(&theirs).all(|x| x.is_finite()));
    let largest = theirs.iter().fold(1e-3, |m: f64, x| m.max(x.abs()));
    let differences = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f64::max) / largest
}

/// Every named objective, and every choice besides with each that it may depend on.
fn objectives() -> Vec<(String, Objective)> {
    let grpo = Objective::named(ObjectiveName::Grpo);
    let mut all: Vec<(String, Objective)> = ObjectiveName::ALL
        .map(|name| (name.to_string(), Objective::named(name)))
        .to_vec();
    for ratio in [Ratio::Token, Ratio::SequenceMean, Ratio::SequenceProduct] {
        for normaliser in [
            Normaliser::TokenMean,
            Normaliser::SequenceMean,
            Normaliser::SequenceSum,
            Normaliser::Constant,
        ] {
            for (surrogate, dual_clip) in [
                (Surrogate::Clip, None),
                (Surrogate::Clip, Some(1.5)),
                (Surrogate::Cispo, None),
            ] {
                let mut objective = Objective { normaliser, ..grpo };
                objective.loss.ratio = ratio;
                objective.loss.surrogate = surrogate;
                objective.loss.dual_clip = dual_clip;
                let name = format!("{ratio:?} {normaliser:?} {surrogate:?} {dual_clip:?}");
                all.push((name, objective));
            }
        }
    }
    for kl_place in [KlPlace::Loss, KlPlace::Reward, KlPlace::Return] {
        for estimator in [KlEstimator::K1, KlEstimator::K2, KlEstimator::K3] {
            let mut objective = Objective { kl_place, ..grpo };
            objective.loss.kl_estimator = estimator;
            all.push((format!("{estimator:?} in {kl_place:?}"), objective));
        }
    }
    for name in ObjectiveName::ALL {
        for whiten in [Whiten::Nothing, Whiten::Responses, Whiten::Tokens] {
            let mut objective = Objective::named(name);
            objective.advantage.whiten = whiten;
            objective.advantage.deviation = Deviation::Population;
            objective.advantage.epsilon = 0.1;
            all.push((format!("{name}, {whiten:?}, population"), objective));
        }
    }
    for name in ObjectiveName::ALL {
        for (share, penalty) in [(0.5, 2.0), (1.0, 0.3)] {
            let mut objective = Objective::named(name);
            objective.overlong = Overlong { share, penalty };
            all.push((format!("{name}, {:?}", objective.overlong), objective));
        }
    }
    all
}

#[test]
fn every_objective_is_what_pytorch_makes_of_its_formula() {
    let objectives = objectives();
    let mut asked = Vec::new();
    let mut cases = Vec::new();
    // A policy that has moved far enough for every clip, and one that is still as near as GSPO's.
    for (seed, gap, kl) in [(1, 0.4, 0.3), (2, 0.4, 0.0), (3, 1.0, 0.05), (4, 5e-4, 0.3)] {
        let batch = Random::new(seed, gap);
        for (name, objective) in &objectives {
            cases.push(batch.case(objective, kl));
            asked.push((format!("{name}, batch {seed}"), batch.ours(objective, kl)));
        }
    }
    let answers = theirs(&cases);
    assert_eq!(answers.len(), asked.len());
    let mut worst = 0.0f64;
    let mut learned = 0;
    for ((name, ours), theirs) in asked.iter().zip(&answers) {
        for (ours, what) in ours.iter().zip(["advantages", "loss", "gradient"]) {
            let difference = difference(ours, &theirs[what]);
            assert!(
                difference < TOLERANCE,
                "{name}: {what} differ by {difference:.1e}\n{ours:?}\n{}",
                theirs[what]
            );
            worst = worst.max(difference);
        }
        learned += usize::from(ours[2].iter().any(|g| g.abs() > 1e-4));
    }
    println!("{} cases, largest difference {worst:.1e}", asked.len());
    assert!(
        learned + 8 > asked.len(),
        "only {learned} cases have a gradient"
    );
}
