//! Intervals, sets, inequalities and matrices: each end, joint and shape has a case in which it decides.

use super::{all_differ, all_same, same};

#[test]
fn intervals_keep_their_ends() {
    all_same(&[
        // Joined where they touch in a number that one of them has.
        ("(0,1)\\cup[1,2]", "(0,2]"),
        ("(0,1]\\cup(1,2)", "(0,2)"),
        ("(0,3)\\cup(1,2)", "(0,3)"),
        ("(0,2)\\cup(1,2]", "(0,2]"),
        ("(0,2]\\cup(1,2)", "(0,2]"),
        ("(0,2)\\cup[0,1)", "[0,2)"),
        ("[0,1)\\cup(0,2)", "[0,2)"),
        ("(3,4)\\cup(0,1)\\cup(1,2)", "(0,1)\\cup(1,2)\\cup(3,4)"),
        ("(0,1)\\cup\\{1\\}", "(0,1]"),
        ("(0,1)\\cup\\{0\\}", "[0,1)"),
        ("(0,1)\\cup\\{1\\}\\cup(1,2)", "(0,2)"),
        // What both have.
        ("[0,2]\\cap[2,3]", "[2,5]\\cap[1,2]"),
        ("[0,2)\\cap[2,3]", "\\emptyset"),
        ("[0,2]\\cap(2,3]", "\\emptyset"),
        ("[0,3]\\cap(1,2]", "(1,2]"),
        ("[0,2]\\cap[1,5)\\cap(0,3)", "[1,2]"),
        // One without the other.
        ("[0,3]\\setminus(1,2]", "[0,1]\\cup(2,3]"),
        ("[0,3]\\setminus[0,1]", "(1,3]"),
        ("[0,3]\\setminus\\{0,3\\}", "(0,3)"),
        ("\\mathbb{R}\\setminus(0,1)", "(-\\infty,0]\\cup[1,\\infty)"),
        ("\\mathbb{R}\\setminus\\mathbb{R}", "\\emptyset"),
        ("[-\\infty,2]", "(-\\infty,2]"),
        ("[1,1]", "[0,1]\\cap[1,2]"),
        ("(\\sqrt2,\\sqrt3]\\cup(\\sqrt3,2)", "(\\sqrt2,2)"),
    ]);
    all_differ(&[
        ("(0,1)\\cup(1,2)", "(0,1]\\cup(1,2)"),
        ("(0,2)\\cup(1,2)", "(0,2]"),
        ("(0,2)\\cup(0,1)", "[0,2)"),
        ("[0,3]\\setminus(1,2]", "[0,1)\\cup(2,3]"),
        ("[0,3]\\setminus(1,2]", "[0,1]\\cup[2,3]"),
        ("[0,2]\\cap(1,3)", "[1,2]"),
        ("[0,2)\\cap[1,3)", "[1,2]"),
        ("\\mathbb{R}\\setminus\\{0\\}", "\\mathbb{R}"),
        ("(0,1)\\cap(1,2)", "\\{1\\}"),
        ("(0,1)\\cup(2,3)", "(0,1)\\cup(2,4)"),
        ("(0,1)\\cup(2,3)", "(0,1)\\cup(5/2,3)"),
        ("(0,1)", "(0,i)"),
        ("[0,2]\\cap[2,3]", "\\emptyset"),
        ("(0,\\sqrt2)", "(0,\\sqrt3)"),
    ]);
}

