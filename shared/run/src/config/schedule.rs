//! The learning rate over the steps of a stage.

use serde::{Deserialize, Serialize};

/// Warm-up, then a decay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Highest learning rate.
    pub peak: f64,
    /// Share of the steps over which the rate rises linearly from nothing.
    pub warm_up: f64,
    /// What follows the warm-up.
    pub decay: Decay,
}

/// What follows the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decay {
    /// Stay at the peak.
    Constant,
    /// Half a cosine down to a tenth of the peak.
    Cosine,
}

impl Schedule {
    /// The learning rate of step `step` (from 0) of `steps`.
    pub fn at(&self, step: usize, steps: usize) -> f64 {
        let warm = (self.warm_up * steps as f64).ceil();
        let now = step as f64;
        if now < warm {
            return self.peak * (now + 1.0) / warm;
        }
        match self.decay {
            Decay::Constant => self.peak,
            Decay::Cosine => {
                let progress = (now - warm) / (steps as f64 - warm).max(1.0);
                let cosine = 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
                self.peak * (0.1 + 0.9 * cosine)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_to_the_peak_and_falls_to_a_tenth() {
        let s = Schedule {
            peak: 2.0,
            warm_up: 0.1,
            decay: Decay::Cosine,
        };
        assert!((s.at(0, 100) - 0.2).abs() < 1e-12);
        assert!((s.at(9, 100) - 2.0).abs() < 1e-12);
        assert!((s.at(10, 100) - 2.0).abs() < 1e-12);
        assert!((s.at(55, 100) - 1.1).abs() < 1e-12);
        assert!((s.at(99, 100) - 0.2).abs() < 2e-3);
        let flat = Schedule {
            warm_up: 0.0,
            decay: Decay::Constant,
            ..s
        };
        assert_eq!((flat.at(0, 10), flat.at(9, 10)), (2.0, 2.0));
    }
}
