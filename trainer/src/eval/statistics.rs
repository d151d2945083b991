//! Estimates with bootstrap intervals, pass@k, entropy and correlation.
//!
//! Samples of one problem are not independent, so every bootstrap here resamples *clusters* (problems),
//! never single samples. What has no value (an empty set, a correlation of constants) is `None`; no
//! function returns a NaN.

use explang::run::Estimate;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The percentile bootstrap (Efron 1979) over clusters, at 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// Seed of the resampling; the same seed gives the same intervals.
    pub seed: u64,
    /// Number of resamples.
    pub resamples: usize,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Bootstrap {
            seed: 0,
            resamples: 1000,
        }
    }
}

impl Bootstrap {
    /// Draws as many clusters as there are, with replacement, once for each resample, and hands over the drawn indices.
    pub fn resample(&self, clusters: usize, mut visit: impl FnMut(&[usize])) {
        if clusters == 0 {
            return;
        }
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let mut drawn = vec![0; clusters];
        for _ in 0..self.resamples {
            for index in &mut drawn {
                *index = rng.random_range(0..clusters);
            }
            visit(&drawn);
        }
    }

    /// Like [`Bootstrap::resample`], with the column sums of the drawn rows: rows are clusters, columns
    /// whatever is counted of each. Ratios of sums then share one pass of drawing.
    pub(crate) fn resample_sums<const W: usize>(
        &self,
        rows: &[[f64; W]],
        mut visit: impl FnMut(&[f64; W]),
    ) {
        self.resample(rows.len(), |drawn| {
            let mut sums = [0.0; W];
            for &index in drawn {
                for (sum, value) in sums.iter_mut().zip(&rows[index]) {
                    *sum += value;
                }
            }
            visit(&sums);
        });
    }

    /// Draws within each stratum as many clusters as it has, with replacement, once for each resample, and hands over the drawn indices of
    /// all strata. Nothing is drawn where a stratum is empty.
    pub(crate) fn resample_strata(&self, sizes: &[usize], mut visit: impl FnMut(&[Vec<usize>])) {
        if sizes.is_empty() || sizes.contains(&0) {
            return;
        }
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let mut drawn: Vec<Vec<usize>> = sizes.iter().map(|&size| vec![0; size]).collect();
        for _ in 0..self.resamples {
            for (drawn, &size) in drawn.iter_mut().zip(sizes) {
                for index in drawn {
                    *index = rng.random_range(0..size);
                }
            }
            visit(&drawn);
        }
    }

    /// The mean over strata of the mean over clusters of one value each: strata count equally, however many clusters they have. `n` counts
    /// the clusters. `None` where a stratum is empty.
    pub(crate) fn mean_of_means(&self, strata: &[Vec<f64>]) -> Option<Estimate> {
        let means = |of: &dyn Fn(usize) -> f64| {
            (0..strata.len()).map(of).sum::<f64>() / strata.len() as f64
        };
        let sizes: Vec<usize> = strata.iter().map(Vec::len).collect();
        let value = means(&|i| strata[i].iter().sum::<f64>() / sizes[i] as f64);
        let mut draws = Vec::with_capacity(self.resamples);
        self.resample_strata(&sizes, |drawn| {
            draws.push(means(&|i| {
                let values = drawn[i].iter().map(|&index| strata[i][index]);
                values.sum::<f64>() / sizes[i] as f64
            }));
        });
        estimate(value, &mut draws, sizes.iter().sum())
    }

    /// A ratio of sums over clusters, such as correct samples over samples. Each cluster gives its
    /// numerator and its denominator; `n` of the estimate is the sum of the denominators, rounded.
    pub fn ratio(&self, clusters: &[[f64; 2]]) -> Option<Estimate> {
        let (mut top, mut bottom) = (0.0, 0.0);
        for [numerator, denominator] in clusters {
            top += numerator;
            bottom += denominator;
        }
        let value = quotient(top, bottom)?;
        let mut draws = Vec::with_capacity(self.resamples);
        self.resample_sums(clusters, |&[top, bottom]| {
            draws.extend(quotient(top, bottom))
        });
        estimate(value, &mut draws, bottom.round() as usize)
    }

    /// The mean over clusters of one value each; of paired differences, the paired bootstrap.
    pub fn mean(&self, values: &[f64]) -> Option<Estimate> {
        let clusters: Vec<_> = values.iter().map(|&value| [value, 1.0]).collect();
        self.ratio(&clusters)
    }

