use burn::module::Module;
use safetensors::SafeTensors;

use super::*;
use crate::model::checkpoint::{NamedTensors, WeightsError};
use crate::model::kernels::blocks::BlockFormat;
use crate::model::{Architecture, Cache, ModelConfig, ModelPreset, Packing, Precision};

fn config(tied: bool) -> ModelConfig {
    ModelConfig {
        tie_word_embeddings: tied,
        ..ModelConfig::of(ModelPreset::Nano, 60)
    }
}

/// A random decoder in blocks, and one of the numbers that they stand for.
fn pair(config: &ModelConfig) -> [Decoder; 2] {
    let device = Device::flex();
    let bytes = Decoder::random(config, 5, &device).to_safetensors(Precision::F32);
    let read = |form, bytes: &[u8]| {
        let tensors = NamedTensors::read(bytes).unwrap();
        Decoder::from_named_tensors(form, config, tensors, &device).unwrap()
    };
    let blocks = read(WeightForm::Q8_0, &bytes.unwrap());
    assert!(blocks.head().blocks.is_some());
    let bytes = blocks.to_safetensors(Precision::F32).unwrap();
    // Nothing is stored in blocks here, so nothing is opened in them.
    let numbers = read(WeightForm::Stored, &bytes);
    assert!(numbers.head().blocks.is_none());
    [blocks, numbers]
}

/// Checks that two are the same up to the order of sums.
fn assert_near(a: Tensor<2>, b: Tensor<2>) {
    let apart = (a - b).abs().max().into_scalar::<f32>();
    assert!(apart < 1e-4, "{apart}");
}

fn bits(x: Tensor<2>) -> Vec<u32> {
    x.into_data().iter::<f32>().map(f32::to_bits).collect()
}

#[test]
fn a_decoder_in_blocks_is_that_of_their_numbers() {
    for tied in [true, false] {
        for architecture in [Architecture::Qwen3, Architecture::Llama] {
            let config = ModelConfig {
                architecture,
                ..config(tied)
            };
            let [blocks, numbers] = pair(&config);
            assert_eq!(blocks.named_weights(), numbers.named_weights());
            assert!(blocks.num_params() < numbers.num_params() / 20);
            let (tokens, packing) = ([5, 9, 11, 2, 40, 41, 3], Packing::new([4, 3]));
            let logits = |model: &Decoder| model.logits(model.hidden(&tokens, &packing));
            assert_near(logits(&blocks), logits(&numbers));
            assert_eq!(bits(logits(&blocks.for_sampling())), bits(logits(&blocks)));
        }
    }
}

#[test]
fn a_row_has_the_same_bits_whatever_the_batch() {
    let config = config(true);
    let [blocks, _] = pair(&config);
    let prompts: Vec<Vec<u32>> = (0..23)
        .map(|i| (0..1 + i % 6).map(|j| (7 * i + 3 * j) % 60).collect())
        .collect();
    let steps = |prompts: &[Vec<u32>]| -> Vec<Vec<u32>> {
        let packing = Packing::new(prompts.iter().map(Vec::len));
        let mut cache = Cache::new(&blocks, prompts.len(), 9);
        blocks.extend(&prompts.concat(), &packing, &mut cache);
        let mut rows = vec![Vec::new(); prompts.len()];
        for step in 0..3 {
            let next: Vec<u32> = prompts
                .iter()
                .map(|prompt| (prompt[0] + step) % 60)
                .collect();
            let packing = Packing::new(vec![1; prompts.len()]);
            let logits = blocks.logits(blocks.extend(&next, &packing, &mut cache));
            for (row, logits) in rows.iter_mut().zip(bits(logits).chunks(60)) {
                row.extend_from_slice(logits);
            }
        }
        rows
    };
    let together = steps(&prompts);
    for (prompt, row) in prompts.iter().zip(&together) {
        assert_eq!(&steps(std::slice::from_ref(prompt))[0], row);
    }
}

#[test]
fn what_learns_is_never_in_blocks() {
    let device = Device::flex().autodiff();
    let config = config(true);
    let bytes = Decoder::random(&config, 5, &device).to_safetensors(Precision::F32);
    let bytes = bytes.unwrap();
    let tensors = NamedTensors::read(&bytes).unwrap();
    let model = Decoder::from_named_tensors(WeightForm::Q8_0, &config, tensors, &device).unwrap();
    assert_eq!(model.values_of_blocks().len(), 0);
    assert_eq!(model.num_params(), config.num_parameters());
}

#[test]
fn rows_that_blocks_do_not_fill_stay_as_they_are() {
    let config = ModelConfig {
        intermediate_size: 72,
        ..config(true)
    };
    let [blocks, numbers] = pair(&config);
    let in_blocks: Vec<String> = blocks
        .values_of_blocks()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(in_blocks.len(), 1 + 6 * config.num_layers);
    assert!(in_blocks.iter().all(|name| !name.contains("down_proj")));
    assert_eq!(blocks.named_weights(), numbers.named_weights());
}

/// What stays in 16 bits in a large model, of a small one.
struct Halves<'a>(NamedTensors<'a>);

