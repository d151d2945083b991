//! Every function, and every way in which numbers, lists and relations are compared, has a case here in which it decides.

use super::{all_differ, all_same, compared};

#[test]
fn each_function_has_its_own_value() {
    // Of each pair the sides are equal, and no two pairs are.
    let pairs = [
        ("\\tan 1", "\\frac{\\sin 1}{\\cos 1}"),
        ("\\cot 1", "\\frac{\\cos 1}{\\sin 1}"),
        ("\\sec 1", "\\frac{1}{\\cos 1}"),
        ("\\csc 1", "\\frac{1}{\\sin 1}"),
        ("\\sinh 1", "\\frac{e-e^{-1}}{2}"),
        ("\\cosh 1", "\\frac{e+e^{-1}}{2}"),
        ("\\tanh 1", "\\frac{e^2-1}{e^2+1}"),
        ("\\arcsin\\frac13", "\\frac{\\pi}{2}-\\arccos\\frac13"),
        ("\\arccos\\frac13", "\\arctan\\sqrt8"),
        ("\\arctan\\frac13", "\\frac{\\pi}{4}-\\arctan\\frac12"),
        ("\\log_3 5", "\\frac{\\ln 5}{\\ln 3}"),
        ("\\ln 7", "-\\ln\\frac17"),
        ("\\exp(2)", "e^2"),
        ("\\sqrt[3]{2}", "2^{1/3}"),
        ("\\sqrt[64]{2}", "2^{1/64}"),
        ("\\sqrt[65]{2}", "2^{1/65}"),
        ("\\sqrt[\\pi]{2}", "2^{1/\\pi}"),
        ("|1+i|", "\\sqrt2"),
        ("\\lfloor -\\pi\\rfloor", "-4"),
        ("\\lfloor\\pi\\rfloor", "3"),
        ("\\lceil\\pi\\rceil", "4"),
        ("\\lceil -10\\pi\\rceil", "-31"),
        ("\\max(e, \\pi, 3)", "\\pi"),
        ("\\min(\\pi, e, 3)", "e"),
        ("\\pi\\%", "\\frac{\\pi}{100}"),
        ("\\pi\\cdot 5!", "120\\pi"),
        ("\\pi\\binom{5}{2}", "10\\pi"),
        ("\\pi\\gcd(12,18)", "6\\pi"),
        ("\\pi\\operatorname{lcm}(4,6)", "12\\pi"),
        ("\\pi f(2)", "f(2)\\pi"),
        ("\\pi f(3)", "f(3)\\pi"),
        ("\\sin 40^\\circ", "\\sin\\frac{2\\pi}{9}"),
        ("\\frac{5}{\\sqrt7}", "\\frac{5\\sqrt7}{7}"),
        ("2^{\\sqrt2}", "e^{\\sqrt2\\ln 2}"),
        ("(1+i)^{1/2}", "\\sqrt{1+i}"),
        ("(-\\pi)^{1/3}", "-\\pi^{1/3}"),
        ("(-\\pi)^{2/3}", "\\pi^{2/3}"),
        ("\\pi^{-3}", "\\frac{1}{\\pi^3}"),
        ("\\pi^{3/2}", "\\pi\\sqrt\\pi"),
        ("i^i", "e^{-\\pi/2}"),
        ("\\sin(i)", "i\\sinh 1"),
        ("\\ln(-1)", "i\\pi"),
    ];
    all_same(&pairs);
    for (i, (a, _)) in pairs.iter().enumerate() {
        for (_, b) in &pairs[i + 1..] {
            all_differ(&[(a, b)]);
        }
    }
}

#[test]
fn what_is_too_much_work_is_said_to_be() {
    let sines = |count: usize, argument: &str| {
        let terms = (1..=count).map(|i| format!("\\sin({i}{argument})"));
        terms.collect::<Vec<_>>().join("+")
    };
    let reason = |a: &str, b: &str| compared(a, b).reason;
    assert_eq!(
        reason(&sines(90, "x+1"), &format!("{}+0x", sines(90, "x+1"))),
        "too long or too large to be decided"
    );
    assert_eq!(reason("\\sin x", "\\cos x"), "different values");
    assert_eq!(reason("2x", "x+x"), "equal");
    // How many sines each of two equal sides may have: those of complex numbers cost more.
    let most = |argument: &str| {
        (1..90)
            .take_while(|&n| {
                reason(&sines(n, argument), &format!("0+{}", sines(n, argument))) == "equal"
            })
            .count()
    };
    assert_eq!((most(""), most("+i"), most("x")), (20, 9, 4));
}

