use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::sync::Arc;

use explang::random::SplitMix64;
use explang::tasks::{Place, Source};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

/// A folder to write data sets into.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, lines: &[String]) -> FileSection {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::create_dir_all(Path::new(&self.path(name)).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
        self.section(name)
    }

    fn section(&self, name: &str) -> FileSection {
        FileSection {
            path: self.path(name),
            layout: None,
            columns: None,
            asked_in: None,
        }
    }
}

type Read = (ProblemSet, Vec<DataFile>);

fn read_both(train: Vec<FileSection>, held_out: Vec<FileSection>) -> Result<Read, String> {
    let section = DataSection { train, held_out };
    read(&section, &|question| question.len() < 200).map_err(|error| error.to_string())
}

/// A good row of a layout; `number` is its answer, and `kind` its kind where a column tells it.
fn good(layout: Layout, number: usize, kind: &str) -> Value {
    let (question, answer) = (format!("What is {number}?"), number.to_string());
    match layout {
        Layout::Plain => {
            json!({"kind": kind, "problem": question, "ground_truth": number, "more": [1]})
        }
        Layout::Gsm8k => {
            json!({"question": question, "answer": format!("It is <<{number}=1>>.\n#### {answer}")})
        }
        Layout::Mgsm => {
            json!({"question": question, "answer": null, "answer_number": number, "equation_solution": null})
        }
        Layout::OpenR1 => {
            json!({"problem": question, "answer": answer, "problem_type": kind, "generations": ["x", "y"]})
        }
        Layout::Verl => json!({
            "data_source": kind, "prompt": [{"role": "user", "content": question}],
            "reward_model": {"style": "rule", "ground_truth": answer},
        }),
    }
}

/// A damaged line, and why it is left out.
fn damaged(layout: Layout, number: usize, damage: u64) -> (String, Reason) {
    let Value::Object(mut row) = good(layout, number, "x") else {
        panic!("a row is an object")
    };
    let (value, reason) = match damage {
        0 => return ("{\"torn\": ".into(), Reason::Malformed),
        1 => return ("[1, 2]".into(), Reason::Malformed),
        2 => (json!(null), Reason::Question),
        3 => (json!(" \n "), Reason::Question),
        4 => (json!(number), Reason::Question),
        5 => (json!("Why? ".repeat(100)), Reason::Long),
        _ => {
            for answer in ["ground_truth", "answer", "answer_number", "reward_model"] {
                row.remove(answer);
            }
            return (Value::Object(row).to_string(), Reason::Answer);
        }
    };
    let mut names = ["question", "problem", "prompt"].into_iter();
    let question = names.find(|name| row.contains_key(*name)).unwrap();
    row.insert(question.to_owned(), value);
    (Value::Object(row).to_string(), reason)
}

