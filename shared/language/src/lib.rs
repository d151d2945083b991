//! The pool: the languages that the policy may choose to think in.
//!
//! Thirteen are *seen* (their tags are shown in SFT and RL), four are *unseen* (evaluation only), as in
//! the ExpLang paper (arXiv 2602.21887, section 3).

use explang_named::named;
use serde::{Deserialize, Serialize};

/// A thinking language of the pool, named by its ISO 639-1 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Language {
    En,
    Zh,
    Es,
    Fr,
    De,
    Ja,
    Ru,
    It,
    Pt,
    Ko,
    Ar,
    Th,
    Vi,
    Id,
    He,
    Ro,
    Sw,
}

/// The writing system of a language, as a reader sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Script {
    Latin,
    Cyrillic,
    Han,
    Japanese,
    Hangul,
    Arabic,
    Hebrew,
    Thai,
}

// Seen languages first, in the paper's order.
named!(Language, "language", {
    En => "en", Zh => "zh", Es => "es", Fr => "fr", De => "de", Ja => "ja", Ru => "ru", It => "it", Pt => "pt",
    Ko => "ko", Ar => "ar", Th => "th", Vi => "vi", Id => "id", He => "he", Ro => "ro", Sw => "sw",
});

use Language::*;

impl Language {
    /// The thirteen whose tags SFT and RL show.
    pub const SEEN: [Language; 13] = [En, Zh, Es, Fr, De, Ja, Ru, It, Pt, Ko, Ar, Th, Vi];

    /// The four that only evaluation forces.
    pub const UNSEEN: [Language; 4] = [Id, He, Ro, Sw];

    /// ISO 639-1 code, lower case: the text of the tag.
    pub const fn code(self) -> &'static str {
        self.name()
    }

    /// The language's name in English.
    pub const fn english_name(self) -> &'static str {
        match self {
            En => "English",
            Zh => "Chinese",
            Es => "Spanish",
            Fr => "French",
            De => "German",
            Ja => "Japanese",
            Ru => "Russian",
            It => "Italian",
            Pt => "Portuguese",
            Ko => "Korean",
            Ar => "Arabic",
            Th => "Thai",
            Vi => "Vietnamese",
            Id => "Indonesian",
            He => "Hebrew",
            Ro => "Romanian",
            Sw => "Swahili",
        }
    }

    /// The language's name in itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            En => "English",
            Zh => "中文",
            Es => "español",
            Fr => "français",
            De => "Deutsch",
            Ja => "日本語",
            Ru => "русский",
            It => "italiano",
            Pt => "português",
            Ko => "한국어",
            Ar => "العربية",
            Th => "ไทย",
            Vi => "Tiếng Việt",
            Id => "Bahasa Indonesia",
            He => "עברית",
            Ro => "română",
            Sw => "Kiswahili",
        }
    }

    /// The writing system.
    pub const fn script(self) -> Script {
        match self {
            Zh => Script::Han,
            Ja => Script::Japanese,
            Ko => Script::Hangul,
            Ru => Script::Cyrillic,
            Ar => Script::Arabic,
            He => Script::Hebrew,
            Th => Script::Thai,
            _ => Script::Latin,
        }
    }

    /// True where text runs from right to left.
    pub const fn right_to_left(self) -> bool {
        matches!(self, Ar | He)
    }

    /// True for the thirteen whose tags SFT and RL show.
    pub const fn seen(self) -> bool {
        !matches!(self, Id | He | Ro | Sw)
    }

    /// Position in [`Language::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_seen_then_unseen_and_indexed_by_position() {
        let joined: Vec<_> = Language::SEEN.into_iter().chain(Language::UNSEEN).collect();
        assert_eq!(joined, Language::ALL);
        for (i, language) in Language::ALL.into_iter().enumerate() {
            assert_eq!(language.index(), i);
            assert_eq!(language.seen(), i < 13);
            assert_eq!(language.code().parse(), Ok(language));
        }
    }

    #[test]
    fn an_unknown_code_is_named_in_the_error() {
        let error = "xx".parse::<Language>().unwrap_err();
        assert!(error.to_string().contains("`xx`"));
        assert!("EN".parse::<Language>().is_err());
    }
}
