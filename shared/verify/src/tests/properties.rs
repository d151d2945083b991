//! What holds for any text: no panic, little time, and some algebra.

use proptest::prelude::*;

use super::time::{LIMIT, measured};
use super::*;

/// Whether the text is an equation of which the left side says what was asked for.
fn drops_side(text: &str) -> bool {
    let node = crate::mathematics::read::read(text).usual;
    node.is_some_and(|node| crate::mathematics::same::named_sides(&node).is_some())
}

/// A piece of TeX, often ill-formed once pieces are joined.
pub(super) fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "\\frac",
        "\\dfrac",
        "\\sqrt",
        "\\sqrt[3]",
        "\\boxed{",
        "\\text{",
        "\\text{ and }",
        "\\left(",
        "\\right)",
        "\\{",
        "\\}",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "|",
        "^",
        "_",
        "^{",
        "_{",
        "!",
        "%",
        "\\%",
        "'",
        "\\pi",
        "e",
        "i",
        "\\infty",
        "\\cup",
        "\\cap",
        "\\setminus",
        "\\in",
        "=",
        "<",
        ">",
        "\\le",
        "\\ne",
        "\\approx",
        "+",
        "-",
        "\\pm",
        "\\cdot",
        "/",
        ":",
        ",",
        ";",
        ".",
        " ",
        "\\ ",
        "\\,",
        "\\!",
        "{,}",
        "$",
        "\\$",
        "\\\\",
        "&",
        "°",
        "^\\circ",
        "\\begin{pmatrix}",
        "\\end{pmatrix}",
        "\\begin{cases}",
        "\\end{cases}",
        "\\begin{aligned}",
        "\\end{aligned}",
        "\\sin",
        "\\cos ",
        "\\tan",
        "\\ln",
        "\\log",
        "\\log_",
        "\\exp",
        "\\arcsin",
        "\\binom",
        "\\gcd",
        "\\max",
        "\\lfloor",
        "\\rfloor",
        "\\overline{",
        "0.\\overline{3}",
        "\\mathbb{R}",
        "\\emptyset",
        "\\mathrm{cm}",
        " cm",
        " apples",
        "x",
        "y",
        "n",
        "f(x)",
        "ab",
        "1",
        "2",
        "10",
        "0",
        "0.5",
        "1,234",
        "12:30",
        "99999999999999999999",
        "1e9",
        "2e-5",
        "²",
        "½",
        "√",
        "π",
        "٣",
        "百",
        "和",
        "\u{301}",
        "\u{200E}",
        "<think>",
        "</think>",
        "answer is",
    ]);
    prop_oneof![9 => fixed.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

/// An expression that is well formed.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (0_u32..200).prop_map(|n| n.to_string()),
        (0_u32..2000).prop_map(|n| format!("{}.{:02}", n / 100, n % 100)),
        prop::sample::select(vec!["x", "y", "\\pi", "e", "i", "n"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(6, 60, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})+({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})\\cdot({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("\\frac{{{a}}}{{{b}}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})^{{{b}}}")),
            inner.clone().prop_map(|a| format!("\\sqrt{{{a}}}")),
            (
                prop::sample::select(vec![
                    "sin", "cos", "tan", "ln", "exp", "arcsin", "arctan", "tanh"
                ]),
                inner.clone()
            )
                .prop_map(|(f, a)| format!("\\{f}({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("\\log_{{{a}}}({b})")),
            inner.clone().prop_map(|a| format!("({a})!")),
            inner.prop_map(|a| format!("|{a}|")),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_in_little_time(a in "\\PC{0,200}", b in "\\PC{0,60}") {
        prop_assert!(measured(&a, &b) < LIMIT);
        prop_assert_eq!(equal(&a, &a), !normal::normalise(&a).is_empty());
    }

    #[test]
    fn pieces_of_tex_are_read_in_little_time(
        a in prop::collection::vec(piece(), 0..60), b in prop::collection::vec(piece(), 0..30)
    ) {
        let (a, b) = (a.concat(), b.concat());
        prop_assert!(measured(&a, &b) < LIMIT, "{:?} {:?}", a, b);
        // Only of an equation as the answer the left side may be dropped.
        if !drops_side(&a) && !drops_side(&b) {
            prop_assert_eq!(equal(&a, &b), equal(&b, &a), "{:?} {:?}", a, b);
        }
    }

    #[test]
    fn an_answer_without_a_box_stands_in_the_response(text in "[a-z0-9 .,$+/-]{0,60}") {
        let answer = crate::extraction::unboxed(&text);
        prop_assert!(answer.as_deref().is_none_or(|answer| text.contains(answer)), "{:?}", answer);
    }

    #[test]
    fn expressions_are_compared_in_little_time(a in expression(), b in expression()) {
        prop_assert!(measured(&a, &b) < LIMIT, "{} {}", a, b);
        prop_assert!(measured(&format!("({a})+0"), &a) < LIMIT, "{}", a);
    }

    #[test]
    fn a_fraction_equals_its_multiples(a in -1000_i64..1000, b in 1_i64..1000, k in 1_i64..50) {
        let scaled = format!("\\frac{{{}}}{{{}}}", a * k, b * k);
        let plain = format!("{a}/{b}");
        prop_assert!(equal(&plain, &scaled));
        let next = format!("{}/{b}", a + 1);
        prop_assert!(!equal(&next, &scaled));
    }

    #[test]
    fn a_product_equals_its_expansion(a in -9_i64..9, b in -9_i64..9, c in 1_i64..9, wrong in 1_i64..9) {
        let product = format!("({c}x+{a})(x+{b})");
        let expanded = |free: i64| format!("{c}x^2+({})x+({free})", a + b * c);
        prop_assert!(equal(&product, &expanded(a * b)));
        prop_assert!(!equal(&product, &expanded(a * b + wrong)));
    }

    #[test]
    fn the_root_of_a_multiple_of_a_square_is_a_multiple(a in 1_u64..60, b in 1_u64..60) {
        let root = format!("\\sqrt{{{}}}", a * a * b);
        let multiple = format!("{a}\\sqrt{{{b}}}");
        let off = format!("{a}\\sqrt{{{}}}", b + 1);
        prop_assert!(equal(&root, &multiple));
        prop_assert!(!equal(&root, &off));
    }

    #[test]
    fn deep_nesting_does_no_harm(depth in 0_usize..5000) {
        let text = format!("{}1,2{}", "(".repeat(depth), ")".repeat(depth));
        let boxed = format!("{}{text}", "\\boxed{".repeat(depth));
        prop_assert!(equal(&text, &text));
        prop_assert!(measured(&text, "1") < LIMIT);
        prop_assert_eq!(extract_boxed(&boxed), None);
    }
}

/// Texts that are expensive by design, each compared with something that makes it be read.
#[test]
fn hostile_texts_take_little_time() {
    let nines = "9".repeat(5000);
    let towers = format!("{}2{}", "2^{".repeat(35), "}".repeat(35));
    let tower = towers.as_str();
    for text in [
        "\\frac{1".repeat(2000),
        "1\\frac".repeat(1000),
        format!("{}1{}", "1\\frac{".repeat(38), "}{2}".repeat(38)),
        "\\sqrt".repeat(2000),
        "((((".repeat(1500),
        "|".repeat(5000),
        "x!".repeat(1000),
        format!("x{}", "!".repeat(1400)),
        format!("x{}", "^2".repeat(600)),
        "x+".repeat(700) + "x",
        "x-y/".repeat(300) + "2",
        "\\sin x+".repeat(190) + "1",
        "\\sin(x+iy)+".repeat(60) + "1",
        "\\arctan(".repeat(38) + "x" + &")".repeat(38),
        "e^{".repeat(38) + "x" + &"}".repeat(38),
        "\\log_{x}(".repeat(38) + "y" + &")".repeat(38),
        nines.clone(),
        format!("{nines}/{nines}1"),
        format!("({nines})^{{2}}"),
        format!("{}^{{{}}}", "7".repeat(700), "7".repeat(700)),
        tower.to_owned(),
        "10^{10^{10^{10}}}".to_owned(),
        "\\sqrt[7]{7^{5000}+1}+".repeat(60) + "1",
        "\\lcm(7^{3000},6^{3000})+".repeat(60) + "1",
        "1000!\\cdot 1000!\\cdot 1000!".to_owned(),
        "1500!+1499!+1498!+1497!+1496!+1495!".to_owned(),
        "\\binom{100000}{1500}\\binom{100001}{1500}".to_owned(),
        "(x+1)^{1000}".to_owned(),
        "(x+\\frac{1}{3})^{300}(y+\\frac{1}{7})^{300}".to_owned(),
        "\\tan(10^{11})+\\sin(e^{25})+\\cos(\\pi^{20})".to_owned(),
        "\\arcsin(1-10^{-40})".to_owned(),
        // On the unit circle the logarithm of the modulus is all error.
        "\\log_{(-1)^x}(e)+".repeat(30) + "1",
        "\\ln((\\frac{3+4i}{5})^x)+".repeat(40) + "1",
        "\\cos(\\frac{\\pi}{2})+\\sin(2\\pi)+".repeat(30) + "x",
        "\\ln(\\cos 1+i\\sin 1)+".repeat(40) + "1",
        "\\ln(1+10^{-60})".to_owned(),
        (1..190)
            .map(|n| n.to_string())
            .collect::<Vec<_>>()
            .join(", "),
        (1..100)
            .map(|n| format!("({n},\\sqrt{{{n}}})"))
            .collect::<Vec<_>>()
            .join(", "),
        (1..90)
            .map(|n| format!("x^{{{n}}}"))
            .collect::<Vec<_>>()
            .join(", "),
        (1..70)
            .map(|n| format!("({n},{})", n + 1))
            .collect::<Vec<_>>()
            .join("\\cup"),
        (1..70)
            .map(|n| format!("(\\sqrt{{{n}}},\\sqrt{{{}}})", n + 1))
            .collect::<Vec<_>>()
            .join("\\cap"),
        format!(
            "\\begin{{pmatrix}}{}\\end{{pmatrix}}^{{12}}",
            ["1&2&3&4&5&6&7&8"; 8].join("\\\\")
        ),
        "a=b=".repeat(150) + "c",
        "1=1=".repeat(90) + "1",
        "\\{x|x>1,".repeat(30),
        "x_".repeat(2000),
        "\\text{".repeat(3000),
        "$".repeat(9001),
        "\\boxed{1},".repeat(3000),
        "1:2:".repeat(300) + "3",
        "5\\text{ m}/\\text{s}".repeat(50),
        "1,234".repeat(500),
        "0.\\dot{1}".repeat(300),
        "\\(".repeat(20000),
        "$$ ".repeat(9001) + "\\(",
        "\\$".repeat(20000),
        ", ".repeat(20000),
        "{ ".repeat(20000),
        "word ".repeat(20000) + "5",
        "9.".repeat(20000),
        "5a ".repeat(20000),
        "they say ".to_owned() + &"\\foo{1} ".repeat(20000),
        "the answer is 5 ".to_owned() + &"and ".repeat(20000),
        "the answer is 5 so ".to_owned() + &"it = 5 ".repeat(20000),
        "they say ".to_owned() + &"1 or ".repeat(20000) + "1",
        "they say ".to_owned() + &"$1$ or ".repeat(9000) + "1",
    ] {
        let short: String = text.chars().take(60).collect();
        for other in [
            format!("{text}+1"),
            format!("1+{text}"),
            format!("{text}, 1"),
            "x".to_owned(),
            "1, 2".to_owned(),
        ] {
            let time = measured(&text, &other);
            assert!(time < LIMIT, "{short} took {time:?}");
        }
    }
}
