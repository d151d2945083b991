use super::super::testing::{assert_close, double, gradient, inner, noise};
use super::*;

/// The frequencies of the base `theta`.
fn frequencies(hd: usize, theta: f64) -> Vec<f32> {
    let exponent = |i: usize| -2.0 * i as f64 / hd as f64;
    (0..hd / 2)
        .map(|i| theta.powf(exponent(i)) as f32)
        .collect()
}

fn reference(
    x: &[f64],
    w: Option<&[f64]>,
    eps: f64,
    positions: &[u32],
    hd: usize,
    theta: f64,
) -> Vec<f64> {
    let (half, width) = (hd / 2, x.len() / positions.len().max(1));
    let mut y = Vec::new();
    for (h, head) in x.chunks(hd).enumerate() {
        let mean = head.iter().map(|x| x * x).sum::<f64>() / hd as f64;
        let r = 1.0 / (mean + eps).sqrt();
        let z: Vec<f64> = match w {
            None => head.to_vec(),
            Some(w) => head.iter().zip(w).map(|(x, w)| x * w * r).collect(),
        };
        let p = f64::from(positions[h * hd / width]);
        for c in 0..hd {
            let i = c % half;
            let angle = p * theta.powf(-2.0 * i as f64 / hd as f64);
            let other = if c < half { -z[c + half] } else { z[c - half] };
            y.push(z[c] * angle.cos() + other * angle.sin());
        }
    }
    y
}

#[test]
fn forward_and_backward_agree_with_double_precision() {
    for (n, heads, hd) in [(3, 2, 4), (2, 3, 6), (4, 1, 32), (1, 2, 2), (0, 2, 8)] {
        let positions: Vec<u32> = (0..n as u32).map(|i| (i * 5) % 11).collect();
        let table = RopeTable::new(12, &frequencies(hd, 100.0));
        let (x, w) = (noise(n * heads * hd, 1), noise(hd, 2));
        let g = noise(x.len(), 3);
        let eps = f64::from(1e-3f32);
        for gains in [None, Some(&w[..])] {
            let norm = gains.map(|weight| HeadNorm { weight, eps: 1e-3 });
            let gains = gains.map(double);
            let f = |x: &[f64], w: Option<&[f64]>| reference(x, w, eps, &positions, hd, 100.0);
            let mut y = vec![f32::NAN; x.len()];
            forward(&x, norm, &positions, &table, &mut y);
            assert_close(&y, &f(&double(&x), gains.as_deref()), 3e-6);
            let (mut dx, mut dw) = (g.clone(), vec![0.25; hd]);
            backward(&x, norm, &positions, &table, &mut dx, &mut dw);
            assert_close(
                &dx,
                &gradient(&x, |x| inner(&f(x, gains.as_deref()), &g)),
                3e-5,
            );
            let want: Vec<f64> = match gains {
                None => vec![0.25; hd],
                Some(_) => gradient(&w, |w| inner(&f(&double(&x), Some(w)), &g))
                    .iter()
                    .map(|dw| dw + 0.25)
                    .collect(),
            };
            assert_close(&dw, &want, 3e-5);
        }
    }
}

#[test]
fn position_zero_is_not_turned_and_rows_are_gathered() {
    let table = RopeTable::new(3, &frequencies(4, 10_000.0));
    assert_eq!((table.head_dim(), table.positions()), (4, 3));
    let mut y = [0.0; 4];
    forward(&[1.0, 2.0, 3.0, 4.0], None, &[0], &table, &mut y);
    assert_eq!(y, [1.0, 2.0, 3.0, 4.0]);
    let (cos, sin) = table.rows(&[2, 0]);
    assert_close(&cos, &[2f64.cos(), 0.02f64.cos(), 1.0, 1.0], 1e-7);
    assert_close(&sin, &[2f64.sin(), 0.02f64.sin(), 0.0, 0.0], 1e-7);
}

#[test]
fn far_positions_cost_only_their_block() {
    let table = RopeTable::new(1 << 20, &frequencies(4, 10_000.0));
    let clone = table.clone();
    for position in [0, 255, 256, 70_000, (1 << 20) - 1] {
        let (cos, sin) = clone.rows(&[position]);
        let angles = [1.0, 0.01f32].map(|f| f64::from(position as f32 * f));
        assert_eq!(cos, angles.map(|a| a.cos() as f32));
        assert_eq!(sin, angles.map(|a| a.sin() as f32));
    }
    let made = table.blocks.iter().filter(|block| block.get().is_some());
    assert_eq!(made.count(), 4);
}

#[test]
#[should_panic(expected = "a position of the rotary table")]
fn a_position_outside_is_refused() {
    RopeTable::new(257, &[1.0]).rows(&[257]);
}