#[test]
fn sets_of_other_things_are_compared_part_by_part() {
    all_same(&[
        ("\\mathbb{Z}\\cup\\mathbb{Q}", "\\mathbb{Q}\\cup\\mathbb{Z}"),
        ("\\mathbb{Z}\\cap(0,\\infty)", "(0,\\infty)\\cap\\mathbb{Z}"),
        (
            "\\mathbb{Q}\\setminus\\{2/2\\}",
            "\\mathbb{Q}\\setminus\\{1\\}",
        ),
        ("\\{n^2 \\mid n > 2\\}", "\\{n\\cdot n \\mid 2 < n\\}"),
    ]);
    all_differ(&[
        ("\\mathbb{Z}\\cup\\mathbb{Q}", "\\mathbb{Z}\\cap\\mathbb{Q}"),
        ("\\mathbb{Z}\\cup\\mathbb{Q}", "\\mathbb{Z}\\cup\\mathbb{N}"),
        (
            "\\mathbb{Q}\\setminus\\mathbb{Z}",
            "\\mathbb{Z}\\setminus\\mathbb{Q}",
        ),
        (
            "\\mathbb{Q}\\setminus\\{1\\}",
            "\\mathbb{Q}\\setminus\\{2\\}",
        ),
        ("\\{n^2 \\mid n > 2\\}", "\\{n^3 \\mid n > 2\\}"),
        ("\\{n^2 \\mid n > 2\\}", "\\{n^2 \\mid n > 3\\}"),
        ("\\{x+y \\mid x > y\\}", "\\mathbb{R}"),
    ]);
}

#[test]
fn inequalities_are_solved() {
    all_same(&[
        ("|x| < 2", "(-2,2)"),
        ("|x| \\le 2", "[-2,2]"),
        ("|x| > 2", "(-\\infty,-2)\\cup(2,\\infty)"),
        ("|x| \\ge 2", "(-\\infty,-2]\\cup[2,\\infty)"),
        ("2 > |x|", "(-2,2)"),
        ("\\{x \\mid |x-1| = 2\\}", "\\{-1,3\\}"),
        ("|x| \\ne 2", "\\mathbb{R}\\setminus\\{-2,2\\}"),
        ("|2x-1| < 3", "(-1,2)"),
        ("|1-2x| \\le 3", "[-1,2]"),
        ("x \\ne \\pm 1", "\\mathbb{R}\\setminus\\{1,-1\\}"),
        ("3-2x < 1", "(1,\\infty)"),
        ("3-2x \\ge 1", "(-\\infty,1]"),
        ("2x+1 > 0", "(-1/2,\\infty)"),
        ("2x \\ne 3", "\\mathbb{R}\\setminus\\{3/2\\}"),
        ("-3 \\le 1-2x < 5", "(-2,2]"),
        ("x>3, x\\ne5", "(3,5)\\cup(5,\\infty)"),
        ("x>1 \\text{ or } x<-1", "|x|>1"),
        ("x \\ge 0 \\text{ and } x \\ne 1", "[0,1)\\cup(1,\\infty)"),
        ("\\{x \\in [0,5] \\mid x > 1\\}", "(1,5]"),
        ("\\{x \\mid x > 1, x < 3\\}", "(1,3)"),
        ("(0,1) \\text{ or } (2,3)", "(0,1)\\cup(2,3)"),
        ("x < \\sqrt2", "(-\\infty,\\sqrt2)"),
        ("\\pi \\ge x", "(-\\infty,\\pi]"),
    ]);
    all_differ(&[
        ("|x| < 2", "[-2,2]"),
        ("|x| < 2", "(-\\infty,2)"),
        ("|x| > 2", "(2,\\infty)"),
        ("|x| > 2", "(-\\infty,-2]\\cup[2,\\infty)"),
        ("\\{x \\mid |x-1| = 2\\}", "\\{-3,1\\}"),
        ("\\{x \\mid |x| = -2\\}", "\\{-2,2\\}"),
        ("3-2x < 1", "(-\\infty,1)"),
        ("3-2x \\ge 1", "(-\\infty,1)"),
        ("2x+1 > 0", "(1/2,\\infty)"),
        ("x^2 > 1", "(1,\\infty)"),
        ("x^3 > 1", "x > 1/2"),
        ("x>3, x\\ne5", "(3,\\infty)"),
        ("\\{x \\in [0,5] \\mid x > 1\\}", "(1,\\infty)"),
        ("\\{x \\mid x > 1, x < 3\\}", "(1,\\infty)"),
        ("f(x) > 1", "x > 1"),
        ("x>1 \\text{ or } x<-1", "y>1 \\text{ or } y<-1"),
    ]);
}

