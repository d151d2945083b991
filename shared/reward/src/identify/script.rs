//! Which script is a text written in? For all but Latin that is an answer: the pool has one language for each.

use explang_language::{Language, Script};

/// A letter of these scripts is a syllable or a word, not a sound,
const DENSE: [Script; 3] = [Script::Han, Script::Japanese, Script::Hangul];
/// and weighs as much as this many letters of the others.
const WEIGHT: u32 = 3;
/// Least share of kana among the letters of a Japanese text, as a divisor: 1 in 12. Chinese that quotes a Japanese name has fewer.
const KANA: u32 = 12;

/// Frequent characters in a form that is written in Japan alone, neither in the simplified Chinese script nor in the traditional one; sorted.
/// They tell Japanese without kana.
const JAPANESE_ONLY: [char; 131] = [
    '両', '乗', '亜', '仏', '価', '値', '働', '児', '円', '処', '剣', '剤', '労', '効', '勧', '単',
    '厳', '収', '営', '団', '囲', '図', '圏', '圧', '塩', '増', '壊', '売', '変', '奨', '実', '対',
    '専', '巣', '帰', '庁', '広', '弾', '従', '徳', '恵', '悩', '悪', '戦', '戯', '払', '択', '拡',
    '挙', '捜', '摂', '斉', '斎', '晩', '暁', '枠', '栄', '桜', '検', '楽', '様', '権', '歓', '歩',
    '歯', '歳', '歴', '毎', '気', '沢', '渇', '済', '渋', '満', '焼', '産', '畑', '発', '県', '砕',
    '粛', '経', '継', '続', '総', '緑', '縄', '繊', '聴', '脳', '臓', '舎', '芸', '荘', '蔵', '薬',
    '蛍', '覇', '覚', '覧', '観', '訳', '読', '豊', '転', '軽', '辺', '込', '釈', '鉄', '銭', '録',
    '鎮', '関', '陥', '険', '随', '隠', '雑', '霊', '頼', '顔', '顕', '駅', '駆', '騒', '験', '髪',
    '鶏', '黒', '齢',
];

/// The script of a letter; none for what is not a letter of the pool's scripts.
pub(super) fn script_of(c: char) -> Option<Script> {
    if !c.is_alphabetic() {
        return None;
    }
    Some(match c {
        '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{590}'..='\u{5ff}' | '\u{fb1d}'..='\u{fb4f}' => Script::Hebrew,
        '\u{600}'..='\u{6ff}'
        | '\u{750}'..='\u{77f}'
        | '\u{fb50}'..='\u{fdff}'
        | '\u{fe70}'..='\u{feff}' => Script::Arabic,
        '\u{e00}'..='\u{e7f}' => Script::Thai,
        '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}' => {
            Script::Japanese
        }
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}' => {
            Script::Hangul
        }
        '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
            Script::Han
        }
        _ => return None,
    })
}

/// The script that most of a text is written in; none where it has no letter. A few words in another script do not decide.
pub(super) fn dominant(text: &str) -> Option<Script> {
    let mut weights = [0_u32; SCRIPTS.len()];
    for script in text.chars().filter_map(script_of) {
        weights[script as usize] += if DENSE.contains(&script) { WEIGHT } else { 1 };
    }
    let (han, kana) = (
        weights[Script::Han as usize],
        weights[Script::Japanese as usize],
    );
    let both = han + kana;
    let japanese = both > 0 && KANA * (kana + japanese_only(text)) >= both;
    weights[Script::Han as usize] = if japanese { 0 } else { both };
    weights[Script::Japanese as usize] = if japanese { both } else { 0 };
    let most = weights.into_iter().max().filter(|most| *most > 0)?;
    SCRIPTS
        .into_iter()
        .find(|script| weights[*script as usize] == most)
}

/// The weight of the letters that are written so in Japan alone.
fn japanese_only(text: &str) -> u32 {
    let letters = text
        .chars()
        .filter(|c| JAPANESE_ONLY.binary_search(c).is_ok());
    WEIGHT * letters.count() as u32
}

/// The one language that is written in a script; none for Latin, which ten share.
pub(super) fn language_of(script: Script) -> Option<Language> {
    let mut written = Language::ALL
        .into_iter()
        .filter(|language| language.script() == script);
    written.next().filter(|_| written.next().is_none())
}

/// Every script, in the order of the enumeration.
const SCRIPTS: [Script; 8] = [
    Script::Latin,
    Script::Cyrillic,
    Script::Han,
    Script::Japanese,
    Script::Hangul,
    Script::Arabic,
    Script::Hebrew,
    Script::Thai,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_decides_and_some_words_of_another_do_not() {
        for (text, script) in [
            ("所以答案是 the sum of apples", Some(Script::Han)),
            ("Hello my name is bob. 你好世界", Some(Script::Latin)),
            ("我有一個夢想並且翻譯為I HAVE A DREAM.", Some(Script::Han)),
            (
                "労働時間、自動販売機、勉強中、和製漢字。",
                Some(Script::Japanese),
            ),
            ("三角形の面積", Some(Script::Japanese)),
            (
                "日本的「の」字常见于中国的商店和广告牌上面",
                Some(Script::Han),
            ),
            ("답은 7, 즉 seven", Some(Script::Hangul)),
            ("Ответ x равен y", Some(Script::Cyrillic)),
            ("الجواب هو x", Some(Script::Arabic)),
            ("התשובה היא x", Some(Script::Hebrew)),
            ("คำตอบคือ x", Some(Script::Thai)),
            ("3 × 5 ÷ α", None),
            ("", None),
        ] {
            assert_eq!(dominant(text), script, "{text}");
        }
    }

    #[test]
    fn every_script_is_listed_and_all_but_latin_name_a_language() {
        for (i, script) in SCRIPTS.into_iter().enumerate() {
            assert_eq!(script as usize, i);
            let named = language_of(script).map(Language::script);
            assert_eq!(
                named,
                Some(script).filter(|script| *script != Script::Latin)
            );
        }
        assert!(JAPANESE_ONLY.is_sorted());
        for language in Language::ALL {
            let letter = language.own_name().chars().next().and_then(script_of);
            // 日本語 is written in Han alone.
            let own = if language == Language::Ja {
                Script::Han
            } else {
                language.script()
            };
            assert_eq!(letter, Some(own));
        }
    }
}
