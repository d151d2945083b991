//! Units: what is measured, and how many base units one is.

use std::collections::BTreeMap;

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// A product of powers of base units, with a factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    /// How many of the base units it is.
    pub(crate) factor: RBig,
    /// Exponents of the base units; a name that the table below lacks is a base unit of its own.
    base: BTreeMap<String, i32>,
    /// As it was written, for people.
    pub(crate) name: String,
}

/// Exponents beyond this are no unit.
const MAX_EXPONENT: u32 = 12;

impl Unit {
    /// The unit that says nothing, such as `units`.
    pub(crate) fn none() -> Unit {
        Unit {
            factor: RBig::ONE,
            base: BTreeMap::new(),
            name: String::new(),
        }
    }

    /// The unit of a name in singular or plural; a name that is not known stands for itself.
    pub(crate) fn named(name: &str) -> Unit {
        let (factor, base) = match known(name) {
            Some((n, d, parts)) => {
                let base = parts
                    .iter()
                    .map(|&(part, e)| (part.to_owned(), e))
                    .collect();
                (fraction(n, d), base)
            }
            None => (
                RBig::ONE,
                BTreeMap::from([(singular(&name.to_lowercase()), 1)]),
            ),
        };
        Unit {
            factor,
            base,
            name: name.to_owned(),
        }
    }

    /// Whether the name is in the table.
    pub(crate) fn is_known(name: &str) -> bool {
        known(name).is_some()
    }

    /// This unit to a power; none beyond the bound.
    pub(crate) fn power(mut self, exponent: i32) -> Option<Unit> {
        if exponent.unsigned_abs() > MAX_EXPONENT || exponent == 0 {
            return None;
        }
        for e in self.base.values_mut() {
            *e = e.checked_mul(exponent)?;
        }
        self.factor = self.factor.pow(isize::try_from(exponent).ok()?);
        self.name = format!("{}^{exponent}", self.name);
        Some(self)
    }

    /// Both units together; none beyond the bound.
    pub(crate) fn times(mut self, other: Unit) -> Option<Unit> {
        for (name, exponent) in other.base {
            let sum = self.base.entry(name).or_insert(0);
            *sum = sum.checked_add(exponent)?;
            if sum.unsigned_abs() > MAX_EXPONENT {
                return None;
            }
        }
        self.base.retain(|_, exponent| *exponent != 0);
        self.factor *= other.factor;
        self.name = format!("{} {}", self.name, other.name).trim().to_owned();
        Some(self)
    }

    /// Whether both measure the same thing.
    pub(crate) fn measures_as(&self, other: &Unit) -> bool {
        self.base == other.base
    }

    /// Whether it is a number of degrees on a scale.
    pub(crate) fn is_temperature(&self) -> bool {
        self.base.keys().all(|name| name.starts_with('°'))
    }

    /// Whether it says nothing.
    pub(crate) fn is_none(&self) -> bool {
        self.base.is_empty() && self.factor == RBig::ONE
    }
}

fn fraction(n: i64, d: u64) -> RBig {
    RBig::from_parts(IBig::from(n), UBig::from(d))
}

fn singular(name: &str) -> String {
    match name.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
        _ => name.to_owned(),
    }
}

type Known = (i64, u64, &'static [(&'static str, i32)]);

