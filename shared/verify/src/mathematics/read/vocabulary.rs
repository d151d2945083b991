//! What words and commands stand for.

use std::collections::BTreeSet;
use std::sync::LazyLock;

pub(super) use crate::joints::{joint, joint_letter};
use crate::mathematics::node::{Function, Region};

/// Opens and closes a set: `\{` and `\}`, which are not the braces of TeX.
pub(super) const SET_OPEN: char = '⦃';
pub(super) const SET_CLOSE: char = '⦄';
/// A comma that TeX marks as no separator: `{,}` and `,\!`.
pub(super) const THOUSANDS: char = '٬';

/// What a TeX command is to the reader.
pub(super) enum Meaning {
    /// Layout only.
    Nothing,
    /// Layout only, and so is the group after it.
    NothingWithGroup,
    /// White space.
    Space,
    /// The same as this character.
    Mark(char),
    /// Its group is text.
    Text,
    /// The same as this command.
    Command(&'static str),
}

/// The meaning of the TeX command `name`; none for one that stands for itself.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    use Meaning::{Command, Mark, Nothing, NothingWithGroup, Space, Text};
    Some(match name {
        "left" | "right" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr" | "Bigl" | "Bigr"
        | "biggl" | "biggr" | "displaystyle" | "textstyle" | "limits" | "nolimits" | "middle"
        | "boldsymbol" | "bm" | "underline" | "boxed" | "fbox" | "framebox" | "ensuremath"
        | "hfill" | "mathstrut" | "strut" | "scriptstyle" | "bold" | "centering" | "bf"
        | "bfseries" | "it" | "tiny" | "scriptsize" | "footnotesize" | "small" | "normalsize"
        | "large" | "Large" | "LARGE" | "huge" | "Huge" => Nothing,
        "color" | "textcolor" | "hspace" | "vspace" | "phantom" | "hphantom" | "vphantom"
        | "label" | "tag" => NothingWithGroup,
        "quad" | "qquad" | "enspace" | "thinspace" | "space" | "nobreakspace" => Space,
        "text" | "mathrm" | "textbf" | "textit" | "mbox" | "hbox" | "textrm" | "operatorname"
        | "textnormal" | "textsf" | "texttt" | "mathsf" | "mathit" | "mathtt" | "rm" | "emph"
        | "textup" => Text,
        "cdot" | "times" | "ast" | "bullet" | "cdotp" => Mark('*'),
        "div" | "slash" => Mark('/'),
        "pm" => Mark('±'),
        "mp" => Mark('∓'),
        "lt" => Mark('<'),
        "gt" => Mark('>'),
        "le" | "leq" | "leqslant" | "leqq" => Mark('≤'),
        "ge" | "geq" | "geqslant" | "geqq" => Mark('≥'),
        "ne" | "neq" => Mark('≠'),
        "approx" | "thickapprox" | "sim" | "simeq" | "approxeq" | "doteq" => Mark('≈'),
        "in" => Mark('∈'),
        "cup" | "bigcup" => Mark('∪'),
        "cap" | "bigcap" => Mark('∩'),
        "setminus" | "backslash" | "smallsetminus" => Mark('∖'),
        "infty" | "infin" => Mark('∞'),
        "emptyset" | "varnothing" | "oslash" | "O" => Mark('∅'),
        "lvert" | "rvert" | "vert" | "mid" | "lVert" | "rVert" | "Vert" => Mark('|'),
        "lfloor" => Mark('⌊'),
        "rfloor" => Mark('⌋'),
        "lceil" => Mark('⌈'),
        "rceil" => Mark('⌉'),
        "langle" => Mark('⟨'),
        "rangle" => Mark('⟩'),
        "lbrace" => Mark(SET_OPEN),
        "rbrace" => Mark(SET_CLOSE),
        "lbrack" => Mark('['),
        "rbrack" => Mark(']'),
        "lparen" => Mark('('),
        "rparen" => Mark(')'),
        "circ" | "degree" | "textdegree" => Mark('°'),
        "prime" => Mark('\''),
        "colon" => Mark(':'),
        "textdollar" => Mark('＄'),
        "pounds" => Mark('£'),
        "euro" => Mark('€'),
        "land" | "wedge" => Command("and"),
        "lor" | "vee" => Command("or"),
        "dfrac" | "tfrac" | "cfrac" | "nicefrac" | "sfrac" | "flatfrac" => Command("frac"),
        "dbinom" | "tbinom" => Command("binom"),
        "varphi" => Command("phi"),
        "varepsilon" => Command("epsilon"),
        "vartheta" => Command("theta"),
        "overrightarrow" | "mathbf" | "widehat" | "bar" | "overline" | "tilde" | "hat" | "dot"
        | "mathcal" | "mathfrak" => return decoration(name).map(Command),
        "ldots" | "dots" | "cdots" | "dotsc" | "dotsb" => Command("dots"),
        _ => return None,
    })
}

