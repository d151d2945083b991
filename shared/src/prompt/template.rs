//! Chat templates: Jinja as `transformers` runs it, by minijinja.
//!
//! `transformers` adds to Jinja: `trim_blocks` and `lstrip_blocks`, `break` and `continue`, `raise_exception`, `strftime_now`, `tojson` as
//! `json.dumps` writes it, and `{% generation %}`. Templates also call methods of Python's texts, lists and dictionaries, which
//! minijinja-contrib has.
//!
//! `strftime_now` names the day that Llama 3's own template falls back on, whatever the day is: a run that is resumed tomorrow
//! must ask what it asked today. Left out: what needs Python's objects (`documents` as classes, tools as functions).

use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Value, escape_formatter};
use minijinja_contrib::pycompat::unknown_method_callback;

use super::json::tojson;
use super::python;

/// Work that a template may do for one conversation, in minijinja's fuel: about one unit an instruction or 64 bytes.
const FUEL: u64 = 2_000_000;

/// Longest message of a template that is repeated, in characters.
const MESSAGE: usize = 300;

/// What a template is given by name, in the order of its text.
#[derive(Debug, Clone, Default)]
pub struct Variables(Vec<(String, Value)>);

/// A template that can be rendered.
#[derive(Debug, Clone)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    variables: Variables,
}

/// What is wrong with a template, or with what it is given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It is not Jinja.
    #[error("the chat template cannot be read: {0}")]
    Syntax(String),
    /// It called `raise_exception`.
    #[error("the chat template refuses the conversation: {0}")]
    Raised(String),
    /// It fails on a conversation.
    #[error("the chat template fails: {0}")]
    Failed(String),
    /// It leaves the question or the system prompt out.
    #[error(
        "the chat template leaves out the question, whether it is a text or a list of parts; set `[prompt] format` to \"line\""
    )]
    Silent,
    /// The variables are not an object of JSON.
    #[error("the template's variables are not a JSON object: {0}")]
    Variables(String),
    /// The file that names it is wrong.
    #[error("tokenizer_config.json: {0}")]
    Files(String),
}

impl Variables {
    /// Reads a JSON object.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn from_json(text: &str) -> Result<Self, TemplateError> {
        let wrong = |what: &str| TemplateError::Variables(what.to_owned());
        let read: Value = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        if read.kind() != ValueKind::Map {
            return Err(wrong(&format!("it is a {}", read.kind())));
        }
        let mut variables = Variables::default();
        for name in read.try_iter().into_iter().flatten() {
            let value = read.get_item(&name).unwrap_or_default();
            variables.set(&name.to_string(), value);
        }
        Ok(variables)
    }

    /// Sets a variable; the later one counts.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.retain(|(set, _)| set != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// These variables, and those of `other`, which win.
    #[must_use]
    pub fn with(mut self, other: &Variables) -> Self {
        for (name, value) in &other.0 {
            self.set(name, value.clone());
        }
        self
    }
}

impl ChatTemplate {
    /// Reads a template. `variables` are there in every conversation: the texts of the special tokens, and what TRL calls
    /// `chat_template_kwargs`.
    ///
    /// # Errors
    /// When it is not Jinja.
    pub fn new(source: &str, variables: Variables) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build();
        environment.set_syntax(syntax.map_err(|error| TemplateError::Syntax(said(&error)))?);
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(unknown_method_callback);
        environment.add_filter("tojson", tojson);
        environment.add_filter("string", |value: &Value| python::shown(value).into_owned());
        environment.add_test("iterable", python::iterable);
        environment.add_test("sequence", python::sequence);
        environment.set_formatter(|out, state, value| {
            let shown = python::shown(value);
            escape_formatter(out, state, &Value::from(&*shown))
        });
        environment.add_function("raise_exception", raise_exception);
        environment.add_function("strftime_now", strftime_now);
        environment
            .add_template_owned(NAME, without_generation(source))
            .map_err(|error| TemplateError::Syntax(said(&error)))?;
        Ok(ChatTemplate {
            environment,
            variables,
        })
    }

    /// The text of a conversation: `variables` has its `messages`, and `add_generation_prompt` where an answer is to follow.
    ///
    /// # Errors
    /// When the template raises or fails.
    pub fn render(&self, variables: &Variables) -> Result<String, TemplateError> {
        let mut given = Variables::default();
        // They are there in every conversation; a template may ask whether they are none.
        given.set("tools", ());
        given.set("documents", ());
        let given = given.with(&self.variables).with(variables);
        let template = self.environment.get_template(NAME);
        template
            .and_then(|template| template.render(Value::from_pairs(given.0)))
            .map_err(|error| failure(&error))
    }
}

/// The template's name within its environment. No extension, so that nothing is escaped.
const NAME: &str = "chat_template";

/// Says what `raise_exception` was called with.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Raised(String);

fn raise_exception(message: &Value) -> Result<Value, Error> {
    let raised = Raised(message.to_string());
    Err(Error::new(ErrorKind::InvalidOperation, "raise_exception").with_source(raised))
}

fn failure(error: &Error) -> TemplateError {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(at) = cause {
        if let Some(Raised(message)) = at.downcast_ref() {
            return TemplateError::Raised(explang_named::brief(message, MESSAGE));
        }
        cause = at.source();
    }
    TemplateError::Failed(said(error))
}

/// What went wrong, and in which line of the template.
fn said(error: &Error) -> String {
    let what = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    let what = explang_named::brief(&what, MESSAGE);
    match error.line() {
        Some(line) => format!("{what} (its line {line})"),
        None => what,
    }
}

/// The source with each `{% generation %}` as a block that only has a scope: it marks what the assistant writes, for a mask that we do
/// not ask for.
fn without_generation(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find("{%") {
        let inside = &rest[at + 2..];
        let word = inside.trim_start_matches(['-', '+']).trim_start();
        let replaced = [("generation", "with"), ("endgeneration", "endwith")]
            .into_iter()
            .find_map(|(name, instead)| {
                let after = word.strip_prefix(name)?;
                let end = after.trim_start().trim_start_matches(['-', '+']);
                end.starts_with("%}").then_some((after, instead))
            });
        let before = rest.len() - inside.len();
        match replaced {
            Some((after, instead)) => {
                out.push_str(&rest[..rest.len() - word.len()]);
                out.push_str(instead);
                rest = after;
            }
            None => {
                out.push_str(&rest[..before]);
                rest = inside;
            }
        }
    }
    out + rest
}

/// The parts of 26 July 2024, a Friday, midnight, as `strftime` writes them.
const TODAY: [(char, &str); 17] = [
    ('Y', "2024"),
    ('y', "24"),
    ('m', "07"),
    ('B', "July"),
    ('b', "Jul"),
    ('d', "26"),
    ('e', "26"),
    ('j', "208"),
    ('A', "Friday"),
    ('a', "Fri"),
    ('H', "00"),
    ('I', "12"),
    ('M', "00"),
    ('S', "00"),
    ('p', "AM"),
    ('F', "2024-07-26"),
    ('%', "%"),
];

fn strftime_now(format: &str) -> Result<String, Error> {
    let mut out = String::new();
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let directive = rest.next();
        let part = TODAY.iter().find(|(name, _)| Some(*name) == directive);
        let (_, text) = part.ok_or_else(|| {
            let what = format!("unknown directive of `strftime_now` in `{format}`");
            Error::new(ErrorKind::InvalidOperation, what)
        })?;
        out.push_str(text);
    }
    Ok(out)
}
