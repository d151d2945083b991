//! Sampling: what a completion may depend on, what is streamed, and when it stops.

use std::ops::ControlFlow;

use burn::module::Module;
use burn::tensor::Device;
use explang::generate::{
    Completion, End, Prompt, SampledToken, Sampling, generate, generate_with_pauses,
    generate_within,
};
use explang::likelihood::{Sequence, response_log_probs};
use explang::model::device::{is_cpu, reads};
use explang::model::{Decoder, Memory, Packing};
use explang::random::SplitMix64;

use crate::support::{Policy, tokenizer};

const SAMPLING: Sampling = Sampling {
    temperature: 1.0,
    top_p: 1.0,
    max_new_tokens: 80,
};

/// A policy that ends its answers after a different number of tokens each.
fn policy() -> Policy {
    Policy::taught(tokenizer(), 90)
}

fn complete(policy: &Policy, prompts: &[Prompt], sampling: &Sampling) -> Vec<Completion> {
    let goes_on = |_: SampledToken<'_>| ControlFlow::Continue(());
    pollster::block_on(generate(
        &policy.model,
        &policy.tokenizer,
        prompts,
        sampling,
        goes_on,
    ))
    .unwrap()
}

#[test]
fn a_prefilled_tag_counts_against_the_room_for_thinking() {
    let policy = policy();
    let mut prompts = policy.prompts();
    let sampling = Sampling {
        max_new_tokens: 7,
        ..SAMPLING
    };
    for (forced_len, prompt) in prompts.iter_mut().enumerate() {
        prompt.forced_len = forced_len;
    }
    for (forced_len, completion) in complete(&policy, &prompts, &sampling).iter().enumerate() {
        let room = 7usize.saturating_sub(forced_len);
        match completion.end {
            End::Length => assert_eq!(completion.tokens.len(), room),
            _ => assert!(completion.tokens.len() <= room),
        }
    }
}

#[test]
fn a_token_of_a_batch_is_read_once_from_a_card_and_never_from_the_processor() {
    let policy = Policy::taught(tokenizer(), 0);
    let sampling = Sampling {
        max_new_tokens: 9,
        ..SAMPLING
    };
    let before = reads();
    let done = complete(&policy, &policy.prompts(), &sampling);
    let read = (reads() - before) as usize;
    let longest = done.iter().map(|completion| completion.tokens.len()).max();
    let expected = match is_cpu(&policy.model.device()) {
        true => 0,
        false => longest.unwrap(),
    };
    // An end token is drawn, and is not one of the completion's.
    assert!(
        (expected..=expected + 1).contains(&read),
        "{read} {expected}"
    );
}

#[test]
fn a_completion_depends_on_its_own_prompt_and_stream_alone() {
    let policy = policy();
    let prompts = policy.prompts();
    let together = complete(&policy, &prompts, &SAMPLING);
    let mut lengths: Vec<usize> = together.iter().map(|c| c.tokens.len()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    assert!(
        lengths.len() > 3,
        "rows must leave the batch at different times: {lengths:?}"
    );
    for (prompt, batched) in prompts.iter().zip(&together) {
        let alone = complete(&policy, std::slice::from_ref(prompt), &SAMPLING);
        assert_eq!(alone[0].tokens, batched.tokens);
        assert_eq!(alone[0].end, batched.end);
        for (a, b) in alone[0].log_probs.iter().zip(&batched.log_probs) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }
    // In one group with others the prompt is read once for all of them.
    let group = Prompt {
        tokens: prompts[0].tokens.clone(),
        forced_len: 0,
        streams: vec![5, prompts[0].streams[0], 6],
    };
    let group = complete(&policy, &[prompts[3].clone(), group], &SAMPLING);
    assert_eq!(group[2].tokens, together[0].tokens);
    assert_ne!(group[1].tokens, group[3].tokens);
}

/// A completion, and the sums of the bits of the logits of each of its tokens.
type Seen = (Completion, Vec<u64>);

/// All completions within a budget, and the numbers of those that were being written, in the order of their tokens.
fn seen_within(
    (model, policy): (&Decoder, &Policy),
    prompts: &[Prompt],
    sampling: &Sampling,
    cache_tokens: Option<usize>,
) -> (Vec<Seen>, Vec<usize>) {
    let count = prompts.iter().map(|p| p.streams.len()).sum();
    let (mut logits, mut order) = (vec![Vec::new(); count], Vec::new());
    let observe = |drawn: SampledToken<'_>| {
        let bits = drawn.logits.iter().map(|x| u64::from(x.to_bits()));
        let sum = bits.fold(0u64, |sum, bits| sum.wrapping_mul(31).wrapping_add(bits));
        logits[drawn.completion].push(sum);
        order.push(drawn.completion);
        ControlFlow::Continue(())
    };
    let done = pollster::block_on(generate_within(
        model,
        &policy.tokenizer,
        prompts,
        sampling,
        cache_tokens,
        observe,
        async || ControlFlow::Continue(()),
    ))
    .unwrap();
    (done.into_iter().zip(logits).collect(), order)
}