#[test]
fn rows_of_every_layout_are_read_back_and_every_other_row_is_counted_by_its_reason() {
    let mut rng = SplitMix64::new(5);
    for layout in Layout::ALL.repeat(8) {
        let folder = Folder::new();
        let (mut lines, mut expected) = (Vec::new(), BTreeMap::<Reason, Vec<usize>>::new());
        let mut problems: BTreeMap<String, (String, String)> = BTreeMap::new();
        // The first row is a good one, so that the layout can be found.
        for line in 1..=60_usize {
            let number = 1 + rng.below(40) as usize;
            let kind = ["algebra", "geometry/plane"][rng.below(2) as usize];
            let question = format!("What is {number}?");
            match rng.below(4) {
                0 if line > 1 => {
                    let (text, reason) = damaged(layout, 1000 + line, rng.below(7));
                    lines.push(text);
                    expected.entry(reason).or_default().push(line);
                }
                1 if line > 1 && rng.below(3) == 0 => lines.push("  ".into()),
                _ => {
                    lines.push(good(layout, number, kind).to_string());
                    let kind = match layout {
                        Layout::Gsm8k | Layout::Mgsm => layout.name(),
                        _ => kind,
                    };
                    let problem = (number.to_string(), kind.to_owned());
                    if let Entry::Vacant(first) = problems.entry(question) {
                        first.insert(problem);
                    } else {
                        expected.entry(Reason::Repeated).or_default().push(line);
                    }
                }
            }
        }
        let section = folder.write("set.jsonl", &lines);
        let mut named = section.clone();
        named.layout = Some(layout);
        let held_out = good(Layout::Plain, 0, "x").to_string();
        let held_out = vec![folder.write("held-out.jsonl", &[held_out])];
        let (set, files) = read_both(vec![section], held_out.clone()).unwrap();
        let by_name = read_both(vec![named], held_out).unwrap();
        assert_eq!((&set, &files), (&by_name.0, &by_name.1), "{layout}");

        let DataFile {
            tally,
            layout: found,
            ..
        } = &files[0];
        assert_eq!(*found, layout);
        assert_eq!(tally.left_out, expected, "{layout}\n{}", lines.join("\n"));
        let left_out: usize = tally.left_out.values().map(Vec::len).sum();
        assert_eq!(tally.rows, tally.used + left_out);
        let malformed = expected.contains_key(&Reason::Malformed);
        assert_eq!(tally.malformed.is_some(), malformed);
        let rows = lines.iter().filter(|line| !line.trim().is_empty());
        assert_eq!(tally.rows, rows.count());
        let read: BTreeMap<_, _> = (set.side(Split::Train).iter())
            .map(|problem| {
                let example = problem.asked_in(Language::En).clone();
                assert_eq!(example.level, 0);
                let told = (example.answer, example.kind.to_string());
                (example.question, told)
            })
            .collect();
        assert_eq!(read, problems, "{layout}");
    }
}

/// Text columns as Parquet.
fn parquet(columns: &[(&str, Vec<String>)], compression: Compression) -> Vec<u8> {
    let fields: String = (columns.iter())
        .map(|(name, _)| format!("required binary {name} (STRING);"))
        .collect();
    let schema = parse_message_type(&format!("message schema {{ {fields} }}")).unwrap();
    let properties = WriterProperties::builder().set_compression(compression);
    let properties = Arc::new(properties.build());
    let mut file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties).unwrap();
    let mut group = file.next_row_group().unwrap();
    for (_, values) in columns {
        let mut column = group.next_column().unwrap().unwrap();
        let texts: Vec<ByteArray> = values.iter().map(|text| text.as_str().into()).collect();
        let typed = column.typed::<ByteArrayType>();
        typed.write_batch(&texts, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.into_inner().unwrap()
}

#[test]
fn parquet_gives_the_problems_of_json_lines() {
    let folder = Folder::new();
    let rows = 1..=40_usize;
    let text = |make: &dyn Fn(usize) -> String| rows.clone().map(make).collect::<Vec<_>>();
    let lines = text(&|n| good(Layout::OpenR1, n, "Algebra").to_string());
    let section = folder.write("train.jsonl", &lines);
    let of_lines = read_both(vec![section], vec![]).unwrap();
    let columns = [
        ("problem", text(&|n| format!("What is {n}?"))),
        ("generations", text(&|_| "long ".repeat(400))),
        ("problem_type", text(&|_| "Algebra".into())),
        ("answer", text(&|n| n.to_string())),
    ];
    for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY] {
        let bytes = parquet(&columns, compression);
        fs::write(folder.path("train.parquet"), bytes).unwrap();
        let of_parquet = read_both(vec![folder.section("train.parquet")], vec![]).unwrap();
        assert_eq!(of_parquet.0, of_lines.0);
        assert_eq!(of_parquet.1[0].tally, of_lines.1[0].tally);
        assert_eq!(of_parquet.1[0].layout, Layout::OpenR1);
    }
    // What pyarrow writes of OpenR1's columns, and of a question and an answer with another compression.
    let published = include_bytes!("openr1.parquet");
    fs::write(folder.path("openr1.parquet"), published).unwrap();
    let held_out = folder.write("h.jsonl", &[good(Layout::Plain, 0, "x").to_string()]);
    let (set, files) = read_both(vec![folder.section("openr1.parquet")], vec![held_out]).unwrap();
    assert_eq!(
        files[0].tally.to_string(),
        "3 rows, 2 used; left out: 1 without an answer (line 2)"
    );
    let first = set.side(Split::Train)[0].asked_in(Language::En);
    assert_eq!(
        (first.answer.as_str(), first.kind.as_str()),
        ("\\frac{1}{2}", "Algebra")
    );
    let zstd = include_bytes!("zstd.parquet");
    fs::write(folder.path("zstd.parquet"), zstd).unwrap();
    let error = read_both(vec![folder.section("zstd.parquet")], vec![]).unwrap_err();
    assert!(
        error.contains("zstd.parquet cannot be read as Parquet"),
        "{error}"
    );
    let advice = "save it again, compressed with Snappy, or as JSON lines";
    assert!(error.ends_with(advice), "{error}");
}

