//! The units that are known, with their names in the 17 languages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// What a unit measures, as powers of base units; how many of those it is, as a fraction; its names.
type Row = (&'static str, i64, u64, &'static str);

/// Units that take the prefixes below. Symbols and words have prefixes of their own, so they stand in rows of their own.
const SYMBOLS: [Row; 9] = [
    ("m", 1, 1, "m м"),
    ("g", 1, 1, "g г"),
    ("m^3", 1, 1000, "L l ℓ л"),
    ("g m s^-2", 1000, 1, "N"),
    ("g m^2 s^-2", 1000, 1, "J"),
    ("g m^2 s^-3", 1000, 1, "W"),
    ("g m^-1 s^-2", 1000, 1, "Pa"),
    ("s^-1", 1, 1, "Hz"),
    ("g m^2 s^-2", 3_600_000, 1, "Wh"),
];
const WORDS: [Row; 5] = [
    (
        "m",
        1,
        1,
        "meter meters metre metres mètre mètres metern metro metros metri metru метр метра метров метры \
         米 メートル 미터 مترا متر أمتار מטר מטרים เมตร mita mét",
    ),
    (
        "g",
        1,
        1,
        "gram grams gramme grammes gramm gramo gramos grammo grammi grama gramas grame грамм грамма \
         граммов 克 グラム 그램 غرام جرام גרם กรัม gramu",
    ),
    (
        "m^3",
        1,
        1000,
        "liter liters litre litres litro litros litri litru литр литра литров 升 リットル 리터 لتر ליטר ลิตร lita lít",
    ),
    ("s^-1", 1, 1, "hertz"),
    ("g m^2 s^-3", 1000, 1, "watt watts 瓦"),
];
/// Powers of ten, with the signs and with the words for them; Chinese characters stand before words.
const SYMBOL_PREFIXES: [(i32, &str); 8] = [
    (9, "G"),
    (6, "M"),
    (3, "k к"),
    (-1, "d д"),
    (-2, "c с"),
    (-3, "m м"),
    (-6, "µ μ"),
    (-9, "n"),
];
const WORD_PREFIXES: [(i32, &str); 7] = [
    (6, "mega мега 兆"),
    (3, "kilo quilo chilo кило 千 キロ 킬로 كيلو קילו กิโล"),
    (-1, "deci dezi desi деци 分 デシ 데시"),
    (
        -2,
        "centi zenti centí senti сенти санти 厘 センチ 센티 سنتي סנטי เซนติ",
    ),
    (-3, "milli mili мили милли 毫 ミリ 밀리 ملي مللي מילי มิลลิ"),
    (-6, "micro mikro микро 微"),
    (-9, "nano нано 纳"),
];

