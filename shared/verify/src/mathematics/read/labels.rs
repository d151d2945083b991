//! Words after a number that make it another number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::mathematics::units::Unit;

/// Words that multiply the number before them, in the languages that the model may answer in, by the factor. Words that are
/// different numbers in different languages, as "Billion", are left out.
const SCALES: [(i64, &str); 10] = [
    (
        12,
        "dozen dozens Dutzend docena docenas douzaine douzaines dozzina dozzine dúzia dúzias duzină \
         duzini дюжина дюжины дюжин lusin תריסר ダース 다스 โหล tá دزينة dazeni",
    ),
    (
        100,
        "百 hundred hundreds hundert Hundert сотня сотни сотен sută sute trăm ratus مئة مائة מאות ร้อย",
    ),
    (
        1000,
        "thousand thousands 千 천 тысяча тысячи тысяч тыс mil mille mila migliaia milliers tausend \
         Tausend mie mii nghìn ngàn ribu ألف آلاف אלף אלפים พัน elfu",
    ),
    (10_000, "万 萬 만 หมื่น vạn"),
    (100_000, "lakh lakhs 十万 십만 แสน"),
    (
        1_000_000,
        "million millions Million Millionen 百万 백만 миллион миллиона миллионов млн millón millones \
         milione milioni milhão milhões milion milioane triệu juta مليون ملايين מיליון מיליונים ล้าน",
    ),
    (10_000_000, "crore crores 千万 천만"),
    (100_000_000, "亿 億 억"),
    (
        1_000_000_000,
        "billion billions Milliarde Milliarden milliard milliards миллиард миллиарда миллиардов млрд \
         miliardo miliardi bilhão bilhões miliard miliarde tỷ tỉ miliar مليار مليارات מיליארד 十亿",
    ),
    (
        1_000_000_000_000,
        "trillion trillions триллион триллиона триллионов trilhão trilhões triliun",
    ),
];

/// Words that change what a number says, so that dropping them as a label would be wrong: "or more", "times", "eighths". The
/// first lists are English, the others one language each.
const QUALIFIERS: [&str; 15] = [
    "not no more less fewer than least most over under above below between to from if when where \
     mod modulo base else otherwise but is are times plus minus squared cubed factorial divided \
     out pairs except odd even never undefined wrong false am pm a p greater larger smaller \
     minimum maximum about approximately nearly almost roughly beyond exceeding twice double \
     triple fold tens quadrillion score gross couple couples max exclusive negative inclusive remainder \
     hundredfold tenfold",
    "half halves third thirds quarter quarters fourth fourths fifth fifths sixth sixths seventh \
     sevenths eighth eighths ninth ninths tenth tenths eleventh elevenths twelfth twelfths \
     sixteenth sixteenths twentieth twentieths hundredth hundredths thousandth thousandths \
     millionth millionths",
    "más menos mayor menor mínimo máximo veces entre excepto salvo doble casi aproximadamente \
     hasta desde mitad medio medios tercio tercios cuarto cuartos quinto quintos sexto sextos \
     séptimo séptimos octavo octavos noveno novenos décimo décimos décima décimas centésimas \
     milésimas cientos billón billones decenas centenas centenares millares pares par superior inferior \
     excluido negativo negativos triple",
    "moins fois environ presque sauf pas paire paires demi demis demie tiers cinquième cinquièmes \
     sixième sixièmes septième septièmes huitième huitièmes neuvième neuvièmes dixième dixièmes \
     centième centièmes millième millièmes centaines dizaine dizaines supérieur inférieur négatif triple",
    "mehr weniger mindestens höchstens über unter mal fach nicht kein keine bis zwischen außer \
     etwa fast ungefähr größer kleiner paar paare halb halbe drittel viertel fünftel sechstel \
     siebtel achtel neuntel zehntel hundertstel tausendstel billion billionen doppelt dreifach maximal minimal \
     negativ ungerade anderthalb",
    "più meno almeno massimo minimo volte non tra fra oltre circa quasi maggiore minore tranne \
     eccetto doppio mezzo mezzi terzo terzi quarto quarti sesto sesti settimo settimi ottavo \
     ottavi nono noni decimo decimi centesimi millesimi centinaia bilioni decine decina volta paia paio superiore \
     inferiore metà negativo",
    "mais vezes não acima abaixo quase exceto maior dobro metade meio meios terço terços quartos \
     sétimo sétimos oitavo oitavos nonos centésimos milésimos bilião biliões dezena dezenas centena centenas pares par cerca \
     superior inferior negativo",
    "mult puțin puţin ori peste sub minim maxim nu între aproape fără perechi jumătate jumătăți \
     treime treimi sfert sferturi pătrime pătrimi cincime cincimi șesime șesimi șeptimi optime \
     optimi zecime zecimi sutimi miimi zeci zece pereche negativ",
    "более менее больше меньше не раз раза минимум максимум свыше между кроме почти примерно пар \
     пары половина половины треть трети третьих четверть четверти четвертых четвёртых пятых \
     шестых седьмых восьмых девятых десятых сотых тысячных десяток десятка десятков пара половиной ровно \
     отрицательный",
    "lebih kurang kali tidak bukan minimal maksimal antara hampir sekitar pasang kecuali lipat \
     setengah sepertiga seperempat puluh belas kodi setidaknya pertiga perempat perlima perenam pertujuh perdelapan \
     persembilan persepuluh perseratus atas bawah negatif",
    "hơn ít nhiều lần không tối trở dưới trên gần khoảng cặp trừ nửa rưỡi phần chục mươi đôi gấp âm",
    "zaidi kasoro pungufu mara chini angalau takriban karibu jozi kati nusu robo theluthi elfu \
     laki mia kumi maradufu hasi",
    "أكثر أقل فأكثر فأقل فوق تحت أزواج زوج مرات مرة ضعف أضعاف ليس لا بين إلا تقريبا نصف ثلث ربع \
     أثلاث أرباع أخماس أسداس أسباع أثمان أتساع أعشار عشرات مئات حوالي الأقل الأكثر سالب سالبة دستة",
    "יותר פחות לפחות ומעלה מעל מתחת פעמים פי לא בין זוגות כמעט בערך עד חצי רבע רבעים שליש שלישים \
     חמישיות שישיות שביעיות שמיניות תשיעיות עשיריות מאיות אלפיים עשרות זוג כפול היותר לערך שלילי",
    "조 약 반 다스 절반 더 덜 여 할 쌍 켤레 제곱 음수",
];