/// The one name for decorations that mean the same.
fn decoration(name: &str) -> Option<&'static str> {
    Some(match name {
        "overrightarrow" | "mathbf" | "vec" => "vec",
        "widehat" | "hat" => "hat",
        "bar" | "overline" => "overline",
        "tilde" => "tilde",
        "dot" => "dot",
        "mathcal" | "mathfrak" => "mathcal",
        _ => return None,
    })
}

/// Whether the command puts a mark on a symbol.
pub(super) fn decorates(name: &str) -> bool {
    name == "vec" || decoration(name) == Some(name)
}

/// The function that a command or a plain word names.
pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "sin" | "sen" => Function::Sin,
        "cos" => Function::Cos,
        "tan" | "tg" => Function::Tan,
        "cot" | "ctg" | "cotg" => Function::Cot,
        "sec" => Function::Sec,
        "csc" | "cosec" => Function::Csc,
        "arcsin" | "asin" | "arcsen" => Function::Arcsin,
        "arccos" | "acos" => Function::Arccos,
        "arctan" | "atan" | "arctg" => Function::Arctan,
        "sinh" => Function::Sinh,
        "cosh" => Function::Cosh,
        "tanh" => Function::Tanh,
        "exp" => Function::Exp,
        "ln" => Function::Ln,
        "log" => Function::Log,
        "abs" | "Abs" => Function::Abs,
        "factorial" => Function::Factorial,
        "floor" => Function::Floor,
        "ceil" => Function::Ceiling,
        "gcd" | "GCD" => Function::Gcd,
        "lcm" | "LCM" => Function::Lcm,
        "min" => Function::Min,
        "max" => Function::Max,
        _ => return None,
    })
}

/// The inverse that `f^{-1}` means for this function.
pub(super) const fn inverse(function: Function) -> Option<Function> {
    match function {
        Function::Sin => Some(Function::Arcsin),
        Function::Cos => Some(Function::Arccos),
        Function::Tan => Some(Function::Arctan),
        _ => None,
    }
}

/// The name of a Greek letter, from its command or its character.
pub(super) fn greek(name: &str) -> Option<&'static str> {
    const NAMES: [(&str, &str); 35] = [
        ("alpha", "α"),
        ("beta", "β"),
        ("gamma", "γ"),
        ("delta", "δ"),
        ("epsilon", "ε"),
        ("zeta", "ζ"),
        ("eta", "η"),
        ("theta", "θ"),
        ("iota", "ι"),
        ("kappa", "κ"),
        ("lambda", "λ"),
        ("mu", "μ"),
        ("nu", "ν"),
        ("xi", "ξ"),
        ("omicron", "ο"),
        ("pi", "π"),
        ("rho", "ρ"),
        ("sigma", "σ"),
        ("tau", "τ"),
        ("upsilon", "υ"),
        ("phi", "φ"),
        ("chi", "χ"),
        ("psi", "ψ"),
        ("omega", "ω"),
        ("Gamma", "Γ"),
        ("Delta", "Δ"),
        ("Theta", "Θ"),
        ("Lambda", "Λ"),
        ("Xi", "Ξ"),
        ("Pi", "Π"),
        ("Sigma", "Σ"),
        ("Upsilon", "Υ"),
        ("Phi", "Φ"),
        ("Psi", "Ψ"),
        ("Omega", "Ω"),
    ];
    let found = NAMES
        .iter()
        .find(|(word, letter)| *word == name || *letter == name);
    found
        .map(|(word, _)| *word)
        .or((name == "ell").then_some("ell"))
}

