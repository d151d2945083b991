use explang::Language;

const SHEET: &str = include_str!("../../../style/languages.css");
const BASE: &str = include_str!("../../../style/base.css");

/// Red, green and blue, linear, each in 0..=1.
type Colour = [f64; 3];

fn colour(hex: &str) -> Colour {
    [1, 3, 5].map(|at| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// The light and the dark colour in a rule's `light-dark(#……, #……)`.
fn pair(rule: &str) -> [Colour; 2] {
    let (_, rest) = rule.split_once("light-dark(").unwrap();
    let (light, rest) = rest.split_once(", ").unwrap();
    [colour(light), colour(rest.split_once(')').unwrap().0)]
}

fn of(language: Language) -> [Colour; 2] {
    let start = format!(".{language} ");
    pair(SHEET.lines().find(|line| line.starts_with(&start)).unwrap())
}

fn ground() -> [Colour; 2] {
    pair(
        BASE.lines()
            .find(|line| line.contains("--ground:"))
            .unwrap(),
    )
}

fn luminance([r, g, b]: Colour) -> f64 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// WCAG 2.2's contrast ratio.
fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Oklab (Ottosson 2020): distances in it are about as large as they look.
fn oklab([r, g, b]: Colour) -> [f64; 3] {
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

#[test]
fn every_language_can_be_read_on_both_grounds() {
    for language in Language::ALL {
        for (colour, ground) in of(language).into_iter().zip(ground()) {
            let contrast = contrast(colour, ground);
            assert!(contrast >= 4.5, "{language}: {contrast:.2}");
        }
    }
}

#[test]
fn no_two_languages_look_alike() {
    for (i, a) in Language::ALL.into_iter().enumerate() {
        for b in &Language::ALL[..i] {
            for (x, y) in of(a).into_iter().zip(of(*b)) {
                let (x, y) = (oklab(x), oklab(y));
                let distance = (0..3).map(|k| (x[k] - y[k]).powi(2)).sum::<f64>().sqrt();
                assert!(distance > 0.08, "{a} and {b}: {distance:.3}");
            }
        }
    }
}