#[test]
fn decimals_go_on_as_the_number_does() {
    all_same(&[
        ("3.141592654", "\\pi"),
        ("3.141592653", "\\pi"),
        ("-3.141592654", "-\\pi"),
        ("0.3333333333", "1/3"),
        ("0.6666666667", "2/3"),
        ("0.6666666666", "2/3"),
        ("0.0003333333333", "1/3000"),
        // A half is rounded up.
        ("x\\approx 0.13", "x=\\frac18\\approx0.13"),
        ("x\\approx 0.12", "x=\\frac18\\approx0.12"),
    ]);
    all_differ(&[
        ("3.14159265", "\\pi"),
        ("3.141592655", "\\pi"),
        ("3.141592652", "\\pi"),
        ("3.141592654", "-\\pi"),
        ("0.333333333", "1/3"),
        ("0.3333333334", "1/3"),
        ("0.000333333333", "1/3000"),
        ("0.1234567891", "0.12345678912"),
        ("0.1249999999", "1/8"),
        ("0.0400000000", "\\frac{1}{25}+10^{-12}"),
        ("x\\approx 0.14", "x=\\frac18\\approx0.14"),
    ]);
}

#[test]
fn large_powers_are_compared_modulo_primes() {
    all_same(&[
        ("2^{100000}\\%", "\\frac{2^{99998}}{25}"),
        ("-2^{100000}", "-4^{50000}"),
        ("(2^{100000})^{-1}", "\\frac{1}{4^{50000}}"),
        ("3^{100000}\\cdot 5!", "120\\cdot 9^{50000}"),
        ("2^{100000}+0^{5}", "4^{50000}"),
        ("x^{20000}\\cdot x", "x^{20001}"),
        ("2^{100000}\\pi", "4^{50000}\\pi"),
    ]);
    all_differ(&[
        ("2^{100000}\\%", "2^{100000}"),
        ("-2^{100000}", "4^{50000}"),
        ("2^{100000}+0^{-1}", "4^{50000}"),
        ("2^{100000}+0^{0}", "4^{50000}"),
        ("3^{100000}\\cdot 5!", "3^{100000}\\cdot 4!"),
        ("x^{20000}", "x^{20001}"),
    ]);
}

#[test]
fn infinity_is_no_number() {
    all_same(&[("\\infty", "+\\infty"), ("-\\infty", "-\\infty ")]);
    all_differ(&[
        ("\\infty", "1000"),
        ("\\infty+1", "\\infty+2"),
        ("\\frac{1}{\\infty}", "0"),
        ("2\\infty", "2"),
    ]);
}

#[test]
fn variables_are_real_where_nothing_says_otherwise() {
    all_same(&[
        ("\\ln x^2", "2\\ln|x|"),
        ("\\sqrt{x}\\sqrt{x}", "x"),
        ("e^{ix}", "\\cos x+i\\sin x"),
    ]);
    all_differ(&[
        ("e^{ix}", "\\cos x-i\\sin x"),
        ("\\ln x", "\\ln 2x"),
        ("\\log x", "\\log_2 x"),
    ]);
}

#[test]
fn angles_and_units() {
    all_same(&[
        ("-60^\\circ", "-60"),
        ("60^\\circ", "\\frac{\\pi}{3}"),
        ("90^\\circ-30^\\circ", "60^\\circ"),
        ("1\\text{ km}", "1000\\text{ m}"),
        ("2\\text{ cm}", "2"),
        ("x = 2\\text{ cm}", "2\\text{ cm}"),
    ]);
    all_differ(&[
        ("-60^\\circ", "60"),
        ("60^\\circ", "61^\\circ"),
        ("60^\\circ", "60\\text{ cm}"),
        ("28\\%", "28\\text{ cm}"),
        ("1\\text{ km}", "1\\text{ m}"),
        ("1\\text{ km}", "1\\text{ kg}"),
        ("2\\text{ cm}", "3"),
    ]);
}

#[test]
fn ratios_and_times() {
    all_same(&[
        ("3:4", "6:8"),
        ("1:2:3", "2:4:6"),
        ("12:30", "2:5"),
        ("a:b", "2a:2b"),
    ]);
    all_differ(&[
        ("3:4", "4:3"),
        ("1:2:3", "1:2"),
        ("1:2:3", "2:4:7"),
        ("1:2:3", "1:3:3"),
        ("0:1:2", "0:3:5"),
        ("12:30", "2:6"),
        ("12:30", "12:31"),
        ("12:30", "11:30"),
        ("12:20", "6:10"),
    ]);
}

#[test]
fn words_for_sets() {
    all_same(&[
        ("\\text{all real numbers}", "\\mathbb{R}"),
        ("\\text{all integers}", "\\mathbb{Z}"),
        ("\\text{no real solutions}", "\\emptyset"),
    ]);
    all_differ(&[
        ("\\text{all real numbers}", "\\mathbb{Z}"),
        ("\\text{all integers}", "\\mathbb{R}"),
        ("\\text{none}", "\\mathbb{R}"),
        ("\\text{some}", "\\mathbb{R}"),
        ("\\text{none}", "0"),
    ]);
}

