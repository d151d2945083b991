use std::collections::HashMap;

use serde_json::Value;

use super::*;

/// ICU's words, as hashes and samples: written by `tests/peers/spellout_oracle.py`.
const ORACLE: &str = include_str!("../../../data/cldr-spellout.json");

/// FNV-1a, 64 bits (draft-eastlake-fnv).
fn fnv1a64(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[test]
fn cldr_words_equal_icu_from_0_to_9999_in_every_language() {
    let oracle: Value = serde_json::from_str(ORACLE).unwrap();
    for language in Language::ALL {
        let icu = &oracle["languages"][language.code()];
        for (n, word) in icu["sample"].as_object().unwrap() {
            let ours = cldr_spell(n.parse().unwrap(), language);
            assert_eq!(ours, word.as_str().unwrap(), "{language} {n}");
        }
        let words: Vec<_> = (0..10_000).map(|n| cldr_spell(n, language)).collect();
        for (block, words) in words.chunks(500).enumerate() {
            let hash = fnv1a64(&words.join("\n"));
            assert_eq!(
                icu["blocks_of_500"][block],
                hash,
                "{language}, from {}",
                block * 500
            );
        }
        assert_eq!(icu["fnv1a64"], fnv1a64(&words.join("\n")), "{language}");
    }
}

#[test]
fn words_decode_uniquely_with_and_without_the_style() {
    for language in Language::ALL {
        for speller in [spell, cldr_spell] {
            let mut numbers = HashMap::new();
            for n in 0..10_000 {
                let words = speller(n, language);
                assert!(
                    !words.chars().any(|c| c.is_ascii_digit()),
                    "{language} {n}: {words}"
                );
                assert_eq!(words.trim(), words, "{language} {n}");
                if let Some(other) = numbers.insert(words, n) {
                    panic!("{language}: {other} and {n} share their words");
                }
            }
        }
    }
}

#[test]
fn the_style_changes_only_what_it_names() {
    let changed = |language| -> Vec<u32> {
        (0..10_000)
            .filter(|&n| spell(n, language) != cldr_spell(n, language))
            .collect()
    };
    for language in Language::ALL {
        let touched = |n: u32| match language {
            Language::Ar => {
                matches!(n % 100, 2 | 11 | 12)
                    || (n % 100 > 20 && n % 10 == 2)
                    || n % 1000 >= 300
                    || n / 1000 == 2
            }
            Language::Ro => {
                matches!(n % 100, 14 | 16 | 60..=69) || n / 1000 == 1 || n / 100 % 10 == 1
            }
            Language::Ru => n / 1000 == 1,
            Language::Sw => n > 1000 && (1..100).contains(&(n % 1000)),
            Language::Zh => n == 0 || cldr_spell(n, language).contains('〇'),
            Language::Ko => n == 0,
            _ => false,
        };
        let expected: Vec<u32> = (0..10_000).filter(|&n| touched(n)).collect();
        assert_eq!(changed(language), expected, "{language}");
    }
}

#[test]
fn styled_words_read_as_at_school() {
    use Language::*;
    for (language, n, words) in [
        (Ar, 2, "اثنان"),
        (Ar, 11, "أحد عشر"),
        (Ar, 22, "اثنان وعشرون"),
        (Ar, 112, "مائة واثنا عشر"),
        (Ar, 347, "ثلاثمائة وسبعة وأربعون"),
        (Ar, 900, "تسعمائة"),
        (Ar, 2800, "ألفان وثمانمائة"),
        (Ar, 3000, "ثلاثة آلاف"),
        (Ro, 14, "paisprezece"),
        (Ro, 15, "cincisprezece"),
        (Ro, 16, "șaisprezece"),
        (Ro, 17, "șaptesprezece"),
        (Ro, 64, "șaizeci și patru"),
        (Ro, 70, "șaptezeci"),
        (Ro, 100, "o sută"),
        (Ro, 114, "o sută paisprezece"),
        (Ro, 1200, "o mie două sute"),
        (Ro, 2060, "două mii șaizeci"),
        (Ru, 1100, "тысяча сто"),
        (Ru, 2021, "две тысячи двадцать один"),
        (Sw, 347, "mia tatu na arobaini na saba"),
        (Sw, 2001, "elfu mbili na moja"),
        (Sw, 2100, "elfu mbili, mia moja"),
        (Sw, 3000, "elfu tatu"),
        (Zh, 0, "零"),
        (Zh, 105, "一百零五"),
        (Zh, 1010, "一千零一十"),
        (Ko, 0, "영"),
        (Ko, 10, "십"),
        (De, 21, "einundzwanzig"),
        (Fr, 80, "quatre-vingts"),
        (Fr, 71, "soixante-et-onze"),
        (He, 24, "עשרים וארבע"),
        (It, 23, "ventitré"),
        (Vi, 24, "hai mươi tư"),
        (Th, 21, "ยี่สิบเอ็ด"),
        (En, 47, "forty-seven"),
    ] {
        assert_eq!(spell(n, language), words, "{language} {n}");
    }
}

#[test]
fn every_language_spells_numbers_up_to_the_greatest() {
    for language in Language::ALL {
        for shift in 0..32 {
            for n in [1_u32 << shift, u32::MAX >> shift, 3_000_000_000 >> shift] {
                let words = spell(n, language);
                assert!(
                    !words.contains(|c: char| c.is_ascii_digit()),
                    "{language} {n}: {words}"
                );
            }
        }
    }
}
