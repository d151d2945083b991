//! Tests of the statistics against closed forms and worked examples.

use explang::run::WinTieLose;

use explang::run::metrics::entropy;

use super::*;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} is not {b}");
}

#[test]
fn pass_at_k_is_the_share_of_subsets_with_a_correct_sample() {
    // 5 samples, 2 correct, any 3: of the 10 subsets only one has no correct sample.
    close(pass_at_k(5, 2, 3).unwrap(), 0.9);
    close(pass_at_k(12, 3, 1).unwrap(), 0.25);
    for correct in 0..=12 {
        close(
            pass_at_k(12, correct, 12).unwrap(),
            f64::from(u8::from(correct > 0)),
        );
    }
    close(pass_at_k(12, 0, 4).unwrap(), 0.0);
    assert_eq!(pass_at_k(3, 1, 4), None);
    assert_eq!(pass_at_k(3, 1, 0), None);
    assert_eq!(pass_at_k(3, 4, 1), None);
}

#[test]
fn the_interval_of_a_mean_is_near_the_normal_one() {
    // 400 coin flips at 0.3: standard error sqrt(0.21 / 400) = 0.0229.
    let values: Vec<f64> = (0..400)
        .map(|i| if i % 10 < 3 { 1.0 } else { 0.0 })
        .collect();
    let bootstrap = Bootstrap {
        seed: 7,
        resamples: 4000,
    };
    let estimate = bootstrap.mean(&values).unwrap();
    close(estimate.value, 0.3);
    assert_eq!(estimate.n, 400);
    assert!((estimate.low - (0.3 - 1.96 * 0.0229)).abs() < 0.006);
    assert!((estimate.high - (0.3 + 1.96 * 0.0229)).abs() < 0.006);
    assert_eq!(bootstrap.mean(&values), Some(estimate));
    // Values without ties, so that another seed cannot hit the same percentiles.
    let values: Vec<f64> = (0..40).map(|i| f64::from(i).sqrt()).collect();
    let other = Bootstrap {
        seed: 8,
        ..bootstrap
    };
    assert_ne!(other.mean(&values), bootstrap.mean(&values));
}

#[test]
fn clusters_of_equal_samples_widen_the_interval() {
    // The same 120 outcomes: as 120 problems, or as 10 problems of 12 samples that all agree.
    let alone: Vec<_> = (0..120)
        .map(|i| [if i % 2 == 0 { 1.0 } else { 0.0 }, 1.0])
        .collect();
    let together: Vec<_> = (0..10)
        .map(|i| [if i % 2 == 0 { 12.0 } else { 0.0 }, 12.0])
        .collect();
    let bootstrap = Bootstrap::default();
    let (alone, together) = (
        bootstrap.ratio(&alone).unwrap(),
        bootstrap.ratio(&together).unwrap(),
    );
    assert_eq!((alone.value, alone.n), (together.value, together.n));
    assert!(together.high - together.low > 2.5 * (alone.high - alone.low));
}

#[test]
fn nothing_gives_nothing_and_never_a_nan() {
    let bootstrap = Bootstrap::default();
    assert_eq!(bootstrap.mean(&[]), None);
    assert_eq!(bootstrap.ratio(&[[0.0, 0.0]]), None);
    assert_eq!(bootstrap.mean(&[f64::NAN]), None);
    assert_eq!(bootstrap.pearson(&[]), None);
    assert_eq!(bootstrap.spearman(&[(1.0, 2.0)]), None);
    assert_eq!(pearson(&[(0.1, 1.0), (0.1, 2.0), (0.1, 3.0)]), None);
    assert_eq!(spearman(&[(f64::NAN, 1.0), (2.0, 3.0)]), None);
    assert_eq!(entropy([]), None);
    assert_eq!(entropy([0.0, 0.0]), None);
    assert_eq!(entropy([-1.0, 2.0]), None);
    assert_eq!(entropy_share(0.0, 1), None);
    let none = Bootstrap {
        seed: 0,
        resamples: 0,
    };
    assert_eq!(none.mean(&[1.0]), None);
    // Resamples without the only defined cluster are passed over.
    let rare = bootstrap.ratio(&[[1.0, 2.0], [0.0, 0.0]]).unwrap();
    assert_eq!((rare.value, rare.low, rare.high), (0.5, 0.5, 0.5));
}

#[test]
fn percentiles_interpolate() {
    let mut draws: Vec<f64> = (0..=100).rev().map(f64::from).collect();
    let [low, high] = interval(&mut draws).unwrap();
    close(low, 2.5);
    close(high, 97.5);
}

#[test]
fn entropy_runs_from_one_choice_to_all() {
    close(entropy([5.0]).unwrap(), 0.0);
    assert!(entropy([5.0, 0.0]).unwrap().is_sign_positive());
    close(entropy([2.0; 13]).unwrap(), 13f64.ln());
    close(
        entropy([0.5, 0.25, 0.25]).unwrap(),
        1.5 * std::f64::consts::LN_2,
    );
    close(entropy_share(13f64.ln(), 13).unwrap(), 1.0);
}

#[test]
fn correlations_match_worked_examples() {
    let line: Vec<_> = (0..5)
        .map(|i| (f64::from(i), 3.0 - 2.0 * f64::from(i)))
        .collect();
    close(pearson(&line).unwrap(), -1.0);
    // x = 1 2 3 4 5, y = 2 4 5 4 5: r = 6 / sqrt(10 · 6).
    let pairs = [(1.0, 2.0), (2.0, 4.0), (3.0, 5.0), (4.0, 4.0), (5.0, 5.0)];
    close(pearson(&pairs).unwrap(), 6.0 / 60f64.sqrt());
    assert_eq!(ranks(&[2.0, 4.0, 5.0, 4.0, 5.0]), [1.0, 2.5, 4.5, 2.5, 4.5]);
    // Ranks of y: 1, 2.5, 4.5, 2.5, 4.5: r = 7 / sqrt(10 · 9).
    close(spearman(&pairs).unwrap(), 7.0 / 90f64.sqrt());
    // Any increasing map keeps the ranks.
    let curved: Vec<_> = (1..9).map(|i| (f64::from(i), f64::from(i).exp())).collect();
    close(spearman(&curved).unwrap(), 1.0);
    assert!(pearson(&curved).unwrap() < 0.9);
    let estimate = Bootstrap::default().spearman(&pairs).unwrap();
    assert!(estimate.low <= estimate.value && estimate.value <= estimate.high);
    assert_eq!(estimate.n, 5);
}

#[test]
fn win_tie_lose_counts_each_side() {
    let mut count = WinTieLose::default();
    count.count(0.5, 0.25);
    count.count(0.1 + 0.2, 0.3);
    count.count(0.0, 1.0);
    count.count(0.0, 0.5);
    assert_eq!(
        count,
        WinTieLose {
            win: 1,
            tie: 1,
            lose: 2
        }
    );
}
