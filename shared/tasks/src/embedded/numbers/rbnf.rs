//! An interpreter of rule-based number formats, as far as CLDR's spell-out rules for whole numbers go.
//!
//! The format is described in ICU's `RuleBasedNumberFormat` and in Unicode Technical Standard 35, part 3,
//! "Rule-Based Number Formatting". A rule set is a list of rules, each with a base value and a body; the
//! rule of a number is the one with the greatest base that is not above it. In a body,
//!
//! | text | stands for |
//! | --- | --- |
//! | `<<`, `<%set<` | the number divided by the rule's divisor, in the same or the named set |
//! | `>>`, `>%set>` | the remainder of that division |
//! | `=%set=` | the number itself in the named set |
//! | `=#,##0=`, `=0=` | the number in digits (without grouping here) |
//! | `[…]` | a part that is left out where the remainder is zero |
//! | `$(cardinal,one{…}other{…})$` | a text by the plural category of the quotient |
//! | a leading `'` | nothing: it protects a space that follows |
//!
//! The divisor is the greatest power of the radix (10, or what `base/radix` says) not above the base.
//! Unsupported, and named in the error: `>>>`, and rules for negative numbers and fractions.

use std::collections::BTreeMap;

use explang_language::Language;

/// How deep rules may refer to one another; CLDR's stay below 20.
const DEPTH: u8 = 64;

/// What is wrong with a text of rules, or why a number has no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RuleError {
    /// A line that is neither the head of a set nor a rule.
    #[error("no spell-out rule: `{0}`")]
    Syntax(String),
    /// A rule refers to a set that the rules lack.
    #[error("no rule set named `{0}`")]
    UnknownSet(String),
    /// The set's least base is above the number.
    #[error("rule set `{set}` has no rule for {n}")]
    NoRule {
        /// The set's name, with its percent signs.
        set: String,
        /// The number.
        n: u64,
    },
    /// Rules refer to one another without end.
    #[error("rule set `{0}` refers to itself without end")]
    Endless(String),
}

/// The rule sets of one language.
#[derive(Debug)]
pub(super) struct RuleSets {
    sets: Vec<RuleSet>,
    language: Language,
}

#[derive(Debug)]
struct RuleSet {
    name: String,
    /// In ascending order of the base.
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    base: u64,
    divisor: u64,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Quotient(usize),
    Remainder(usize),
    Same(usize),
    Digits,
    Plural(Vec<(Category, String)>),
}

/// CLDR's plural categories, as far as the rules tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Category {
    One,
    Few,
    Other,
}

impl Category {
    /// The cardinal category of a whole number (CLDR plural rules; Russian's `many` counts as `Other`,
    /// for the rules never name it).
    fn of(n: u64, language: Language) -> Category {
        match language {
            Language::Ru => match (n % 10, n % 100) {
                (1, tens) if tens != 11 => Category::One,
                (2..=4, tens) if !(12..=14).contains(&tens) => Category::Few,
                _ => Category::Other,
            },
            Language::Pt if n <= 1 => Category::One,
            _ if n == 1 => Category::One,
            _ => Category::Other,
        }
    }
}