/// A matrix of so many rows and columns, as TeX.
fn matrix(rows: usize, columns: usize, entry: impl Fn(usize, usize) -> usize) -> String {
    let row = |i: usize| {
        let entries = (0..columns).map(|j| entry(i, j).to_string());
        entries.collect::<Vec<_>>().join("&")
    };
    let rows: Vec<_> = (0..rows).map(row).collect();
    format!("\\begin{{pmatrix}}{}\\end{{pmatrix}}", rows.join("\\\\"))
}

#[test]
fn matrices_are_added_and_multiplied() {
    let m = "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}";
    let powers = [
        matrix(2, 2, |i, j| [[1, 2], [3, 4]][i][j]),
        matrix(2, 2, |i, j| [[7, 10], [15, 22]][i][j]),
        matrix(2, 2, |i, j| [[37, 54], [81, 118]][i][j]),
        matrix(2, 2, |i, j| [[199, 290], [435, 634]][i][j]),
    ];
    for (i, power) in powers.iter().enumerate() {
        for exponent in 1..=4 {
            let raised = format!("{m}^{exponent}");
            if i + 1 == exponent {
                same(&raised, power);
            } else {
                all_differ(&[(&raised, power)]);
            }
        }
    }
    let cube = "\\begin{pmatrix}1&1&0\\\\0&1&0\\\\0&0&1\\end{pmatrix}";
    same(
        &format!("{cube}^3"),
        "\\begin{pmatrix}1&3&0\\\\0&1&0\\\\0&0&1\\end{pmatrix}",
    );
    same(
        &format!("-{m}"),
        "\\begin{pmatrix}-1&-2\\\\-3&-4\\end{pmatrix}",
    );
    same(&format!("{m}-{m}"), &matrix(2, 2, |_, _| 0));
    same(
        &format!("2{m}\\cdot3"),
        &matrix(2, 2, |i, j| [[6, 12], [18, 24]][i][j]),
    );
    same(
        &format!("{m}\\begin{{pmatrix}}0&1\\\\0&0\\end{{pmatrix}}"),
        &matrix(2, 2, |i, j| [[0, 1], [0, 3]][i][j]),
    );
    same(
        "\\begin{pmatrix}1&2&3\\\\4&5&6\\end{pmatrix}^T",
        &matrix(3, 2, |i, j| 3 * j + i + 1),
    );
    same("2(1,2)+(3,4)", "(5,8)");
    all_differ(&[
        (
            "\\begin{pmatrix}1&2\\end{pmatrix}\\begin{pmatrix}1\\\\2\\\\3\\end{pmatrix}",
            "\\begin{pmatrix}5\\end{pmatrix}",
        ),
        (
            "\\begin{pmatrix}1&2\\end{pmatrix}+\\begin{pmatrix}1\\\\2\\end{pmatrix}",
            "\\begin{pmatrix}2&4\\end{pmatrix}",
        ),
        (
            "\\begin{pmatrix}1&2\\end{pmatrix}+\\begin{pmatrix}1&2&3\\end{pmatrix}",
            "\\begin{pmatrix}2&4\\end{pmatrix}",
        ),
        ("[1,2]", "\\langle1,2\\rangle"),
        ("(1,2]", "\\begin{pmatrix}1&2\\end{pmatrix}"),
        (&matrix(1, 4, |_, j| j), &matrix(2, 2, |i, j| 2 * i + j)),
    ]);
    // Sides of eight are multiplied, of nine not; each side counts.
    for side in [8, 9] {
        for (rows, inner, columns) in [(side, 1, 1), (1, side, 1), (1, 1, side)] {
            let (a, b) = (
                matrix(rows, inner, |_, _| 1),
                matrix(inner, columns, |_, _| 1),
            );
            let product = matrix(rows, columns, |_, _| inner);
            assert_eq!(
                super::equal(&format!("{a}{b}"), &product),
                side == 8,
                "{a} {b}"
            );
        }
    }
}
