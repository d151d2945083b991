//! Attention against its definition in double precision.

use super::super::testing::{assert_close, double, gradient, inner, noise};
use super::*;

fn reference(
    q: &[f64],
    k: &[f64],
    v: &[f64],
    offsets: &[usize],
    heads: Heads,
) -> (Vec<f64>, Vec<f64>) {
    let Heads {
        heads: h,
        kv_heads,
        head_dim: hd,
    } = heads;
    let tokens = q.len() / (h * hd);
    let (mut out, mut lse) = (vec![0.0; q.len()], vec![0.0; tokens * h]);
    for w in offsets.windows(2) {
        for i in w[0]..w[1] {
            for a in 0..h {
                let g = a / (h / kv_heads);
                let key = |x: &[f64], j: usize, c: usize| x[(j * kv_heads + g) * hd + c];
                let scores: Vec<f64> = (w[0]..=i)
                    .map(|j| {
                        (0..hd)
                            .map(|c| q[(i * h + a) * hd + c] * key(k, j, c))
                            .sum::<f64>()
                            / (hd as f64).sqrt()
                    })
                    .collect();
                let sum: f64 = scores.iter().map(|s| s.exp()).sum();
                lse[i * h + a] = sum.ln();
                for (j, score) in (w[0]..=i).zip(&scores) {
                    for c in 0..hd {
                        out[(i * h + a) * hd + c] += score.exp() / sum * key(v, j, c);
                    }
                }
            }
        }
    }
    (out, lse)
}

/// Queries, keys and values.
fn inputs(tokens: usize, heads: Heads) -> [Vec<f32>; 3] {
    [
        noise(tokens * heads.query_width(), 1),
        noise(tokens * heads.key_width(), 2),
        noise(tokens * heads.key_width(), 3),
    ]
}

fn heads(heads: usize, kv_heads: usize, head_dim: usize) -> Heads {
    Heads {
        heads,
        kv_heads,
        head_dim,
    }
}

fn run(q: &[f32], k: &[f32], v: &[f32], offsets: &[usize], heads: Heads) -> (Vec<f32>, Vec<f32>) {
    let (mut out, mut lse) = (
        vec![f32::NAN; q.len()],
        vec![f32::NAN; q.len() / heads.head_dim],
    );
    forward(q, k, v, offsets, heads, &mut out, &mut lse);
    (out, lse)
}

#[test]
fn forward_agrees_with_its_definition() {
    for (offsets, heads) in [
        (vec![0, 1], heads(1, 1, 1)),
        (vec![0, 1, 4, 4, 9], heads(4, 2, 8)),
        (vec![0, 17, 33, 98], heads(4, 1, 32)),
        (vec![0, 16, 64, 131], heads(6, 3, 20)),
        (vec![0], heads(2, 2, 16)),
        (vec![0, 0], heads(2, 2, 16)),
        (vec![0, 40], heads(2, 1, 64)),
    ] {
        let tokens = *offsets.last().unwrap();
        let [q, k, v] = inputs(tokens, heads);
        let (out, lse) = run(&q, &k, &v, &offsets, heads);
        let (want, want_lse) = reference(&double(&q), &double(&k), &double(&v), &offsets, heads);
        assert_close(&out, &want, 3e-6);
        assert_close(&lse, &want_lse, 3e-6);
    }
}

#[test]
fn backward_agrees_with_finite_differences() {
    for (offsets, heads) in [
        (vec![0, 1], heads(1, 1, 1)),
        (vec![0, 3, 4], heads(2, 1, 6)),
        (vec![0, 5, 5, 26], heads(4, 2, 4)),
        (vec![0, 35], heads(2, 2, 18)),
        (vec![0], heads(2, 2, 16)),
    ] {
        let tokens = *offsets.last().unwrap();
        let [q, k, v] = inputs(tokens, heads);
        let g = noise(q.len(), 4);
        let (_, lse) = run(&q, &k, &v, &offsets, heads);
        let (mut dq, mut dk, mut dv) = (g.clone(), k.clone(), v.clone());
        backward([&q, &lse], &offsets, heads, &mut dk, &mut dv, &mut dq);
        let [q64, k64, v64] = [&q, &k, &v].map(|x| double(x));
        let f = |q: &[f64], k: &[f64], v: &[f64]| inner(&reference(q, k, v, &offsets, heads).0, &g);
        assert_close(&dq, &gradient(&q, |q| f(q, &k64, &v64)), 2e-5);
        assert_close(&dk, &gradient(&k, |k| f(&q64, k, &v64)), 2e-5);
        assert_close(&dv, &gradient(&v, |v| f(&q64, &k64, v)), 2e-5);
    }
}

#[test]
fn large_scores_do_not_overflow() {
    let heads = heads(1, 1, 4);
    let q = [100.0; 8];
    let k = [[100.0f32; 4], [-100.0; 4]].concat();
    let v = [[1.0f32; 4], [2.0; 4]].concat();
    let (out, lse) = run(&q, &k, &v, &[0, 2], heads);
    assert_eq!(out, [1.0; 8]);
    assert_close(&lse, &[2e4, 2e4], 1e-6);
}

#[test]
fn sequences_do_not_see_each_other_and_tokens_do_not_see_the_future() {
    let heads = heads(2, 1, 8);
    let offsets = [0, 20, 45];
    let [q, mut k, mut v] = inputs(45, heads);
    let (before, _) = run(&q, &k, &v, &offsets, heads);
    // Change token 30: only the tokens 30 to 44 may notice.
    k[30 * 8..31 * 8].fill(9.0);
    v[30 * 8..31 * 8].fill(-7.0);
    let (after, _) = run(&q, &k, &v, &offsets, heads);
    assert_eq!(before[..30 * 16], after[..30 * 16]);
    assert!((30..45).all(|i| before[i * 16..][..16] != after[i * 16..][..16]));
}

