//! Lists, sets, intervals, inequalities, points, matrices.

use super::{all_differ, all_same};

#[test]
fn lists_without_brackets_have_no_order() {
    all_same(&[
        ("1, 2, 3", "3, 1, 2"),
        ("1, 2", "\\{2, 1\\}"),
        ("1;2;3", "{1, 2, 3}"),
        ("6 \\text{ and } 8", "8, 6"),
        ("19, 46, and 82", "19, 46, 82"),
        ("1 \\text{ or } 2", "1, 2"),
        ("1 和 2", "1, 2"),
        ("x = 1 \\text{ or } x = 2", "1, 2"),
        ("x = 1, 2", "\\{1, 2\\}"),
        ("x = \\{1, 2\\}", "2, 1"),
        ("x \\in \\{1, 2\\}", "2, 1"),
        ("(1,2) \\text{ or } (2,1)", "(2,1),(1,2)"),
        ("1 \\pm \\sqrt{19}", "1-\\sqrt{19}, 1+\\sqrt{19}"),
        ("x = 1 \\pm 2", "3, -1"),
        ("\\pm 2", "-2, 2"),
        ("(\\pm 1, \\mp 2)", "(1,-2),(-1,2)"),
        ("\\{5\\}", "5"),
        ("\\{1,1,2\\}", "\\{1,2\\}"),
        ("x=1 \\\\ y=2", "y=2, x=1"),
        ("\\begin{cases} x=1 \\\\ y=2 \\end{cases}", "x=1, y=2"),
        ("a=1, b=2", "1, 2"),
        ("\\text{no solution}", "\\emptyset"),
        ("\\{\\}", "\\varnothing"),
    ]);
    all_differ(&[
        ("1, 2", "1, 2, 3"),
        ("1, 1, 2", "1, 2, 2"),
        ("1, 2", "(1, 2)"),
        ("1, 2", "[1, 2]"),
        ("1 \\pm 2", "3"),
        ("1 \\pm 2", "1 \\pm 3"),
        // Which is which has been said.
        ("a=1, b=2", "2, 1"),
        ("a=1, b=2", "a=2, b=1"),
        ("(x,y)=(1,2)", "x=2, y=1"),
        ("1, 2, ..., 9", "1, 2, 9"),
    ]);
}

#[test]
fn intervals_and_sets_of_numbers() {
    all_same(&[
        ("[-1, -\\tfrac12) \\cup (0,1)", "(0, 1.0) \\cup [-1,-0.5)"),
        (
            "(-\\infty, 2) \\cup (2, \\infty)",
            "\\mathbb{R} \\setminus \\{2\\}",
        ),
        ("x \\neq 2", "(-\\infty,2)\\cup(2,\\infty)"),
        ("x > 5", "(5, \\infty)"),
        ("5 \\leq x", "[5,\\infty)"),
        ("-793 < a < 10", "(-793, 10)"),
        ("0 \\le x < 1", "[0,1)"),
        ("x<1 \\text{ or } x>3", "(-\\infty,1)\\cup(3,\\infty)"),
        ("x>1 \\text{ and } x<3", "(1,3)"),
        ("\\{x \\mid x > 2\\}", "(2,\\infty)"),
        ("\\{x \\in \\mathbb{R} : 0 \\le x \\le 1\\}", "[0,1]"),
        ("x \\in (0,1)", "(0,1)"),
        ("[0,1]\\cup[1,2]", "[0,2]"),
        ("[0,2]\\cap(1,3)", "(1,2]"),
        ("\\{-1\\} \\cup [0,7)", "[0,7) \\cup \\{-1\\}"),
        ("]0,1[", "(0,1)"),
        ("(-\\infty, \\infty)", "\\mathbb{R}"),
        ("2x > 4", "x > 2"),
        ("-x > -1", "x < 1"),
        ("(\\sqrt2, \\pi)", "(2^{1/2}, \\pi)"),
        ("x <= 2", "x \\le 2"),
        ("x != 5", "x \\ne 5"),
        ("2 > 1", "1 < 2"),
        ("a < x < b", "b > x > a"),
        ("x + y > 1", "2x+2y > 2"),
    ]);
    all_differ(&[
        ("(3,1)", "\\emptyset"),
        ("1 < 2", "3 < 5"),
        ("\\frac12 < \\frac23", "\\frac12 < \\frac34"),
        ("[0,1)", "(0,1)"),
        ("[0,1)", "[0,1]"),
        ("x > 5", "x < 5"),
        ("x > 5", "x \\ge 5"),
        ("x > 5", "y > 5"),
        ("x > 5", "5"),
        ("x < 1", "x > -1"),
        ("(0,1)\\cup(1,2)", "(0,2)"),
        ("(0,1)\\cup(1,2)", "(0,1)"),
        ("\\mathbb{R}", "\\mathbb{Z}"),
        ("\\infty", "-\\infty"),
        ("x^2 > 4", "x > 2"),
        ("x + y > 1", "x + y < 1"),
        ("-x-y > 1", "x+y > -1"),
    ]);
}

#[test]
fn points_vectors_and_matrices() {
    all_same(&[
        ("\\left( 3, \\frac{\\pi}{2} \\right)", "(3, \\pi/2)"),
        ("(0;-2;0)", "(0, -2, 0)"),
        ("\\langle 1, 2 \\rangle", "(1,2)"),
        ("\\begin{pmatrix}1\\\\2\\end{pmatrix}", "(1,2)"),
        ("\\begin{pmatrix}1&2\\end{pmatrix}", "(1,2)"),
        (
            "\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}",
            "\\begin{pmatrix}1 & 2.0\\\\ 3 & 4\\end{pmatrix}",
        ),
        (
            "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}+\\begin{pmatrix}5&6\\\\7&8\\end{pmatrix}",
            "\\begin{pmatrix}6&8\\\\10&12\\end{pmatrix}",
        ),
        (
            "2\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}",
            "\\begin{pmatrix}2&0\\\\0&2\\end{pmatrix}",
        ),
        (
            "\\begin{pmatrix}1&1\\\\0&1\\end{pmatrix}^2",
            "\\begin{pmatrix}1&2\\\\0&1\\end{pmatrix}",
        ),
        (
            "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}^T",
            "\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}",
        ),
        (
            "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}\\begin{pmatrix}1\\\\1\\end{pmatrix}",
            "\\begin{pmatrix}3\\\\7\\end{pmatrix}",
        ),
        (
            "\\left[\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right]",
            "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
        ),
        ("(x+1, 2)", "(1+x, 2)"),
    ]);
    all_differ(&[
        ("(1,2)", "(2,1)"),
        ("(1,2)", "(1,2,3)"),
        (
            "\\begin{pmatrix}1\\\\2\\end{pmatrix}",
            "\\begin{pmatrix}1&2\\end{pmatrix}",
        ),
        (
            "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
            "\\begin{pmatrix}1&2\\\\3&5\\end{pmatrix}",
        ),
        (
            "\\begin{pmatrix}1&2\\\\3\\end{pmatrix}",
            "\\begin{pmatrix}1&2\\\\3&0\\end{pmatrix}",
        ),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "10"),
    ]);
}
