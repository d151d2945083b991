//! The precise detector: n-gram models of the crate `lingua`, in high-accuracy mode.

use ::lingua::{Language as Known, LanguageDetector, LanguageDetectorBuilder};

use super::lexicon::Lexicon;
use super::{Identify, composed};
use explang_language::Language;

/// Texts of fewer letters are judged by their common words first: below this many `lingua` adds n-grams of all lengths, because those of three
/// letters are too few to tell.
const SHORT: usize = 120;

/// The detector of the published ExpLang code, restricted to a pool.
///
/// Models are shared by all detectors of a process and loaded on first use. With a pool of one language,
/// a text is that language or none, by `lingua`'s single-language mode.
pub struct LinguaDetector {
    /// `None` for an empty pool, for which there is nothing to build.
    detector: Option<LanguageDetector>,
    lexicon: Lexicon,
}

impl LinguaDetector {
    /// A detector that answers with languages of `pool` only; with an empty pool it never answers.
    pub fn new(pool: &[Language]) -> LinguaDetector {
        let known: Vec<Known> = pool.iter().copied().map(known).collect();
        LinguaDetector {
            detector: (!known.is_empty())
                .then(|| LanguageDetectorBuilder::from_languages(&known).build()),
            lexicon: Lexicon::new(pool),
        }
    }
}

impl Identify for LinguaDetector {
    fn identify(&self, text: &str) -> Option<Language> {
        let text = composed(text)?;
        let found = self.detector.as_ref()?.detect_language_of(text)?;
        Language::ALL.into_iter().find(|l| known(*l) == found)
    }

    fn identify_words(&self, words: &str) -> Option<Language> {
        let text = composed(words)?;
        if text.chars().filter(|c| c.is_alphabetic()).count() >= SHORT {
            return self.identify(&text);
        }
        match self.lexicon.candidates(&text)[..] {
            [] => self.identify(&text),
            [language] => Some(language),
            ref several => self.likeliest(several, &text),
        }
    }
}

impl LinguaDetector {
    /// Which of some languages of the pool the text is most probably in.
    fn likeliest(&self, languages: &[Language], text: &str) -> Option<Language> {
        let values = self
            .detector
            .as_ref()?
            .compute_language_confidence_values(text);
        let found =
            |(value, _): &(Known, f64)| languages.iter().copied().find(|l| known(*l) == *value);
        values.iter().find_map(found)
    }
}

/// The language by `lingua`'s name.
const fn known(language: Language) -> Known {
    match language {
        Language::En => Known::English,
        Language::Zh => Known::Chinese,
        Language::Es => Known::Spanish,
        Language::Fr => Known::French,
        Language::De => Known::German,
        Language::Ja => Known::Japanese,
        Language::Ru => Known::Russian,
        Language::It => Known::Italian,
        Language::Pt => Known::Portuguese,
        Language::Ko => Known::Korean,
        Language::Ar => Known::Arabic,
        Language::Th => Known::Thai,
        Language::Vi => Known::Vietnamese,
        Language::Id => Known::Indonesian,
        Language::He => Known::Hebrew,
        Language::Ro => Known::Romanian,
        Language::Sw => Known::Swahili,
    }
}
