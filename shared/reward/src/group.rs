//! The components that compare languages: diversity, pass@k and accuracy of the chosen language, taken
//! over the responses of one scope.

use std::collections::{BTreeMap, HashMap};

use super::{Alone, Options, Scope, Scored};

/// What is known of one language in one scope.
#[derive(Default)]
struct Tally {
    /// Responses that chose it: all, or the compliant ones.
    chosen: f64,
    /// Responses whose answers stand for it.
    witnesses: f64,
    /// Verified responses among those.
    verified: f64,
}

/// Fills in `diversity`, `pass_at_k` and `language_accuracy`. Masked responses and empty ones take no part and keep zeros.
pub(super) fn compare(options: &Options, batch: &mut [Alone]) {
    let mut scopes: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (i, response) in batch.iter().enumerate() {
        if !response.scored.masked && !response.empty {
            let key = match options.scope {
                Scope::Batch => None,
                Scope::Group => Some(response.group),
            };
            scopes.entry(key).or_default().push(i);
        }
    }
    for members in scopes.values() {
        compare_within(options, members, batch);
    }
}

fn compare_within(options: &Options, members: &[usize], batch: &mut [Alone]) {
    let quirks = &options.quirks;
    // Untagged responses share the key None.
    let mut tallies: HashMap<Option<String>, Tally> = HashMap::new();
    for &i in members {
        let Scored {
            tag, components, ..
        } = &batch[i].scored;
        let compliant = components.compliance > 0.0;
        let tally = tallies.entry(tag.clone()).or_default();
        if compliant || quirks.count_noncompliant {
            tally.chosen += 1.0;
        }
        if compliant || quirks.credit_noncompliant {
            tally.witnesses += 1.0;
            tally.verified += components.verified;
        }
    }

    let mut maximum = 0.0_f64;
    for &i in members {
        let Scored {
            tag, components, ..
        } = &mut batch[i].scored;
        let Some(tally) = tallies.get(tag) else {
            continue;
        };
        // Compliance implies a language of the pool, and at least one response that chose it.
        if components.compliance > 0.0 {
            components.diversity = 1.0 / tally.chosen;
            maximum = maximum.max(components.diversity);
        }
        // Who is credited is a witness, so that there is one.
        let credited = (components.compliance > 0.0 || quirks.credit_noncompliant)
            && (tag.is_some() || quirks.untagged_language);
        if credited {
            components.pass_at_k = super::one_if(tally.verified > 0.0);
            components.language_accuracy = tally.verified / tally.witnesses;
        }
    }

    for &i in members {
        let diversity = &mut batch[i].scored.components.diversity;
        if maximum > 0.0 {
            *diversity /= maximum;
        } else if quirks.undefined_diversity {
            *diversity = f64::NAN;
        }
    }
}