/// Factor as a fraction, and base units. The inch is 2.54 cm by definition, the pound 453.59237 g.
fn known(name: &str) -> Option<Known> {
    const LENGTH: &[(&str, i32)] = &[("m", 1)];
    const AREA: &[(&str, i32)] = &[("m", 2)];
    const VOLUME: &[(&str, i32)] = &[("m", 3)];
    const MASS: &[(&str, i32)] = &[("g", 1)];
    const TIME: &[(&str, i32)] = &[("s", 1)];
    const SPEED: &[(&str, i32)] = &[("m", 1), ("s", -1)];
    const MONEY: &[(&str, i32)] = &[("dollar", 1)];
    const EURO: &[(&str, i32)] = &[("euro", 1)];
    Some(match name {
        "unit" | "units" | "rad" | "radian" | "radians" => (1, 1, &[]),
        "m" | "meter" | "meters" | "metre" | "metres" | "米" | "метров" | "метра" | "метр" => {
            (1, 1, LENGTH)
        }
        "km" | "kilometer" | "kilometers" | "kilometre" | "kilometres" | "公里" | "千米" | "км" => {
            (1000, 1, LENGTH)
        }
        "dm" | "decimeter" | "decimeters" => (1, 10, LENGTH),
        "cm" | "centimeter" | "centimeters" | "centimetre" | "centimetres" | "厘米" | "см" => {
            (1, 100, LENGTH)
        }
        "mm" | "millimeter" | "millimeters" | "millimetre" | "millimetres" | "毫米" | "мм" => {
            (1, 1000, LENGTH)
        }
        "in" | "inch" | "inches" => (254, 10_000, LENGTH),
        "ft" | "foot" | "feet" => (3048, 10_000, LENGTH),
        "yd" | "yard" | "yards" => (9144, 10_000, LENGTH),
        "mi" | "mile" | "miles" => (1_609_344, 1000, LENGTH),
        "acre" | "acres" => (40_468_564_224, 10_000_000, AREA),
        "hectare" | "hectares" | "ha" => (10_000, 1, AREA),
        "l" | "L" | "liter" | "liters" | "litre" | "litres" => (1, 1000, VOLUME),
        "ml" | "mL" | "milliliter" | "milliliters" | "millilitre" | "millilitres" | "cc" => {
            (1, 1_000_000, VOLUME)
        }
        "g" | "gram" | "grams" | "克" => (1, 1, MASS),
        "kg" | "kilogram" | "kilograms" | "公斤" | "千克" | "кг" => (1000, 1, MASS),
        "mg" | "milligram" | "milligrams" => (1, 1000, MASS),
        "lb" | "lbs" | "pound" | "pounds" => (45_359_237, 100_000, MASS),
        "oz" | "ounce" | "ounces" => (45_359_237, 1_600_000, MASS),
        "ton" | "tons" | "tonne" | "tonnes" => (1_000_000, 1, &[("g of a ton", 1)]),
        "s" | "sec" | "secs" | "second" | "seconds" | "秒" => (1, 1, TIME),
        "ms" | "millisecond" | "milliseconds" => (1, 1000, TIME),
        "min" | "mins" | "minute" | "minutes" | "分钟" | "минут" => (60, 1, TIME),
        "h" | "hr" | "hrs" | "hour" | "hours" | "小时" | "часов" => (3600, 1, TIME),
        "day" | "days" | "天" => (86_400, 1, TIME),
        "week" | "weeks" => (604_800, 1, TIME),
        // Months and years have no fixed number of days.
        "month" | "months" => (1, 1, &[("month", 1)]),
        "year" | "years" | "yr" | "yrs" => (12, 1, &[("month", 1)]),
        "mph" => (1_609_344, 3_600_000, SPEED),
        "kph" | "kmh" | "kmph" => (1000, 3600, SPEED),
        "dollar" | "dollars" | "USD" | "$" => (1, 1, MONEY),
        "cent" | "cents" => (1, 100, MONEY),
        "euro" | "euros" | "EUR" | "€" => (1, 1, EURO),
        "£" | "GBP" => (1, 1, &[("£", 1)]),
        "¥" | "yuan" | "元" | "RMB" | "yen" | "円" => (1, 1, &[("¥", 1)]),
        "₹" | "rupee" | "rupees" | "Rs" => (1, 1, &[("₹", 1)]),
        "Hz" | "hertz" => (1, 1, &[("s", -1)]),
        "N" | "newton" | "newtons" => (1000, 1, &[("g", 1), ("m", 1), ("s", -2)]),
        "J" | "joule" | "joules" => (1000, 1, &[("g", 1), ("m", 2), ("s", -2)]),
        "W" | "watt" | "watts" => (1000, 1, &[("g", 1), ("m", 2), ("s", -3)]),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
