//! `explang score`: the detector, and what becomes of a response that was cut short.

use serde_json::{Value, json};

use super::program::{explang, refused, succeeds};

#[test]
fn the_detector_and_what_is_cut_short_are_choices_of_the_command() {
    // Romanian, which is unseen, under the tag of the language that it passes for among the seen ones.
    let response = "<lang_select>\nit\n</lang_select>\n<think>\nNimeni nu va fi supus la torturi, nici la pedepse sau tratamente crude, inumane sau degradante.\n</think>\n\\boxed{7}";
    let row = json!({"response": response, "ground_truth": "7", "truncated": true}).to_string();
    let scored = |options: &[&str]| -> Value {
        let arguments = ["score", "--variant", "naive"].iter().chain(options);
        serde_json::from_str(&succeeds(explang(arguments), &row)).unwrap()
    };
    for options in [&[][..], &["--preset", "official"], &["--detector", "seen"]] {
        let row = scored(options);
        assert_eq!(
            (&row["detected"], &row["compliance"]),
            (&json!("it"), &json!(1.0))
        );
    }
    let row_of_all = scored(&["--detector", "all"]);
    assert_eq!(
        (&row_of_all["detected"], &row_of_all["compliance"]),
        (&Value::Null, &json!(0.0))
    );
    assert_eq!(scored(&["--truncated", "penalise"])["reward"], 0.0);
    assert_eq!(scored(&["--truncated", "mask"])["masked"], true);
    let said = refused(explang(["score", "--quirks", "any-tag"]), &row);
    assert!(said.contains("(did you mean `any_tag`?)"), "{said}");
}
