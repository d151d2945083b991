//! The entropy of choices, one formula for training and evaluation.

/// Shannon entropy in nats of a distribution given by non-negative weights, which need not sum to 1. It is
/// the plain plug-in estimate: no correction for small counts, so few samples read low. `None` without weight.
pub fn entropy(weights: impl IntoIterator<Item = f64> + Clone) -> Option<f64> {
    let mut total = 0.0;
    for weight in weights.clone() {
        if !weight.is_finite() || weight < 0.0 {
            return None;
        }
        total += weight;
    }
    if !total.is_finite() || total <= 0.0 {
        return None;
    }
    let sum: f64 = weights
        .into_iter()
        .filter(|&weight| weight > 0.0)
        .map(|weight| {
            let p = weight / total;
            -p * p.ln()
        })
        .sum();
    // A single choice sums to −0.0, which JSON would show.
    Some(if sum > 0.0 { sum } else { 0.0 })
}
