//! Traces full of formulas, code and numbers, made in all seventeen languages: how many does a detector name rightly?

use super::*;

/// Short lines of a worked solution, with places for numbers `{a}` and formulas `{f}`: a language code, a tab, the line.
const LINES: &str = include_str!("../../../data/lines.tsv");

/// Formulas, as models write them; their letters are names and commands.
const FORMULAS: [&str; 12] = [
    "$x^2+5x+6=0$",
    "$\\vec{c}=2 \\vec{a}-\\sqrt{5} \\vec{b}, \\vec{a} \\cdot \\vec{b}=0$",
    "\\(\\frac{1}{2}\\sin\\theta\\)",
    "$$\\int_0^1 \\operatorname{erf}(t)\\,\\mathrm{d}t = \\lim_{n\\to\\infty} a_n$$",
    "\\[\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\\]",
    "$ S_{\\triangle ABC}=\\frac{1}{2} \\times 3 \\times 4 $",
    "$|AB|=\\max\\{p,q\\}$",
    "\\frac{\\sqrt{3}}{2}",
    "$120\\text{ cm}^2$",
    "\\begin{align*} f(x) &= 2x+1 \\\\ g(x) &= \\ln x \\end{align*}",
    "\\boxed{\\text{Monday}}",
    "\\boldsymbol{v} \\otimes \\operatorname{rank}(M)",
];

/// Code, whose words are English whatever the trace is.
const CODE: [&str; 4] = [
    "```python\ndef total(items):\n    result = 0\n    for item in items:\n        result += item.price * item.count\n    return result\nprint(total(basket))\n```",
    "`remaining = apples - eaten`",
    "```\nSELECT name, COUNT(*) FROM orders WHERE price > 10 GROUP BY name;\n```",
    "```javascript\nconst sum = numbers.reduce((left, right) => left + right, 0); // running total\nconsole.log(`sum: ${sum}`);\n```",
];

/// The kinds of trace that are made.
const KINDS: [&str; 5] = ["line", "formulas", "code", "numbers", "prose"];

fn pick<'a, T: ?Sized>(rng: &mut SplitMix64, items: &[&'a T]) -> &'a T {
    items[rng.below(items.len() as u64) as usize]
}

/// One short line with its numbers and formulas filled in.
fn line(rng: &mut SplitMix64, language: Language) -> String {
    let own = LINES.lines().filter_map(|line| line.split_once('\t'));
    let own: Vec<&str> = own
        .filter(|(code, _)| *code == language.code())
        .map(|(_, line)| line)
        .collect();
    assert!(own.len() >= 10, "{language}");
    let mut text = pick(rng, &own).to_owned();
    for place in ["{a}", "{b}", "{c}"] {
        text = text.replace(place, &rng.below(100_000).to_string());
    }
    while text.contains("{f}") {
        text = text.replacen("{f}", pick(rng, &FORMULAS), 1);
    }
    text
}

/// A trace of a kind; always the same one for the same state of `rng`.
fn trace(rng: &mut SplitMix64, kind: &str, language: Language) -> String {
    let between = |rng: &mut SplitMix64, of: &[&str], count| {
        let mut parts: Vec<String> = (0..3).map(|_| line(rng, language)).collect();
        for _ in 0..count {
            let place = rng.below(parts.len() as u64) as usize;
            parts.insert(place, pick(rng, of).to_owned());
        }
        parts.join("\n")
    };
    match kind {
        "line" => line(rng, language),
        "formulas" => between(rng, &FORMULAS, 4),
        "code" => between(rng, &CODE, 2),
        "numbers" => {
            let specs: Vec<Spec> = Spec::all().collect();
            let spec = specs[rng.below(specs.len() as u64) as usize];
            let mut text = say::trace(&spec.draw(rng), language);
            text += &format!(" {} {}", pick(rng, &FORMULAS), line(rng, language));
            text
        }
        _ => {
            let written: Vec<&str> = declaration(language).lines().collect();
            format!(
                "{}\n{} {}\n{}",
                pick(rng, &FORMULAS),
                pick(rng, &written),
                pick(rng, &FORMULAS),
                pick(rng, &CODE)
            )
        }
    }
}

/// Traces of a kind and a language.
const EACH: usize = 60;

/// Prints how many traces of each kind are named rightly in each language, and asks for at least `least` % of all those of a language.
pub(super) fn names_mixed_traces(detector: &dyn Identify, least: usize) {
    println!(
        "| language | {} | all | all as `whole` |",
        KINDS.join(" | ")
    );
    let mut poor = Vec::new();
    for language in Language::ALL {
        let mut rng = SplitMix64::new(14 + language.index() as u64);
        let (mut row, mut all, mut whole, mut missed) = (String::new(), 0, 0, Vec::new());
        for kind in KINDS {
            let traces: Vec<String> = (0..EACH).map(|_| trace(&mut rng, kind, language)).collect();
            let wrong: Vec<&String> = traces
                .iter()
                .filter(|trace| TraceText::Prose.language(trace, detector) != Some(language))
                .collect();
            whole += traces
                .iter()
                .filter(|trace| TraceText::Whole.language(trace, detector) == Some(language))
                .count();
            let right = EACH - wrong.len();
            all += right;
            row += &format!(" {} |", 100 * right / EACH);
            missed.extend(
                wrong.into_iter().map(|trace| {
                    format!("{:?}: {trace}", TraceText::Prose.language(trace, detector))
                }),
            );
        }
        let made = EACH * KINDS.len();
        println!(
            "| {language} |{row} {:.1} | {:.1} |",
            100.0 * all as f64 / made as f64,
            100.0 * whole as f64 / made as f64
        );
        if all * 100 < made * least {
            poor.push(format!("{language}: {missed:#?}"));
        }
    }
    assert!(poor.is_empty(), "{}", poor.join("\n"));
}
