//! GDPO: each component of the reward normalised by itself (Liu et al. 2026, arXiv 2601.05242).
//!
//! `A_i = Σ_k w_k (r_{i,k} − mean r_k) / (std r_k + ε)` over the components k, mean and std over the group, then whitened over
//! the batch ([`super::whiten`]). A sum that is normalised only as a whole gives (1, 0) and (0, 1) the same advantage; this
//! does not, where the components differ in how often they are earned. A component that all of a group earn alike adds
//! nothing.
//!
//! TRL calls it `multi_objective_aggregation = "normalize_then_sum"`.

use super::advantage::{
    AdvantageError, AdvantageOptions, Advantages, Sample, advantages, in_range,
};

/// One component of the reward over a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Its weight in the sum of advantages.
    pub weight: f64,
    /// Its value for each sample, in their order.
    pub values: Vec<f64>,
}

/// Advantages before whitening of a batch whose rewards have components. `samples` hold the whole reward: it decides which
/// take part, and what the statistics say.
///
/// # Errors
/// Those of [`advantages`]; of a component that is not finite where the whole reward is.
pub(crate) fn decoupled(
    samples: &[Sample],
    components: &[Component],
    options: &AdvantageOptions,
) -> Result<Advantages, AdvantageError> {
    let mut whole = advantages(samples, options)?;
    let mut sums = vec![0.0; samples.len()];
    for component in components.iter().filter(|c| c.weight != 0.0) {
        let part: Vec<Sample> = (samples.iter().zip(&whole.kept).zip(&component.values))
            .map(|((sample, &kept), &value)| Sample {
                reward: value,
                masked: !kept,
                ..*sample
            })
            .collect();
        for (sum, value) in sums.iter_mut().zip(advantages(&part, options)?.values) {
            *sum += component.weight * f64::from(value);
        }
    }
    whole.values = sums.into_iter().map(in_range).collect();
    Ok(whole)
}

#[cfg(test)]
mod tests;
