use super::*;
use crate::protocol::Draw;

fn wanted(stage: Stage, languages: &[Option<Language>]) -> Wanted {
    let column = |language: &Option<Language>| Column {
        prompt: "What is 1 + 2?".into(),
        language: *language,
        seed: 7,
    };
    Wanted {
        stage,
        problem: None,
        seed: 7,
        columns: languages.iter().map(column).collect(),
        sampling: Draw {
            temperature: 1.0,
            top_p: 1.0,
            max_new_tokens: 20,
        },
    }
}

fn step(pieces: &[(usize, &str)]) -> Reply {
    let token = |(column, piece): &(usize, &str)| Token {
        column: *column,
        piece: (*piece).into(),
        token: 1,
        log_prob: 0.0,
        rivals: Vec::new(),
    };
    Reply::Tokens {
        id: 1,
        tokens: pieces.iter().map(token).collect(),
    }
}

fn completed(text: &str, end: Ending) -> Completed {
    Completed {
        text: text.into(),
        forced_text: String::new(),
        drawn: 4,
        tokens: 10,
        end,
    }
}

#[test]
fn tokens_go_to_their_columns_and_a_silent_column_has_ended() {
    let mut writing = Writing::begin(wanted(
        Stage::Sft,
        &[Some(Language::Zh), Some(Language::En)],
    ));
    assert!(writing.running() && writing.columns[0].thinking().is_empty());
    writing.hear(step(&[(0, "一加二"), (1, "One")]));
    writing.hear(step(&[(0, "等于三。"), (1, " plus")]));
    assert_eq!(writing.columns[0].thinking(), "一加二等于三。");
    assert_eq!(writing.columns[1].thinking(), "One plus");
    writing.hear(step(&[(0, "\n</think>\n"), (1, " two")]));
    writing.hear(step(&[(0, "\\boxed{3}"), (1, " equals")]));
    assert!(!writing.columns[0].ended);
    writing.hear(step(&[(1, " three")]));
    let [zh, en] = &writing.columns[..] else {
        panic!("two columns");
    };
    assert_eq!((zh.ended, en.ended), (true, false));
    assert_eq!((zh.boxed(), en.boxed()), (Some("3"), None));
    assert_eq!((zh.tokens(), en.tokens()), (4, 5));
    assert_eq!(zh.thinking(), "一加二等于三。");
    assert!(zh.response().unwrap().text.starts_with("<lang_select>\nzh"));
    assert_eq!(en.response(), None);
    // Nothing at all says nothing.
    let before = writing.clone();
    writing.hear(step(&[]));
    assert_eq!(writing, before);
}

#[test]
fn the_end_brings_the_whole_texts_and_what_was_stopped_is_not_judged() {
    let mut writing = Writing::begin(wanted(Stage::Sft, &[None, None]));
    writing.hear(step(&[(0, "<lang_select>"), (1, "<lang_select>")]));
    assert_eq!(writing.columns[0].thinking(), "");
    let text = "<lang_select>\nen\n</lang_select>\n<think>\nOne plus two.\n</think>\n\\boxed{3}";
    let mut stopped = writing.clone();
    let done = |end| Reply::Done {
        id: 1,
        completions: vec![completed(text, Ending::CutShort), completed(text, end)],
        milliseconds: 5.0,
    };
    writing.hear(done(Ending::Finished));
    assert_eq!(writing.phase, Phase::Done(5.0));
    assert!(!writing.stopped());
    assert_eq!(writing.whole().unwrap().len(), 2);
    assert_eq!(writing.columns[1].tag(), Some(Language::En));
    assert_eq!(writing.columns[1].tokens(), 10);
    stopped.hear(done(Ending::Stopped));
    assert!(stopped.stopped() && stopped.whole().is_none());
    assert!(stopped.columns[0].response().is_some());
    assert_eq!(stopped.columns[1].response(), None);
}

#[test]
fn before_sft_a_heading_stands_in_the_place_of_the_tag() {
    let mut writing = Writing::begin(wanted(Stage::Pretrain, &[Some(Language::Th)]));
    writing.hear(step(&[(0, "หนึ่ง"), (0, "\n\\boxed{3}")]));
    assert_eq!(writing.columns[0].thinking(), "หนึ่ง");
    assert_eq!(writing.columns[0].boxed(), Some("3"));
    assert_eq!(writing.columns[0].tag(), None);
}

#[test]
fn a_failure_is_kept() {
    let mut writing = Writing::waiting(8);
    assert_eq!((writing.columns.len(), writing.budget()), (8, None));
    let failure = Failure {
        message: "No.".into(),
        advice: "Try again.".into(),
    };
    writing.hear(Reply::Fail {
        id: Some(1),
        failure: failure.clone(),
    });
    assert_eq!(writing.phase, Phase::Failed(failure));
}