/// Units without prefixes. The inch is 2.54 cm by definition, the pound 453.59237 g; months and years have no fixed number of
/// days, and a ton is of more than one weight.
const OTHERS: [Row; 52] = [
    ("", 1, 1, "unit units rad radian radians"),
    ("m", 1000, 1, "公里 كم"),
    ("m", 1, 100, "سم ס\"מ 公分"),
    ("m", 1, 1000, "ملم מ\"מ"),
    ("m", 254, 10_000, "in inch inches 英寸 インチ 인치"),
    ("m", 3048, 10_000, "ft foot feet 英尺 フィート 피트"),
    ("m", 9144, 10_000, "yd yard yards"),
    (
        "m",
        1_609_344,
        1000,
        "mi mile miles millas 英里 マイル 마일",
    ),
    ("m^2", 40_468_564_224, 10_000_000, "acre acres"),
    ("m^2", 10_000, 1, "hectare hectares ha 公顷 ヘクタール"),
    ("m^3", 1, 1_000_000, "cc"),
    ("g", 1000, 1, "公斤 kilos ק\"ג كغ كجم"),
    ("g", 45_359_237, 100_000, "lb lbs pound pounds"),
    ("g", 45_359_237, 1_600_000, "oz ounce ounces"),
    ("ton", 1, 1, "ton tons tonne tonnes 吨 トン 톤 тонн"),
    (
        "s",
        1,
        1,
        "s sec secs second seconds seconde secondes sekunde sekunden segundo segundos secondi secunde \
         секунда секунды секунд сек 秒 초 ثانية ثوان שניות วินาที sekunde giây detik",
    ),
    ("s", 1, 1000, "ms millisecond milliseconds 毫秒"),
    (
        "s",
        60,
        1,
        "min mins minute minutes minuten minuto minutos minuti минута минуты минут мин 分钟 分鐘 分間 分 분 دقيقة دقائق \
         דקות นาที dakika phút menit",
    ),
    (
        "s",
        3600,
        1,
        "h hr hrs hour hours heure heures stunde stunden hora horas ora ore час часа часов ч 小时 小時 時間 시간 ساعة \
         ساعات שעה שעות ชั่วโมง saa giờ jam",
    ),
    (
        "s",
        86_400,
        1,
        "day days jour jours tag tage tagen día días dia dias giorno giorni zi zile день дня дней 天 日 日間 일 يوم أيام \
         יום ימים วัน siku ngày hari",
    ),
    (
        "s",
        604_800,
        1,
        "week weeks semaine semaines woche wochen semana semanas settimane săptămâni недель недели 周 週間 주 สัปดาห์ \
         wiki tuần minggu",
    ),
    (
        "month",
        1,
        1,
        "month months mois monat monate meses mesi luni месяцев месяца 个月 か月 개월 أشهر חודשים เดือน miezi tháng bulan",
    ),
    (
        "month",
        12,
        1,
        "year years yr yrs an ans année années jahr jahre jahren año años ano anos anni ani лет год года 年 年間 년 سنة سنوات \
         שנים שנה ปี miaka năm tahun",
    ),
    ("mol", 1, 1, "mol mole moles моль"),
    ("m s^-1", 1_609_344, 3_600_000, "mph"),
    ("m s^-1", 1000, 3600, "kph kmh kmph"),
    ("g m s^-2", 1000, 1, "newton newtons"),
    ("g m^2 s^-2", 1000, 1, "joule joules"),
    (
        "dollar",
        1,
        1,
        "$ dollar dollars USD US$ dólar dólares dollari dolari доллар доллара долларов 美元 ドル 달러 دولار דולר דולרים \
         ดอลลาร์ dola dolar",
    ),
    ("dollar", 1, 100, "cent cents"),
    (
        "euro",
        1,
        1,
        "€ euro euros EUR евро 欧元 ユーロ 유로 يورو יורו ยูโร",
    ),
    ("£", 1, 1, "£ GBP"),
    ("¥", 1, 1, "¥"),
    ("yuan", 1, 1, "yuan 元 RMB CNY 人民币"),
    ("yen", 1, 1, "yen 円 JPY"),
    ("₹", 1, 1, "₹ rupee rupees Rs INR"),
    ("won", 1, 1, "₩ won 원 KRW"),
    ("₫", 1, 1, "₫ đồng đ VND"),
    ("฿", 1, 1, "฿ บาท baht THB"),
    ("₪", 1, 1, "₪ שקל שקלים ש\"ח NIS ILS shekel shekels"),
    ("₽", 1, 1, "₽ руб рубль рубля рублей ruble rubles RUB"),
    ("leu", 1, 1, "leu lei RON"),
    ("R$", 1, 1, "R$ reais BRL"),
    ("Rp", 1, 1, "Rp rupiah IDR"),
    ("shilling", 1, 1, "shilingi KSh Ksh KES Sh TSh Tsh TZS"),
    ("A$", 1, 1, "A$ AU$ AUD"),
    ("C$", 1, 1, "C$ CA$ CAD"),
    ("HK$", 1, 1, "HK$ HKD"),
    ("NT$", 1, 1, "NT$ TWD"),
    ("S$", 1, 1, "S$ SGD"),
    ("NZ$", 1, 1, "NZ$ NZD"),
    ("Fr", 1, 1, "CHF"),
];

/// Words before the name of a length, or in one word with it, that make it an area or a volume.
const POWERS: [(i32, &str); 2] = [
    (
        2,
        "square sq quadrat 平方 제곱 평방 ตาราง кв квадратный квадратных",
    ),
    (3, "cubic cu kubik 立方 세제곱 ลูกบาศก์ куб кубических"),
];
/// And words after it.
const POWERS_AFTER: [(i32, &str); 2] = [
    (
        2,
        "squared carré carrés cuadrado cuadrados quadrado quadrados quadrati quadri pătrați مربع مربعا רבועים vuông persegi",
    ),
    (
        3,
        "cubed cube cubes cúbico cúbicos cubi مكعب مكعبا מעוקבים khối kubik",
    ),
];

