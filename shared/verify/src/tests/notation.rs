//! One expression in the notations of data sets: brackets of every kind, bars, characters for TeX's commands. Each is made by a rewriting
//! that holds for any expression, and beside it one with another number, which must differ.

use proptest::prelude::*;

use crate::equal;

/// An expression in x with a number in it, and the same with the next number.
fn expression() -> impl Strategy<Value = (String, String)> {
    let shapes = prop::sample::select(vec![
        "x+#",
        "#x-1",
        "x^2-#x",
        "\\cos #x",
        "\\frac{x}{#}+1",
        "\\sin(x+#)",
        "\\sqrt{x^2+#}",
        "e^x+#",
        "#\\ln(x^2+1)+x",
        "f(x)+#",
        "\\pi x+#",
    ]);
    (shapes, 2_u32..40).prop_map(|(shape, n)| {
        let with = |n: u32| shape.replace('#', &n.to_string());
        (with(n), with(n + 1))
    })
}

/// Equal to the first and different from the second, in both directions.
fn holds(text: &str, right: &str, wrong: &str) -> Result<(), TestCaseError> {
    for (a, b, expected) in [(text, right, true), (text, wrong, false)] {
        prop_assert_eq!(equal(a, b), expected, "{} {}", a, b);
        prop_assert_eq!(equal(b, a), expected, "{} {}", b, a);
    }
    Ok(())
}

/// Each ASCII character but white space in its full width.
fn wide(text: &str) -> String {
    let wide = |c: char| {
        if c.is_ascii_graphic() {
            char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c)
        } else {
            c
        }
    };
    text.chars().map(wide).collect()
}

