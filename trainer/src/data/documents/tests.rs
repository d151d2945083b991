use explang::prompt::{Chat, ChatTemplate, Variables};
use explang::run::config::Practice;
use explang::tasks::Mixture;

use super::*;

fn tasks() -> Mixture {
    Mixture::even([
        "sums/steps/3".parse().unwrap(),
        "weekdays/breath/2".parse().unwrap(),
    ])
    .unwrap()
}

fn tokenizer() -> Tokenizer {
    Tokenizer::train(tokenizer_texts(&tasks(), 5, 340), 600).unwrap()
}

#[test]
fn pages_carry_a_code_but_no_mark_and_every_language_equally_often() {
    let (tasks, tokenizer) = (tasks(), tokenizer());
    let batches = Batches {
        source: &tasks,
        tokenizer: &tokenizer,
        format: &PromptFormat::Line,
        stream: 1,
        asked_in_all: 0.0,
    };
    let mut counts = [0; 17];
    for step in 0..2 {
        for page in batches.pages(step, 17, 0.5, &[]).unwrap() {
            let prompt = tokenizer.decode(&page.tokens[..page.prompt_len]);
            let text = tokenizer.decode(&page.tokens);
            assert!(
                !text.contains("<think>") && !text.contains("<lang_select>"),
                "{text}"
            );
            let header = |l: &Language| prompt.contains(&page_header(*l));
            let language = Language::ALL.into_iter().find(header).unwrap();
            counts[language.index()] += 1;
            assert!(text.ends_with(&format!("}}{END_OF_TEXT}")));
        }
    }
    assert_eq!(counts, [2; 17]);
}

#[test]
fn practice_decides_the_languages_of_its_kind_and_of_no_other() {
    let (tasks, tokenizer) = (tasks(), tokenizer());
    let batches = Batches {
        source: &tasks,
        tokenizer: &tokenizer,
        format: &PromptFormat::Line,
        stream: 3,
        asked_in_all: 0.0,
    };
    let practice = Practice {
        kind: explang::tasks::Kind::new("sums/steps"),
        shares: [(Language::Zh, 0.5), (Language::Sw, 0.16)].into(),
    };
    let practice = [practice];
    let size = 2_000;
    let pages = batches.pages(0, size, 0.0, &practice).unwrap();
    let mut counts = [[0_usize; 17]; 2];
    for page in &pages {
        let prompt = tokenizer.decode(&page.tokens[..page.prompt_len]);
        let header = |l: &Language| prompt.contains(&page_header(*l));
        let language = Language::ALL.into_iter().find(header).unwrap();
        counts[usize::from(prompt.contains("day"))][language.index()] += 1;
    }
    let even = Language::ALL.map(|l| (l, 1.0 / 17.0)).to_vec();
    for (counts, shares) in counts.iter().zip([practice[0].of_all(), even]) {
        let n = counts.iter().sum::<usize>() as f64;
        assert!(n > 900.0, "{n}");
        for (language, p) in shares {
            let count = counts[language.index()] as f64;
            // Five standard deviations of a binomial.
            let slack = 5.0 * (n * p * (1.0 - p)).sqrt();
            assert!((count - n * p).abs() < slack, "{language}: {count} of {n}");
        }
    }
    // The problems are the same, whatever language they are thought through in.
    let even = batches.pages(0, size, 0.0, &[]).unwrap();
    let question = |page: &Document| {
        let prompt = tokenizer.decode(&page.tokens[..page.prompt_len]);
        let line = prompt.lines().find(|line| line.contains('?'));
        line.map(str::to_owned)
    };
    assert!(
        pages
            .iter()
            .zip(&even)
            .all(|(a, b)| question(a) == question(b))
    );
}

