//! Where tests live: inline up to 80 lines, else in `foo/tests.rs` beside `foo.rs`.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that keep the rule.
const COVERED: [&str; 5] = ["shared", "trainer", "web", "python", "tests"];

/// Lines of an inline module of tests, its braces among them.
const INLINE: usize = 80;

/// Every source file below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() && name != "target" && name != "node_modules" {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Lines of the inline module of tests in a formatted source, from `mod tests {` to its brace; none without one.
fn inline_lines(source: &str) -> Option<usize> {
    let mut lines = source.lines().skip_while(|line| *line != "mod tests {");
    lines.next()?;
    Some(lines.take_while(|line| *line != "}").count() + 2)
}

#[test]
fn long_tests_have_a_file() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut files = Vec::new();
    for folder in COVERED {
        sources(&root.join(folder), &mut files);
    }
    let mut inline = 0;
    for file in &files {
        let source = fs::read_to_string(file).unwrap();
        let shown = file.strip_prefix(root).unwrap().display();
        if let Some(lines) = inline_lines(&source) {
            inline += 1;
            assert!(
                lines <= INLINE,
                "{shown}: {lines} lines of inline tests; move them to a file of their own, `tests.rs` in a folder of the module's name"
            );
        }
        let by_path = source.lines().any(|line| line.starts_with("#[path"));
        assert!(!by_path, "{shown}: a module that lies elsewhere");
    }
    assert!(inline > 20, "{inline} of {} files", files.len());
}

#[test]
fn the_lines_of_inline_tests_are_counted() {
    assert_eq!(inline_lines("fn f() {}\n"), None);
    assert_eq!(inline_lines("#[cfg(test)]\nmod tests;\n"), None);
    let source = "fn f() {\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn t() {\n    }\n}\n";
    assert_eq!(inline_lines(source), Some(5));
}
