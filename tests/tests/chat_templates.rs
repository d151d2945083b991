//! Chat templates against `transformers`: the 72 that TRL ships, with conversations of twenty shapes, rendered by
//! `tests/peers/chat_templates.py`; and what our prompts are of each.

use explang::Language;
use explang::prompt::{Chat, ChatTemplate, TemplateError, Variables, system_prompt};
use explang::transcript::Transcript;
use serde_json::Value;

use crate::peer;

/// Templates, and conversations that each renders.
const EXPECTED: (usize, usize) = (72, 20);
/// Renders in which a template raises: it refuses a role, or content of another kind.
const RAISED: usize = 121;
/// Templates that keep a response word for word: the others take the thinking, or the tag before it, out of an answer.
const KEEPING: usize = 47;

/// What `transformers` makes of the templates, a line each.
fn theirs() -> Vec<Value> {
    let lines = peer::ask("chat_templates.py", [] as [&str; 0], &[]);
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn templates_render_as_in_transformers_and_their_prompts_begin_their_conversations() {
    let templates = theirs();
    let (mut same, mut raised, mut keeping, mut different) = (0, 0, 0, Vec::new());
    for line in &templates {
        let name = line["template"].as_str().unwrap();
        let source = line["source"].as_str().unwrap();
        let template = ChatTemplate::new(source, Variables::default()).unwrap();
        let renders = line["renders"].as_array().unwrap();
        assert_eq!(renders.len(), EXPECTED.1, "{name}");
        for render in renders {
            let variables = Variables::from_json(render["variables"].as_str().unwrap()).unwrap();
            match (template.render(&variables), render["text"].as_str()) {
                (Ok(ours), Some(theirs)) if ours == theirs => same += 1,
                (Err(error), None) if raised_alike(&error, &render["raised"]) => raised += 1,
                (ours, theirs) => different.push(format!("{name}: {ours:?}, not {theirs:?}")),
            }
        }
        let variables = Variables::from_json(renders[0]["variables"].as_str().unwrap()).unwrap();
        keeping += usize::from(prompt_begins_conversation(name, source, variables));
    }
    let whole = format!("{same} the same, {raised} raised, {keeping} keeping; {different:#?}");
    assert_eq!(templates.len(), EXPECTED.0, "{whole}");
    assert_eq!(same + raised, EXPECTED.0 * EXPECTED.1, "{whole}");
    assert_eq!((raised, keeping), (RAISED, KEEPING), "{whole}");
}

/// Whether a template that fails says what it says in `transformers`, where it says something itself.
fn raised_alike(error: &TemplateError, theirs: &Value) -> bool {
    match (error, theirs.as_str()) {
        (TemplateError::Raised(ours), Some(theirs)) => ours == theirs,
        (TemplateError::Failed(_), None) => true,
        _ => false,
    }
}

/// Whether the template keeps our response in a conversation that our prompt begins.
fn prompt_begins_conversation(name: &str, source: &str, variables: Variables) -> bool {
    let template = ChatTemplate::new(source, variables).unwrap();
    let system = system_prompt(&Language::SEEN);
    let chat = Chat::new(template, &system).unwrap_or_else(|error| panic!("{name}: {error}"));
    let response = Transcript::new(Language::Zh, "四十加三十是七十。", "\\boxed{85}").unwrap();
    let response = response.to_string();
    let prompt = chat.prompt("What is 47 + 38?").unwrap();
    assert!(
        prompt.contains(&system) && prompt.contains("What is 47 + 38?"),
        "{name}: {prompt}"
    );
    assert!(!prompt.trim_end().ends_with("<think>"), "{name}: {prompt}");
    let whole = chat.conversation("What is 47 + 38?", &response).unwrap();
    assert!(whole.starts_with(&prompt), "{name}: {prompt:?}, {whole:?}");
    whole.starts_with(&format!("{prompt}{response}"))
}