#[test]
fn lists_count_what_they_hold() {
    all_same(&[
        ("x_1=2, x_2=3", "3, 2"),
        ("x_1=2, x_2=3", "x=2 \\text{ or } x=3"),
        ("x=3, y=4", "(3,4)"),
        ("y=4, x=3", "(3,4)"),
        ("x = 1\\pm2, 5", "5, 3, -1"),
        ("\\{\\pm1, 1\\}", "\\{1,-1\\}"),
        ("x = \\pm\\sqrt{2}\\text{ cm}", "\\sqrt2, -\\sqrt2"),
        ("1 \\pm i", "1+i, 1-i"),
        ("2^{\\pm1}", "2, \\frac12"),
        ("\\frac{1}{3\\pm1}", "\\frac14, \\frac12"),
        ("\\cos(1\\pm2)", "\\cos 3, \\cos 1"),
        ("f(\\pm1)", "f(1), f(-1)"),
        ("-(2\\pm1)", "-3, -1"),
        ("\\pm1\\mp2", "-1, 1"),
        ("\\pm 50\\%", "\\frac12, -\\frac12"),
        ("\\pm 30^\\circ", "30^\\circ, -30^\\circ"),
        ("a=1, b=2", "b=2, a=1"),
    ]);
    all_differ(&[
        ("x_1=2, x_2=3", "x_1=3, x_2=2"),
        ("x_1=2, x_3=3", "2, 4"),
        ("x=3, y=4", "(4,3)"),
        ("x=3, y=4", "(3,4,5)"),
        ("x = 1\\pm2, 5", "5, 3, 1"),
        ("1, 1", "1"),
        ("1, 1, 2", "1, 2"),
        ("1, 1, 2", "2, 2, 1"),
        ("\\pm1\\mp2", "3, -3"),
        ("2^{\\pm1}", "2, -2"),
        ("\\pm1\\pm2", "3, 1"),
        ("\\{5\\}", "6"),
        ("a=1, b=2", "b=1, a=2"),
        ("1, 2 \\text{ or } 3", "1, 2"),
    ]);
}

#[test]
fn chains_and_names() {
    all_same(&[
        ("2\\cdot3 = 6", "6"),
        ("x = \\sqrt2 \\approx 1.41", "\\sqrt2"),
        ("x = \\sqrt2 \\approx 1.41", "1.41"),
        ("\\sqrt2 \\approx 1.41", "\\sqrt2"),
        ("f(x) = 2x", "y = 2x"),
        ("f(x,y) = x+2y", "f(a,b) = a+2b"),
        (
            "f(x) = \\sin x + |x|^x - \\frac1x",
            "f(t) = \\sin t + |t|^t - \\frac1t",
        ),
        ("f(2/2) = 7", "f(1) = 7"),
        ("(x,y) = (1,2)", "y=2, x=1"),
        ("7 = f(2)", "7"),
        ("1 < 2", "2 > 1"),
        ("1+1 < 3", "2 < 3"),
        ("x < y < z", "z > y > x"),
        ("x \\le y", "2y \\ge 2x"),
        ("x \\ne y", "y \\ne x"),
        ("x^2+y^2 \\approx 1", "x^2+y^2 = 1"),
    ]);
    all_differ(&[
        ("2\\cdot3 = 7", "7"),
        ("2\\cdot3 = 6", "5"),
        ("x = \\sqrt2 \\approx 1.42", "1.42"),
        ("x = \\sqrt2 \\approx 1.42", "\\sqrt2"),
        ("f(x) = 2x", "y = 3x"),
        ("f(t) = 2t", "y = 2x"),
        ("f(x) = 2x", "z = 2x"),
        ("f(x,y) = x+2y", "f(a,b) = 2a+b"),
        ("f(x,y) = x+y", "f(x) = x+y"),
        ("f(x) = x+t", "f(t) = t+t"),
        ("f(x) = x+t", "f(t) = t+x"),
        ("f(x) = 2x", "g(x) = 2x"),
        ("(x,y) = (1,2)", "y=1, x=2"),
        ("1 < 2", "1 \\le 2"),
        ("1 < 2", "2 < 1"),
        ("1 < 2 < 3", "1 < 2"),
        ("1 < 2 < 3", "1 < 2 < 4"),
        ("x < y < z", "x < y"),
        ("x \\le y", "x < y"),
        ("x \\le y", "x \\ge y"),
        ("x+y = 1", "x+y = 2"),
        ("x+y < 1", "x^2+y < 1"),
        ("a = b+c", "a < b+c"),
    ]);
}
