//! Numbers with words and signs around them, as data sets and answers in 17 languages have them: made from tables, so that what is
//! tried is every spelling with every other, and numbers that no table holds.

use proptest::prelude::*;

use crate::equal;

/// Spellings of one unit after a number, in text and out of it; no two rows are the same unit.
const UNITS: &[&str] = &[
    "\\text{ m}| m| meters|\\ (\\mathrm{m})| (m)|米|メートル| метров| mét| מטרים| เมตร| متر",
    "\\text{ cm}|cm| cm| centimeters| centímetros|㎝|厘米| сантиметров|(\\text{cm})| (cm)| ס\"מ|센티미터",
    "\\text{ m}^2| m²| m^2| m^{2}|\\mathrm{~m}^{2}|\\text{ square meters}|㎡|平方米| Quadratmeter|\
     \x20mètres carrés| metros cuadrados| mét vuông| meter persegi| متر مربع|제곱미터",
    "\\text{ cm}^3| cm³| cm^3|\\text{ cubic centimeters}|立方厘米| (cm^3)",
    "\\text{ km}/\\text{h}| km/h|\\text{ km per hour}|\\mathrm{~km} / \\mathrm{h}|千米/小时| (km/h)|\
     \x20km·h⁻¹",
    "\\text{ m/s}| m/s|\\mathrm{m}\\cdot\\mathrm{s}^{-1}|米/秒| (m/s)",
    "\\text{ kg}|kg| kg| kilograms|公斤|千克|キログラム| килограмма| kilogrammes| kilogramos|㎏",
    "\\text{ hours}| hrs| hours| (hours)| Stunden| heures| horas| ore| часов|小时|時間|시간| giờ| jam|\
     \x20ساعات| שעות| ชั่วโมง",
    "\\text{ minutes}| min| minutes| Minuten| minutos| минут|分钟| phút| menit| דקות| นาที",
    "\\$| dollars| USD| dólares|美元|ドル|달러",
    "€| €| euros| EUR| Euro|欧元|ユーロ",
    "元| yuan|（元）| (yuan)| RMB",
    "円| yen| JPY",
    " Rs.|\\text{ rupees}| ₹",
    "%|\\%| percent| pct| per cent|％| por ciento| pour cent| Prozent| процентов|パーセント| phần trăm|٪",
    "^\\circ|°|^{\\circ}| degrees|\\text{ degrees}|º",
    "^\\circ\\text{C}|°C|℃|^{\\circ} \\mathrm{C}",
    "\\text{ L}| L| liters| litros| литров|升|リットル",
];

/// Names of currencies before the number, with the row that says the same after it.
const BEFORE: &[(&str, &str)] = &[
    ("\\$", " dollars"),
    ("US$", " dollars"),
    ("US\\$", " dollars"),
    ("USD ", " dollars"),
    ("€", " euros"),
    ("EUR ", " euros"),
    ("£", "£"),
    ("¥", "元"),
    ("¥", "円"),
    ("₹", " rupees"),
    ("Rs. ", " rupees"),
    ("Rs ", "₹"),
    ("Rp ", " rupiah"),
    ("R\\$ ", " reais"),
    ("₩", "원"),
    ("₽", " рублей"),
    ("\\text{RMB }", "元"),
    ("KSh ", " shilingi"),
    ("₪", " שקלים"),
    ("฿", " บาท"),
];

/// What is counted, by language.
const NOUNS: &str = "apples|gold stars|red hats|students|boxes of chocolates|ways|square units|units|个苹果|种方法|名学生|只羊|本のペン|\
     人|通り|個のりんご|개|명|마리|가지|manzanas|personas|pommes|personnes|Äpfel|Personen|maçãs|pessoas|яблок|человек|\
     mele|persone|mere|persoane|apel|orang|quả táo|người|matofaa|watu|تفاحات|طلاب|תפוחים|תלמידים|ผล|คน|\
     ลูก";