impl Weights for Halves<'_> {
    type Error = WeightsError;

    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, WeightsError> {
        self.0.get(name, shape)
    }

    fn blocks(
        &mut self,
        name: &str,
        shape: [usize; 2],
        _: bool,
    ) -> Result<Option<Blocks>, WeightsError> {
        self.0.blocks(name, shape, true)
    }
}

#[test]
fn a_decoder_in_16_bits_reads_as_in_f32_bit_for_bit() {
    let device = Device::flex();
    for precision in [Precision::F16, Precision::BF16] {
        let config = config(precision == Precision::F16);
        let bytes = Decoder::random(&config, 5, &device).to_safetensors(precision);
        let bytes = bytes.unwrap();
        let tensors = || NamedTensors::read(&bytes).unwrap();
        let numbers = Decoder::from_weights(&config, &mut tensors(), &device).unwrap();
        let form = WeightForm::Stored;
        let mut halves = Halves(tensors());
        let halves = Decoder::from_weights_in(form, &config, &mut halves, &device).unwrap();
        assert_eq!(halves.named_weights(), numbers.named_weights());
        assert!(halves.num_params() < numbers.num_params() / 20);
        let (tokens, packing) = ([5, 9, 11, 2, 40, 41, 3], Packing::new([4, 3]));
        let whole = |model: &Decoder| model.logits(model.hidden(&tokens, &packing));
        assert_near(whole(&halves), whole(&numbers));
        let read = |model: Decoder| {
            let model = model.for_one_sequence();
            let mut cache = Cache::new(&model, 2, 9);
            bits(model.logits(model.extend(&tokens, &packing, &mut cache)))
        };
        assert_eq!(read(halves), read(numbers));
    }
}

#[test]
fn numbers_of_16_bits_stay_where_the_model_is_large() {
    let (device, config) = (Device::flex(), config(true));
    let name = "model.layers.1.mlp.down_proj.weight";
    let shape = [config.hidden_size, config.intermediate_size];
    for (precision, format) in [
        (Precision::F32, None),
        (Precision::F16, Some(BlockFormat::F16)),
        (Precision::BF16, Some(BlockFormat::BF16)),
    ] {
        let bytes = Decoder::random(&config, 5, &device).to_safetensors(precision);
        let mut bytes = bytes.unwrap();
        let blocks = |form: WeightForm, large: bool| {
            let mut tensors = NamedTensors::read(&bytes).unwrap();
            let blocks = form.blocks(&mut tensors, name, shape, large).unwrap();
            blocks.map(|blocks| blocks.format())
        };
        for large in [false, true] {
            assert_eq!(blocks(WeightForm::F32, large), None);
            assert_eq!(blocks(WeightForm::Q8_0, large), Some(BlockFormat::Q8_0));
        }
        assert_eq!(blocks(WeightForm::Stored, false), None);
        assert_eq!(blocks(WeightForm::Stored, true), format);

        let of_another_shape =
            NamedTensors::read(&bytes)
                .unwrap()
                .blocks(name, [shape[1], shape[0]], true);
        assert!(matches!(of_another_shape, Err(WeightsError::Shape { .. })));
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let data = file.tensor(name).unwrap().data();
        let end = data.as_ptr_range().end as usize - bytes.as_ptr() as usize;
        // Its last number.
        bytes[end - 2..end].copy_from_slice(&[0xFF, 0xFF]);
        let spoilt = NamedTensors::read(&bytes)
            .unwrap()
            .blocks(name, shape, true);
        match format {
            Some(_) => assert_eq!(spoilt, Err(WeightsError::NotFinite(name.to_owned()))),
            None => assert_eq!(spoilt, Ok(None)),
        }
    }
}

/// Factors of an adapter.
#[cfg(feature = "lora")]
struct Factors;

#[cfg(feature = "lora")]
impl Weights for Factors {
    type Error = std::convert::Infallible;

    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, Self::Error> {
        let path: Vec<u64> = name.bytes().map(u64::from).collect();
        let stream = crate::random::derive(4, &path);
        let count = shape.iter().product::<usize>() as u64;
        let values: Vec<f32> = (0..count)
            .map(|i| 0.2 * crate::random::normal(stream, i))
            .collect();
        Ok(TensorData::new(values, shape))
    }
}

#[cfg(feature = "lora")]
#[test]
fn an_adapter_of_a_decoder_in_blocks_adds_what_it_adds_to_the_numbers() {
    let (tokens, packing) = ([5, 9, 11, 2], Packing::new([4]));
    let logits = |model: &Decoder| model.logits(model.hidden(&tokens, &packing));
    let plain = pair(&config(false));
    let adapted = plain.clone().map(|model| {
        let Ok(model) = model.with_adapters(|_| Some((4, 8.0)), &mut Factors);
        model
    });
    assert_ne!(bits(logits(&plain[0])), bits(logits(&adapted[0])));
    let [blocks, numbers] = adapted;
    assert_near(logits(&blocks), logits(&numbers));
    assert_eq!(
        blocks.merged().named_weights(),
        numbers.merged().named_weights()
    );
}