/// The rules as written: by set, by base, the radix and the body.
type Written<'a> = BTreeMap<&'a str, BTreeMap<u64, (u64, &'a str)>>;

impl RuleSets {
    /// Reads rules in CLDR's text form. A later source's rule replaces an earlier one's with the same
    /// set and base; its other rules and sets are added.
    pub(super) fn parse(sources: &[&str], language: Language) -> Result<RuleSets, RuleError> {
        let mut written = Written::new();
        for source in sources {
            read(source, &mut written)?;
        }
        let names: Vec<&str> = written.keys().copied().collect();
        let mut sets = Vec::with_capacity(names.len());
        for (this, (name, rules)) in written.into_iter().enumerate() {
            let mut compiled = Vec::with_capacity(rules.len());
            for (base, (radix, body)) in rules {
                compile(base, radix, body, this, &names, &mut compiled)?;
            }
            sets.push(RuleSet {
                name: name.to_owned(),
                rules: compiled,
            });
        }
        Ok(RuleSets { sets, language })
    }

    /// Where the named set (with its percent signs) is.
    pub(super) fn find(&self, name: &str) -> Result<usize, RuleError> {
        self.sets
            .iter()
            .position(|set| set.name == name)
            .ok_or_else(|| RuleError::UnknownSet(name.to_owned()))
    }

    /// The number in words by the set at a position that [`RuleSets::find`] gave.
    pub(super) fn format(&self, n: u64, set: usize) -> Result<String, RuleError> {
        let mut out = String::new();
        self.write(n, set, DEPTH, &mut out)?;
        Ok(out)
    }

    fn write(&self, n: u64, set: usize, depth: u8, out: &mut String) -> Result<(), RuleError> {
        let RuleSet { name, rules } = &self.sets[set];
        let Some(depth) = depth.checked_sub(1) else {
            return Err(RuleError::Endless(name.clone()));
        };
        let rule = rule_for(n, rules).ok_or_else(|| RuleError::NoRule {
            set: name.clone(),
            n,
        })?;
        for part in &rule.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Quotient(set) => self.write(n / rule.divisor, *set, depth, out)?,
                Part::Remainder(set) => self.write(n % rule.divisor, *set, depth, out)?,
                Part::Same(set) => self.write(n, *set, depth, out)?,
                Part::Digits => out.push_str(&n.to_string()),
                Part::Plural(cases) => {
                    let category = Category::of(n / rule.divisor, self.language);
                    let case = |wanted| cases.iter().find(move |(c, _)| *c == wanted);
                    if let Some((_, text)) = case(category).or_else(|| case(Category::Other)) {
                        out.push_str(text);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The rule with the greatest base not above `n`, or the one before it by ICU's rollback: where that
/// rule speaks of a remainder, `n` has none, and the rule's own base has one.
fn rule_for(n: u64, rules: &[Rule]) -> Option<&Rule> {
    let last = rules
        .partition_point(|rule| rule.base <= n)
        .checked_sub(1)?;
    let rule = &rules[last];
    let speaks_of_remainder = rule.parts.iter().any(|p| matches!(p, Part::Remainder(_)));
    if speaks_of_remainder
        && n.is_multiple_of(rule.divisor)
        && !rule.base.is_multiple_of(rule.divisor)
        && let Some(before) = last.checked_sub(1)
    {
        return Some(&rules[before]);
    }
    Some(rule)
}

/// Adds the rules of one text to what is written already.
fn read<'a>(source: &'a str, written: &mut Written<'a>) -> Result<(), RuleError> {
    let mut set = None;
    for line in source.lines() {
        let error = || RuleError::Syntax(line.to_owned());
        if line.starts_with('%') {
            let name = line.strip_suffix(':').ok_or_else(error)?;
            set = Some(written.entry(name).or_default());
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let (head, body) = line.split_once(':').ok_or_else(error)?;
        let body = body.strip_suffix(';').ok_or_else(error)?;
        let body = body.trim_start_matches(' ');
        let body = body.strip_prefix('\'').unwrap_or(body);
        let (base, radix) = head.split_once('/').unwrap_or((head, "10"));
        let base = base.parse().map_err(|_| error())?;
        let radix = radix.parse().ok().filter(|r| *r > 1).ok_or_else(error)?;
        let rules = set.as_mut().ok_or_else(error)?;
        rules.insert(base, (radix, body));
    }
    Ok(())
}

/// Adds the rule, or, of a rule with brackets, the two rules that it abbreviates: without the bracketed
/// part at the base, with it from the next number on.
fn compile(
    base: u64,
    radix: u64,
    body: &str,
    this: usize,
    names: &[&str],
    rules: &mut Vec<Rule>,
) -> Result<(), RuleError> {
    let mut divisor: u64 = 1;
    while let Some(next) = divisor.checked_mul(radix).filter(|next| *next <= base) {
        divisor = next;
    }
    let mut add = |base, body: &str| -> Result<(), RuleError> {
        let parts = parts(body, this, names)?;
        rules.push(Rule {
            base,
            divisor,
            parts,
        });
        Ok(())
    };
    let Some((before, rest)) = body.split_once('[') else {
        return add(base, body);
    };
    let (optional, after) = rest
        .split_once(']')
        .ok_or_else(|| RuleError::Syntax(body.to_owned()))?;
    let full = format!("{before}{optional}{after}");
    if base > 0 && base.is_multiple_of(divisor) {
        add(base, &format!("{before}{after}"))?;
        add(base + 1, &full)
    } else {
        add(base, &full)
    }
}

/// Splits a body without brackets into its parts. Soft hyphens and zero-width spaces are dropped.
fn parts(body: &str, this: usize, names: &[&str]) -> Result<Vec<Part>, RuleError> {
    let error = || RuleError::Syntax(body.to_owned());
    let mut parts = Vec::new();
    let mut rest = body;
    while let Some(first) = rest.chars().next() {
        if let Some(plural) = rest.strip_prefix("$(") {
            let (cases, after) = plural.split_once(")$").ok_or_else(error)?;
            parts.push(Part::Plural(plural_cases(cases).ok_or_else(error)?));
            rest = after;
        } else if matches!(first, '<' | '>' | '=') {
            let (name, after) = rest[1..].split_once(first).ok_or_else(error)?;
            if after.starts_with(first) && name.is_empty() {
                return Err(error()); // `>>>`
            }
            let digits = name.starts_with(['#', '0']);
            let set = match name {
                "" => this,
                _ if digits => this,
                _ => names
                    .iter()
                    .position(|known| *known == name)
                    .ok_or_else(|| RuleError::UnknownSet(name.to_owned()))?,
            };
            parts.push(match first {
                '=' if digits => Part::Digits,
                _ if digits => return Err(error()),
                '<' => Part::Quotient(set),
                '>' => Part::Remainder(set),
                _ if name.is_empty() => return Err(error()),
                _ => Part::Same(set),
            });
            rest = after;
        } else {
            let end = rest
                .find(['<', '>', '=', '$'])
                .filter(|end| *end > 0)
                .unwrap_or(rest.len());
            let text = rest[..end].replace(['\u{ad}', '\u{200b}'], "");
            parts.push(Part::Text(text));
            rest = &rest[end..];
        }
    }
    Ok(parts)
}

/// Reads `cardinal,one{…}few{…}other{…}`.
fn plural_cases(text: &str) -> Option<Vec<(Category, String)>> {
    let mut rest = text.strip_prefix("cardinal,")?;
    let mut cases = Vec::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('{')?;
        let (word, after) = after.split_once('}')?;
        let category = match name {
            "one" => Category::One,
            "few" => Category::Few,
            "other" => Category::Other,
            _ => return None,
        };
        cases.push((category, word.to_owned()));
        rest = after;
    }
    Some(cases)
}

#[cfg(test)]
mod tests;