/// What changes the number before it, by language.
const CHANGES: &str = "or more|dozen|dozen eggs|eighths|tenths|hundred|pairs of shoes|times as many|million|or less|\
     percent less|squared|factorial|and a half|or fewer|to 7|thousand|halves|more apples|less|score|gross|\
     以上|以下|多个|倍|万|打|成|双鞋|个半|分之一|余人|ダース|割|倍|以上|未満|万円以上|組以上|이상|미만|배|다스|쌍|여 명|할|o más|docenas|veces|octavos|\
     mil|millones|menos|ou plus|douzaines|fois|huitièmes|mille|oder mehr|Dutzend|mal so viele|Achtel|\
     Tausend|Millionen|ou mais|dúzias|vezes|oitavos|или больше|дюжин|раз|восьмых|тысяч|пар|o più|dozzine|\
     volte|ottavi|sau mai mult|duzini|ori|optimi|atau lebih|lusin|kali|perdelapan|ribu|puluh|trở lên|tá|\
     lần|phần tám|nghìn|triệu|mươi|au zaidi|dazeni|mara|elfu|أو أكثر|مرات|أثمان|آلاف|أزواج|או יותר|תריסר|\
     פעמים|שמיניות|אלפים|หรือมากกว่า|โหล|เท่า|พัน|คู่|ขึ้นไป";

/// A number as it may stand before a unit: its spelling, and the next one's.
fn number() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        (2_u32..999).prop_map(|n| (n.to_string(), (n + 1).to_string())),
        (1_u32..99, 1_u32..99)
            .prop_map(|(n, d)| (format!("{n}.{d:02}"), format!("{n}.{:02}", d + 1))),
        (1_u32..99, 0_u32..1000)
            .prop_map(|(n, d)| (format!("{n},{d:03}.25"), format!("{n}{d:03}.75"))),
        (1_u32..9, 2_u32..9).prop_map(|(n, d)| (
            format!("\\frac{{{n}}}{{{d}}}"),
            format!("\\frac{{{}}}{{{d}}}", n + 1)
        )),
    ]
}