proptest! {
    #[test]
    fn brackets_of_any_kind_group((e, other) in expression(), k in 2_u32..9) {
        for (open, close) in [("[", "]"), ("\\left[", "\\right]"), ("\\{", "\\}"), ("\\left\\{", "\\right\\}"), ("\\bigl[", "\\bigr]")] {
            for around in ["#^2", "k#", "k\\cdot #", "-k#^2+1", "\\frac{1}{k}#", "x#", "\\pi #+2", "(x+1)#", "##"] {
                let around = around.replace('k', &k.to_string());
                let text = |e: &str, open: &str, close: &str| around.replace('#', &format!("{open}{e}{close}"));
                holds(&text(&e, open, close), &text(&e, "(", ")"), &text(&other, "(", ")"))?;
            }
            holds(&format!("{k}{open}2({e})+1{close}"), &format!("{}({e})+{k}", 2 * k), &format!("{}({other})+{k}", 2 * k))?;
        }
    }

    #[test]
    fn functions_stand_in_bars_and_bars_in_functions((e, other) in expression(), k in 2_u32..9) {
        for (open, close) in [("|", "|"), ("\\left|", "\\right|"), ("\\lvert ", "\\rvert "), ("\\left\\vert ", "\\right\\vert ")] {
            for around in ["-\\ln #+C", "x\\tan x+k\\ln #+C", "#", "\\sqrt{#}+k", "\\frac{#}{k}", "k#^2", "\\sin #-k"] {
                let around = around.replace('k', &k.to_string());
                let bars = |e: &str| around.replace('#', &format!("{open}{e}{close}"));
                let named = |e: &str| around.replace('#', &format!("\\operatorname{{abs}}({e})"));
                holds(&bars(&e), &named(&e), &named(&other))?;
            }
        }
    }

    #[test]
    fn a_number_multiplies_each_entry(k in 2_i32..9, a in -9_i32..9, b in -9_i32..9, wrong in 1_i32..9) {
        let column = |a: i32, b: i32| format!("\\begin{{bmatrix}}{a}\\\\{b}\\end{{bmatrix}}");
        let (right, other) = (column(k * a, k * b), column(k * a + wrong, k * b));
        let vector = format!("({},{})", k * a, k * b);
        for text in [
            format!("{k}\\left[\\begin{{array}}{{l}}{a} \\\\ {b}\\end{{array}}\\right]"),
            format!("{k}\\left(\\begin{{array}}{{c}}{a} \\\\ {b}\\end{{array}}\\right)"),
            format!("{k}{}", column(a, b)),
            format!("{k} \\cdot {}", column(a, b)),
            format!("\\frac{{{k}}}{{1}}\\begin{{pmatrix}}{a}\\\\{b}\\end{{pmatrix}}"),
            format!("\\frac{{1}}{{2}}\\left[\\begin{{array}}{{r}}{} \\\\ {}\\end{{array}}\\right]", 2 * k * a, 2 * k * b),
        ] {
            holds(&text, &right, &other)?;
            // An interval is no vector.
            let interval = format!("[{},{}]", k * a, k * b);
            prop_assert!(!equal(&text, &interval), "{}", text);
        }
        for text in [format!("{k}({a},{b})"), format!("{k}\\langle {a},{b}\\rangle"), format!("{k} \\left({a},{b}\\right)")] {
            holds(&text, &vector, &other)?;
        }
    }

    #[test]
    fn characters_stand_for_commands((e, other) in expression(), n in 2_u32..9) {
        for (characters, tex) in [
            ("√(#)", "\\sqrt{#}"),
            ("∛(#)", "\\sqrt[3]{#}"),
            ("K×(#)", "K\\times(#)"),
            ("(#)÷K", "\\frac{#}{K}"),
            ("(#)·π", "\\pi(#)"),
            ("(#)²", "(#)^2"),
            ("(#)⁻¹", "\\frac{1}{#}"),
            ("x²ⁿ−(#)", "x^{2n}-(#)"),
            ("x₁+(#)", "x_1+#"),
            ("aₙ₊₁=#", "a_{n+1}=#"),
            ("y ≤ #", "y\\le #"),
            ("(−∞, K)∪(K, ∞), #", "(-\\infty,K)\\cup(K,\\infty), #"),
            ("½(#)", "\\frac12(#)"),
            ("𝑥 + #", "x+#"),
            ("θ+#", "\\theta+#"),
            ("~#\\;+\\ K\\,", "#+K"),
            ("\\left.#\\right.", "#"),
            ("\\tfrac{#}{K}", "\\frac{#}{K}"),
            ("\\cfrac{#}{K}", "\\dfrac{#}{K}"),
            ("\\operatorname{tg}(#)", "\\tan(#)"),
            ("\\mathrm{e}^{#}", "e^{#}"),
        ] {
            let text = |shape: &str, e: &str| shape.replace('K', &n.to_string()).replace('#', e);
            holds(&text(characters, &e), &text(tex, &e), &text(tex, &other))?;
        }
    }

    #[test]
    fn characters_of_full_width_are_plain_ones(a in 2_u32..99, b in 2_u32..99) {
        for shape in ["ax+b", "x=a", "(a,b)", "x^2-ax+b=0", "[a,b]", "a/b", "a%", "{a}", "y<a", "-a.b"] {
            let text = |b: u32| shape.replace('a', &a.to_string()).replace('b', &b.to_string());
            prop_assert!(equal(&wide(&text(b)), &text(b)), "{}", wide(&text(b)));
            prop_assert!(!shape.contains('b') || !equal(&wide(&text(b)), &text(b + 1)), "{}", wide(&text(b)));
        }
    }

    #[test]
    fn circled_numbers_are_a_list(picked in prop::collection::btree_set(1_u32..20, 1..6), other in 1_u32..20) {
        let circle = |n: u32| char::from_u32(u32::from('①') + n - 1).unwrap();
        let plain: Vec<_> = picked.iter().map(u32::to_string).collect();
        let circled: Vec<_> = picked.iter().map(|&n| circle(n).to_string()).collect();
        for text in [circled.concat(), circled.join("、"), circled.join("，"), circled.join(", "), circled.iter().rev().cloned().collect::<Vec<_>>().concat()] {
            prop_assert!(equal(&text, &plain.join(", ")), "{}", text);
            if !picked.contains(&other) {
                let more = format!("{text}{}", circle(other));
                prop_assert!(!equal(&more, &text), "{} {}", text, more);
                let single = circle(other).to_string();
                prop_assert!(!equal(&single, &text), "{}", text);
            }
            if picked.len() > 1 {
                prop_assert!(!equal(&text, &plain.concat()), "{}", text);
            }
        }
    }

    #[test]
    fn every_second_factor_is_in_a_double_factorial(n in 1_u64..15) {
        let odd: u64 = (1..=n).map(|k| 2 * k - 1).product();
        let right = odd.to_string();
        holds(&format!("{}!!", 2 * n - 1), &right, &format!("{}", odd + 1))?;
        holds("(2k-1)!!", "\\frac{(2k)!}{2^k k!}", "\\frac{(2k)!}{2^k}")?;
    }

    #[test]
    fn a_function_by_cases_has_its_pieces_in_any_order(a in 1_i32..50, b in 1_i32..9) {
        let cases = |a: i32, sign: &str| format!("f(x)=\\begin{{cases}}{a} & 0\\le x\\le {b}\\\\ {a}+2(x-{b}) & x{sign}{b}\\end{{cases}}");
        let right = cases(a, ">");
        for text in [
            format!("f(x)=\\left\\{{\\begin{{array}}{{rll}}{a} & \\text {{ if }} & 0 \\leq x \\leq {b} \\\\ {a}+2(x-{b}) & \\text {{ if }} & x>{b}\\end{{array}}\\right."),
            format!("f(x)=\\begin{{cases}}2x+{}, & \\text{{if }} x>{b}\\\\ {a}, & \\text{{if }} 0\\le x\\le {b}\\end{{cases}}", a - 2 * b),
        ] {
            holds(&text, &right, &cases(a + 1, ">"))?;
            prop_assert!(!equal(&text, &cases(a, "<")));
        }
        // A system is no function by cases.
        let system = equal("\\begin{cases}x=1\\\\y=2\\end{cases}", "x=1, y=2");
        prop_assert!(system);
    }
}

#[test]
fn square_brackets_alone_are_no_group() {
    // To some they are the greatest integer.
    for (a, b) in [
        ("[x]", "x"),
        ("[x+1]", "x+1"),
        ("[2.5]", "2.5"),
        ("x-[x]", "0"),
        ("[3]", "3"),
    ] {
        assert!(!equal(a, b), "{a} {b}");
    }
    assert!(equal(
        "(-infinity,-3)U(-3,infinity)",
        "(-\\infty,-3)\\cup(-3,\\infty)"
    ));
    assert!(equal("(1,2]U[3,4)", "(1,2]\\cup[3,4)"));
    assert!(!equal("(1,2]U[3,4)", "(1,2]\\cap[3,4)"));
    assert!(equal("(x+1)U(x+2)", "U(x+1)(x+2)"));
}