#[test]
fn decoding_token_by_token_is_the_forward_pass() {
    for heads in [heads(4, 2, 8), heads(3, 1, 20), heads(2, 2, 32)] {
        let offsets = [0, 1, 38, 61];
        let [q, k, v] = inputs(61, heads);
        let (out, _) = run(&q, &k, &v, &offsets, heads);
        let (wide, narrow) = (heads.query_width(), heads.key_width());
        for step in 0..37 {
            // The rows that still run, each at its token `step`.
            let running: Vec<_> = offsets.windows(2).filter(|w| w[0] + step < w[1]).collect();
            let mut rows: Vec<CachedRow> = running
                .iter()
                .map(|w| {
                    let mut row = CachedRow::default();
                    // What a prompt leaves.
                    let (past, new) = (w[0] * narrow, (w[0] + step) * narrow);
                    row.extend(&k[past..new], &v[past..new], narrow);
                    row
                })
                .collect();
            let at = |x: &[f32], width: usize| -> Vec<f32> {
                running
                    .iter()
                    .flat_map(|w| x[(w[0] + step) * width..][..width].to_vec())
                    .collect()
            };
            let (new_k, new_v) = (at(&k, narrow), at(&v, narrow));
            let mut decoded = vec![f32::NAN; running.len() * wide];
            let new = Some([&new_k[..], &new_v]);
            decode(&at(&q, wide), new, &mut rows, heads, &mut decoded);
            assert_close(&decoded, &double(&at(&out, wide)), 2e-6);
            // The rows hold the new tokens now.
            let before = std::mem::replace(&mut decoded, vec![f32::NAN; running.len() * wide]);
            decode(&at(&q, wide), None, &mut rows, heads, &mut decoded);
            assert_eq!(decoded, before);
        }
    }
}

#[test]
fn a_row_that_shares_its_first_tokens_gives_the_bits_of_one_that_does_not() {
    let heads = heads(4, 2, 40);
    let narrow = heads.key_width();
    let [q, k, v] = inputs(90, heads);
    let part = |row: &mut CachedRow, tokens: std::ops::Range<usize>| {
        let tokens = tokens.start * narrow..tokens.end * narrow;
        row.extend(&k[tokens.clone()], &v[tokens], narrow);
    };
    let decoded = |row: CachedRow| {
        let mut out = vec![f32::NAN; heads.query_width()];
        decode(&q[..heads.query_width()], None, &mut [row], heads, &mut out);
        out
    };
    for ends in [
        [1, 2, 3],
        [17, 32, 64],
        [31, 33, 65],
        [40, 40, 41],
        [64, 80, 90],
    ] {
        let mut alone = CachedRow::default();
        part(&mut alone, 0..ends[2]);
        let mut first = CachedRow::default();
        part(&mut first, 0..ends[0]);
        let mut second = first.fork();
        part(&mut second, ends[0]..ends[1]);
        let mut third = second.fork();
        part(&mut third, ends[1]..ends[2]);
        assert_eq!([first.len(), second.len(), third.len()], ends);
        part(&mut first, ends[0]..ends[2]);
        part(&mut second, ends[1]..ends[2]);
        let alone = decoded(alone);
        for row in [first, second, third] {
            assert_eq!(decoded(row), alone, "{ends:?}");
        }
    }
}

#[test]
fn an_empty_cache_gives_zeros() {
    let mut out = [f32::NAN; 4];
    let mut empty = [CachedRow::default()];
    assert!(empty[0].is_empty());
    decode(&[1.0; 4], None, &mut empty, heads(2, 1, 2), &mut out);
    assert_eq!(out, [0.0; 4]);
}

/// A machine takes the widest vectors that it has; here are the others.
#[test]
fn every_vector_unit_gives_the_same_but_for_rounding() {
    #[cfg(target_arch = "x86_64")]
    if let Some(unit) = pulp::x86::V3::try_new() {
        gives_the_same(unit);
    }
    gives_the_same(pulp::Scalar::new());
}

fn gives_the_same<S: pulp::Simd>(unit: S) {
    for (offsets, heads) in [
        (vec![0, 1, 4, 4, 9], heads(4, 2, 8)),
        (vec![0, 17, 50], heads(4, 1, 32)),
        (vec![0, 35], heads(2, 2, 18)),
    ] {
        let tokens = *offsets.last().unwrap();
        let [q, k, v] = inputs(tokens, heads);
        let (want, want_lse) = run(&q, &k, &v, &offsets, heads);
        let (mut out, mut lse) = (vec![f32::NAN; q.len()], vec![f32::NAN; want_lse.len()]);
        let longest = longest(&offsets, tokens);
        unit.vectorize(forward::Forward {
            inputs: [&q, &k, &v],
            offsets: &offsets,
            heads,
            longest,
            out: &mut out,
            lse: &mut lse,
        });
        assert_close(&out, &double(&want), 2e-6);
        assert_close(&lse, &double(&want_lse), 2e-6);
        let gradients = || (noise(q.len(), 4), k.clone(), v.clone());
        let (mut want_q, mut want_k, mut want_v) = gradients();
        let known = [&q[..], &lse];
        backward(
            known,
            &offsets,
            heads,
            &mut want_k,
            &mut want_v,
            &mut want_q,
        );
        let (mut dq, mut dk, mut dv) = gradients();
        unit.vectorize(backward::Backward {
            saved: known,
            offsets: &offsets,
            heads,
            longest,
            gradients: [&mut dk, &mut dv, &mut dq],
        });
        for (found, want) in [(dq, want_q), (dk, want_k), (dv, want_v)] {
            assert_close(&found, &double(&want), 1e-5);
        }
    }
}