#[test]
fn on_a_processor_the_same_streams_give_the_same_bits_in_any_batch_and_any_budget() {
    let policy = policy();
    let of_sampling = policy.model.clone().fork(&Device::flex());
    let as_stored = policy
        .model
        .clone()
        .fork(&Device::flex())
        .for_one_sequence();
    let questions: Vec<Vec<u32>> = policy.prompts().into_iter().map(|p| p.tokens).collect();
    for (top_p, model) in [(1.0, &of_sampling), (0.9, &as_stored)] {
        let sampling = Sampling {
            top_p,
            max_new_tokens: 40,
            ..SAMPLING
        };
        let prompt = |question: usize, streams: Vec<u64>| Prompt {
            tokens: questions[question].clone(),
            forced_len: question % 3,
            streams,
        };
        let alone: Vec<Vec<Seen>> = (0..questions.len())
            .map(|question| {
                let alone = |stream| {
                    let prompts = [prompt(question, vec![stream])];
                    seen_within((model, &policy), &prompts, &sampling, None)
                        .0
                        .remove(0)
                };
                (0..4).map(alone).collect()
            })
            .collect();
        let mut joined = 0;
        for seed in 0..12 {
            let mut rng = SplitMix64::new(seed);
            let mut below = |n: u64| rng.below(n) as usize;
            let asked: Vec<(usize, Vec<u64>)> = (0..1 + below(12))
                .map(|_| {
                    let streams = (0..below(5)).map(|_| below(4) as u64).collect();
                    (below(questions.len() as u64), streams)
                })
                .collect();
            let prompts: Vec<Prompt> = asked.iter().map(|(q, s)| prompt(*q, s.clone())).collect();
            let cache_tokens = [None, Some(1), Some(200), Some(600)][below(4)];
            let (found, order) = seen_within((model, &policy), &prompts, &sampling, cache_tokens);
            let expected = asked.iter().flat_map(|(question, streams)| {
                let alone = &alone[*question];
                streams.iter().map(|&stream| &alone[stream as usize])
            });
            assert!(found.iter().eq(expected), "seed {seed}, {cache_tokens:?}");
            // One that begins right after a later token of another has joined it.
            let begins = |i: usize| !order[..i].contains(&order[i]);
            let goes_on = |i: usize| order[i + 1..].contains(&order[i - 1]);
            let joins = (1..order.len())
                .filter(|&i| begins(i) && goes_on(i) && !begins(i - 1) && cache_tokens.is_some());
            joined += joins.count();
        }
        assert!(
            joined > 3,
            "completions must join others that go on: {joined}"
        );
    }
}

#[test]
fn every_token_is_streamed_once_and_none_after_the_end() {
    let policy = policy();
    let prompts = policy.prompts();
    let mut streamed = vec![(Vec::new(), Vec::new()); prompts.len()];
    let observe = |drawn: SampledToken<'_>| {
        assert_eq!(drawn.logits.len(), policy.model.config().vocab_size);
        streamed[drawn.completion].0.push(drawn.token);
        streamed[drawn.completion].1.push(drawn.log_prob);
        ControlFlow::Continue(())
    };
    let done = pollster::block_on(generate(
        &policy.model,
        &policy.tokenizer,
        &prompts,
        &SAMPLING,
        observe,
    ))
    .unwrap();
    for (completion, (tokens, log_probs)) in done.iter().zip(streamed) {
        assert_eq!(
            (&completion.tokens, &completion.log_probs),
            (&tokens, &log_probs)
        );
        let ends: Vec<usize> = (0..tokens.len())
            .filter(|&i| policy.tokenizer.is_end(tokens[i]))
            .collect();
        match completion.end {
            End::EndOfText => assert_eq!(ends, [tokens.len() - 1]),
            End::Length => assert!(ends.is_empty() && tokens.len() == SAMPLING.max_new_tokens),
            End::Cancelled => panic!("nobody stopped it"),
        }
    }
    assert!(done.iter().any(|c| c.end == End::EndOfText));
}

