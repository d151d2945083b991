//! A kept response as a row that TRL's `SFTTrainer` reads.

use explang::named::named;
use serde_json::{Value, json};

use super::problems::{Message, messages};

/// The form of a row, by TRL's names of dataset types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SftFormat {
    /// `prompt` and `completion` as lists of messages; the loss is on the completion.
    PromptCompletion,
    /// `prompt` and `completion` as texts, for a prompt that has its template already.
    Text,
    /// `messages`: the whole conversation.
    Messages,
}

named!(SftFormat, "format", {
    PromptCompletion => "prompt-completion",
    Text => "text",
    Messages => "messages",
});

/// The row of a prompt and its response. A prompt of messages has no text: in format `text` their contents are joined by line breaks.
pub fn row(format: SftFormat, prompt: &Value, response: &str) -> Value {
    let asked = messages(prompt).unwrap_or_default();
    let answer = json!([{"role": "assistant", "content": response}]);
    match format {
        SftFormat::PromptCompletion => {
            let asked: Vec<Value> = asked.iter().map(Message::json).collect();
            json!({"prompt": asked, "completion": answer})
        }
        SftFormat::Text => {
            let asked: Vec<String> = asked.into_iter().map(|message| message.content).collect();
            json!({"prompt": asked.join("\n"), "completion": response})
        }
        SftFormat::Messages => {
            let asked = asked.iter().map(Message::json);
            let answer = [json!({"role": "assistant", "content": response})];
            json!({"messages": asked.chain(answer).collect::<Vec<_>>()})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_holds_the_prompt_and_the_whole_response() {
        let prompt = Value::from("1+1");
        let user = json!({"role": "user", "content": "1+1"});
        let answer = json!({"role": "assistant", "content": "2"});
        let of = |format| row(format, &prompt, "2");
        assert_eq!(
            of(SftFormat::PromptCompletion),
            json!({"prompt": [user], "completion": [answer]})
        );
        assert_eq!(
            of(SftFormat::Text),
            json!({"prompt": "1+1", "completion": "2"})
        );
        assert_eq!(of(SftFormat::Messages), json!({"messages": [user, answer]}));
        let system = json!([{"role": "system", "content": "Be brief."}, user]);
        let rows = row(SftFormat::Messages, &system, "2");
        assert_eq!(rows["messages"].as_array().unwrap().len(), 3);
    }
}