fn one_of(table: &'static str) -> impl Strategy<Value = &'static str> {
    prop::sample::select(table.split('|').collect::<Vec<_>>())
}

/// Both directions at once; a difference between them fails.
fn both_equal(a: &str, b: &str) -> bool {
    let there = equal(a, b);
    assert_eq!(there, equal(b, a), "{a:?} {b:?}");
    there
}

proptest! {
    #[test]
    fn one_unit_has_many_spellings_and_another_is_another(
        (n, next) in number(), row in 0..UNITS.len(), other in 0..UNITS.len(),
        (i, j) in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let spelt = |row: usize, i: prop::sample::Index| *i.get(&UNITS[row].split('|').collect::<Vec<_>>());
        let (one, two) = (spelt(row, i), spelt(row, j));
        let (a, b) = (format!("{n}{one}"), format!("{n}{two}"));
        prop_assert!(both_equal(&a, &b), "{} {}", a, b);
        let wrong = format!("{next}{two}");
        prop_assert!(!both_equal(&a, &wrong), "{} {}", a, wrong);
        // Degrees may be those of a temperature.
        let degrees = |row: usize| UNITS[row].starts_with("^\\circ");
        if row != other && !(degrees(row) && degrees(other)) {
            let wrong = format!("{n}{}", spelt(other, j));
            prop_assert!(!both_equal(&a, &wrong), "{} {}", a, wrong);
        }
        // A percentage is another number; of all else the unit is in the question.
        prop_assert_eq!(both_equal(&a, &n), !UNITS[row].starts_with('%'), "{} {}", a, n);
        prop_assert!(!both_equal(&a, &next), "{} {}", a, next);
    }

    #[test]
    fn the_name_of_a_currency_may_stand_before((n, next) in number(), i in 0..BEFORE.len(), j in 0..BEFORE.len()) {
        prop_assume!(!n.starts_with('\\'));
        let (before, after) = BEFORE[i];
        let a = format!("{before}{n}");
        for b in [format!("{n}{after}"), n.clone(), format!("{before}{n}{after}")] {
            prop_assert!(both_equal(&a, &b), "{} {}", a, b);
        }
        prop_assert!(!both_equal(&a, &next), "{} {}", a, next);
        let (_, other) = BEFORE[j];
        let same = BEFORE.iter().any(|&(one, two)| one.trim() == before.trim() && two == other)
            || equal(&format!("1{after}"), &format!("1{other}"));
        let b = format!("{n}{other}");
        prop_assert_eq!(both_equal(&a, &b), same, "{} {}", a, b);
    }

    #[test]
    fn what_is_counted_says_nothing_more((n, next) in number(), noun in one_of(NOUNS)) {
        for label in [" #", "\\text{ #}", " (#)", "（#）", "\\ (\\text{#})"] {
            let label = label.replace('#', noun);
            let a = format!("{n}{label}");
            // Short words touching a bracket may be factors.
            if label.starts_with('（') && noun.is_ascii() {
                continue;
            }
            prop_assert!(both_equal(&a, &n), "{}", a);
            prop_assert!(!both_equal(&a, &next), "{} {}", a, next);
        }
    }

    #[test]
    fn what_changes_the_number_is_never_dropped((n, _) in number(), change in one_of(CHANGES)) {
        for label in [" #", "#", "\\text{ #}", "\\text{#}", " (#)", "（#）", "\\ (\\text{#})"] {
            let label = label.replace('#', change);
            let a = format!("{n}{label}");
            prop_assert!(!both_equal(&a, &n), "{}", a);
        }
    }

    #[test]
    fn minutes_and_seconds_of_arc_are_parts_of_a_degree(d in 0_u32..180, m in 0_u32..60, s in 0_u32..60, wrong in 1_u32..60) {
        let degrees = |d: u32, m: u32, s: u32| format!("\\frac{{{}}}{{3600}}^\\circ", d * 3600 + m * 60 + s);
        for text in [
            format!("{d}^{{\\circ}} {m}^{{\\prime}} {s}^{{\\prime \\prime}}"),
            format!("{d}^\\circ{m}'{s}''"),
            format!("{d}°{m}′{s}″"),
            format!("{d}° {m}' {s}\""),
            format!("{d}\\text{{ degrees }}{m}\\text{{ minutes }}{s}\\text{{ seconds}}"),
        ] {
            prop_assert!(both_equal(&text, &degrees(d, m, s)), "{}", text);
            prop_assert!(!both_equal(&text, &degrees(d, m + wrong, s)), "{}", text);
        }
        let text = format!("{d}^\\circ {m}'");
        prop_assert!(both_equal(&text, &degrees(d, m, 0)), "{}", text);
    }

    #[test]
    fn times_of_day_have_many_spellings(h in 1_u32..=12, m in 0_u32..60, late in any::<bool>()) {
        let hour = h % 12 + if late { 12 } else { 0 };
        let clock = format!("{hour}:{m:02}");
        let half = |am: &'static str, pm: &'static str| if late { pm } else { am };
        let mut texts = vec![
            format!("{h}:{m:02}\\text{{ {}}}", half("a.m.", "p.m.")),
            format!("{h}:{m:02} {}", half("AM", "PM")),
            format!("{h}:{m:02} {}", half("a. m.", "p. m.")),
            format!("${h}: {m:02}$ {}", half("AM", "PM")),
            format!("{}{h}点{m}分", half("上午", "下午")),
            format!("{}{h}:{m:02}", half("午前", "午後")),
            format!("{} {h}시 {m}분", half("오전", "오후")),
            format!("{h}:{m:02} {}", half("de la mañana", "de la tarde")),
            format!("{hour}:{m:02} Uhr"),
        ];
        if m == 0 {
            texts.extend([
                format!("{h}\\text{{ {}}}", half("a.m.", "p.m.")),
                format!("{h} {}", half("a.m.", "p.m.")),
                format!("{h} {}", half("AM", "PM")),
                format!("{h} giờ {}", half("sáng", "chiều")),
            ]);
        }
        let wrong = format!("{}:{m:02}", (hour + 12) % 24);
        for text in texts {
            prop_assert!(both_equal(&text, &clock), "{} {}", text, clock);
            prop_assert!(!both_equal(&text, &wrong), "{} {}", text, wrong);
        }
    }
}
