use burn::tensor::{Device, Distribution};

use super::Precision::F32;
use super::*;
use crate::model::{ModelConfig, ModelPreset};

fn random<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    Tensor::random(
        shape,
        Distribution::Normal(0.0, 1.0),
        &Device::flex().autodiff(),
    )
    .require_grad()
}

/// The value and all input gradients of a weighted sum of the output.
fn probe<const D: usize>(out: Tensor<D>, wrt: &[&Tensor<2>], gain: Option<&Tensor<1>>) -> Vec<f32> {
    let size = out.shape().num_elements();
    let weights: Vec<f32> = (0..size)
        .map(|i| ((i * 37) % 19) as f32 / 19.0 - 0.4)
        .collect();
    let weights = Tensor::<1>::from_data(TensorData::new(weights, [size]), &out.device());
    let host = |data: TensorData| data.iter::<f32>().collect::<Vec<f32>>();
    let mut numbers = host(out.to_data());
    let grads = (out.reshape([size]) * weights).sum().backward();
    for x in wrt {
        numbers.extend(host(x.grad(&grads).unwrap().into_data()));
    }
    if let Some(gain) = gain {
        numbers.extend(host(gain.grad(&grads).unwrap().into_data()));
    }
    numbers
}

fn assert_close(a: &[f32], b: &[f32]) {
    assert_eq!(a.len(), b.len());
    let worst = a
        .iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(worst < 2e-5, "{worst}");
}

/// Few rows and many, of matrices that are narrow, small, and large.
#[test]
fn a_product_equals_that_of_tensors_and_so_do_its_gradients() {
    for (inner, out) in [(3, 70), (70, 3), (40, 33), (131, 96), (400, 700)] {
        for rows in [1, 8, 9, 50] {
            // So that sums are about one.
            let (x, w) = (random([rows, inner]), random([out, inner]));
            let (x, w) = (x * 0.1, w * 0.1);
            let (x, w) = (x.detach().require_grad(), w.detach().require_grad());
            let expected = x.clone().matmul(w.clone().transpose());
            let expected = probe(expected, &[&x, &w], None);
            let found = probe(product(x.clone(), w.clone(), F32), &[&x, &w], None);
            assert_close(&found, &expected);
            let plain = product(x.clone().inner(), w.clone().inner(), F32);
            let plain: Vec<f32> = plain.into_data().iter::<f32>().collect();
            assert_close(&plain, &expected[..rows * out]);
            // What is frozen gets no gradient, and what learns beside it the same one.
            let still = |x: &Tensor<2>| x.clone().detach().set_require_grad(false);
            let of_x = probe(product(x.clone(), still(&w), F32), &[&x], None);
            let of_w = probe(product(still(&x), w.clone(), F32), &[&w], None);
            let (dx, dw) = expected[rows * out..].split_at(rows * inner);
            assert_close(&of_x[rows * out..], dx);
            assert_close(&of_w[rows * out..], dw);
        }
    }
}

#[test]
fn fused_operations_equal_composed_ones_and_so_do_their_gradients() {
    let config = ModelConfig::of(ModelPreset::Nano, 50);
    let packing = Packing::new([7, 7, 7]);
    let tokens = packing.tokens();
    let (hd, kv) = (config.head_dim, config.num_kv_heads * config.head_dim);
    let (x, gain) = (random([tokens, 48]), random([48]));
    assert_close(
        &probe(
            fused::rms_norm(x.clone(), gain.clone(), 1e-6),
            &[&x],
            Some(&gain),
        ),
        &probe(
            composed::rms_norm(x.clone(), gain.clone(), 1e-6),
            &[&x],
            Some(&gain),
        ),
    );
    let (q, gain) = (random([tokens, config.num_heads * hd]), random([hd]));
    let table = RopeTable::new(16, &config.rope_frequencies());
    let positions = Arc::new(packing.positions().to_vec());
    for gain in [None, Some(&gain)] {
        let fused = fused::rotate(
            q.clone(),
            gain.cloned(),
            &table,
            &positions,
            config.rms_norm_eps,
        );
        let composed = composed::rotate(q.clone(), gain.cloned(), &table, &positions, &config);
        assert_close(&probe(fused, &[&q], gain), &probe(composed, &[&q], gain));
    }
    let (k, v) = (random([tokens, kv]), random([tokens, kv]));
    let all = [&q, &k, &v];
    let [q, k, v] = all.map(Tensor::clone);
    let fused = fused::attention(q, k, v, &packing, &config);
    let composed = composed::attention(all.map(Tensor::clone), &packing, &config, F32);
    assert_close(&probe(fused, &all, None), &probe(composed, &all, None));
    let (gate, up) = (random([5, 33]), random([5, 33]));
    assert_close(
        &probe(fused::swiglu(gate.clone(), up.clone()), &[&gate, &up], None),
        &probe(
            composed::swiglu(gate.clone(), up.clone()),
            &[&gate, &up],
            None,
        ),
    );
    let logits = random([4, 50]);
    let targets = [3, 49, 0, 7];
    assert_close(
        &probe(fused::log_prob(logits.clone(), &targets), &[&logits], None),
        &probe(
            composed::log_prob(logits.clone(), &targets),
            &[&logits],
            None,
        ),
    );
    let teacher = random([4, 50]);
    for direction in [Direction::Forward, Direction::Reverse] {
        let run = |f: fn(Tensor<2>, Tensor<2>, Direction) -> Tensor<1>| {
            probe(
                f(logits.clone(), teacher.clone(), direction),
                &[&logits],
                None,
            )
        };
        assert_close(&run(fused::kl), &run(composed::kl));
        let same = fused::kl(logits.clone(), logits.clone(), direction);
        assert!(same.sum().into_scalar::<f32>().abs() < 1e-5);
    }
}