/// Words that do so before the number.
const BOUNDS: &str = "least most about approximately nearly almost roughly over under above below than exceeding around between \
                      mindestens höchstens etwa ungefähr más menos mínimo máximo casi aproximadamente moins environ presque \
                      almeno circa più meno quasi mais quase puțin mult aproape более менее больше меньше примерно почти около \
                      lebih kurang hampir sekitar hơn nhất khoảng gần zaidi karibu takriban angalau أكثر أقل تقريبا حوالي לפחות \
                      יותר כמעט בערך";

/// Whether a word before a number makes it a bound.
pub(super) fn bounds(word: &str) -> bool {
    let lower = word.to_lowercase();
    BOUNDS.split(' ').any(|one| one == lower)
}

/// Parts of words that do so, in scripts without spaces between words.
const QUALIFYING_PARTS: &[&str] = &[
    "以上",
    "以下",
    "以内",
    "以內",
    "以外",
    "未満",
    "未满",
    "未滿",
    "超",
    "倍",
    "至少",
    "至多",
    "最多",
    "最少",
    "之间",
    "之間",
    "多",
    "余",
    "餘",
    "半",
    "分之",
    "分の",
    "百",
    "千",
    "万",
    "萬",
    "亿",
    "億",
    "兆",
    "割",
    "折",
    "打",
    "より",
    "成",
    "双",
    "雙",
    "对",
    "對",
    "左右",
    "大约",
    "大約",
    "约",
    "約",
    "不足",
    "不到",
    "大于",
    "小于",
    "少于",
    "次方",
    "乗",
    "几",
    "幾",
    "ほど",
    "くらい",
    "ぐらい",
    "程度",
    "ペア",
    "強",
    "弱",
    "마이너스",
    "가량",
    "남짓",
    "안팎",
    "분의",
    "이상",
    "이하",
    "미만",
    "초과",
    "이내",
    "정도",
    "배",
    "백",
    "천",
    "만",
    "억",
    "สิบ",
    "ร้อย",
    "พัน",
    "หมื่น",
    "แสน",
    "ล้าน",
    "เกิน",
    "กว่า",
    "เท่า",
    "ครึ่ง",
    "คู่",
    "โหล",
    "ขึ้นไป",
    "อย่าง",
    "ประมาณ",
    "เกือบ",
    "เศษ",
    "ส่วน",
    "ติดลบ",
];

/// The number by which a word multiplies the number before it.
pub(super) fn scale(word: &str) -> Option<i64> {
    /// By word: whole responses are searched for them.
    static FACTORS: LazyLock<BTreeMap<&str, i64>> = LazyLock::new(|| {
        let pairs = |&(factor, words): &(i64, &'static str)| {
            words.split(' ').map(move |word| (word, factor))
        };
        SCALES.iter().flat_map(pairs).collect()
    });
    FACTORS.get(word).copied()
}

/// Whether a word changes what the number before it says.
pub(super) fn qualifies(word: &str) -> bool {
    static WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        let words = QUALIFIERS.iter().flat_map(|words| words.split(' '));
        words.collect()
    });
    // 千克 is a unit, though 千 is a thousand.
    if Unit::is_known(word) {
        return false;
    }
    let lower = word.to_lowercase();
    scale(word).or_else(|| scale(&lower)).is_some()
        || WORDS.contains(lower.as_str())
        || QUALIFYING_PARTS.iter().any(|part| word.contains(part))
}
