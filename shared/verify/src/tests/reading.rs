//! How texts are understood: a table in a file, and the bounds of what is read.

use serde::Deserialize;

use super::compared;
use crate::mathematics::node::Node;
use crate::mathematics::read::read;
use crate::normal::normalise;

/// Texts and what they are to the reader; written by hand where the reader was wrong, and else its own words, looked through.
const READINGS: &str = include_str!("../../data/readings.jsonl");

/// One line of the table.
#[derive(Deserialize)]
struct Reading {
    /// What is looked at: `normal`, the spelling that is compared; `kind`, what kind of thing it is; `answer`, the answer that a
    /// whole response states; else the readings of a bare answer, under the name of the notation.
    of: String,
    text: String,
    /// Empty where nothing is read.
    is: String,
}

/// All readings of a text, the usual one first.
fn shown(text: &str) -> String {
    let readings = read(text);
    let nodes = readings.usual.iter().chain(&readings.others);
    nodes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" | ")
}

#[test]
fn every_text_in_the_file_is_read_as_it_says() {
    let readings: Vec<Reading> = READINGS
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut wrong = Vec::new();
    for Reading { of, text, is } in &readings {
        let found = match of.as_str() {
            "normal" => normalise(text),
            "kind" => read(text).usual.unwrap().kind().to_owned(),
            "answer" => compared(text, "77").answer.unwrap_or("none".to_owned()),
            _ => shown(text),
        };
        if found != *is {
            wrong.push((text, found, is));
        }
    }
    assert!(wrong.is_empty(), "text, found, expected: {wrong:#?}");
}

/// Asserts that the text is read with `most` of its parts, and not with one more.
fn bounded(most: usize, text: impl Fn(usize) -> String) {
    for (count, fits) in [(most, true), (most + 1, false)] {
        let text = text(count);
        assert_eq!(read(&text).usual.is_some(), fits, "{count}: {text}");
    }
}

#[test]
fn what_is_read_is_bounded() {
    let many = |part: &str, between: &str, count: usize| vec![part; count].join(between);
    let inside = |open: &str, close: &str, count: usize| {
        format!("{}5{}", open.repeat(count), close.repeat(count))
    };
    bounded(6000, |bytes| format!("5{}", " ".repeat(bytes - 1)));
    bounded(1500, |tokens| many("no", " ", tokens));
    for between in ["+", "*", " ", ":", ";"] {
        bounded(200, |items| many("x", between, items));
    }
    bounded(201, |sides| many("x", "=", sides));
    bounded(200, |factors| format!("\\sin {}", many("x", " ", factors)));
    bounded(200, |items| format!("\\gcd({})", many("x", ",", items)));
    bounded(200, |lines| {
        format!(
            "\\begin{{cases}}{}\\end{{cases}}",
            many("x=1", "\\\\", lines)
        )
    });
    bounded(40, |depth| inside("(", ")", depth));
    bounded(39, |signs| format!("x{}", "°".repeat(signs)));
    bounded(41, |sets| {
        let sets = (1..=sets).map(|i| if i % 2 == 0 { "A∪" } else { "A∩" });
        format!("{}A", sets.skip(1).collect::<String>())
    });
    bounded(64, |entries| {
        format!(
            "\\begin{{pmatrix}}{}\\end{{pmatrix}}",
            many("1", "&", entries)
        )
    });
    // The matrix and the sum are parts too.
    bounded(198, |terms| {
        format!(
            "\\begin{{vmatrix}}{}\\end{{vmatrix}}",
            many("x", "+", terms)
        )
    });
    bounded(4, |rows| {
        let row = many("1", "&", rows);
        format!(
            "\\begin{{vmatrix}}{}\\end{{vmatrix}}",
            many(&row, "\\\\", rows)
        )
    });
    bounded(20, |fractions| many("{1\\over 2}", "+", fractions));
}

#[test]
fn a_determinant_is_that_of_its_rows() {
    for (rows, value) in [
        ("1&2\\\\3&4", "-2"),
        ("2&0&1\\\\1&3&2\\\\1&1&4", "18"),
        ("1&2&3&4\\\\0&1&2&3\\\\2&0&1&1\\\\1&1&0&2", "8"),
    ] {
        let matrix = format!("\\begin{{vmatrix}}{rows}\\end{{vmatrix}}");
        super::same(&matrix, value);
    }
}

#[test]
fn a_time_of_day_is_a_ratio_only_where_it_could_be_one() {
    super::all_same(&[("1:20", "3:60"), ("12:30", "2:5"), ("24:10", "12:5")]);
    super::all_differ(&[
        ("01:20", "3:60"),
        ("10:05", "2:1"),
        ("12:30 pm", "2:5"),
        ("24:00", "12:0"),
        ("9:05", "9:5"),
    ]);
}

#[test]
fn a_relation_may_be_turned_around() {
    for (relation, turned) in [
        ("x<2y", "2y>x"),
        ("x\\le 2y", "2y\\ge x"),
        ("x>2y", "2y<x"),
        ("x\\ge 2y", "2y\\le x"),
        ("x=2y", "2y=x"),
        ("x\\ne 2y", "2y\\ne x"),
    ] {
        super::same(relation, turned);
    }
    super::all_differ(&[
        ("x<2y", "2y<x"),
        ("x\\le 2y", "2y\\le x"),
        ("x\\ne 2y", "2y=x"),
    ]);
}

#[test]
fn an_inverse_that_no_text_begins_with_is_shown_as_a_fraction() {
    let half = Node::Inverse(Box::new(Node::integer(2)));
    assert_eq!(half.to_string(), "1/2");
    assert_eq!(
        Node::Product(vec![half, Node::integer(3)]).to_string(),
        "1/2·3"
    );
}
