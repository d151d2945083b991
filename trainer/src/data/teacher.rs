//! What a teacher is asked: a problem, and the first words of a thinking trace in one language, which the teacher goes on from
//! (ExpLang, arXiv 2602.21887, section 3 and its appendix for the words).
//!
//! A request is a line of the OpenAI batch format, which `vllm run-batch` and the servers that are compatible with OpenAI's read. The
//! endpoint for completions takes a text that begins the answer; the one for chats only where the server's template leaves an unfinished
//! message alone, which that of Qwen3 does not.

use explang::Language;
use explang::named::named;
use explang::transcript::THINK;
use serde_json::{Value, json};

use super::problems::{Message, Problem};

/// The first words of a trace in a language.
pub const fn first_words(language: Language) -> &'static str {
    match language {
        Language::En => "Okay",
        Language::Zh => "好的",
        Language::Es => "De acuerdo",
        Language::Fr => "D'accord",
        Language::De => "In Ordnung",
        Language::Ja => "わかりました",
        Language::Ru => "Хорошо",
        Language::It => "Va bene",
        Language::Pt => "Tudo bem",
        Language::Ko => "알겠습니다",
        Language::Ar => "حسنًا",
        Language::Th => "ตกลง",
        Language::Vi => "Được rồi",
        Language::Id => "Oke",
        Language::He => "בסדר",
        Language::Ro => "În regulă",
        Language::Sw => "Sawa",
    }
}

/// What the teacher's answer is made to begin with.
pub fn prefix(language: Language) -> String {
    format!("{THINK}\n{}", first_words(language))
}

/// Which endpoint of a server a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// `/v1/completions`: the conversation as one text in ChatML, as Qwen's models were trained.
    Completions,
    /// `/v1/chat/completions` with `continue_final_message`.
    Chat,
}

named!(Endpoint, "endpoint", { Completions => "completions", Chat => "chat" });

/// How a teacher is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Name of the model at the server.
    pub model: String,
    /// Sampling temperature.
    pub temperature: f64,
    /// Nucleus: share of the probability that is sampled from.
    pub top_p: f64,
    /// Longest answer, in tokens.
    pub max_tokens: u32,
    /// Answers to each request.
    pub n: u32,
}

impl Asking {
    /// The request for a problem in a language.
    pub fn request(&self, problem: &Problem, language: Language) -> Value {
        let begun = Message {
            role: "assistant".to_owned(),
            content: prefix(language),
        };
        let mut body = json!({
            "model": self.model, "temperature": self.temperature, "top_p": self.top_p,
            "max_tokens": self.max_tokens, "n": self.n,
        });
        let url = match self.endpoint {
            Endpoint::Completions => {
                body["prompt"] = chatml(&problem.messages, &begun).into();
                "/v1/completions"
            }
            Endpoint::Chat => {
                let messages = problem.messages.iter().chain([&begun]);
                body["messages"] = messages.map(Message::json).collect();
                body["add_generation_prompt"] = false.into();
                body["continue_final_message"] = true.into();
                "/v1/chat/completions"
            }
        };
        let custom_id = custom_id(problem.line, language);
        json!({"custom_id": custom_id, "method": "POST", "url": url, "body": body})
    }
}

/// The conversation as ChatML, up to what the last message has so far.
fn chatml(messages: &[Message], begun: &Message) -> String {
    let said = messages
        .iter()
        .map(|Message { role, content }| format!("<|im_start|>{role}\n{content}<|im_end|>\n"));
    let Message { role, content } = begun;
    format!("{}<|im_start|>{role}\n{content}", said.collect::<String>())
}

/// Names a request by the line of its problem and its language: `12-zh`.
pub fn custom_id(line: usize, language: Language) -> String {
    format!("{line}-{language}")
}

/// The line and the language that a name stands for.
pub fn of_custom_id(name: &str) -> Option<(usize, Language)> {
    let (line, language) = name.rsplit_once('-')?;
    Some((line.parse().ok()?, language.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(endpoint: Endpoint) -> Asking {
        Asking {
            endpoint,
            model: "Qwen/Qwen3-32B".into(),
            temperature: 0.1,
            top_p: 0.9,
            max_tokens: 4096,
            n: 1,
        }
    }

    fn problem() -> Problem {
        let prompt = Value::from("1+1");
        Problem {
            line: 12,
            messages: crate::data::problems::messages(&prompt).unwrap(),
            prompt,
            ground_truth: "2".into(),
        }
    }

    #[test]
    fn both_endpoints_begin_the_answer_with_the_languages_words() {
        let request = asking(Endpoint::Completions).request(&problem(), Language::Zh);
        assert_eq!(request["custom_id"], "12-zh");
        assert_eq!(request["url"], "/v1/completions");
        assert_eq!(
            request["body"]["prompt"],
            "<|im_start|>user\n1+1<|im_end|>\n<|im_start|>assistant\n<think>\n好的"
        );
        let request = asking(Endpoint::Chat).request(&problem(), Language::Fr);
        assert_eq!(request["url"], "/v1/chat/completions");
        assert_eq!(
            request["body"]["messages"],
            json!([{"role": "user", "content": "1+1"}, {"role": "assistant", "content": "<think>\nD'accord"}])
        );
        assert_eq!(request["body"]["continue_final_message"], true);
    }

    #[test]
    fn a_name_leads_back_and_every_language_has_words() {
        for language in Language::ALL {
            assert_eq!(of_custom_id(&custom_id(7, language)), Some((7, language)));
            assert!(!first_words(language).is_empty());
        }
        for name in ["", "7", "7-xx", "-zh", "x-zh"] {
            assert_eq!(of_custom_id(name), None, "{name}");
        }
    }
}