#[test]
fn the_same_problems_in_several_languages_are_one_problem_each() {
    let folder = Folder::new();
    for language in [Language::De, Language::En, Language::Sw] {
        let row = |n: usize| match (language, n) {
            (Language::Sw, 3) => "{".to_owned(),
            (Language::De, 4) => json!({"problem": "de 4", "answer": "5"}).to_string(),
            _ => json!({"problem": format!("{language} {n}"), "answer": format!("{n},000")})
                .to_string(),
        };
        let lines: Vec<String> = (1..=9).map(row).collect();
        folder.write(&format!("mgsm/{language}.jsonl"), &lines);
    }
    let mut mgsm = folder.section("mgsm");
    mgsm.layout = Some(Layout::Mgsm);
    let train = folder.write("train.jsonl", &[good(Layout::Plain, 7, "x").to_string()]);
    let (set, files) = read_both(vec![train.clone()], vec![mgsm.clone()]).unwrap();
    let problems = set.side(Split::HeldOut);
    assert_eq!(problems.len(), 9);
    // English and Swahili have another answer to the fourth than German, which comes first; Swahili lacks the third.
    let versions = problems.iter().map(|problem| problem.examples().count());
    assert_eq!(versions.sum::<usize>(), 27 - 3);
    let used: usize = files[1..].iter().map(|file| file.tally.used).sum();
    assert_eq!(used, 27 - 3);
    assert_eq!(files[2].tally.left_out, [(Reason::Differs, vec![4])].into());
    for (place, problem) in problems.iter().enumerate() {
        let number = place + 1;
        let answer = match number {
            4 => "5".to_owned(),
            _ => format!("{number}000"),
        };
        for (language, example) in problem.examples() {
            assert_eq!(example.question, format!("{language} {number}"));
            assert_eq!((&example.answer, example.kind.as_str()), (&answer, "mgsm"));
        }
    }
    // The language may be given where the name does not tell it.
    fs::rename(folder.path("mgsm/sw.jsonl"), folder.path("other.jsonl")).unwrap();
    let mut swahili = folder.section("other.jsonl");
    swahili.layout = Some(Layout::Mgsm);
    swahili.asked_in = Some(Language::Sw);
    let (again, _) = read_both(vec![train], vec![mgsm, swahili]).unwrap();
    assert_eq!(again, set);
}

#[test]
fn what_is_held_out_is_not_learned_from() {
    let folder = Folder::new();
    let lines = |numbers: std::ops::Range<usize>| -> Vec<String> {
        let row = |n| good(Layout::Gsm8k, n, "").to_string();
        numbers.map(row).collect()
    };
    let train = folder.write("train.jsonl", &lines(0..300));
    let held_out = folder.write("test.jsonl", &lines(250..350));
    let (set, files) = read_both(vec![train.clone()], vec![held_out]).unwrap();
    assert_eq!(files[0].tally.left_out[&Reason::HeldOut].len(), 50);
    let sizes = [Split::Train, Split::HeldOut].map(|split| set.side(split).len());
    assert_eq!(sizes, [250, 100]);

    // One file is split by its questions, whatever their order.
    let sides = |section: FileSection| {
        let (set, files) = read_both(vec![section], vec![]).unwrap();
        assert_eq!(files[0].tally.used, 300);
        [Split::Train, Split::HeldOut].map(|split| {
            let problems = set.side(split).iter();
            let questions = problems.map(|problem| problem.asked_in(Language::En).question.clone());
            questions.collect::<BTreeSet<String>>()
        })
    };
    let section = DataSection {
        train: vec![train.clone()],
        held_out: vec![],
    };
    check(&section).unwrap();
    let [learned, measured] = sides(train.clone());
    assert!(learned.is_disjoint(&measured));
    assert_eq!(learned.len() + measured.len(), 300);
    // Five standard deviations of a binomial(300, 1/5) are 35.
    assert!(measured.len().abs_diff(60) < 35, "{}", measured.len());
    let mut backwards = lines(0..300);
    backwards.reverse();
    let backwards = folder.write("backwards.jsonl", &backwards);
    assert_eq!(sides(backwards), [learned, measured]);
    let (set, _) = read_both(vec![train.clone()], vec![]).unwrap();
    for index in 0..600 {
        let place = Place {
            stream: 1,
            order: 2,
            index,
        };
        let drawn = set.draw(place, Split::Train, Language::En);
        assert_eq!(Split::of(&drawn.question), Split::Train);
    }

    let one = folder.write("one.jsonl", &lines(1..2));
    let error = read_both(vec![one], vec![]).unwrap_err();
    assert!(
        error.starts_with("data: there is no problem to "),
        "{error}"
    );
    let error = read_both(vec![train.clone()], vec![train]).unwrap_err();
    let nothing = "300 rows, 0 used; left out: 300 held out (lines 1, 2, 3, 4, 5, …)";
    assert!(error.contains(nothing), "{error}");
}