    /// Pearson's correlation, resampling pairs.
    pub(crate) fn pearson(&self, pairs: &[(f64, f64)]) -> Option<Estimate> {
        self.correlation(pairs, pearson)
    }

    /// Spearman's rank correlation, resampling pairs.
    pub(crate) fn spearman(&self, pairs: &[(f64, f64)]) -> Option<Estimate> {
        self.correlation(pairs, spearman)
    }

    fn correlation(
        &self,
        pairs: &[(f64, f64)],
        statistic: fn(&[(f64, f64)]) -> Option<f64>,
    ) -> Option<Estimate> {
        let value = statistic(pairs)?;
        let mut draws = Vec::with_capacity(self.resamples);
        let mut sample = Vec::with_capacity(pairs.len());
        self.resample(pairs.len(), |drawn| {
            sample.clear();
            sample.extend(drawn.iter().map(|&index| pairs[index]));
            draws.extend(statistic(&sample));
        });
        estimate(value, &mut draws, pairs.len())
    }
}

/// An estimate from its value and the values of the resamples, which are sorted in place. `None` when no resample has a value or any
/// number is not finite.
pub(crate) fn estimate(value: f64, draws: &mut [f64], n: usize) -> Option<Estimate> {
    let [low, high] = interval(draws)?;
    value.is_finite().then_some(Estimate {
        value,
        low,
        high,
        n,
    })
}

/// The central 95 % of `draws`, which are sorted in place: the 2.5th and the 97.5th percentile, linearly
/// interpolated (type 7 of Hyndman and Fan 1996).
pub(crate) fn interval(draws: &mut [f64]) -> Option<[f64; 2]> {
    if draws.is_empty() || draws.iter().any(|value| !value.is_finite()) {
        return None;
    }
    draws.sort_unstable_by(f64::total_cmp);
    let last = draws.len() - 1;
    let at = |fraction: f64| {
        let position = fraction * last as f64;
        let below = position.floor() as usize;
        let above = (below + 1).min(last);
        draws[below] + (draws[above] - draws[below]) * (position - below as f64)
    };
    Some([at(0.025), at(0.975)])
}

/// `top / bottom`, or `None` where it is not a finite number.
pub(crate) fn quotient(top: f64, bottom: f64) -> Option<f64> {
    let value = top / bottom;
    (bottom > 0.0 && value.is_finite()).then_some(value)
}

/// The unbiased estimate of pass@k from `n` samples of which `correct` are correct (Chen et al. 2021,
/// arXiv 2107.03374, equation 1): 1 − C(n − c, k) / C(n, k). With k = n it is 1 when any sample is correct, else 0.
/// `None` when k is 0 or above n, or more samples are correct than there are.
pub(crate) fn pass_at_k(n: usize, correct: usize, k: usize) -> Option<f64> {
    if k == 0 || k > n || correct > n {
        return None;
    }
    if n - correct < k {
        return Some(1.0);
    }
    let none = (n - correct + 1..=n).fold(1.0, |product, i| product * (1.0 - k as f64 / i as f64));
    Some(1.0 - none)
}

/// An entropy in nats as a share of the largest possible over `categories`, ln(categories).
pub(crate) fn entropy_share(nats: f64, categories: usize) -> Option<f64> {
    quotient(nats, (categories.max(1) as f64).ln())
}

/// Pearson's product-moment correlation. `None` under two pairs, or when either side is constant.
pub(crate) fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < 2 || pairs.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return None;
    }
    // Exactly constant sides are caught here: the mean of equal numbers may differ from them by a rounding.
    let (x0, y0) = pairs[0];
    if pairs.iter().all(|&(x, _)| x == x0) || pairs.iter().all(|&(_, y)| y == y0) {
        return None;
    }
    let n = pairs.len() as f64;
    let mean_x = pairs.iter().map(|(x, _)| x).sum::<f64>() / n;
    let mean_y = pairs.iter().map(|(_, y)| y).sum::<f64>() / n;
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xy += dx * dy;
        xx += dx * dx;
        yy += dy * dy;
    }
    quotient(xy, xx.sqrt() * yy.sqrt()).map(|r| r.clamp(-1.0, 1.0))
}

/// Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank.
pub(crate) fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return None;
    }
    let x = ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let y = ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    pearson(&x.into_iter().zip(y).collect::<Vec<_>>())
}

/// Ranks from 1, smallest first; equal values share the mean of their ranks.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for group in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + (group.len() as f64 + 1.0) / 2.0;
        for &index in group {
            ranks[index] = rank;
        }
        start += group.len();
    }
    ranks
}

#[cfg(test)]
mod tests;
