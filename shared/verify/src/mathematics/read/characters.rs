//! Characters that are short for several others, or for one that is set in another way.

use std::borrow::Cow;

/// `text` with each such character written out: circled numbers, which separate where they touch, units in one square, Roman
/// numerals, letters of the mathematical alphabets.
pub(super) fn written_out(text: &str) -> Cow<'_, str> {
    let special = |c: char| c >= '\u{2000}';
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    // Nothing but white space since the last circled number.
    let mut circled = false;
    for c in text.chars() {
        if let Some(number) = in_circle(c) {
            out.push_str(if circled { " , " } else { " " });
            out.push_str(&number.to_string());
            out.push(' ');
            circled = true;
            continue;
        }
        circled &= c.is_whitespace();
        match square(c) {
            Some(tex) => out.push_str(tex),
            None => out.push(letter(c).unwrap_or(c)),
        }
    }
    Cow::Owned(out)
}

/// The number in a circle or in small brackets, black or white.
fn in_circle(c: char) -> Option<u32> {
    let first = match c {
        '⓪' => return Some(0),
        '①'..='⑳' => '①',
        '⑴'..='⒇' => '⑴',
        '❶'..='❿' => '❶',
        '➀'..='➉' => '➀',
        '➊'..='➓' => '➊',
        '㉑'..='㉟' => return Some(u32::from(c) - u32::from('㉑') + 21),
        _ => return None,
    };
    Some(u32::from(c) - u32::from(first) + 1)
}

/// What a character that holds several is in TeX.
fn square(c: char) -> Option<&'static str> {
    Some(match c {
        '㎜' => "\\text{ mm}",
        '㎝' => "\\text{ cm}",
        '㎞' => "\\text{ km}",
        '㎟' => "\\text{ mm}^2",
        '㎠' => "\\text{ cm}^2",
        '㎡' => "\\text{ m}^2",
        '㎢' => "\\text{ km}^2",
        '㎣' => "\\text{ mm}^3",
        '㎤' | '㏄' => "\\text{ cm}^3",
        '㎥' => "\\text{ m}^3",
        '㎎' => "\\text{ mg}",
        '㎏' => "\\text{ kg}",
        '㎖' => "\\text{ mL}",
        '㎗' => "\\text{ dL}",
        '㎧' => "\\text{ m}/\\text{s}",
        '℃' => "°\\text{C}",
        '℉' => "°\\text{F}",
        '″' => "\'\'",
        'Ⅰ' | 'ⅰ' => "I",
        'Ⅱ' | 'ⅱ' => "II",
        'Ⅲ' | 'ⅲ' => "III",
        'Ⅳ' | 'ⅳ' => "IV",
        'Ⅴ' | 'ⅴ' => "V",
        'Ⅵ' | 'ⅵ' => "VI",
        'Ⅶ' | 'ⅶ' => "VII",
        'Ⅷ' | 'ⅷ' => "VIII",
        'Ⅸ' | 'ⅸ' => "IX",
        'Ⅹ' | 'ⅹ' => "X",
        _ => return None,
    })
}

/// The plain letter of one in a mathematical alphabet.
fn letter(c: char) -> Option<char> {
    const LATIN: u32 = 0x1D400;
    const GREEK: u32 = 0x1D6A8;
    let code = u32::from(c);
    match code {
        0x210E => Some('h'),
        0x212F | 0x2147 => Some('e'),
        0x2148 => Some('i'),
        LATIN..=0x1D6A3 => {
            let place = (code - LATIN) % 52;
            let first = if place < 26 { 'A' } else { 'a' };
            char::from_u32(u32::from(first) + place % 26)
        }
        GREEK..=0x1D7C9 => match (code - GREEK) % 58 {
            place @ 0..=24 => char::from_u32(0x391 + place),
            place @ 26..=50 => char::from_u32(0x3B1 + place - 26),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the character sits on the letter before it, in scripts that write vowels or tones so: it is a part of the word.
pub(super) fn sits_on_letter(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5BD}' | '\u{5BF}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '\u{E31}' | '\u{E34}'..='\u{E3A}' | '\u{E47}'..='\u{E4E}')
}

/// The plain character of one that is set high, as in `xⁿ`, or low, as in `x₁`.
pub(super) fn shifted(c: char) -> Option<(char, char)> {
    const HIGH: &str = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁺+⁻-⁽(⁾)ⁿnⁱiˣxʸyᵃaᵇbᵏkᵐmᵖpᵗtᵀT";
    const LOW: &str = "₀0₁1₂2₃3₄4₅5₆6₇7₈8₉9₊+₋-₍(₎)ₐaₑeₓxₖkₘmₙnₚpₛsₜtᵢiⱼj";
    for (mark, table) in [('^', HIGH), ('_', LOW)] {
        let mut pairs = table.chars();
        while let (Some(set), Some(plain)) = (pairs.next(), pairs.next()) {
            if set == c {
                return Some((mark, plain));
            }
        }
    }
    None
}
