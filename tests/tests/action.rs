//! The exact distribution of the language action is the one that sampling follows, with every tokenizer.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use explang::Language;
use explang::action::{ActionDistribution, ActionError, distribution};
use explang::generate::{Prompt, SampledToken, Sampling, generate};
use explang::prompt::PromptFormat;
use explang::random;
use explang::tokenizer::{END_OF_TEXT, PAD, Tokenizer, tag_text};
use explang::transcript::{CLOSE_TAG, OPEN_TAG, OPENING};
use explang_trainer::data::documents::{Batches, tokenizer_texts};
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{
    AddedToken, NormalizerWrapper, PostProcessorWrapper, SplitDelimiterBehavior, TokenizerBuilder,
    TokenizerImpl,
};

use crate::support::{self, Policy};

/// Samples of the language action.
const SAMPLES: u64 = 4_000;

/// What the model did at the start of `SAMPLES` responses: how many began with `opening`, and each language's tags.
fn sampled(
    policy: &Policy,
    prompt: &[u32],
    opening: &str,
    longest: usize,
) -> (usize, BTreeMap<Language, usize>) {
    let prompts = [Prompt {
        tokens: prompt.to_vec(),
        forced_len: 0,
        streams: (0..SAMPLES).map(|i| random::derive(31, &[i])).collect(),
    }];
    let sampling = Sampling {
        temperature: 1.0,
        top_p: 1.0,
        max_new_tokens: longest,
    };
    let goes_on = |_: SampledToken<'_>| ControlFlow::Continue(());
    let done = pollster::block_on(generate(
        &policy.model,
        &policy.tokenizer,
        &prompts,
        &sampling,
        goes_on,
    ))
    .unwrap();
    let (mut opened, mut counts) = (0, BTreeMap::new());
    for completion in done {
        let text = policy.tokenizer.decode(&completion.tokens);
        opened += usize::from(text.starts_with(opening));
        let tagged =
            |language| text.starts_with(&format!("{OPEN_TAG}{}{CLOSE_TAG}", tag_text(language)));
        if let Some(language) = Language::ALL.into_iter().find(|&l| tagged(l)) {
            *counts.entry(language).or_default() += 1;
        }
    }
    (opened, counts)
}

/// True where `count` of `n` lies within 4.5 standard deviations of a binomial with probability `p`: with seventeen
/// languages, chance leaves that interval once in ten thousand tests.
fn plausible(count: usize, n: usize, p: f64) -> bool {
    let n = n as f64;
    (count as f64 - n * p).abs() <= 4.5 * (n * p * (1.0 - p)).sqrt() + 1.0
}

fn exact(policy: &Policy, prompt: &[u32], pool: &[Language]) -> ActionDistribution {
    pollster::block_on(distribution(&policy.model, &policy.tokenizer, prompt, pool)).unwrap()
}

/// Compares both for one prompt. All tags begin with the text `opening`; `longest` tokens are enough for every tag.
fn agrees(policy: &Policy, opening: &str, longest: usize) {
    let prompt = policy.prompt(0, Language::En);
    let exact = exact(policy, &prompt, &Language::ALL);
    let sum: f64 = exact.probabilities.iter().map(|(_, p)| f64::from(*p)).sum();
    assert!((sum - 1.0).abs() < 1e-5, "{sum}");
    assert!(
        exact
            .probabilities
            .iter()
            .map(|(l, _)| *l)
            .eq(Language::ALL)
    );

    let (opened, counts) = sampled(policy, &prompt, opening, longest);
    let tagged: usize = counts.values().sum();
    assert!(opened > 2_000, "the model must open tags: {opened}");
    assert!(
        plausible(tagged, opened, f64::from(exact.mass)),
        "{tagged} of {opened}, not {}",
        exact.mass
    );
    for language in Language::ALL {
        let (count, p) = (
            counts.get(&language).copied().unwrap_or(0),
            f64::from(exact.of(language)),
        );
        assert!(
            plausible(count, tagged, p),
            "{language}: {count} of {tagged}, not {p}"
        );
    }
    // The check can tell: another distribution does not pass.
    assert!(!plausible(
        counts.get(&Language::En).copied().unwrap_or(0),
        tagged,
        1.0 / 13.0
    ));
}

