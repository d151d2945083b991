use super::*;
use crate::model::{Architecture, CausalLm, ModelConfig, ModelPreset};

fn values(x: Tensor<2>) -> Vec<f32> {
    x.into_data().iter::<f32>().collect()
}

fn worst(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

#[test]
fn a_sequence_is_blind_to_its_neighbours_and_to_what_follows() {
    let model = Decoder::random(&ModelConfig::of(ModelPreset::Pico, 60), 3, &Device::flex());
    let tokens = [5, 9, 11, 2, 40, 41, 3];
    let both = values(model.hidden(&tokens, &Packing::new([4, 3])));
    let alone = values(model.hidden(&tokens[..4], &Packing::new([4])));
    let prefix = values(model.hidden(&tokens[..2], &Packing::new([2])));
    assert!(worst(&both[..alone.len()], &alone) < 1e-6);
    assert!(worst(&alone[..prefix.len()], &prefix) < 1e-6);
    let padded = Packing::padded([4, 3]);
    let filled = padded.flatten([&tokens[..4], &tokens[4..]], 0);
    let rectangle = values(model.hidden(&filled, &padded));
    assert!(worst(&both, &rectangle[..both.len()]) < 1e-6);
}

#[test]
fn reading_token_by_token_gives_what_reading_at_once_gives() {
    for architecture in [Architecture::Qwen3, Architecture::Llama] {
        let config = ModelConfig {
            architecture,
            ..ModelConfig::of(ModelPreset::Pico, 60)
        };
        let model = Decoder::random(&config, 3, &Device::flex());
        let layouts = [
            model.for_sampling().into_owned(),
            model.clone().for_one_sequence(),
        ];
        let rows: [&[u32]; 2] = [&[5, 9, 11, 2, 8], &[40, 41, 3]];
        let whole = Packing::new([5, 3]);
        let at_once = values(model.hidden(&whole.flatten(rows, 0), &whole));
        let d = config.hidden_size;
        for model in layouts {
            let mut cache = Cache::new(&model, 2, 8);
            let first = Packing::new([3, 1]);
            let prompts = first.flatten([&rows[0][..3], &rows[1][..1]], 0);
            let hidden = values(model.extend(&prompts, &first, &mut cache));
            assert!(worst(&hidden[..3 * d], &at_once[..3 * d]) < 1e-5);
            // What only looks for the next token's logits leaves the same behind.
            let mut again = Cache::new(&model, 2, 8);
            let mut logits = Vec::new();
            pollster::block_on(model.next_logits(&prompts, &first, &mut again, &mut logits))
                .unwrap();
            let last = Tensor::from_data(
                TensorData::new([&hidden[2 * d..3 * d], &hidden[3 * d..]].concat(), [2, d]),
                &Device::flex(),
            );
            assert!(worst(&logits, &values(model.logits(last))) < 1e-5);
            let step = Packing::new([1, 1]);
            for cache in [&mut cache, &mut again] {
                model.extend(&[rows[0][3], rows[1][1]], &step, cache);
                let last = values(model.extend(&[rows[0][4], rows[1][2]], &step, cache));
                assert!(worst(&last[..d], &at_once[4 * d..5 * d]) < 1e-5);
                assert!(worst(&last[d..], &at_once[7 * d..]) < 1e-5);
                // Dropped and copied rows go on from where they were.
                cache.keep(&[1, 1]);
                let twins = values(model.extend(&[7, 7], &step, cache));
                assert_eq!(twins[..d], twins[d..]);
            }
        }
    }
}

#[test]
fn what_is_saved_is_read_back_bit_for_bit() {
    use crate::model::Precision;
    for tied in [true, false] {
        let config = ModelConfig {
            tie_word_embeddings: tied,
            ..ModelConfig::of(ModelPreset::Pico, 60)
        };
        let model = Decoder::random(&config, 3, &Device::flex());
        let bytes = model.to_safetensors(Precision::F32).unwrap();
        let again = Decoder::from_safetensors(&config, &bytes, &Device::flex()).unwrap();
        assert_eq!(model.named_weights(), again.named_weights());
        assert_eq!(model.num_params(), config.num_parameters());
        assert!(
            model
                .named_weights()
                .contains_key("model.layers.2.self_attn.q_norm.weight")
        );
        let cut = Decoder::from_safetensors(&config, &bytes[..bytes.len() - 9], &Device::flex());
        assert!(matches!(cut, Err(crate::model::WeightsError::Damaged(_))));
    }
}