#[test]
fn what_cannot_be_used_is_named_in_one_sentence() {
    let folder = Folder::new();
    let good = |n| good(Layout::Plain, n, "x").to_string();
    let refused = |section: FileSection, sentence: &str| {
        let error = read_both(vec![section], vec![]).unwrap_err();
        assert!(error.contains(sentence) && !error.contains('\n'), "{error}");
    };
    let missing = folder.section("missing.jsonl");
    let section = DataSection {
        train: vec![missing.clone()],
        held_out: vec![],
    };
    assert!(
        check(&section)
            .unwrap_err()
            .to_string()
            .contains("could not read")
    );
    refused(missing, "could not read");
    fs::write(folder.path("latin.jsonl"), b"{\"question\": \"\xe9\"}\n").unwrap();
    let latin = "latin.jsonl: line 1 is not UTF-8; save the text as UTF-8";
    refused(folder.section("latin.jsonl"), latin);
    let empty = folder.write("empty.jsonl", &[]);
    refused(empty, "empty.jsonl: 0 rows, 0 used; write at least one row");
    let array = folder.write("array.json", &["[{\"question\": 1}]".to_owned()]);
    refused(
        array,
        "line 1 is not a JSON object: it holds a list; write one a line",
    );
    let row = json!({"question": "1+1?", "answer": "2"}).to_string();
    let mut unmarked = folder.write("gsm.jsonl", &[row]);
    unmarked.layout = Some(Layout::Gsm8k);
    refused(unmarked, "1 without `#### ` before the answer (line 1)");
    let mut columns = folder.write("columns.jsonl", &[good(1)]);
    for (text, sentence) in [
        ("question", "is not of the form OURS=THEIRS"),
        (
            "questoin=problem",
            "columns.jsonl: unknown column `questoin` (did you mean `question`?)",
        ),
        (
            "question=missing",
            "they lack `missing`; it has `ground_truth`, `kind`, `more`, `problem`",
        ),
    ] {
        columns.columns = Some(text.into());
        refused(columns.clone(), sentence);
    }
    let row = |n: usize| json!({"question": n.to_string(), "answer": n, "uuid": n}).to_string();
    let mut kinds = folder.write("kinds.jsonl", &(0..150).map(row).collect::<Vec<_>>());
    kinds.columns = Some("kind=uuid".into());
    refused(kinds, "`uuid` tells 150 kinds of problems, more than 100");

    // Two answers to one question: the first counts.
    let other = json!({"problem": "What is 1?", "ground_truth": "2"}).to_string();
    let both = folder.write("both.jsonl", &[good(1), other, good(2)]);
    let held_out = folder.write("h.jsonl", &[good(9)]);
    let (_, files) = read_both(vec![both], vec![held_out]).unwrap();
    let told = files[0].told();
    let sentence = "both.jsonl: 3 rows, 2 used; left out: 1 repeated with another answer (line 2)";
    assert!(told.len() == 1 && told[0].ends_with(sentence), "{told:?}");
}
