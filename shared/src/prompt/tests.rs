use serde_json::{Value, json};

use super::*;
use crate::Language;
use crate::random::{derive, uniform};
use crate::tokenizer::{END_OF_TEXT, PAD};
use crate::transcript::{Parsed, Transcript, forced_prefix};

/// As of Qwen's first models and of SmolLM2: nothing is changed.
const CHATML: &str = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}\
    {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
/// As of Llama 3: a token begins the text, content is trimmed.
const TRIMMED: &str = "{{ bos_token }}{% for m in messages %}{{ '[' + m.role + ']\n\n' + m.content | trim + '<|im_end|>' }}{% endfor %}\
    {% if add_generation_prompt %}{{ '[assistant]\n\n' }}{% endif %}";
/// As of Gemma: no role `system`.
const NO_SYSTEM: &str = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}\
    {{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}\
    {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
/// As of models that also see: content is a list of parts, and a text shows nothing.
const PARTS: &str = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}{% for p in m.content %}{% if p.type == 'text' %}\
    {{ p.text }}{% endif %}{% endfor %}{{ '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
/// As of Qwen3: an answer's thinking is taken out; thinking is begun, or turned off, for the model.
const THINKING: &str = "{% for m in messages %}{% if m.role == 'assistant' %}{% set said = m.content.split('</think>')[-1].lstrip('\n') %}\
    {% else %}{% set said = m.content %}{% endif %}{{ '<|im_start|>' + m.role + '\n' + said + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}\
    {% if enable_thinking is defined and not enable_thinking %}{{ '<think>\n\n</think>\n\n' }}{% else %}{{ '<think>\n' }}{% endif %}{% endif %}";

fn rendered(source: &str, variables: &str) -> Result<String, TemplateError> {
    ChatTemplate::new(source, Variables::default())?.render(&Variables::from_json(variables)?)
}

fn chat(source: &str, system: &str, variables: &str) -> Result<Chat, TemplateError> {
    let variables = Variables::from_json(variables)?;
    Chat::new(ChatTemplate::new(source, variables)?, system)
}

/// A tokenizer as of another family: turns have their tokens, and what we mark with one token is several.
fn foreign() -> Tokenizer {
    let texts = ["<lang_select>\nzh\n</lang_select>\n<think>\n47 + 38 = 85\n</think>\n\\boxed{85}"];
    let own = Tokenizer::train(texts.into_iter().map(String::from), 330).unwrap();
    let mut json: Value = serde_json::from_str(&own.to_json()).unwrap();
    let rows = own.vocab_size();
    let added = json["added_tokens"].as_array_mut().unwrap();
    added.retain(|token| token["content"] == END_OF_TEXT || token["content"] == PAD);
    for (i, text) in ["<|im_start|>", "<|im_end|>"].into_iter().enumerate() {
        let mut token = added[0].clone();
        (token["id"], token["content"]) = (json!(rows + i), json!(text));
        added.push(token);
    }
    Tokenizer::from_json(json.to_string().as_bytes()).unwrap()
}

#[test]
fn a_template_is_jinja_as_transformers_runs_it() {
    let cases = [
        (
            "{% for i in [1, 2, 3] %}\n{% if i == 2 %}{% continue %}{% endif %}\n{{ i }}\n{% endfor %}",
            "{}",
            "1\n3\n",
        ),
        (
            "a\n  {%- generation -%}\n b {% endgeneration %}c",
            "{}",
            "ab c",
        ),
        (
            "{% generation %}{% set x = 1 %}{% endgeneration %}{{ x }}",
            "{}",
            "",
        ),
        (
            "{{ tools is none }} {{ documents is none }}",
            r#"{"tools": [1]}"#,
            "False True",
        ),
        (
            "{% set generation = 'word' %}{{ generation }}",
            "{}",
            "word",
        ),
        (
            "{{ t.split('</think>')[-1].lstrip('\\n') }}",
            r#"{"t": "a</think>\n\nb"}"#,
            "b",
        ),
        (
            "{{ m[::-1] | map(attribute='r') | join(',') }}",
            r#"{"m": [{"r": 1}, {"r": 2}]}"#,
            "2,1",
        ),
        (
            "{{ none is iterable }} {{ 'ab' is sequence }} {{ x is defined }}",
            "{}",
            "False True False",
        ),
        (
            "{{ a }} {{ b }} {{ c | string }} {{ d }} {{ e }}",
            r#"{"a": 1e22, "b": 1e-5, "c": 0.5, "d": 2.0, "e": true}"#,
            "1e+22 1e-05 0.5 2.0 True",
        ),
        (
            "{{ strftime_now('%d %b %Y') }} {{ strftime_now('%Y-%m-%d %A %%') }}",
            "{}",
            "26 Jul 2024 2024-07-26 Friday %",
        ),
        (
            "{{ '<b>' }} {{ x | tojson }}",
            r#"{"x": {"z": "é<\"\n", "a": [1, null, 1e-7]}}"#,
            "<b> {\"z\": \"é<\\\"\\n\", \"a\": [1, null, 1e-07]}",
        ),
        (
            "{{ x | tojson(ensure_ascii=true, sort_keys=true) }}",
            r#"{"x": {"z": "é🙂", "a": []}}"#,
            "{\"a\": [], \"z\": \"\\u00e9\\ud83d\\ude42\"}",
        ),
        (
            "{{ x | tojson(indent=2) }}",
            r#"{"x": {"a": [1, 2], "b": {}}}"#,
            "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}",
        ),
        (
            "{{ x | tojson(separators=(',', ':')) }}",
            r#"{"x": {"a": [1, 2]}}"#,
            "{\"a\":[1,2]}",
        ),
    ];
    for (source, variables, expected) in cases {
        assert_eq!(rendered(source, variables).unwrap(), expected, "{source}");
    }
}

#[test]
fn a_template_that_fails_is_one_sentence_with_what_it_said() {
    let endless = "{% for i in range(100000) %}{% for j in range(100000) %}{% for k in range(100000) %}{% endfor %}{% endfor %}{% endfor %}";
    for (source, expected) in [
        ("{% if %}", "cannot be read: syntax error: "),
        (
            "line\n{{ raise_exception('Roles must\nalternate') }}",
            "refuses the conversation: Roles must\\nalternate",
        ),
        ("\n\n{{ a.b.c }}", "fails: undefined value (its line 3)"),
        (
            "{{ strftime_now('%Q') }}",
            "unknown directive of `strftime_now` in `%Q`",
        ),
        ("{{ x | tojson }}", "undefined cannot be written as JSON"),
        ("{{ 1 | tojson(colour=2) }}", "colour"),
        (endless, "fuel"),
    ] {
        let said = rendered(source, "{}").unwrap_err().to_string();
        assert!(
            said.contains(expected) && !said.contains('\n'),
            "{source}: {said}"
        );
    }
    assert!(
        rendered("{{ raise_exception('x' * 5000) }}", "{}")
            .unwrap_err()
            .to_string()
            .chars()
            .count()
            < 400
    );
    for (json, expected) in [("[1]", "it is a sequence"), ("{", "EOF")] {
        let said = Variables::from_json(json).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_checkpoint_names_its_template_in_one_of_three_ways() {
    let config = |template: Value| {
        json!({"bos_token": "<s>", "eos_token": {"content": "</s>"}, "add_bos_token": true, "model_max_length": 8, "chat_template": template})
            .to_string()
    };
    let of = |jinja: Option<&str>, config: Option<&str>| -> Result<Option<String>, TemplateError> {
        let Some(found) = ChatFiles::find(jinja, config)? else {
            return Ok(None);
        };
        let given = Variables::from_json(r#"{"name": "x", "eos_token": "<end>"}"#)?;
        found
            .template(&given)?
            .render(&Variables::default())
            .map(Some)
    };
    let shown = "{{ bos_token }}{{ eos_token }}{{ name }}{{ add_bos_token }}";
    let named =
        json!([{"name": "tool_use", "template": "tools"}, {"name": "default", "template": shown}]);
    // What is given by name wins over the special tokens.
    assert_eq!(
        of(None, Some(&config(json!(shown)))).unwrap().unwrap(),
        "<s><end>x"
    );
    assert_eq!(
        of(None, Some(&config(named))).unwrap().unwrap(),
        "<s><end>x"
    );
    assert_eq!(
        of(Some("file {{ bos_token }}"), Some(&config(json!(shown))))
            .unwrap()
            .unwrap(),
        "file <s>"
    );
    assert_eq!(
        of(Some("alone{{ bos_token }}"), None).unwrap().unwrap(),
        "alone"
    );
    for absent in [None, Some("{}"), Some(&*config(Value::Null))] {
        assert_eq!(of(None, absent).unwrap(), None);
    }
    let tools = config(json!([{"name": "tool_use", "template": "tools"}]));
    for (wrong, expected) in [
        (&*tools, "named `default`"),
        (&config(json!(1)), "neither a text"),
        ("{", "EOF"),
    ] {
        let said = of(None, Some(wrong)).unwrap_err().to_string();
        assert!(
            said.starts_with("tokenizer_config.json: ") && said.contains(expected),
            "{said}"
        );
    }
}

#[test]
fn the_system_prompt_goes_where_the_template_has_a_place_for_it() {
    let prompt = |source: &str, system: &str| {
        chat(source, system, r#"{"bos_token": "<s>"}"#)
            .unwrap()
            .prompt("Q?")
            .unwrap()
    };
    let (begin, end) = ("<|im_start|>", "<|im_end|>\n");
    let own = format!("{begin}system\nS{end}{begin}user\nQ?{end}{begin}assistant\n");
    assert_eq!(prompt(CHATML, "S"), own);
    assert_eq!(prompt(PARTS, "S"), own);
    assert_eq!(
        prompt(CHATML, ""),
        format!("{begin}user\nQ?{end}{begin}assistant\n")
    );
    assert_eq!(
        prompt(NO_SYSTEM, "S"),
        format!("{begin}user\nS\n\nQ?{end}{begin}assistant\n")
    );
    assert_eq!(
        prompt(TRIMMED, " S "),
        "<s>[system]\n\nS<|im_end|>[user]\n\nQ?<|im_end|>[assistant]\n\n"
    );
    let silent = "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}";
    assert_eq!(prompt(silent, "S"), "S\n\nQ?");
    assert_eq!(
        chat("nothing", "S", "{}").unwrap_err(),
        TemplateError::Silent
    );
    let said = chat("{{ raise_exception('never') }}", "S", "{}")
        .unwrap_err()
        .to_string();
    assert!(said.ends_with("never"), "{said}");
}

#[test]
fn thinking_that_the_template_begins_is_left_to_the_response() {
    for variables in [
        "{}",
        r#"{"enable_thinking": true}"#,
        r#"{"enable_thinking": false}"#,
    ] {
        let chat = chat(THINKING, "", variables).unwrap();
        // The rule leaves a question's own mark alone.
        for question in ["Q?", "What is <think>", "<think>\n\n</think>"] {
            let prompt = chat.prompt(question).unwrap();
            assert!(
                prompt.ends_with("<|im_end|>\n<|im_start|>assistant\n"),
                "{variables}: {prompt:?}"
            );
        }
    }
    let bare = "{{ messages[-1].content }}";
    assert_eq!(
        chat(bare, "", "{}").unwrap().prompt("Why <think>").unwrap(),
        "Why <think>"
    );
}

/// A text of `length` pieces that tokenizers cut differently: marks, spaces, letters of several scripts, bytes that need company.
fn pieces(stream: u64, length: u64) -> String {
    const PIECES: [&str; 16] = [
        "a",
        "Zürich",
        " ",
        "\n",
        "\n\n",
        "  ",
        "47",
        "+",
        "四十",
        "สี่",
        "🙂",
        "<",
        ">",
        "<|im_end",
        "\\boxed{",
        "\u{301}",
    ];
    let piece = |i| PIECES[(uniform(stream, i) * PIECES.len() as f32) as usize];
    (0..length).map(piece).collect()
}

#[test]
fn a_prompt_begins_the_tokens_of_the_whole_conversation() {
    let tokenizer = foreign();
    let explained = system_prompt(&Language::SEEN);
    let mut kept = 0;
    for (name, source) in [
        ("chatml", CHATML),
        ("trimmed", TRIMMED),
        ("no system", NO_SYSTEM),
        ("parts", PARTS),
        ("thinking", THINKING),
    ] {
        for system in ["", &explained] {
            let chat = chat(source, system, r#"{"bos_token": "<|im_start|>"}"#).unwrap();
            let format = PromptFormat::Chat(Box::new(chat.clone()));
            for i in 0..40 {
                let stream = derive(11, &[i]);
                let language = Language::ALL[i as usize % 17];
                let question = pieces(derive(stream, &[0]), 12);
                let trace = pieces(derive(stream, &[1]), i);
                let response = Transcript::new(language, trace, "\\boxed{85}")
                    .unwrap()
                    .to_string();
                let prompt = format.tokens(&tokenizer, &question, "").unwrap().tokens;
                let taught = format.answered(&tokenizer, &question, &response).unwrap();
                // Of what is learned the prompt is the beginning, and the response follows word for word, with one end.
                let (asked, answer) = taught
                    .tokens
                    .split_at(taught.tokens.len() - taught.forced_len);
                assert_eq!(asked, prompt, "{name}");
                let (end, said) = answer.split_last().unwrap();
                assert_eq!(
                    (tokenizer.decode(said), tokenizer.is_end(*end)),
                    (response.clone(), true),
                    "{name}"
                );
                let forced = format
                    .tokens(&tokenizer, &question, &forced_prefix(language))
                    .unwrap();
                assert!(forced.tokens.starts_with(&prompt));
                let whole = chat.conversation(&question, &response).unwrap();
                let tokens = tokenizer.encode(&whole).unwrap();
                assert!(tokens.starts_with(&prompt), "{name}: {question:?}");
                let keeps = tokens.starts_with(&taught.tokens);
                // A template that takes the thinking out of an answer does not keep it; our form does.
                assert_eq!(keeps, source != THINKING, "{name}: {response:?}\n{whole:?}");
                kept += usize::from(keeps);
            }
        }
    }
    assert_eq!(kept, 320);
}

#[test]
fn a_response_ends_as_the_template_ends_a_turn() {
    let tokenizer = foreign();
    let end = |source: &str| chat(source, "", "{}").unwrap().end(&tokenizer).unwrap();
    let id = |token: &str| tokenizer.id(token).unwrap();
    assert_eq!(end(CHATML), [id("<|im_end|>")]);
    // What comes before the token belongs to the end, and what no token ends is ended as the checkpoint ends a text.
    let spaced = "{% for m in messages %}{{ m.content }} <|im_end|>\n{% endfor %}";
    assert_eq!(tokenizer.decode(&end(spaced)), " <|im_end|>");
    let open = "{% for m in messages %}{{ m.content }}\n---\n{% endfor %}";
    assert_eq!(end(open), [tokenizer.end_of_text()]);
    let line = PromptFormat::Line.answered(&tokenizer, "Q?", "A").unwrap();
    assert_eq!(
        tokenizer.decode(&line.tokens),
        format!("Q?\nA{END_OF_TEXT}")
    );
    assert_eq!(line.forced_len, 2);
}

#[test]
fn the_system_prompt_shows_the_form_that_is_rewarded() {
    let text = system_prompt(&Language::SEEN);
    let parsed = Parsed::of(&text);
    assert!(parsed.well_formed && parsed.closed && parsed.tag == Some("code"));
    for language in Language::ALL {
        let listed = text
            .split([' ', ',', '.'])
            .any(|word| word == language.code());
        assert_eq!(listed, language.seen(), "{language}");
    }
}

#[test]
fn a_conversation_gets_the_system_prompt_where_it_is_to_and_has_none() {
    let said = |role, content| Said { role, content };
    let variables = r#"{"bos_token": "<s>"}"#;
    for source in [CHATML, TRIMMED, NO_SYSTEM, PARTS, THINKING] {
        for system in ["", "Choose a language."] {
            let chat = chat(source, system, variables).unwrap();
            let question = [said("user", "Q?")];
            let prompt = chat.prompt("Q?").unwrap();
            assert_eq!(chat.reply_to(&question, true).unwrap(), prompt, "{source}");
            let plain = chat.reply_to(&question, false).unwrap();
            assert_eq!(plain == prompt, system.is_empty(), "{source}");
            let turns = [
                said("user", "Q?"),
                said("assistant", "A."),
                said("user", "R?"),
            ];
            let whole = chat.reply_to(&turns, true).unwrap();
            let places = ["Q?", "A.", "R?"].map(|text| whole.find(text).unwrap());
            assert!(places.is_sorted() && whole.contains(system), "{whole}");
        }
    }
    // Its own system message stays, and no other is added.
    let chat = PromptFormat::Chat(Box::new(chat(CHATML, "Choose a language.", "{}").unwrap()));
    let own = [said("system", "Be brief."), said("user", "Q?")];
    let expected = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nQ?<|im_end|>\n<|im_start|>assistant\n";
    for explained in [true, false] {
        assert_eq!(chat.conversation(&own, explained).unwrap(), expected);
        let line = PromptFormat::Line.conversation(&own, explained).unwrap();
        assert_eq!(line, "Be brief.\nQ?\n");
    }
}
