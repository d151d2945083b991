//! Numbers in every notation.

use super::{all_differ, all_same, differ, same};

#[test]
fn fractions_and_mixed_numbers() {
    all_same(&[
        ("3\\frac12", "7/2"),
        ("3\\frac{1}{2}", "3.5"),
        ("-3\\frac{1}{2}", "-7/2"),
        ("2 3/4", "11/4"),
        ("2½", "5/2"),
        ("\\dfrac{-6}{4}", "-1.5"),
        ("\\frac{\\frac{1}{2}}{3}", "1/6"),
        ("\\frac{6}{4}\\div 3", "1/2"),
        ("2\\cdot\\frac{3}{2}", "3"),
        ("1.5e3", "1500"),
        ("2.5e-3", "1/400"),
        ("3.2 \\times 10^{5}", "320000"),
        ("3.2 × 10⁵", "320000"),
        ("0.\\overline{3}", "1/3"),
        ("0.1\\overline{6}", "1/6"),
        ("0.\\dot{1}4285\\dot{7}", "1/7"),
        ("12.\\overline{09}", "133/11"),
        ("\\sqrt{144}", "12"),
        ("5!", "120"),
        ("\\binom{6}{2}", "15"),
        ("2^{10}", "1024"),
        ("2^10", "1024"),
        ("2^{-2}", ".25"),
        ("{5}", "5"),
        ("7 = 7", "7"),
    ]);
    all_differ(&[
        ("3\\frac12", "3/2"),
        ("3\\frac{1}{2}", "31/2"),
        ("2\\frac{3}{2}", "7/2"),
        ("\\frac123", "\\frac{1}{23}"),
        ("\\sqrt12", "2\\sqrt{3}"),
        ("0.\\overline{3}", "0.3"),
        ("1 2/3 4", "5/3"),
        ("1..5", "1.5"),
        ("1.2.3", "1.23"),
        ("3 = 4", "4"),
        ("2^{10}", "20"),
    ]);
}

#[test]
fn marks_between_digits() {
    all_same(&[
        ("12,345,678", "12345678"),
        ("12\\,345\\,678", "12345678"),
        ("12{,}345.5", "12345.5"),
        ("32,\\! 349", "32349"),
        ("1.234.567", "1234567"),
        ("0,5", "1/2"),
        ("12,75", "12.75"),
        ("1000,99", "1000.99"),
        ("-0,111", "-0.111"),
        ("x = 0,5", "0.5"),
        ("(0,5; 2)", "(1/2, 2)"),
        ("1,5; 2,5", "3/2, 5/2"),
        ("1,234", "1, 234"),
    ]);
    all_differ(&[
        // Three digits after a comma are thousands.
        ("1,234", "1.234"),
        ("100,200", "200,100"),
        ("12,34", "1234"),
        ("1,5", "1.6"),
        ("1,5", "15"),
        ("(1,5)", "1.5"),
        ("\\{1,5\\}", "1.5"),
        ("1,,5", "1.5"),
        ("1 23", "123"),
    ]);
}

#[test]
fn percentages() {
    same("50\\%", "1/2");
    same("50%", "0.5");
    same("12.5 percent", "\\frac18");
    same("$28$ %", "28\\%");
    differ("50\\%", "50");
    differ("50\\%", "5\\%");
}

#[test]
fn units() {
    all_same(&[
        ("5\\text{ cm}", "5"),
        ("5 cm", "5"),
        ("15\\mbox{ cm}^2", "15\\text{ square cm}"),
        ("1\\text{ km}", "1000\\text{ meters}"),
        ("90\\text{ min}", "1.5\\text{ hours}"),
        ("36\\text{ km/h}", "10\\text{ m/s}"),
        (
            "36 \\frac{\\text{km}}{\\text{h}}",
            "10\\text{ meters per second}",
        ),
        ("\\$16,\\!386.20", "16386.2"),
        ("\\$0.50", "50\\text{ cents}"),
        ("5 €", "5"),
        ("12\\text{ apples}", "12"),
        ("12 apples", "12\\text{ apple}"),
        ("90^\\circ", "90"),
        ("90^\\circ", "\\frac{\\pi}{2}"),
        ("90 degrees", "90^{\\circ}"),
        ("3 \\text{ million}", "3000000"),
        ("5万", "50000"),
        ("8 米", "8"),
        ("20^\\circ\\text{C}", "20"),
        ("\\frac13 \\text{meters}", "1/3"),
        ("6\\text{ square units}", "6"),
        ("x = 5\\text{ m}", "5"),
        ("2\\pi\\text{ cm}", "2\\pi"),
    ]);
    all_differ(&[
        ("5\\text{ cm}", "5\\text{ m}"),
        ("5\\text{ cm}", "5\\text{ cm}^2"),
        ("5\\text{ cm}", "5\\text{ s}"),
        ("5\\text{ apples}", "5\\text{ pears}"),
        ("20^\\circ\\text{C}", "20^\\circ\\text{F}"),
        ("5\\text{ dozen}", "5"),
        ("5\\text{ or more}", "5"),
        ("5\\text{ less than that}", "5"),
        ("\\text{not } 5", "5"),
        ("5\\text{ hundred}", "5"),
        ("\\$5", "5 €"),
        ("5x", "5"),
        ("5m", "5"),
    ]);
}

#[test]
fn bases_clocks_and_ratios() {
    same("204_5", "54");
    same("1010_{2}", "204_5 - 44");
    differ("204_5", "204");
    differ("129_5", "44");
    same("3:4", "6:8");
    same("1:2:3", "2:4:6");
    same("3:4", "3/4");
    differ("3:4", "4/3");
    same("180-2\\alpha", "180^\\circ-2\\alpha");
    differ("180-2\\alpha", "180^\\circ+2\\alpha");
    differ("x+\\sin 30", "x+\\sin 30^\\circ");
    same("7:32", "\\frac{7}{32}");
    differ("3:4", "4:3");
    differ("1:2:3", "1:2");
    same("2:5", "12:30");
    differ("12:20", "6:10");
    same("9:05 \\text{ p.m.}", "21:05");
    same("12:15 am", "0:15");
    differ("9:05 am", "9:05 pm");
    differ("13:05 pm", "13:05");
}

#[test]
fn decimals_that_a_program_printed() {
    same("4.123105625617661", "\\sqrt{17}");
    same("0.0833333333333333", "1/12");
    same("0.6666666667", "2/3");
    same("-3.14159265358979", "-\\pi");
    // A few digits are a rounding, and that is another number.
    differ("0.083333", "1/12");
    differ("3.1416", "\\pi");
    same("4.1231056256", "\\sqrt{17}");
    differ("4.1231056257", "\\sqrt{17}");
    differ("0.6666666666", "0.66666666666");
    differ("0.1000000000001", "1/10");
    same("\\sqrt2 \\approx 1.41", "\\sqrt2");
    same("x = \\sqrt2 \\approx 1.41", "1.41");
    differ("x = \\sqrt2 \\approx 1.5", "1.5");
    differ("\\sqrt2 \\approx 1.5", "\\sqrt{2}");
}

#[test]
fn a_bracket_after_a_point_that_holds_more_than_digits_repeats_nothing() {
    all_same(&[("0.(3)", "1/3"), ("2.(3+1)", "8")]);
}
