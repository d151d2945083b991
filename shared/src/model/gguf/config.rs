//! The `config.json` of a GGUF file, from the keys of its header.

use serde_json::{Value as Json, json};

use super::container::Container;
use super::{GgufError, ROPE_FACTORS, quoted, required, values};

/// Least and greatest number of turns over the original context between which Llama 3 blends its frequencies, as in every model published.
const TURNS: [f64; 2] = [1.0, 4.0];

/// The original context of the Llama 3 family, where the file does not say it.
const ORIGINAL_CONTEXT: u64 = 8192;

/// Largest relative difference of a stored factor from the formula.
const ROUNDING: f64 = 1e-5;

/// The text of `config.json`.
///
/// # Errors
/// Names the first key that is missing, or what cannot be run.
pub(super) fn json(file: &Container<'_>) -> Result<String, GgufError> {
    let family = "general.architecture";
    let family = required(family, "a text", file.text(family)?)?;
    let class = match family {
        "llama" => "LlamaForCausalLM",
        "qwen3" => "Qwen3ForCausalLM",
        other => {
            return Err(GgufError::Unsupported(format!(
                "its architecture {} is not supported; use llama or qwen3",
                quoted(other)
            )));
        }
    };
    let key = |name: &str| format!("{family}.{name}");
    let optional = |name: &str| file.size(&key(name));
    let size = |name: &str| required(&key(name), "a whole number", optional(name)?);

    let (hidden, heads) = (size("embedding_length")?, size("attention.head_count")?);
    let kv_heads = optional("attention.head_count_kv")?.unwrap_or(heads);
    let head_dim = match optional("attention.key_length")? {
        Some(length) => length,
        None => hidden.checked_div(heads).unwrap_or(0),
    };
    // Each of these changes what is computed, and the decoder has one way alone.
    for (name, only) in [
        ("attention.value_length", head_dim),
        ("rope.dimension_count", head_dim),
        ("expert_count", 0),
        ("attention.sliding_window", 0),
    ] {
        if let Some(found) = optional(name)?
            && found != only
        {
            return Err(GgufError::Unsupported(format!(
                "`{}` is {found}, supported is {only}",
                key(name)
            )));
        }
    }
    let epsilon = "attention.layer_norm_rms_epsilon";
    let epsilon = required(&key(epsilon), "a number", file.number(&key(epsilon))?)?;
    let theta = file.number(&key("rope.freq_base"))?.unwrap_or(10_000.0);
    let embedding = file.tensors.get("token_embd.weight");
    let rows = embedding.and_then(|stored| stored.shape.first());
    let rows = rows.ok_or_else(|| GgufError::Missing("token_embd.weight".into()))?;
    let config = json!({
        "architectures": [class],
        "model_type": family,
        // Some files have more rows in the embedding than tokens.
        "vocab_size": rows,
        "hidden_size": hidden,
        "intermediate_size": size("feed_forward_length")?,
        "num_hidden_layers": size("block_count")?,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "head_dim": head_dim,
        "max_position_embeddings": size("context_length")?,
        "rope_theta": theta,
        "rope_scaling": rope_scaling(file, family, head_dim, theta)?,
        "rms_norm_eps": epsilon,
        "tie_word_embeddings": !file.tensors.contains_key("output.weight"),
        "hidden_act": "silu",
        "attention_bias": false,
        "mlp_bias": false,
        "attention_dropout": 0.0,
        "use_sliding_window": false,
        "bos_token_id": file.size("tokenizer.ggml.bos_token_id")?,
        "eos_token_id": file.size("tokenizer.ggml.eos_token_id")?,
        "pad_token_id": file.size("tokenizer.ggml.padding_token_id")?,
    });
    Ok(format!("{config:#}\n"))
}

/// The `rope_scaling` of `config.json`: by its name where the header has one, else from stored factors.
fn rope_scaling(
    file: &Container<'_>,
    family: &str,
    head_dim: u64,
    theta: f64,
) -> Result<Json, GgufError> {
    let key = |name: &str| format!("{family}.rope.{name}");
    let original = file.size(&key("scaling.original_context_length"))?;
    if file.tensors.contains_key(ROPE_FACTORS) {
        let context = original.unwrap_or(ORIGINAL_CONTEXT);
        return llama3(file, head_dim, theta, context);
    }
    // Older files have a factor without a name.
    let linear = file.number(&key("scale_linear"))?;
    let factor = match file.number(&key("scaling.factor"))? {
        Some(factor) => Some(factor),
        None => linear,
    };
    let kind = file.text(&key("scaling.type"))?;
    Ok(match kind.or(linear.map(|_| "linear")) {
        None | Some("none") => Json::Null,
        Some(kind) => json!({
            "rope_type": kind,
            "factor": factor,
            "original_max_position_embeddings": original,
        }),
    })
}

/// Llama 3's scaling, whose factors llama.cpp stores in place of the numbers that they come from.
fn llama3(
    file: &Container<'_>,
    head_dim: u64,
    theta: f64,
    context: u64,
) -> Result<Json, GgufError> {
    let half = usize::try_from(head_dim / 2).unwrap_or(usize::MAX);
    let stored = values(file, ROPE_FACTORS, &[half])?;
    let factor = f64::from(stored.iter().copied().fold(1.0, f32::max));
    let expected = |i: usize| {
        let frequency = theta.powf(-2.0 * i as f64 / head_dim as f64);
        let turns = context as f64 * frequency / std::f64::consts::TAU;
        let kept = ((turns - TURNS[0]) / (TURNS[1] - TURNS[0])).clamp(0.0, 1.0);
        1.0 / ((1.0 - kept) / factor + kept)
    };
    let fits = |(i, &stored): (usize, &f32)| {
        let expected = expected(i);
        (f64::from(stored) - expected).abs() <= ROUNDING * expected
    };
    if !stored.iter().enumerate().all(fits) {
        return Err(GgufError::Unsupported(format!(
            "the factors in its tensor `{ROPE_FACTORS}` are not those of Llama 3; take a file made from a checkpoint whose rope_type is llama3"
        )));
    }
    Ok(json!({
        "rope_type": "llama3",
        "factor": factor,
        "low_freq_factor": TURNS[0],
        "high_freq_factor": TURNS[1],
        "original_max_position_embeddings": context,
    }))
}
