//! AdamW (Loshchilov and Hutter 2019) in one pass.

use super::simd::kernel;

/// The settings of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW {
    /// Learning rate.
    pub learning_rate: f32,
    /// Decay of the mean of the gradients.
    pub beta1: f32,
    /// Decay of the mean of their squares.
    pub beta2: f32,
    /// Added to the root of the mean square.
    pub eps: f32,
    /// Decoupled weight decay.
    pub weight_decay: f32,
}

impl AdamW {
    /// Step `t ≥ 1` on one tensor, in place: parameters, gradients, their means `m` and mean squares `v`, of one length.
    ///
    /// `m = β₁ m + (1 − β₁) g; v = β₂ v + (1 − β₂) g²;`
    /// `p = p (1 − lr λ) − lr · (m / (1 − β₁ᵗ)) / (sqrt(v / (1 − β₂ᵗ)) + eps)`.
    pub fn step(&self, t: u32, params: &mut [f32], grads: &[f32], m: &mut [f32], v: &mut [f32]) {
        let n = params.len();
        assert!(
            n == grads.len() && n == m.len() && n == v.len(),
            "lengths of an AdamW step"
        );
        let correction = |beta: f32| 1.0 - f64::from(beta).powf(f64::from(t.max(1)));
        let factors = Factors {
            decay: 1.0 - self.learning_rate * self.weight_decay,
            rate: (f64::from(self.learning_rate) / correction(self.beta1)) as f32,
            root: (1.0 / correction(self.beta2).sqrt()) as f32,
        };
        step_all(self, factors, params, grads, m, v);
    }
}

/// What is the same for every parameter of a step.
#[derive(Clone, Copy)]
struct Factors {
    /// `1 − lr λ`.
    decay: f32,
    /// `lr / (1 − β₁ᵗ)`.
    rate: f32,
    /// `1 / sqrt(1 − β₂ᵗ)`.
    root: f32,
}

kernel! {
    fn step_all<'a, FMA>(
        settings: &'a AdamW,
        factors: Factors,
        params: &'a mut [f32],
        grads: &'a [f32],
        m: &'a mut [f32],
        v: &'a mut [f32],
    ) {
        let AdamW { beta1, beta2, eps, .. } = *settings;
        let means = m.iter_mut().zip(v);
        for ((p, &g), (m, v)) in params.iter_mut().zip(grads).zip(means) {
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * (g * g);
            *p = *p * factors.decay - factors.rate * *m / (v.sqrt() * factors.root + eps);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, double, noise};
    use super::*;

    #[test]
    fn three_steps_agree_with_double_precision() {
        let adam = AdamW {
            learning_rate: 0.01,
            beta1: 0.9,
            beta2: 0.95,
            eps: 1e-8,
            weight_decay: 0.1,
        };
        let [lr, b1, b2, eps, wd] = [0.01f32, 0.9, 0.95, 1e-8, 0.1].map(f64::from);
        let n = 37;
        let mut p = noise(n, 1);
        let (mut m, mut v) = (vec![0.0; n], vec![0.0; n]);
        let (mut p64, mut m64, mut v64) = (double(&p), vec![0.0; n], vec![0.0; n]);
        for t in 1..=3 {
            let g = noise(n, 10 + u64::from(t));
            adam.step(t, &mut p, &g, &mut m, &mut v);
            for i in 0..n {
                let g = f64::from(g[i]);
                m64[i] = b1 * m64[i] + (1.0 - b1) * g;
                v64[i] = b2 * v64[i] + (1.0 - b2) * g * g;
                let mean = m64[i] / (1.0 - b1.powi(t as i32));
                let square = v64[i] / (1.0 - b2.powi(t as i32));
                p64[i] -= lr * wd * p64[i] + lr * mean / (square.sqrt() + eps);
            }
        }
        assert_close(&p, &p64, 1e-6);
        assert_close(&m, &m64, 1e-6);
        assert_close(&v, &v64, 1e-6);
    }

    #[test]
    fn the_first_step_moves_by_the_learning_rate() {
        let adam = AdamW {
            learning_rate: 0.1,
            beta1: 0.9,
            beta2: 0.999,
            eps: 0.0,
            weight_decay: 0.0,
        };
        let (mut p, mut m, mut v) = ([1.0, 1.0], [0.0; 2], [0.0; 2]);
        adam.step(1, &mut p, &[1e-3, -50.0], &mut m, &mut v);
        assert_close(&p, &[0.9, 1.1], 1e-6);
    }
}
