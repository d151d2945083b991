use unicode_normalization::UnicodeNormalization;

use super::*;
use explang_tasks::random::SplitMix64;
use explang_tasks::{Spec, say};

mod mixed;

macro_rules! declaration {
    ($($language:ident $code:literal),*) => {
        /// Twelve lines of the Universal Declaration of Human Rights (`data/udhr/README.md`).
        fn declaration(language: Language) -> &'static str {
            match language {
                $(Language::$language => {
                    include_str!(concat!("../../data/udhr/", $code, ".txt"))
                })*
            }
        }
    };
}

declaration!(
    En "en", Zh "zh", Es "es", Fr "fr", De "de", Ja "ja", Ru "ru", It "it", Pt "pt", Ko "ko", Ar "ar",
    Th "th", Vi "vi", Id "id", He "he", Ro "ro", Sw "sw"
);

/// How many of the lines a detector names rightly, and the rest.
fn judge(detector: &dyn Identify, language: Language, lines: &[String]) -> (usize, Vec<String>) {
    let missed: Vec<String> = lines
        .iter()
        .filter(|line| detector.identify(line) != Some(language))
        .map(|line| format!("{:?}: {line}", detector.identify(line)))
        .collect();
    (lines.len() - missed.len(), missed)
}

/// At least `least` of the twelve lines of the declaration in every language, composed or decomposed.
fn names_declarations(detector: &dyn Identify, least: usize) {
    for language in Language::ALL {
        let lines: Vec<String> = declaration(language).lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 12, "{language}");
        let decomposed: Vec<String> = lines.iter().map(|line| line.nfd().collect()).collect();
        for lines in [lines, decomposed] {
            let (right, missed) = judge(detector, language, &lines);
            assert!(right >= least, "{language}: {missed:#?}");
        }
    }
}

/// At least 98 % of the traces of every language, all kinds of problem alike.
fn names_traces(detector: &dyn Identify) {
    for language in Language::ALL {
        let mut rng = SplitMix64::new(11);
        let traces: Vec<String> = Spec::all()
            .flat_map(|spec| [spec; 10])
            .map(|spec| say::trace(&spec.draw(&mut rng), language))
            .collect();
        let (right, missed) = judge(detector, language, &traces);
        assert!(right * 100 >= traces.len() * 98, "{language}: {missed:#?}");
    }
}

/// Long traces: whatever their sample is called, all of their words are called too.
fn samples_alike(detector: &dyn Identify) {
    for language in Language::ALL
        .into_iter()
        .filter(|l| l.script() == Script::Latin)
    {
        let mut rng = SplitMix64::new(12);
        let lines: Vec<&str> = declaration(language).lines().collect();
        for _ in 0..40 {
            let mut text = String::new();
            while text.len() < 10 * sample::LETTERS {
                text += lines[rng.below(lines.len() as u64) as usize];
                text += "\n";
                let specs = Spec::all().count() as u64;
                if let Some(spec) = Spec::all().nth(rng.below(specs) as usize) {
                    text += &say::trace(&spec.draw(&mut rng), language);
                }
            }
            assert_eq!(detector.identify(&text), Some(language), "{text}");
            let sampled = sample::sample(&text);
            assert!(sampled.len() < text.len() / 4);
            assert_eq!(
                detector.identify_words(&sampled),
                Some(language),
                "{sampled}"
            );
        }
    }
}

fn names_nothing_without_letters(detector: &dyn Identify) {
    for text in ["", " \n", "12 + 30 = 42", "?!…", "\\{42}", "\u{301}"] {
        assert_eq!(detector.identify(text), None, "{text:?}");
    }
}

/// Whatever the text, the answer is in the pool.
fn keeps_to_the_pool<D: Identify>(build: impl Fn(&[Language]) -> D) {
    use Language::*;
    for pool in [
        &[][..],
        &[En],
        &[Sw],
        &[Zh],
        &[En, Sw],
        &[Ja, Zh, He],
        &[Es, Pt, It],
    ] {
        let detector = build(pool);
        for language in Language::ALL {
            for line in declaration(language).lines() {
                if let Some(found) = detector.identify(line) {
                    assert!(pool.contains(&found), "{pool:?}: {found}: {line}");
                }
            }
        }
    }
}

#[cfg(feature = "lingua")]
mod lingua {
    use super::*;

    #[test]
    fn every_line_of_the_declaration() {
        names_declarations(&LinguaDetector::new(&Language::ALL), 12);
    }

    #[test]
    fn traces_of_every_language() {
        names_traces(&LinguaDetector::new(&Language::ALL));
    }

    #[test]
    fn traces_full_of_formulas_code_and_numbers() {
        mixed::names_mixed_traces(&LinguaDetector::new(&Language::ALL), 95);
    }

    #[test]
    fn a_sample_of_a_long_trace_is_named_as_all_of_it() {
        samples_alike(&LinguaDetector::new(&Language::ALL));
    }

    #[test]
    fn no_letters_no_language_and_never_outside_the_pool() {
        names_nothing_without_letters(&LinguaDetector::new(&Language::ALL));
        keeps_to_the_pool(LinguaDetector::new);
    }
}

#[cfg(feature = "whatlang")]
mod whatlang {
    use super::*;

    #[test]
    fn nearly_every_line_of_the_declaration() {
        names_declarations(&WhatlangDetector::new(&Language::ALL), 11);
    }

    #[test]
    fn traces_of_every_language() {
        names_traces(&WhatlangDetector::new(&Language::ALL));
    }

    #[test]
    fn traces_full_of_formulas_code_and_numbers() {
        mixed::names_mixed_traces(&WhatlangDetector::new(&Language::ALL), 95);
    }

    #[test]
    fn a_sample_of_a_long_trace_is_named_as_all_of_it() {
        samples_alike(&WhatlangDetector::new(&Language::ALL));
    }

    #[test]
    fn no_letters_no_language_and_never_outside_the_pool() {
        names_nothing_without_letters(&WhatlangDetector::new(&Language::ALL));
        keeps_to_the_pool(WhatlangDetector::new);
    }

    #[test]
    fn swahili_is_told_from_its_neighbours_in_look() {
        let detector = WhatlangDetector::new(&Language::ALL);
        for (text, language) in [
            ("Siku tatu baada ya Jumatatu ni Alhamisi.", Language::Sw),
            ("Leo ni siku ya kwanza ya shule.", Language::Sw),
            ("Tiga hari setelah Senin adalah Kamis.", Language::Id),
            ("Tre giorni dopo lunedì è giovedì.", Language::It),
            ("Trei zile după luni este joi.", Language::Ro),
        ] {
            assert_eq!(detector.identify(text), Some(language), "{text}");
        }
    }

    #[test]
    fn latin_words_in_another_script_do_not_decide() {
        let detector = WhatlangDetector::new(&Language::ALL);
        let text = "三加四等于七，也就是说 the sum is seven，答案就在这里。";
        assert_eq!(detector.identify(text), Some(Language::Zh));
    }
}
