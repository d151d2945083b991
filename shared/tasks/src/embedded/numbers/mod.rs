//! Whole numbers in words, in every language of the pool.
//!
//! [`cldr_spell`] gives exactly what Unicode CLDR's rules give (and ICU prints); [`spell`] is what the
//! tasks use: the same rules with a thin layer of corrections of style (`style.rs`). The rules are data
//! (`shared/data/cldr/rbnf/`), read by a small interpreter (`rbnf.rs`) once a language, on first use.
//!
//! From 0 to 9999 no two numbers of a language share their words, so the words decode uniquely.

mod rbnf;
mod style;

use std::sync::OnceLock;

use explang_language::Language;
use rbnf::{RuleError, RuleSets};

/// The set that ICU spells with unless told otherwise.
const CLDR_DEFAULT_SET: &str = "%spellout-numbering";

/// A language's rules and the set that reading starts in.
struct Speller {
    rules: RuleSets,
    start: usize,
}

impl Speller {
    fn new(sources: &[&str], start: &str, language: Language) -> Result<Speller, RuleError> {
        let rules = RuleSets::parse(sources, language)?;
        let start = rules.find(start)?;
        Ok(Speller { rules, start })
    }

    fn spell(&self, n: u32) -> String {
        // Every set that the embedded rules reach for a number has a rule for it: the tests walk
        // 0..=9999 and samples up to u32::MAX in all languages.
        self.rules
            .format(u64::from(n), self.start)
            .unwrap_or_else(|_| n.to_string())
    }
}

type Spellers = [OnceLock<Speller>; Language::ALL.len()];

/// The number in words, as arithmetic is read aloud.
///
/// Counting forms where a language has several: masculine in Romance languages and Russian, feminine in
/// Hebrew, Sino-Korean in Korean, Brazilian Portuguese. Lower case; no soft hyphens, no zero-width spaces.
/// The style is meant for 0..=9999; greater numbers are CLDR's, with the style in their last four digits.
pub fn spell(n: u32, language: Language) -> String {
    static STYLED: Spellers = [const { OnceLock::new() }; Language::ALL.len()];
    STYLED[language.index()]
        .get_or_init(|| {
            let sources = [cldr_rules(language), style::overrides(language)];
            Speller::new(&sources, style::rule_set(language), language)
                .expect("the embedded rules are well formed: a test parses all of them")
        })
        .spell(n)
}

/// The number in words by CLDR 48's default spell-out rules alone: what ICU prints, less its soft hyphens
/// (U+00AD) and zero-width spaces (U+200B).
pub fn cldr_spell(n: u32, language: Language) -> String {
    static PLAIN: Spellers = [const { OnceLock::new() }; Language::ALL.len()];
    PLAIN[language.index()]
        .get_or_init(|| {
            Speller::new(&[cldr_rules(language)], CLDR_DEFAULT_SET, language)
                .expect("the embedded rules are well formed: a test parses all of them")
        })
        .spell(n)
}

macro_rules! embedded {
    ($code:literal) => {
        include_str!(concat!(
            "../../../data/cldr/rbnf/",
            $code,
            "-SpelloutRules.txt"
        ))
    };
}

/// CLDR's rules of a language, trimmed to what whole numbers below 2^32 need.
const fn cldr_rules(language: Language) -> &'static str {
    match language {
        Language::En => embedded!("en"),
        Language::Zh => embedded!("zh"),
        Language::Es => embedded!("es"),
        Language::Fr => embedded!("fr"),
        Language::De => embedded!("de"),
        Language::Ja => embedded!("ja"),
        Language::Ru => embedded!("ru"),
        Language::It => embedded!("it"),
        Language::Pt => embedded!("pt"),
        Language::Ko => embedded!("ko"),
        Language::Ar => embedded!("ar"),
        Language::Th => embedded!("th"),
        Language::Vi => embedded!("vi"),
        Language::Id => embedded!("id"),
        Language::He => embedded!("he"),
        Language::Ro => embedded!("ro"),
        Language::Sw => embedded!("sw"),
    }
}

#[cfg(test)]
mod tests;