/// A fraction that is one character: numerator, denominator.
pub(super) fn vulgar(c: char) -> Option<(u8, u8)> {
    Some(match c {
        '½' => (1, 2),
        '⅓' => (1, 3),
        '⅔' => (2, 3),
        '¼' => (1, 4),
        '¾' => (3, 4),
        '⅕' => (1, 5),
        '⅖' => (2, 5),
        '⅗' => (3, 5),
        '⅘' => (4, 5),
        '⅙' => (1, 6),
        '⅚' => (5, 6),
        '⅐' => (1, 7),
        '⅛' => (1, 8),
        '⅜' => (3, 8),
        '⅝' => (5, 8),
        '⅞' => (7, 8),
        '⅑' => (1, 9),
        '⅒' => (1, 10),
        _ => return None,
    })
}

/// The number that a word names as the base of digits.
pub(super) fn base(word: &str) -> Option<u32> {
    Some(match word {
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "sixteen" => 16,
        _ => return None,
    })
}

/// The set of numbers that a letter stands for.
pub(super) fn region(letter: &str) -> Option<Region> {
    Some(match letter {
        "N" => Region::Naturals,
        "Z" => Region::Integers,
        "Q" => Region::Rationals,
        "R" => Region::Reals,
        "C" => Region::Complexes,
        _ => return None,
    })
}

/// The name of the unit that the sign of a currency stands for. An escaped dollar is of full width; a plain one is layout.
pub(super) fn currency(mark: char) -> Option<&'static str> {
    Some(match mark {
        '＄' => "$",
        '€' => "€",
        '£' => "£",
        '¥' => "¥",
        '₹' => "₹",
        '₩' => "₩",
        '₫' => "₫",
        '฿' => "฿",
        '₪' => "₪",
        '₽' => "₽",
        '¢' => "cents",
        _ => return None,
    })
}

/// Whether a word names a currency that may stand before the number.
pub(super) fn is_currency(word: &str) -> bool {
    const NAMES: &str = "USD EUR GBP RMB CNY JPY INR KRW VND THB ILS NIS RUB RON BRL IDR KES TZS AUD CAD HKD TWD SGD NZD CHF \
                         Rs Rp KSh Ksh TSh Tsh Sh R$ US$ A$ AU$ C$ CA$ HK$ NT$ S$ NZ$";
    NAMES.split(' ').any(|name| name == word)
}

/// Words for a percent sign, alone or before a second one.
pub(super) fn is_percent(word: &str) -> bool {
    const WORDS: &str = "percent pct percentage percents Prozent persen процент процента процентов パーセント 퍼센트 \
                         เปอร์เซ็นต์ procente אחוז אחוזים بالمئة بالمائة";
    // Asked of every word of a text.
    static SET: LazyLock<BTreeSet<&str>> = LazyLock::new(|| WORDS.split(' ').collect());
    SET.contains(word)
}

/// "per cent" in two words.
pub(super) fn is_percent_in_two(first: &str, second: &str) -> bool {
    const PAIRS: [(&str, &str); 8] = [
        ("per", "cent"),
        ("pour", "cent"),
        ("por", "ciento"),
        ("por", "cento"),
        ("per", "cento"),
        ("la", "sută"),
        ("phần", "trăm"),
        ("في", "المئة"),
    ];
    PAIRS.contains(&(first, second))
}

/// A word for a percent sign before the number.
pub(super) fn is_percent_before(word: &str) -> bool {
    matches!(word, "百分之" | "ร้อยละ" | "asilimia")
}

/// Words for a degree sign.
pub(super) fn is_degrees(word: &str) -> bool {
    const WORDS: &str = "degree degrees deg Grad grados degrés gradi graus градус градуса градусов 度 도 độ derajat องศา מעלות درجة \
                         digrii";
    WORDS.split(' ').any(|one| one == word)
}

/// Plain letters that are one word also without `\text`.
pub(super) fn is_plain_word(run: &str) -> bool {
    matches!(
        run,
        "and"
            | "or"
            | "infinity"
            | "inf"
            | "pi"
            | "sqrt"
            | "oo"
            | "yes"
            | "Yes"
            | "YES"
            | "no"
            | "No"
            | "NO"
            | "odd"
            | "not"
            | "Odd"
            | "Uhr"
    ) || is_percent(run)
        || function(run).is_some()
}

/// Units that no product of variables looks like, so that no space is needed before them.
pub(super) fn is_attached_unit(run: &str) -> bool {
    matches!(
        run,
        "cm" | "mm"
            | "km"
            | "dm"
            | "kg"
            | "mg"
            | "mL"
            | "ml"
            | "mph"
            | "Hz"
            | "ft"
            | "kWh"
            | "kW"
            | "lbs"
            | "hrs"
            | "USD"
            | "EUR"
    )
}