#[test]
fn a_cancelled_batch_draws_no_further_token() {
    let policy = policy();
    let prompts = policy.prompts();
    for stop in [1, 7, 16, 41] {
        let mut drawn = 0;
        let observe = |_: SampledToken<'_>| {
            drawn += 1;
            if drawn == stop {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let done = pollster::block_on(generate(
            &policy.model,
            &policy.tokenizer,
            &prompts,
            &SAMPLING,
            observe,
        ))
        .unwrap();
        assert_eq!(drawn, stop);
        assert_eq!(done.iter().map(|c| c.tokens.len()).sum::<usize>(), stop);
        assert!(done.iter().all(|c| c.end == End::Cancelled), "{stop}");
    }
}

#[test]
fn greedy_decoding_is_the_argmax_of_full_passes() {
    let policy = policy();
    let sampling = Sampling {
        temperature: 0.0,
        max_new_tokens: 32,
        ..SAMPLING
    };
    let prompts = &policy.prompts()[..4];
    for (prompt, completion) in prompts.iter().zip(complete(&policy, prompts, &sampling)) {
        let mut text = prompt.tokens.clone();
        for &token in &completion.tokens {
            let hidden = policy.model.hidden(&text, &Packing::new([text.len()]));
            let logits = policy.model.logits(hidden).into_data();
            let logits: Vec<f32> = logits.iter::<f32>().collect();
            let last = &logits[logits.len() - policy.model.config().vocab_size..];
            let best = (0..last.len())
                .max_by(|&a, &b| last[a].total_cmp(&last[b]))
                .unwrap();
            assert_eq!(
                token as usize,
                best,
                "after {:?}",
                policy.tokenizer.decode(&text)
            );
            text.push(token);
        }
    }
}

#[test]
fn sampled_log_probabilities_are_those_that_training_computes() {
    let policy = policy();
    let prompts = policy.prompts();
    let sampling = Sampling {
        temperature: 0.7,
        top_p: 0.95,
        ..SAMPLING
    };
    for (prompt, completion) in prompts.iter().zip(complete(&policy, &prompts, &sampling)) {
        let tokens = [&prompt.tokens[..], &completion.tokens].concat();
        let sequence = Sequence {
            tokens: &tokens,
            prompt_len: prompt.tokens.len(),
        };
        let pad = policy.tokenizer.pad();
        let computed = response_log_probs(&policy.model, &[sequence], pad, Memory::default());
        let computed = computed.into_data();
        let computed: Vec<f32> = computed.iter::<f32>().collect();
        assert_eq!(computed.len(), completion.log_probs.len());
        for (a, b) in computed.iter().zip(&completion.log_probs) {
            assert!((a - b).abs() < 1e-4, "{a} {b}");
        }
    }
}

#[test]
fn a_pause_follows_every_step_and_may_stop_the_batch() {
    let policy = policy();
    let prompts = policy.prompts();
    let whole = complete(&policy, &prompts, &SAMPLING);
    let run = |stop_after: usize| {
        let (mut drawn, mut pauses) = (Vec::new(), 0);
        let observe = |seen: SampledToken<'_>| {
            drawn.push(seen.completion);
            ControlFlow::Continue(())
        };
        let pause = async || {
            pauses += 1;
            if pauses == stop_after {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let done = pollster::block_on(generate_with_pauses(
            &policy.model,
            &policy.tokenizer,
            &prompts,
            &SAMPLING,
            observe,
            pause,
        ))
        .unwrap();
        (done, drawn.len(), pauses)
    };
    let (all, _, pauses) = run(usize::MAX);
    assert_eq!(all, whole);
    // One pause a step, none after the last.
    let steps = whole.iter().map(|c| c.tokens.len()).max().unwrap();
    assert_eq!(pauses, steps - 1);
    for stop in [1, 3] {
        let (done, drawn, pauses) = run(stop);
        assert_eq!(pauses, stop);
        assert_eq!(done.iter().map(|c| c.tokens.len()).sum::<usize>(), drawn);
        for (cut, whole) in done.iter().zip(&whole) {
            assert_eq!(cut.tokens[..], whole.tokens[..cut.tokens.len()]);
            let stopped = cut.tokens.len() == stop && whole.tokens.len() > stop;
            assert_eq!(cut.end == End::Cancelled, stopped);
        }
    }
}