#[test]
fn transcripts_parse_verify_and_keep_to_the_shares() {
    let (tasks, tokenizer) = (tasks(), tokenizer());
    let batches = Batches {
        source: &tasks,
        tokenizer: &tokenizer,
        format: &PromptFormat::Line,
        stream: 2,
        asked_in_all: 0.0,
    };
    let shares = [(Language::En, 0.5), (Language::Th, 0.5)];
    let mut english = 0;
    let documents = batches.transcripts(0, 400, &shares).unwrap();
    for document in &documents {
        let response = tokenizer.decode(&document.tokens[document.prompt_len..]);
        let response = response.strip_suffix(END_OF_TEXT).unwrap();
        let parsed = transcript::Transcript::parse(response).unwrap();
        english += usize::from(parsed.language() == Some(Language::En));
    }
    // Five standard deviations of a binomial with n = 400 and p = 0.5.
    assert!(english.abs_diff(200) <= 50, "{english}");
    let again = batches.transcripts(0, 400, &shares).unwrap();
    assert!(
        documents
            .iter()
            .zip(&again)
            .all(|(a, b)| a.tokens == b.tokens)
    );
}

#[test]
fn nothing_held_out_is_drawn() {
    let tasks = tasks();
    let held_out: Vec<u64> = tasks
        .held_out(1, 60, Language::En)
        .iter()
        .map(|e| e.id)
        .collect();
    for stream in 0..500 {
        let solved = tasks
            .solved(stream.into(), Language::En, Language::Zh)
            .unwrap();
        assert!(!held_out.contains(&solved.example.id));
    }
}

#[test]
fn questions_in_all_languages_say_nothing_about_the_tag() {
    let (tasks, tokenizer) = (tasks(), tokenizer());
    let of = |asked_in_all| {
        let batches = Batches {
            source: &tasks,
            tokenizer: &tokenizer,
            format: &PromptFormat::Line,
            stream: 4,
            asked_in_all,
        };
        let shares = [(Language::En, 0.5), (Language::Th, 0.5)];
        let documents = batches.transcripts(0, 400, &shares).unwrap();
        let split = |document: &Document| {
            let (prompt, response) = document.tokens.split_at(document.prompt_len);
            (tokenizer.decode(prompt), tokenizer.decode(response))
        };
        documents.iter().map(split).collect::<Vec<_>>()
    };
    let (english, all) = (of(0.0), of(1.0));
    let same = |responses: bool| {
        let pairs = english.iter().zip(&all);
        pairs
            .filter(|(a, b)| if responses { a.1 == b.1 } else { a.0 == b.0 })
            .count()
    };
    assert_eq!(
        same(true),
        400,
        "the same traces, whatever they are asked in"
    );
    // One in seventeen is asked in English all the same; five standard deviations are 24.
    assert!(same(false).abs_diff(400 / 17) <= 24, "{}", same(false));
}

#[test]
fn a_chat_puts_the_same_responses_after_prompts_of_its_template() {
    let (tasks, tokenizer) = (tasks(), tokenizer());
    let template = "{% for m in messages %}[{{ m.role }}]{{ m.content }}<|endoftext|>{% endfor %}\
        {% if add_generation_prompt %}[assistant]{% endif %}";
    let template = ChatTemplate::new(template, Variables::default()).unwrap();
    let chat = PromptFormat::Chat(Box::new(Chat::new(template, "S").unwrap()));
    let shares = [(Language::Ja, 1.0)];
    let of = |format: &PromptFormat| {
        let batches = Batches {
            source: &tasks,
            tokenizer: &tokenizer,
            format,
            stream: 5,
            asked_in_all: 0.5,
        };
        batches.transcripts(0, 40, &shares).unwrap()
    };
    for (line, chat) in of(&PromptFormat::Line).iter().zip(of(&chat)) {
        assert_eq!(
            line.tokens[line.prompt_len..],
            chat.tokens[chat.prompt_len..]
        );
        let question = tokenizer.decode(&line.tokens[..line.prompt_len]);
        let question = question.strip_suffix('\n').unwrap();
        assert_eq!(
            tokenizer.decode(&chat.tokens[..chat.prompt_len]),
            format!("[system]S<|endoftext|>[user]{question}<|endoftext|>[assistant]")
        );
    }
}
