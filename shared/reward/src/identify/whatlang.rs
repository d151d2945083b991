//! The light detector: common words for Latin script, and the crate `whatlang` (scripts and trigrams).

use ::whatlang::{Detector, Lang, Script as LetterScript, detect_script};

use super::lexicon::Lexicon;
use super::{Identify, composed};
use explang_language::Language;

/// A detector small enough for a browser, restricted to a pool.
///
/// A text in Latin script is first judged by its common words; `whatlang` decides where they leave
/// several languages or none. `whatlang` does not know Swahili: a Swahili text without common words is
/// taken for another language. With few languages in the pool, `whatlang` takes any text in their script
/// for one of them.
pub struct WhatlangDetector {
    pool: Vec<Language>,
    lexicon: Lexicon,
}

impl WhatlangDetector {
    /// A detector that answers with languages of `pool` only; with an empty pool it never answers.
    pub fn new(pool: &[Language]) -> WhatlangDetector {
        WhatlangDetector {
            pool: pool.to_vec(),
            lexicon: Lexicon::new(pool),
        }
    }
}

impl Identify for WhatlangDetector {
    fn identify(&self, text: &str) -> Option<Language> {
        let text = composed(text)?;
        let mut candidates = Vec::new();
        if detect_script(&text) == Some(LetterScript::Latin) {
            candidates = self.lexicon.candidates(&text);
        }
        match candidates[..] {
            [language] => Some(language),
            [] => among(&self.pool, &text),
            _ => among(&candidates, &text),
        }
    }
}

/// What `whatlang` takes the text for, if it may only answer with these languages.
fn among(languages: &[Language], text: &str) -> Option<Language> {
    let allowed = languages.iter().copied().filter_map(known).collect();
    let found = Detector::with_allowlist(allowed).detect_lang(text)?;
    languages
        .iter()
        .copied()
        .find(|language| known(*language) == Some(found))
}

/// The language by `whatlang`'s name; none for Swahili.
const fn known(language: Language) -> Option<Lang> {
    Some(match language {
        Language::En => Lang::Eng,
        Language::Zh => Lang::Cmn,
        Language::Es => Lang::Spa,
        Language::Fr => Lang::Fra,
        Language::De => Lang::Deu,
        Language::Ja => Lang::Jpn,
        Language::Ru => Lang::Rus,
        Language::It => Lang::Ita,
        Language::Pt => Lang::Por,
        Language::Ko => Lang::Kor,
        Language::Ar => Lang::Ara,
        Language::Th => Lang::Tha,
        Language::Vi => Lang::Vie,
        Language::Id => Lang::Ind,
        Language::He => Lang::Heb,
        Language::Ro => Lang::Ron,
        Language::Sw => return None,
    })
}
