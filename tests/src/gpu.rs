//! The preset `smoke` on the GPU against the processor.

use burn::tensor::Device;
use explang_trainer::eval::summary::StageName;
use explang_trainer::run::metrics_log::read_lines;
use serde_json::Value;

use crate::pipeline::smoke_on;
use crate::support;

/// Largest difference of a loss, in nats.
const CLOSE: f64 = 1e-3;

#[test]
fn smoke_on_the_gpu_has_the_losses_that_it_has_on_the_processor() {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let devices = [Device::flex(), support::device()];
    let [cpu, gpu] = [0, 1].map(|i| {
        smoke_on(&devices[i], folders[i].path(), 1, 1, StageName::Distil);
        read_lines::<Value>(&folders[i].path().join("metrics.jsonl")).unwrap()
    });
    assert_eq!(cpu.len(), gpu.len());
    for stage in ["pretrain", "sft"] {
        let pairs = cpu.iter().zip(&gpu).filter(|(c, _)| c["stage"] == stage);
        let differences: Vec<f64> = pairs
            .map(|(c, g)| (c["loss"].as_f64().unwrap() - g["loss"].as_f64().unwrap()).abs())
            .collect();
        let worst = differences.iter().copied().fold(0.0, f64::max);
        println!(
            "{stage}: largest difference of a loss {worst:.1e} over {} steps",
            differences.len()
        );
        assert!(worst < CLOSE, "{stage}: {differences:?}");
    }
    // From here on the runs sample: where two tokens are nearly as probable a rounding decides, and the runs part.
    for line in &gpu {
        let norm = &line["gradient_norm"];
        assert!(norm.as_f64().is_some_and(f64::is_finite), "{line}");
    }
}
