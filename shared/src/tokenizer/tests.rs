use super::*;

fn trained() -> Tokenizer {
    let texts = [
        "forty plus two is forty-two. ",
        "四十加二等于四十二。",
        "สี่สิบบวกสองเท่ากับสี่สิบสอง ",
    ];
    let many = (0..60).map(move |i| texts[i % 3].to_owned());
    Tokenizer::train(many, 400).unwrap()
}

#[test]
fn every_text_survives_a_round_trip() {
    let t = trained();
    for text in [
        "forty-two",
        "<lang_select>\nzh\n</lang_select>\n<think>\n四十\n</think>\n\\boxed{42}",
        "été \u{1F600}\n\nx",
    ] {
        assert_eq!(t.decode(&t.encode(text).unwrap()), text);
    }
}

#[test]
fn tags_are_one_token_and_do_not_occur_in_prose() {
    let t = trained();
    for language in Language::ALL {
        let text = format!("<lang_select>{}</lang_select>", tag_text(language));
        assert_eq!(t.encode(&text).unwrap().len(), 3, "{language}");
        let id = t.id(&tag_text(language)).unwrap();
        assert!(!t.encode("el segundo es de the id").unwrap().contains(&id));
    }
}

#[test]
fn digits_stand_alone() {
    let t = trained();
    assert_eq!(t.encode("1234").unwrap().len(), 4);
}

#[test]
fn training_twice_gives_the_same_file_and_reading_it_gives_the_same_ids() {
    let (a, b) = (trained(), trained());
    assert_eq!(a.to_json(), b.to_json());
    let c = Tokenizer::from_json(a.to_json().as_bytes()).unwrap();
    assert_eq!(
        a.encode("forty zh 42").unwrap(),
        c.encode("forty zh 42").unwrap()
    );
    assert!(matches!(
        Tokenizer::from_json(b"{"),
        Err(TokenizerError::Json(_))
    ));
}

/// The trained tokenizer with its file changed.
fn changed(change: impl FnOnce(&mut serde_json::Value)) -> Result<Tokenizer, TokenizerError> {
    let mut file = serde_json::from_str(&trained().to_json()).unwrap();
    change(&mut file);
    Tokenizer::from_json(file.to_string().as_bytes())
}

#[test]
fn the_smallest_tokenizer_has_every_byte_and_every_mark() {
    let least = Tokenizer::train(["forty".to_owned()].into_iter(), 0).unwrap();
    assert_eq!(least.vocab_size(), LEAST_TOKENS);
    // Fewer rows lack tokens; from twice as many on they are another model's.
    assert!(least.fits(LEAST_TOKENS) && least.fits(2 * LEAST_TOKENS + 1));
    assert!(!least.fits(LEAST_TOKENS - 1) && !least.fits(2 * LEAST_TOKENS + 2));
}

#[test]
fn what_a_file_says_of_cutting_and_filling_does_not_count() {
    let plain = trained();
    let text = "forty plus two is forty-two";
    let cut = changed(|file| {
        file["truncation"] = serde_json::json!({
            "direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 10
        });
    });
    let filled = changed(|file| {
        file["padding"] = serde_json::json!({
            "strategy": {"Fixed": 1_000_000_000}, "direction": "Right", "pad_to_multiple_of": null,
            "pad_id": 0, "pad_type_id": 0, "pad_token": PAD
        });
    });
    for tokenizer in [cut.unwrap(), filled.unwrap()] {
        assert_eq!(tokenizer.encode(text).unwrap(), plain.encode(text).unwrap());
    }
}

#[test]
fn a_gap_in_the_ids_needs_rows_too() {
    let gap = changed(|file| file["model"]["vocab"]["far"] = 7000.into());
    assert_eq!(gap.unwrap().vocab_size(), 7001);
}

#[test]
fn a_tokenizer_that_cannot_speak_is_refused() {
    let empty = changed(|file| {
        file["model"]["vocab"] = serde_json::json!({ END_OF_TEXT: 0 });
        file["model"]["merges"] = serde_json::json!([]);
        file["added_tokens"] = serde_json::json!([]);
    });
    assert!(matches!(empty, Err(TokenizerError::Mute(_))), "{empty:?}");
    // The library panics where a decoder is torn; a fuzzer found it.
    let whole = trained().to_json();
    let torn = whole.replacen("\"trim_offsets\": true", "\"trim_offsets\"", 1);
    assert_ne!(torn, whole);
    let torn = Tokenizer::from_json(torn.as_bytes());
    assert!(matches!(torn, Err(TokenizerError::Json(_))), "{torn:?}");
    let words = serde_json::json!({
        "version": "1.0", "added_tokens": [],
        "model": {"type": "WordLevel", "vocab": {END_OF_TEXT: 0, "a": 1}, "unk_token": "[UNK]"}
    });
    let words = Tokenizer::from_json(words.to_string().as_bytes());
    assert!(matches!(words, Err(TokenizerError::Json(_))), "{words:?}");
    let endless = changed(|file| {
        file["model"]["vocab"]
            .as_object_mut()
            .unwrap()
            .remove(END_OF_TEXT);
        file["added_tokens"].as_array_mut().unwrap().remove(0);
    });
    assert!(matches!(endless, Err(TokenizerError::NoEnd)), "{endless:?}");
}

