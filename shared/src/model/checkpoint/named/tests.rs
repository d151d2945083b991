use std::cell::RefCell;
use std::collections::BTreeMap;

use burn::tensor::Device;

use super::super::{Precision, write};
use super::*;
use crate::model::{Decoder, ModelPreset};
use crate::random;

const PRECISIONS: [Precision; 3] = [Precision::F32, Precision::F16, Precision::BF16];

fn config(tied: bool) -> ModelConfig {
    ModelConfig {
        tie_word_embeddings: tied,
        ..ModelConfig::of(ModelPreset::Pico, 60)
    }
}

/// The weights of a random model.
fn weights(tied: bool) -> BTreeMap<String, TensorData> {
    Decoder::random(&config(tied), 3, &Device::flex()).named_weights()
}

fn opened(
    tied: bool,
    weights: BTreeMap<String, TensorData>,
    precision: Precision,
) -> Result<Decoder, WeightsError> {
    let bytes = write(weights, precision).unwrap();
    Decoder::from_safetensors(&config(tied), &bytes, &Device::flex())
}

#[test]
fn every_format_is_read_as_the_numbers_that_it_holds() {
    // More than one part of the file, and no whole number of slices.
    let count = PART / 2 + HALVES / 2 + 3;
    let stream = random::derive(5, &[]);
    let values: Vec<f32> = (0..count as u64)
        .map(|i| random::normal(stream, i))
        .collect();
    for precision in PRECISIONS {
        let rounded = values.iter().map(|&v| match precision {
            Precision::F32 => v,
            Precision::F16 => f16::from_f32(v).to_f32(),
            Precision::BF16 => bf16::from_f32(v).to_f32(),
        });
        let tensors = BTreeMap::from([("x".to_owned(), TensorData::new(values.clone(), [count]))]);
        let bytes = write(tensors, precision).unwrap();
        let moved = RefCell::new(Vec::new());
        let mut file = NamedTensors::read(&bytes)
            .unwrap()
            .on_moved(|part| moved.borrow_mut().extend_from_slice(part));
        let read = file.get("x", &[count]).unwrap();
        assert_eq!(
            read,
            TensorData::new(rounded.collect::<Vec<f32>>(), [count])
        );
        drop(file);
        assert!(bytes.ends_with(&moved.into_inner()) && count * 2 <= bytes.len());
    }
}

#[test]
fn a_number_that_is_not_finite_is_refused_wherever_it_is() {
    for precision in PRECISIONS {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for at in [0, 1, HALVES, 2 * HALVES + 1] {
                let finite = TensorData::zeros::<f32, _>([2 * HALVES + 2]);
                let mut bytes =
                    write(BTreeMap::from([("x".to_owned(), finite)]), precision).unwrap();
                let (size, number) = match precision {
                    Precision::F32 => (4, bad.to_le_bytes().to_vec()),
                    Precision::F16 => (2, f16::from_f32(bad).to_le_bytes().to_vec()),
                    Precision::BF16 => (2, bf16::from_f32(bad).to_le_bytes().to_vec()),
                };
                let start = bytes.len() - size * (2 * HALVES + 2 - at);
                bytes[start..start + size].copy_from_slice(&number);
                let read = NamedTensors::read(&bytes)
                    .unwrap()
                    .get("x", &[2 * HALVES + 2]);
                assert_eq!(read, Err(WeightsError::NotFinite("x".to_owned())));
            }
        }
    }
}

#[test]
fn the_files_decide_whether_there_is_a_head() {
    let embedding = |weights: &BTreeMap<String, TensorData>| weights[EMBEDDING].clone();
    // Of its own, though the configuration says that it is tied.
    let with_head = weights(false);
    let model = opened(true, with_head.clone(), Precision::F32).unwrap();
    assert!(!model.config().tie_word_embeddings);
    assert_eq!(model.named_weights(), with_head);
    // The embedding once more.
    let tied = weights(true);
    let mut twice = tied.clone();
    twice.insert(HEAD.to_owned(), embedding(&tied));
    let model = opened(true, twice, Precision::F32).unwrap();
    assert!(model.config().tie_word_embeddings);
    assert_eq!(model.named_weights(), tied);
    // The head alone.
    let mut alone = tied.clone();
    let embedding = alone.remove(EMBEDDING).unwrap();
    alone.insert(HEAD.to_owned(), embedding);
    assert_eq!(
        opened(true, alone.clone(), Precision::F32)
            .unwrap()
            .named_weights(),
        tied
    );
    // Not tied, an embedding is no substitute, either way.
    assert_eq!(
        opened(false, tied, Precision::F32).unwrap_err(),
        WeightsError::NoHead
    );
    assert!(matches!(
        opened(false, alone, Precision::F32).unwrap_err(),
        WeightsError::Missing(name) if name == EMBEDDING
    ));
}

#[test]
fn a_model_that_was_saved_below_its_head_is_found_under_its_names() {
    let tied = weights(true);
    let below = tied.iter().map(|(name, values)| {
        let name = name.strip_prefix("model.").unwrap();
        (name.to_owned(), values.clone())
    });
    let model = opened(true, below.collect(), Precision::F32).unwrap();
    assert_eq!(model.named_weights(), tied);
}

#[test]
fn what_is_missing_and_what_is_quantised_are_told_apart() {
    for name in weights(true).keys() {
        let mut lacking = weights(true);
        let values = lacking.remove(name).unwrap();
        assert_eq!(
            opened(true, lacking.clone(), Precision::F32).unwrap_err(),
            WeightsError::Missing(name.clone())
        );
        for end in QUANTISED {
            let quantised = name.replace(".weight", end);
            lacking.insert(quantised.clone(), values.clone());
            assert_eq!(
                opened(true, lacking.clone(), Precision::F32).unwrap_err(),
                WeightsError::Quantised(quantised.clone())
            );
            lacking.remove(&quantised);
        }
    }
}
