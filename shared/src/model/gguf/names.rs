//! The names of tensors in GGUF files, and in `transformers`.

/// The tensors of a layer: their name here, and their name in `transformers`. The last two are Qwen3's alone.
pub(super) const PARTS: [(&str, &str); 11] = [
    ("attn_norm", "input_layernorm"),
    ("attn_q", "self_attn.q_proj"),
    ("attn_k", "self_attn.k_proj"),
    ("attn_v", "self_attn.v_proj"),
    ("attn_output", "self_attn.o_proj"),
    ("ffn_norm", "post_attention_layernorm"),
    ("ffn_gate", "mlp.gate_proj"),
    ("ffn_up", "mlp.up_proj"),
    ("ffn_down", "mlp.down_proj"),
    ("attn_q_norm", "self_attn.q_norm"),
    ("attn_k_norm", "self_attn.k_norm"),
];

/// The tensors outside of the layers: their name here, and their name in `transformers`.
pub(super) const OUTSIDE: [(&str, &str); 3] = [
    ("token_embd.weight", "model.embed_tokens.weight"),
    ("output_norm.weight", "model.norm.weight"),
    ("output.weight", "lm_head.weight"),
];

/// The name here of a tensor of `transformers`.
pub(super) fn stored_name(name: &str) -> Option<String> {
    if let Some((stored, _)) = OUTSIDE.iter().find(|(_, theirs)| *theirs == name) {
        return Some((*stored).to_owned());
    }
    let (layer, part) = name.strip_prefix("model.layers.")?.split_once('.')?;
    let part = part.strip_suffix(".weight")?;
    let (stored, _) = PARTS.iter().find(|(_, theirs)| *theirs == part)?;
    Some(format!("blk.{layer}.{stored}.weight"))
}

/// The name in `transformers` of a stored tensor.
pub(super) fn name_of(stored: &str) -> Option<String> {
    if let Some((_, name)) = OUTSIDE.iter().find(|(ours, _)| *ours == stored) {
        return Some((*name).to_owned());
    }
    let (layer, part) = stored.strip_prefix("blk.")?.split_once('.')?;
    let part = part.strip_suffix(".weight")?;
    let (_, name) = PARTS.iter().find(|(ours, _)| *ours == part)?;
    Some(format!("model.layers.{layer}.{name}.weight"))
}
