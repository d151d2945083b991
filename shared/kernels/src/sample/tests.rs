use super::super::testing::noise;
use super::*;

/// Draws at `n` evenly spaced numbers and counts the tokens.
fn frequencies(logits: &[f32], temperature: f32, top_p: f32, n: usize) -> Vec<f64> {
    let mut counts = vec![0.0; logits.len()];
    for i in 0..n {
        let u = (i as f32 + 0.5) / n as f32;
        let drawn = sample(logits, temperature, top_p, u).unwrap();
        counts[drawn.token as usize] += 1.0 / n as f64;
    }
    counts
}

fn softmax(logits: &[f32], temperature: f64) -> Vec<f64> {
    let e: Vec<f64> = logits
        .iter()
        .map(|&x| (f64::from(x) / temperature).exp())
        .collect();
    let sum: f64 = e.iter().sum();
    e.iter().map(|e| e / sum).collect()
}

#[test]
fn frequencies_and_log_probabilities_are_those_of_the_distribution() {
    for (n, temperature) in [(5, 1.0), (150, 0.7), (150, 2.0)] {
        let logits = noise(n, 4);
        let p = softmax(&logits, f64::from(temperature));
        let found = frequencies(&logits, temperature, 1.0, 20_000);
        // Evenly spaced numbers miss each interval's length by less than one step at either end.
        for (found, p) in found.iter().zip(&p) {
            assert!((found - p).abs() <= 1.1e-4, "{found} {p}");
        }
        let whole = softmax(&logits, 1.0);
        let drawn = sample(&logits, temperature, 1.0, 0.4).unwrap();
        let token = drawn.token as usize;
        assert!((f64::from(drawn.log_prob) - whole[token].ln()).abs() < 1e-5);
        assert!((f64::from(drawn.sampling_log_prob) - p[token].ln()).abs() < 1e-5);
    }
}

#[test]
fn top_p_keeps_the_smallest_set_that_reaches_the_mass() {
    // Probabilities 0.1, 0.4, 0.2, 0.3.
    let logits = [0.1f32, 0.4, 0.2, 0.3].map(f32::ln);
    let check = |top_p: f32, want: [f64; 4]| {
        let found = frequencies(&logits, 1.0, top_p, 10_000);
        for (found, want) in found.iter().zip(want) {
            assert!((found - want).abs() < 3e-4, "{top_p}: {found} {want}");
        }
    };
    check(0.0, [0.0, 1.0, 0.0, 0.0]);
    check(0.39, [0.0, 1.0, 0.0, 0.0]);
    check(0.41, [0.0, 4.0 / 7.0, 0.0, 3.0 / 7.0]);
    check(0.69, [0.0, 4.0 / 7.0, 0.0, 3.0 / 7.0]);
    check(0.71, [0.0, 4.0 / 9.0, 2.0 / 9.0, 3.0 / 9.0]);
    check(0.99, [0.1, 0.4, 0.2, 0.3]);
    let drawn = sample(&logits, 1.0, 0.5, 0.9).unwrap();
    assert_eq!(drawn.token, 3);
    assert!((drawn.log_prob - 0.3f32.ln()).abs() < 1e-6);
    assert!((drawn.sampling_log_prob - (3f32 / 7.0).ln()).abs() < 1e-6);
}

#[test]
fn a_nucleus_longer_than_a_stretch_is_the_sorted_one() {
    let weights: Vec<f32> = noise(700, 9).iter().map(|x| x.abs()).collect();
    let mut order: Vec<usize> = (0..700).collect();
    order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
    for top_p in [0.1, 0.5, 0.9, 0.999] {
        let whole: f64 = weights.iter().map(|&w| f64::from(w)).sum();
        let (kept, mass) = nucleus(&weights, whole, top_p);
        assert_eq!(kept, order[..kept.len()]);
        let threshold = f64::from(top_p) * whole;
        assert!(mass >= threshold);
        assert!(mass - f64::from(weights[kept[kept.len() - 1]]) < threshold);
    }
}

#[test]
fn temperature_zero_takes_the_first_of_the_best() {
    let drawn = sample(&[0.0, 2.0, 2.0], 0.0, 1.0, 0.99).unwrap();
    assert_eq!((drawn.token, drawn.sampling_log_prob), (1, 0.0));
    assert!((drawn.log_prob - (2.0 - (2.0 * 2f32.exp() + 1.0).ln())).abs() < 1e-6);
    assert_eq!(sample(&[0.0, 2.0, 1.0], 1e-42, 1.0, 0.99).unwrap().token, 1);
}

#[test]
fn impossible_tokens_are_never_drawn() {
    let logits = [
        f32::NEG_INFINITY,
        1.0,
        f32::NEG_INFINITY,
        1.0,
        f32::NEG_INFINITY,
    ];
    for (u, token) in [
        (0.0, 1),
        (0.499, 1),
        (0.501, 3),
        (1.0 - f32::EPSILON / 2.0, 3),
    ] {
        assert_eq!(sample(&logits, 1.0, 1.0, u).unwrap().token, token);
        assert_eq!(sample(&logits, 1.0, 0.999, u).unwrap().token, token);
    }
}

#[test]
fn what_cannot_be_sampled_is_an_error() {
    use SampleError::*;
    let fails = |logits: &[f32], t, p, u| sample(logits, t, p, u).unwrap_err();
    assert_eq!(fails(&[0.0, f32::NAN], 1.0, 1.0, 0.5), Logit(1));
    assert_eq!(fails(&[f32::INFINITY], 0.0, 1.0, 0.5), Logit(0));
    assert_eq!(fails(&[], 1.0, 1.0, 0.5), Nothing);
    assert_eq!(fails(&[f32::NEG_INFINITY; 2], 1.0, 1.0, 0.5), Nothing);
    assert_eq!(fails(&[0.0], -1.0, 1.0, 0.5), Temperature(-1.0));
    assert!(matches!(fails(&[0.0], f32::NAN, 1.0, 0.5), Temperature(_)));
    assert_eq!(fails(&[0.0], 1.0, 1.5, 0.5), TopP(1.5));
    assert_eq!(fails(&[0.0], 1.0, 1.0, 1.0), Uniform(1.0));
}
