//! `explang generate`: its forms of a prompt, and a text that goes on as it is.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{explang, output, refused, succeeds};

const QUESTION: &str = "What is 47 + 38? Think in steps.";

/// A copy of the SFT checkpoint of this repository, with a chat template where one is given.
fn checkpoint(folder: &Path, template: Option<&str>) -> PathBuf {
    let from = "../checkpoints/quick/stages/sft/checkpoint";
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(from);
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    if let Some(template) = template {
        fs::write(folder.join("chat_template.jinja"), template).unwrap();
    }
    folder.to_path_buf()
}

/// What is said greedily, without the rate of its tokens.
fn said(arguments: &[&str], model: &Path) -> String {
    let mut command = explang(["generate", "--temperature=0"]);
    command.args(arguments).arg("--model").arg(model);
    let said = succeeds(command, "");
    let (text, rate) = said.rsplit_once(" tokens, ").unwrap();
    assert!(rate.ends_with(" tokens/s\n"), "{said}");
    text.to_owned()
}

#[test]
fn a_raw_text_goes_on_and_nothing_else_is_written() {
    let folder = tempfile::tempdir().unwrap();
    // A template is not asked.
    let model = checkpoint(folder.path(), Some("{{ raise_exception('asked') }}"));
    let asked = format!("{QUESTION}\n");
    let raw = |arguments: &[&str], input: &str| {
        let mut command = explang(["generate", "--raw", "--temperature=0"]);
        command.args(arguments).arg("--checkpoint").arg(&model);
        let output = output(command, input);
        assert!(output.status.success());
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.trim_end().ends_with("tokens/s"), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    };
    let whole = raw(&["--prompt", &asked], "");
    assert!(whole.starts_with("<lang_select>\n"), "{whole}");
    assert!(
        whole.contains("\\boxed{") && !whole.contains("<|endoftext|>"),
        "{whole}"
    );
    // In the form of a line the same tokens follow, and the same words around them.
    let told = said(&[QUESTION, "--format=line"], &model);
    assert!(told.contains(&whole), "{whole}\n{told}");
    assert_eq!(raw(&[], &asked), whole);
    // Spaces count: what was said goes on where it stopped, in the middle of it too.
    let (begun, rest) = whole.split_at(whole.find("</think>").unwrap());
    assert_eq!(raw(&[&format!("{asked}{begun}")], ""), rest);
}

#[test]
fn weights_in_few_bits_say_nearly_the_same_and_threads_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let model = checkpoint(folder.path(), None);
    let whole = said(&[QUESTION], &model);
    // The file has no blocks to keep.
    assert_eq!(said(&[QUESTION, "--weights=stored"], &model), whole);
    assert_eq!(
        said(&[QUESTION, "--weights=f32", "--threads=3"], &model),
        whole
    );
    let few = said(&[QUESTION, "--weights=q8_0"], &model);
    assert_ne!(few, whole, "the exact probabilities differ");
    assert_eq!(
        said(&[QUESTION, "--weights=q8_0", "--threads=3"], &model),
        few
    );
    assert!(few.contains("\\boxed{"), "{few}");
    let mut command = explang(["generate", QUESTION, "--weights=q9"]);
    command.arg("--model").arg(&model);
    let error = refused(command, "");
    assert!(error.contains("stored, f32, q8_0"), "{error}");
}

#[test]
fn a_checkpoint_with_a_template_is_asked_in_its_form() {
    let (plain, chat) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let plain = checkpoint(plain.path(), None);
    // The question alone, so that the words that follow are known.
    let template = "{% for m in messages if m.role == 'user' %}{{ prefix }}{{ m.content }}{{ '\\n' }}{% endfor %}";
    let chat = checkpoint(chat.path(), Some(template));
    let line = said(&[QUESTION], &plain);
    assert!(
        line.contains("exact probabilities") && line.contains("tag "),
        "{line}"
    );
    assert_eq!(said(&["--prompt", QUESTION], &plain), line);
    assert_eq!(said(&["--system=", QUESTION], &chat), line);
    assert_eq!(said(&["--format=line", QUESTION], &chat), line);
    // The system prompt, which the template leaves out, begins the question.
    let explained = said(&[QUESTION], &chat);
    let distribution = |said: &str| said.split("<lang_select>").next().unwrap().to_owned();
    assert_ne!(distribution(&explained), distribution(&line));
    assert_eq!(said(&["--system=What is 4 + 3?", QUESTION], &chat), {
        let merged = format!("What is 4 + 3?\n\n{QUESTION}");
        said(&[&merged], &plain).replacen(&merged, QUESTION, 1)
    });
    let kwargs = "--chat-template-kwargs={\"prefix\": \"In short: \"}";
    assert_eq!(said(&["--system=", kwargs, QUESTION], &chat), {
        let longer = format!("In short: {QUESTION}");
        said(&[&longer], &plain).replacen(&longer, QUESTION, 1)
    });
    let forced = said(&["--system=", "--language=ja", QUESTION], &chat);
    assert!(
        forced.contains("<lang_select>\nja\n</lang_select>\n<think>\n"),
        "{forced}"
    );
}

#[test]
fn what_has_no_place_in_a_prompt_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let model = checkpoint(folder.path(), None);
    let refused = |arguments: &[&str]| {
        let mut command = explang(["generate", QUESTION, "--checkpoint"]);
        command.arg(&model).args(arguments);
        refused(command, "")
    };
    for (arguments, sentence) in [
        (&["--system=Be brief."][..], "have no place for --system"),
        (
            &["--format=chat"],
            "has no chat template (chat_template.jinja, or",
        ),
        (&["--raw", "--language=ja"], "--raw writes no tag"),
        (&["--raw", "--system=x"], "cannot be used with"),
        (&["--prompt=x"], "cannot be used with"),
        (&["--chat-template-kwargs=[1]"], "not a JSON object"),
    ] {
        let said = refused(arguments);
        assert!(said.contains(sentence), "{arguments:?}: {said}");
    }
    for (template, sentence) in [
        (
            "{{ raise_exception('Only tools may speak') }}",
            "refuses the conversation: Only tools may speak",
        ),
        ("{% for %}", "cannot be read: syntax error"),
        ("Hello", "leaves out the question"),
    ] {
        fs::write(model.join("chat_template.jinja"), template).unwrap();
        let said = refused(&[]);
        assert!(
            said.contains(sentence) && said.lines().count() == 1,
            "{said}"
        );
    }
}
