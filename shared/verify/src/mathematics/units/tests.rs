use super::table::fraction;
use super::*;

/// Products of powers, as `m^2 s^-1`.
fn base(text: &str) -> BTreeMap<String, i32> {
    let parts = text.split(' ').filter_map(|part| part.split_once('^'));
    let parts = parts.map(|(name, e)| (name.to_owned(), e.parse().unwrap()));
    parts.collect()
}

#[test]
fn every_known_unit_has_its_factor_and_its_base() {
    for (names, n, d, parts) in [
        ("unit units rad radians", 1, 1, ""),
        ("m meters 米", 1, 1, "m^1"),
        ("km kilometre 公里", 1000, 1, "m^1"),
        ("dm", 1, 10, "m^1"),
        ("cm 厘米", 1, 100, "m^1"),
        ("mm", 1, 1000, "m^1"),
        ("in inches", 127, 5000, "m^1"),
        ("ft feet", 381, 1250, "m^1"),
        ("yd yards", 1143, 1250, "m^1"),
        ("mi miles", 201_168, 125, "m^1"),
        ("acre", 316_160_658, 78_125, "m^2"),
        ("hectare ha", 10_000, 1, "m^2"),
        ("l L liters", 1, 1000, "m^3"),
        ("ml cc", 1, 1_000_000, "m^3"),
        ("g grams 克", 1, 1, "g^1"),
        ("kg 公斤", 1000, 1, "g^1"),
        ("mg", 1, 1000, "g^1"),
        ("lb pounds", 45_359_237, 100_000, "g^1"),
        ("oz ounces", 45_359_237, 1_600_000, "g^1"),
        ("s seconds 秒", 1, 1, "s^1"),
        ("ms", 1, 1000, "s^1"),
        ("min minutes", 60, 1, "s^1"),
        ("h hours", 3600, 1, "s^1"),
        ("day 天", 86_400, 1, "s^1"),
        ("weeks", 604_800, 1, "s^1"),
        ("months", 1, 1, "month^1"),
        ("years", 12, 1, "month^1"),
        ("mph", 1397, 3125, "m^1 s^-1"),
        ("kph kmh", 5, 18, "m^1 s^-1"),
        ("$ dollars", 1, 1, "dollar^1"),
        ("cents", 1, 100, "dollar^1"),
        ("€ euros", 1, 1, "euro^1"),
        ("£ GBP", 1, 1, "£^1"),
        ("¥", 1, 1, "¥^1"),
        ("元 yuan", 1, 1, "yuan^1"),
        ("円 yen", 1, 1, "yen^1"),
        ("₹ rupees", 1, 1, "₹^1"),
        ("Hz", 1, 1, "s^-1"),
        ("N newtons", 1000, 1, "g^1 m^1 s^-2"),
        ("J joules", 1000, 1, "g^1 m^2 s^-2"),
        ("W watts", 1000, 1, "g^1 m^2 s^-3"),
    ] {
        for name in names.split(' ') {
            let unit = Unit::named(name);
            assert!(Unit::is_known(name), "{name}");
            assert_eq!(
                (unit.factor, unit.base),
                (fraction(n, d), base(parts)),
                "{name}"
            );
        }
    }
    // A ton is of more than one weight, so it is compared with tons only.
    let ton = Unit::named("tons");
    assert_eq!(ton.base.keys().collect::<Vec<_>>(), ["ton"]);
    assert_eq!(ton.factor, fraction(1, 1));
    assert!(!Unit::is_known("apple"));
}

#[test]
fn names_that_are_not_known_are_compared_in_the_singular() {
    for (name, one) in [
        ("Apples", "apple"),
        ("bus", "bus"),
        ("cows", "cow"),
        ("glass", "glass"),
        ("apple", "apple"),
    ] {
        assert_eq!(
            Unit::named(name).base.keys().collect::<Vec<_>>(),
            [one],
            "{name}"
        );
    }
}

#[test]
fn powers_and_products_are_bounded() {
    let power = |exponent| Unit::named("km").power(exponent);
    let square = power(-2).unwrap();
    assert_eq!(
        (square.factor, square.base, square.name.as_str()),
        (fraction(1, 1_000_000), base("m^-2"), "km^-2")
    );
    for (exponent, fits) in [
        (0, false),
        (12, true),
        (13, false),
        (-12, true),
        (-13, false),
    ] {
        assert_eq!(power(exponent).is_some(), fits, "{exponent}");
    }
    let meters = |exponent| Unit::named("m").power(exponent).unwrap();
    assert!(meters(6).times(meters(6)).is_some());
    assert!(meters(6).times(meters(7)).is_none());
    assert!(meters(-6).times(meters(-7)).is_none());
    let none = meters(3).times(meters(-3)).unwrap();
    assert!(none.is_none());
    assert!(none.measures_as(&Unit::none()));
    // A hundred of nothing says something.
    let percent = Unit::named("cm").times(meters(-1)).unwrap();
    assert!(!percent.is_none());
    assert_eq!(Unit::none().times(meters(1)).unwrap().name, "m^1");
    assert!(!meters(1).is_none());
    assert!(!meters(1).measures_as(&meters(2)));
    assert!(Unit::named("°C").is_temperature());
    assert!(!meters(1).is_temperature());
}