/// The power that a word before the name of a unit raises it to.
pub(crate) fn power_before(word: &str) -> Option<i32> {
    power_in(&POWERS, word)
}

/// The power that a word after the name of a unit raises it to.
pub(crate) fn power_after(word: &str) -> Option<i32> {
    power_in(&POWERS_AFTER, word)
}

fn power_in(table: &[(i32, &str)], word: &str) -> Option<i32> {
    let found = table
        .iter()
        .find(|(_, words)| words.split(' ').any(|one| one == word));
    found.map(|(power, _)| *power)
}

/// How many base units a unit is, and their exponents.
#[derive(Clone)]
pub(super) struct Measure {
    pub(super) factor: RBig,
    pub(super) base: BTreeMap<String, i32>,
}

impl Measure {
    fn of((base, n, d, _): &Row) -> Self {
        let parts = base.split(' ').filter(|part| !part.is_empty());
        let parts = parts.map(|part| match part.split_once('^') {
            Some((name, exponent)) => (name.to_owned(), exponent.parse().unwrap_or(1)),
            None => (part.to_owned(), 1),
        });
        Measure {
            factor: fraction(*n, *d),
            base: parts.collect(),
        }
    }

    fn scaled(&self, ten_to: i32) -> Self {
        let ten = RBig::from(10).pow(isize::try_from(ten_to).unwrap_or(0));
        Measure {
            factor: &self.factor * ten,
            base: self.base.clone(),
        }
    }

    fn raised(mut self, power: i32) -> Self {
        self.base
            .values_mut()
            .for_each(|exponent| *exponent *= power);
        self.factor = self.factor.pow(isize::try_from(power).unwrap_or(1));
        self
    }
}

/// The measure of a name: as it is written, or in small letters where it is a word.
pub(super) fn known(name: &str) -> Option<Measure> {
    /// Every unit with every prefix, by name.
    static UNITS: LazyLock<BTreeMap<String, Measure>> = LazyLock::new(|| {
        let mut units = BTreeMap::new();
        for row in SYMBOLS.iter().chain(&WORDS).chain(&OTHERS) {
            let measure = Measure::of(row);
            units.extend(
                row.3
                    .split(' ')
                    .map(|name| (name.to_owned(), measure.clone())),
            );
        }
        let prefixed = [
            (&SYMBOLS[..], &SYMBOL_PREFIXES[..]),
            (&WORDS[..], &WORD_PREFIXES[..]),
        ];
        for (rows, prefixes) in prefixed {
            for (row, (ten_to, signs)) in rows
                .iter()
                .flat_map(|row| prefixes.iter().map(move |p| (row, p)))
            {
                let measure = Measure::of(row).scaled(*ten_to);
                for (sign, name) in signs
                    .split(' ')
                    .flat_map(|sign| row.3.split(' ').map(move |name| (sign, name)))
                {
                    units
                        .entry(format!("{sign}{name}"))
                        .or_insert_with(|| measure.clone());
                }
            }
        }
        units
    });
    /// Asked of every word of a text.
    static BEFORE: LazyLock<Vec<(i32, &str)>> = LazyLock::new(|| {
        let words = |(power, words): &(i32, &'static str)| {
            let power = *power;
            words.split(' ').map(move |word| (power, word))
        };
        POWERS.iter().flat_map(words).collect()
    });
    let one = |name: &str| {
        UNITS.get(name).cloned().or_else(|| {
            let word = name.chars().count() > 2;
            word.then(|| UNITS.get(&name.to_lowercase()).cloned())?
        })
    };
    one(name).or_else(|| {
        // `平方米`, `Quadratmeter`
        let lower = name.to_lowercase();
        let mut words = BEFORE.iter();
        let (power, rest) =
            words.find_map(|(power, word)| Some((*power, lower.strip_prefix(word)?)))?;
        let measure = one(rest)?;
        (measure.base.len() == 1 && measure.base.get("m") == Some(&1))
            .then(|| measure.raised(power))
    })
}

pub(super) fn fraction(n: i64, d: u64) -> RBig {
    RBig::from_parts(IBig::from(n), UBig::from(d))
}
