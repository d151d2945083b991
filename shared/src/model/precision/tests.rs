use burn::tensor::{Device, Distribution, TensorData};
use half::{bf16, f16};

use super::*;

#[test]
fn a_format_rounds_as_it_says() {
    let device = Device::flex();
    let values: Vec<f32> = (1..2000).map(|i| 0.37 * i as f32).collect();
    for precision in Precision::ALL {
        let tensor = Tensor::<1>::from_data(TensorData::from(values.as_slice()), &device);
        let rounded = in_f32(precision.round(tensor)).into_data();
        let expected = values.iter().map(|&value| match precision {
            Precision::F32 => value,
            Precision::F16 => f16::from_f32(value).to_f32(),
            Precision::BF16 => bf16::from_f32(value).to_f32(),
        });
        let mut most = 0.0f64;
        for ((found, expected), value) in rounded.iter::<f32>().zip(expected).zip(&values) {
            assert_eq!(found, expected);
            most = most.max(f64::from((found - value).abs() / value));
        }
        assert!(most <= precision.rounding(), "{precision}: {most}");
        assert!(precision == Precision::F32 || most > 0.9 * precision.rounding());
    }
}

#[test]
fn gradients_pass_through_a_format_and_come_back_in_f32() {
    let device = Device::flex().autodiff();
    for precision in Precision::ALL {
        let x = Tensor::<2>::random([5, 7], Distribution::Default, &device).require_grad();
        let loss = (in_f32(precision.round(x.clone())) * 3.0).sum();
        let gradient = x.grad(&loss.backward()).unwrap();
        assert_eq!(gradient.dtype(), burn::tensor::DType::F32);
        assert!(gradient.into_data().iter::<f32>().all(|of_it| of_it == 3.0));
    }
}
