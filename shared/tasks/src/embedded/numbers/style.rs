//! Where CLDR's numbering rules stray from how numbers are read aloud at school.
//!
//! Each entry is a few rules in CLDR's own form that replace or extend the CLDR rules of the same set
//! and base (a rule that CLDR writes once for a range is repeated where the range goes on). They hold
//! for 0..=9999; greater numbers keep what CLDR says.

use explang_language::Language;

/// The rules that replace CLDR's; empty where CLDR needs no correction.
pub(super) const fn overrides(language: Language) -> &'static str {
    match language {
        Language::Ar => ARABIC,
        Language::Ro => ROMANIAN,
        Language::Ru => RUSSIAN,
        Language::Sw => SWAHILI,
        _ => "",
    }
}

/// The rule set that reads arithmetic: CLDR's default, but where that one is for digits or telephones
/// (a round 〇 in Chinese, 공 in Korean), the cardinal numbers.
pub(super) const fn rule_set(language: Language) -> &'static str {
    match language {
        Language::Zh => "%spellout-cardinal",
        Language::Ko => "%spellout-cardinal-sinokorean",
        _ => super::CLDR_DEFAULT_SET,
    }
}

/// Two and twelve begin with a joining hamza, which is not written; eleven is masculine when counting;
/// the hundreds from 300 on are one word; two thousand is nominative, as two hundred is.
const ARABIC: &str = "\
%spellout-numbering:
2: اثنان;
11: أحد عشر;
12: اثنا عشر;
300: ثلاثمائة[ و>%spellout-numbering>];
400: أربعمائة[ و>%spellout-numbering>];
500: خمسمائة[ و>%spellout-numbering>];
600: ستمائة[ و>%spellout-numbering>];
700: سبعمائة[ و>%spellout-numbering>];
800: ثمانمائة[ و>%spellout-numbering>];
900: تسعمائة[ و>%spellout-numbering>];
2000: ألفان[ و>%spellout-numbering>];
";

/// Fourteen, sixteen and sixty are contracted; one hundred and one thousand take the article *o*.
const ROMANIAN: &str = "\
%spellout-cardinal-masculine:
14: paisprezece;
15: >>sprezece;
16: șaisprezece;
17: >>sprezece;
60: șaizeci[ și >>];
70: <%spellout-cardinal-feminine<zeci[ și >>];
100: o sută[ >>];
1000: o mie[ >>];
";

/// One thousand goes without *one*.
const RUSSIAN: &str = "\
%spellout-cardinal-masculine:
1000: тысяча[ >>];
2000: <%spellout-cardinal-feminine< $(cardinal,one{тысяча}few{тысячи}other{тысяч})$[ >>];
";

/// A number below one hundred joins the thousands by *na*; CLDR's comma would break the sentence there.
const SWAHILI: &str = "\
%spellout-cardinal:
1000: elfu <<[>%%after-thousands>];
%%after-thousands:
1: ' na =%spellout-cardinal=;
100: , =%spellout-cardinal=;
";