/// Small numbers that learn, so that sums are about one.
fn small(shape: [usize; 2]) -> Tensor<2> {
    (random(shape) * 0.1).detach().require_grad()
}

/// Rows of one block and of several, and all that can be frozen.
#[test]
fn operations_of_several_products_equal_composed_ones_and_so_do_their_gradients() {
    for (rows, hidden, inner) in [(9, 32, 40), (126, 33, 64), (300, 64, 96)] {
        let all = [
            [rows, hidden],
            [inner, hidden],
            [inner, hidden],
            [hidden, inner],
        ]
        .map(small);
        for frozen in [None, Some(0), Some(1), Some(2), Some(3)] {
            let still = |(i, x): (usize, &Tensor<2>)| {
                let x = x.clone().detach();
                x.set_require_grad(frozen != Some(i))
            };
            let all: Vec<Tensor<2>> = all.iter().enumerate().map(still).collect();
            let learn: Vec<&Tensor<2>> = all.iter().filter(|x| x.is_require_grad()).collect();
            let [x, gate, up, down] = [0, 1, 2, 3].map(|i| all[i].clone());
            let times = |x: Tensor<2>, w: &Tensor<2>| x.matmul(w.clone().transpose());
            let gated = composed::swiglu(times(x.clone(), &gate), times(x.clone(), &up));
            let expected = probe(times(gated, &down), &learn, None);
            let matrices = [gate, up, down];
            let found = fused::feed_forward(&x, &matrices).expect("the matrices are small");
            assert_close(&probe(found, &learn, None), &expected);
            let plain = feed_forward(x.inner(), matrices.map(Tensor::inner), F32);
            let plain: Vec<f32> = plain.into_data().iter::<f32>().collect();
            assert_close(&plain, &expected[..rows * hidden]);
        }
    }
    for (rows, hidden, vocab) in [(9, 32, 40), (252, 33, 64), (300, 64, 301)] {
        let (x, w) = (small([rows, hidden]), small([vocab, hidden]));
        let targets: Vec<u32> = (0..rows).map(|i| (i * 7 % vocab) as u32).collect();
        let logits = x.clone().matmul(w.clone().transpose());
        let expected = probe(composed::log_prob(logits, &targets), &[&x, &w], None);
        let found = fused::head_log_prob(&x, &w, &targets).expect("the matrix is small");
        assert_close(&probe(found, &[&x, &w], None), &expected);
        let plain = head_log_prob(x.inner(), w.inner(), &targets, F32);
        let plain: Vec<f32> = plain.into_data().iter::<f32>().collect();
        assert_close(&plain, &expected[..rows]);
    }
    // Large and narrow ones are not theirs, and give the same.
    let (x, w) = (small([20, 400]), small([700, 400]));
    assert!(fused::head_log_prob(&x, &w, &[3; 20]).is_none());
    let logits = product(x.clone(), w.clone(), F32);
    let expected = probe(log_prob(logits, &[3; 20]), &[&x, &w], None);
    let found = probe(
        head_log_prob(x.clone(), w.clone(), &[3; 20], F32),
        &[&x, &w],
        None,
    );
    assert_close(&found, &expected);
}
