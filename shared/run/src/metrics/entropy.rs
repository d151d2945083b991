//! The entropy of choices, and what a kind of problem tells about them: one formula for training, evaluation and page.

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

/// The mutual information in nats of two variables: the first uniform over the rows, the second distributed as its row. It is the entropy
/// of the mean row minus the mean entropy of the rows (Cover and Thomas 2006, equation 2.39). With the kinds of problems as rows and the
/// languages as columns it is I(kind; language): 0 where every kind is thought about in the same languages, at most ln of the number of
/// kinds.
///
/// Each row sums to 1; without rows it is 0.
pub fn information<const N: usize>(rows: &[[f64; N]]) -> f64 {
    if rows.is_empty() {
        return 0.0;
    }
    let of = |row: &[f64; N]| entropy(row.iter().copied()).unwrap_or(0.0);
    let mean = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column]).sum::<f64>() / rows.len() as f64
    });
    let within = rows.iter().map(of).sum::<f64>() / rows.len() as f64;
    // Rounding can take a difference of equal entropies below zero.
    (of(&mean) - within).max(0.0)
}
