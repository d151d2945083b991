use std::collections::HashSet;

use super::*;

#[test]
fn numbers_and_steps_go_round() {
    for (i, day) in Weekday::ALL.into_iter().enumerate() {
        assert_eq!(usize::from(day.number()), i + 1);
        assert_eq!(Weekday::from_number(day.number()), Some(day));
        assert_eq!(day.plus(7), day);
        assert_eq!(day.plus(-1).plus(1), day);
    }
    for (i, month) in Month::ALL.into_iter().enumerate() {
        assert_eq!(usize::from(month.number()), i + 1);
        assert_eq!(Month::from_number(month.number()), Some(month));
        assert_eq!(month.plus(-12), month);
    }
    assert_eq!(Weekday::Monday.plus(17), Weekday::Thursday);
    assert_eq!(Weekday::Monday.plus(-1), Weekday::Sunday);
    assert_eq!(Month::November.plus(3), Month::February);
    assert_eq!(Month::January.plus(-25), Month::December);
    for (number, valid) in [(0, false), (7, true), (8, false)] {
        assert_eq!(Weekday::from_number(number).is_some(), valid);
    }
    for (number, valid) in [(0, false), (12, true), (13, false), (255, false)] {
        assert_eq!(Month::from_number(number).is_some(), valid);
    }
}

#[test]
fn the_longest_steps_do_not_overflow() {
    // 2^31 - 1 = 7 · 306,783,378 + 1 = 12 · 178,956,970 + 7
    assert_eq!(Weekday::Sunday.plus(i32::MAX), Weekday::Monday);
    assert_eq!(Weekday::Monday.plus(i32::MIN), Weekday::Saturday);
    assert_eq!(Month::December.plus(i32::MAX), Month::July);
    assert_eq!(Month::January.plus(i32::MIN), Month::May);
}

#[test]
fn names_are_distinct_and_in_words_holds_no_digit() {
    for language in Language::ALL {
        let days: HashSet<_> = Weekday::ALL.map(|d| d.name(language)).into();
        assert_eq!(days.len(), 7, "{language}");
        let genitives: HashSet<_> = Weekday::ALL.map(|d| d.genitive(language)).into();
        assert_eq!(genitives.len(), 7, "{language}");
        for form in [Month::name, Month::in_words, Month::genitive] {
            let months: HashSet<_> = Month::ALL.map(|m| form(m, language)).into();
            assert_eq!(months.len(), 12, "{language}");
        }
        for month in Month::ALL {
            let words = month.in_words(language);
            assert!(!words.contains(|c: char| c.is_ascii_digit()), "{words}");
        }
    }
}

#[test]
fn each_language_starts_its_week_and_year_in_the_right_row() {
    use Language::*;
    for (language, monday, march) in [
        (En, "Monday", "March"),
        (Zh, "星期一", "三月"),
        (Es, "lunes", "marzo"),
        (Fr, "lundi", "mars"),
        (De, "Montag", "März"),
        (Ja, "月曜日", "3月"),
        (Ru, "понедельник", "март"),
        (It, "lunedì", "marzo"),
        (Pt, "segunda-feira", "março"),
        (Ko, "월요일", "3월"),
        (Ar, "الاثنين", "مارس"),
        (Th, "วันจันทร์", "มีนาคม"),
        (Vi, "Thứ Hai", "Tháng 3"),
        (Id, "Senin", "Maret"),
        (He, "יום שני", "מרץ"),
        (Ro, "luni", "martie"),
        (Sw, "Jumatatu", "Machi"),
    ] {
        assert_eq!(Weekday::Monday.name(language), monday);
        assert_eq!(Month::March.name(language), march);
    }
    assert_eq!(Weekday::Wednesday.genitive(Ru), "среды");
    assert_eq!(Month::May.genitive(Ru), "мая");
    assert_eq!(Month::May.genitive(En), "May");
    assert_eq!(Month::October.in_words(Ko), "시월");
    assert_eq!(Month::December.in_words(Ja), "十二月");
    assert_eq!(Month::April.in_words(Vi), "tháng tư");
}

#[test]
fn serde_writes_lower_case_english() {
    let day = serde_json::to_string(&Weekday::Monday).unwrap();
    assert_eq!(day, "\"monday\"");
    assert_eq!(
        serde_json::from_str::<Month>("\"december\"").unwrap(),
        Month::December
    );
    assert!(serde_json::from_str::<Month>("\"Smarch\"").is_err());
}
