//! Messages of a conversation as one text.

use serde_json::Value;

use explang::transcript::{END_THINK, THINK};

/// Where servers put a thinking trace that they have cut out of a message's content.
const REASONING: [&str; 3] = ["reasoning_content", "reasoning", "thinking"];

/// The text of a response: itself, or what the assistant says in a message or a list of messages. A trace that a server has cut out of the
/// content is put back between its marks. `None` for another value.
pub fn response_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(message) => {
            let content = message.get("content").and_then(Value::as_str);
            match (reasoning(value), content) {
                (None, content) => content.map(str::to_owned),
                (Some(trace), content) => Some(format!(
                    "{THINK}\n{}\n{END_THINK}\n\n{}",
                    trace.trim_matches('\n'),
                    content.unwrap_or_default().trim_start_matches('\n')
                )),
            }
        }
        Value::Array(messages) => {
            let said = messages.iter().filter(|of| of["role"] == "assistant");
            let said: Vec<String> = said.filter_map(response_text).collect();
            (!said.is_empty()).then(|| said.concat())
        }
        _ => None,
    }
}

/// The trace that a server has cut out of a message's content.
pub fn reasoning(message: &Value) -> Option<&str> {
    let of = |key: &str| message.get(key)?.as_str();
    REASONING.into_iter().find_map(of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_response_is_read_in_every_form() {
        let whole = "<think>\nzwei\n</think>\n\n\\boxed{2}";
        for value in [
            json!(whole),
            json!({"role": "assistant", "content": whole}),
            json!({"content": "\n\\boxed{2}", "reasoning_content": "\nzwei\n"}),
            json!([{"role": "user", "content": "1+1"}, {"role": "assistant", "reasoning": "zwei", "content": "\\boxed{2}"}]),
        ] {
            assert_eq!(response_text(&value).as_deref(), Some(whole), "{value}");
        }
        let cut = json!({"reasoning_content": "zwei", "content": null});
        assert_eq!(
            response_text(&cut).as_deref(),
            Some("<think>\nzwei\n</think>\n\n")
        );
        for value in [
            json!(3),
            json!(null),
            json!([]),
            json!({"role": "assistant"}),
        ] {
            assert_eq!(response_text(&value), None, "{value}");
        }
    }
}