#[test]
fn with_the_embedded_tokenizer_a_tag_is_one_token_and_the_distribution_exact() {
    let policy = Policy::taught(support::tokenizer(), 40);
    agrees(&policy, OPEN_TAG, 4);
}

#[test]
fn with_a_tokenizer_that_knows_no_tags_the_distribution_is_exact_too() {
    let tokenizer = plain_tokenizer();
    let lengths = Language::ALL.map(|l| tokenizer.encode(&tag_text(l)).unwrap().len());
    assert!(
        lengths.iter().all(|&n| n > 2),
        "tags must take several tokens: {lengths:?}"
    );
    let mut distinct = lengths.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    assert!(
        distinct.len() > 1,
        "some codes must be one token and some two: {lengths:?}"
    );
    // The end of the closing mark is one token with the line break after it.
    assert_eq!(tokenizer.encode(">\n").unwrap().len(), 1);
    let policy = Policy::taught(tokenizer, 90);
    agrees(&policy, OPENING, 24);
}

#[test]
fn a_smaller_pool_is_the_same_distribution_renormalised() {
    let policy = Policy::taught(support::tokenizer(), 10);
    let prompt = policy.prompt(1, Language::En);
    let whole = exact(&policy, &prompt, &Language::ALL);
    let seen = exact(&policy, &prompt, &Language::SEEN);
    let share: f32 = Language::SEEN.iter().map(|&l| whole.of(l)).sum();
    for language in Language::SEEN {
        assert!(
            (seen.of(language) - whole.of(language) / share).abs() < 1e-6,
            "{language}"
        );
    }
    assert!((seen.mass - whole.mass * share).abs() < 1e-6);
    assert_eq!(seen.of(Language::Sw), 0.0);
}

#[test]
fn what_cannot_be_scored_is_refused() {
    let policy = Policy::taught(support::tokenizer(), 0);
    let choose = |prompt: &[u32], pool: &[Language]| {
        let distribution = distribution(&policy.model, &policy.tokenizer, prompt, pool);
        pollster::block_on(distribution).unwrap_err()
    };
    assert_eq!(choose(&[7], &[]), ActionError::EmptyPool);
    assert_eq!(choose(&[], &Language::ALL), ActionError::EmptyPrompt);
    let (tokens, limit) = (513, 512);
    let long = vec![7; tokens - 3];
    assert_eq!(
        choose(&long, &Language::ALL),
        ActionError::PromptTooLong { tokens, limit }
    );
    // One token less fits.
    assert_eq!(
        exact(&policy, &long[1..], &Language::SEEN)
            .probabilities
            .len(),
        13
    );
}

/// A byte-level BPE such as an imported model may have: marks and tags are ordinary text to it.
///
/// It cuts texts as Qwen's does, where a line break belongs to the mark before it.
fn plain_tokenizer() -> Tokenizer {
    let words =
        r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    let words = SplitPattern::Regex(words.to_owned());
    let split = Split::new(words, SplitDelimiterBehavior::Isolated, false).unwrap();
    let bytes = ByteLevel::new(false, false, false);
    let mut inner: TokenizerImpl<_, NormalizerWrapper, _, PostProcessorWrapper, _> =
        TokenizerBuilder::new()
            .with_model(BPE::default())
            .with_normalizer(None)
            .with_pre_tokenizer(Some(Sequence::new(vec![split.into(), bytes.into()])))
            .with_post_processor(None)
            .with_decoder(Some(ByteLevel::default()))
            .build()
            .unwrap();
    let mut trainer = BpeTrainer::builder()
        .vocab_size(420)
        .show_progress(false)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .special_tokens(
            [END_OF_TEXT, PAD]
                .map(|text| AddedToken::from(text, true))
                .to_vec(),
        )
        .build();
    let (tasks, embedded) = (support::tasks(), support::tokenizer());
    let batches = Batches {
        source: &tasks,
        tokenizer: &embedded,
        format: &PromptFormat::Line,
        stream: 4,
        asked_in_all: 0.0,
    };
    let transcripts = batches.transcripts(0, 340, &support::shares()).unwrap();
    let texts = transcripts
        .iter()
        .map(|document| embedded.decode(&document.tokens));
    let texts: Vec<String> = texts.chain(tokenizer_texts(&tasks, 6, 340)).collect();
    inner.train(&mut trainer, texts.into_iter()).unwrap();
    Tokenizer::from_json(&serde_json::to_vec(&inner).unwrap()).unwrap()
}
