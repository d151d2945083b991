//! Units: what is measured, and how many base units one is.

mod table;

use std::collections::BTreeMap;

use dashu_ratio::RBig;

use self::table::known;
pub(crate) use self::table::{power_after, power_before};

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
            Some(measure) => (measure.factor, measure.base),
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

    /// What is counted, where it is nothing that the tables hold.
    fn label(&self) -> Option<&str> {
        let (name, exponent) = self.base.first_key_value()?;
        let alone = self.base.len() == 1 && *exponent == 1;
        (alone && known(&self.name).is_none()).then_some(name)
    }

    /// Whether both measure the same thing, as "7 gold stars" and "7 stars" do.
    pub(crate) fn measures_as(&self, other: &Unit) -> bool {
        // One sign stands for two currencies.
        let sign = |unit: &Unit| unit.base.contains_key("¥");
        let either = |unit: &Unit| {
            let names = unit
                .base
                .iter()
                .map(|(name, exponent)| match name.as_str() {
                    "yen" | "yuan" => ("¥".to_owned(), *exponent),
                    _ => (name.clone(), *exponent),
                });
            names.collect::<BTreeMap<_, _>>()
        };
        let said_less = |one: &Unit, more: &Unit| {
            let (Some(one), Some(more)) = (one.label(), more.label()) else {
                return false;
            };
            let before = more
                .strip_suffix(one)
                .and_then(|words| words.strip_suffix(' '));
            before.is_some_and(|words| words.split(' ').all(|word| !matches!(word, "of" | "per")))
        };
        self.base == other.base
            || said_less(self, other)
            || said_less(other, self)
            || (sign(self) || sign(other)) && either(self) == either(other)
    }

    /// Whether it is a number of degrees on a scale.
    pub(crate) fn is_temperature(&self) -> bool {
        self.base.keys().all(|name| name.starts_with('°'))
    }

    /// Whether it is a length.
    pub(crate) fn is_length(&self) -> bool {
        self.base.len() == 1 && self.base.get("m") == Some(&1)
    }

    /// Whether it says nothing.
    pub(crate) fn is_none(&self) -> bool {
        self.base.is_empty() && self.factor == RBig::ONE
    }
}

fn singular(name: &str) -> String {
    match name.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
