//! Soft overlong punishment (DAPO, arXiv 2503.14476, equation 13): the end of the budget costs, the nearer the more.
//!
//! With L the longest response allowed and a buffer of B tokens at its end, a response of n tokens gets
//! 0 where `n ≤ L − B`, else `−(n − (L − B)) / B`, which is −1 at the end of the budget. It is added to the reward.
//!
//! verl (`overlong_buffer`), TRL (`get_soft_overlong_punishment`) and OpenRLHF (`overlong_buffer_len`) have the same line and
//! give B in tokens. Here B is a share of L, so that it follows the budget: the paper's 4,096 of 20,480 tokens are 0.2.
//! DAPO's *overlong filtering*, which takes cut responses out of the loss, is `truncated = "mask"` of the reward.

use serde::{Deserialize, Serialize};

/// The price of coming near the end of the budget.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overlong {
    /// B / L, in 0..=1.
    pub share: f64,
    /// What the last token of the budget costs, in units of reward; 0 for no punishment.
    pub penalty: f64,
}

impl Overlong {
    /// No punishment.
    pub const NONE: Overlong = Overlong {
        share: 0.2,
        penalty: 0.0,
    };
    /// DAPO's.
    pub const DAPO: Overlong = Overlong {
        share: 0.2,
        penalty: 1.0,
    };

    /// What is added to the reward of a response of `length` tokens where `longest` are allowed: 0 or less.
    pub fn punishment(&self, length: usize, longest: usize) -> f64 {
        let buffer = self.share * longest as f64;
        let over = length as f64 - (longest as f64 - buffer);
        if self.penalty == 0.0 || over <= 0.0 {
            return 0.0;
        }
        -self.penalty * (over / buffer).min(1.0)
    }
}

/// Who speaks of a punishment wants one.
impl Default for Overlong {
    fn default() -> Self {
        Overlong::DAPO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Budget 20, buffer 4: free up to 16, then a quarter a token.
        let price = |length| Overlong::DAPO.punishment(length, 20);
        for (length, wanted) in [(0, 0.0), (16, 0.0), (17, -0.25), (18, -0.5), (20, -1.0)] {
            assert!((price(length) - wanted).abs() < 1e-12, "{length}");
        }
        // No response is longer than allowed, but if one were it would not cost more.
        assert_eq!(price(25), -1.0);
        let dear = Overlong {
            penalty: 3.0,
            share: 1.0,
        };
        assert!((dear.punishment(5, 10) + 1.5).abs() < 1e-12);
        assert_eq!(Overlong::NONE.punishment(20, 20), 0.0);
        let at_once = Overlong {
            share: 0.0,
            penalty: 1.0,
        };
        assert_eq!(at_once.punishment(20, 20), 0.0);
    }
}