/// The trained tokenizer, read with files beside it.
fn beside(
    generation_config: serde_json::Value,
    config: serde_json::Value,
    tokenizer_config: serde_json::Value,
) -> Result<Tokenizer, TokenizerError> {
    let beside = Beside {
        generation_config,
        config,
        tokenizer_config,
    };
    Tokenizer::from_files(trained().to_json().as_bytes(), &beside)
}

#[test]
fn stop_tokens_come_from_the_first_file_that_says_them() {
    use serde_json::{Value, json};
    let none = || Value::Null;
    let eos = |value: Value| json!({"eos_token_id": value, "other": 1});
    let ends = |tokenizer: Result<Tokenizer, _>| tokenizer.map(|t| t.ends().to_vec());
    let named = trained().id("<think>").unwrap();
    for (files, expected) in [
        ((none(), none(), none()), vec![0]),
        ((eos(json!(5)), eos(json!(6)), none()), vec![5]),
        ((eos(json!([7, 5])), eos(json!(6)), none()), vec![7, 5]),
        ((eos(none()), eos(json!([6])), none()), vec![6]),
        ((eos(json!([])), eos(json!(6)), none()), vec![6]),
        // One that the tokenizer has not got is passed over beside one that it has.
        ((eos(json!([100_000, 5])), none(), none()), vec![5]),
        (
            (none(), eos(none()), json!({"eos_token": "<think>"})),
            vec![named],
        ),
        (
            (none(), none(), json!({"eos_token": {"content": "<think>"}})),
            vec![named],
        ),
        ((none(), none(), json!({"eos_token": "nowhere"})), vec![0]),
    ] {
        let said = format!("{files:?}");
        assert_eq!(
            ends(beside(files.0, files.1, files.2)),
            Ok(expected),
            "{said}"
        );
    }
    for wrong in [json!("0"), json!(-1), json!([0, null]), json!(1u64 << 40)] {
        assert_eq!(
            ends(beside(eos(wrong), none(), none())),
            Err(TokenizerError::EndKind("generation_config.json"))
        );
    }
    assert_eq!(
        ends(beside(none(), eos(json!(100_000)), none())),
        Err(TokenizerError::EndId(100_000))
    );
}

#[test]
fn a_prompt_begins_once_with_the_token_that_begins_a_text() {
    use serde_json::json;
    let template = json!({
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": PAD, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "<think>", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {
            PAD: {"id": PAD, "ids": [1], "tokens": [PAD]},
            "<think>": {"id": "<think>", "ids": [4], "tokens": ["<think>"]},
        },
    });
    let byte_level = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": true});
    let chain = json!({"type": "Sequence", "processors": [byte_level, template]});
    let mut unknown = template.clone();
    unknown["special_tokens"] = json!({});
    for (post_processor, added) in [
        (json!(null), false),
        (byte_level.clone(), false),
        (template, true),
        (chain, true),
        // A damaged one, in which the library would not find it.
        (unknown, false),
    ] {
        let mut file: serde_json::Value = serde_json::from_str(&trained().to_json()).unwrap();
        file["post_processor"] = post_processor;
        let read = |tokenizer_config: serde_json::Value| {
            let beside = Beside {
                tokenizer_config,
                ..Beside::default()
            };
            Tokenizer::from_files(file.to_string().as_bytes(), &beside).unwrap()
        };
        let check = |tokenizer: Tokenizer, begin: Option<u32>| {
            for text in ["", "forty", "<|pad|>forty", "<think>forty"] {
                let plain = tokenizer.encode(text).unwrap();
                let added = begin.filter(|begin| plain.first() != Some(begin));
                let expected: Vec<u32> = added.into_iter().chain(plain).collect();
                assert_eq!(tokenizer.encode_prompt(text).unwrap(), expected);
            }
        };
        check(read(json!(null)), added.then_some(1));
        check(read(json!({"bos_token": "<think>"})), added.then_some(1));
        // The file says whether.
        let no = json!({"bos_token": "<think>", "add_bos_token": false});
        let yes = json!({"bos_token": {"content": "<think>"}, "add_bos_token": true});
        check(read(no), None);
        let think = trained().id("<think>");
        check(read(yes), think);
        check(
            read(json!({"bos_token": null, "add_bos_token": true})),
            None,
        );
    }
}

#[test]
fn tokens_that_were_added_to_the_tokenizer_alone_are_named() {
    let rows = trained().vocab_size();
    let added = |ids: &[usize]| {
        changed(|file| {
            for id in ids {
                file["added_tokens"].as_array_mut().unwrap().push(serde_json::json!({
                    "id": id, "content": format!("[{id}]"), "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true
                }));
            }
        })
        .unwrap()
    };
    assert_eq!(trained().added_beyond(rows), None);
    for count in 1..4 {
        let ids: Vec<usize> = (rows..rows + count).collect();
        let names = ids.iter().map(|id| format!("[{id}]")).collect();
        let tokenizer = added(&ids);
        assert_eq!(tokenizer.added_beyond(rows), Some(names));
        assert_eq!(tokenizer.added_beyond(rows + count), None);
        // Ordinary ones are not added to a model's tokenizer.
        assert_eq!(tokenizer.added_beyond(rows - 1), None);
    }
}
