#!/usr/bin/env python3
"""LoRA adapters and `peft`, in both directions.

    lora.py make OUT_DIR VOCAB_SIZE
        Writes for each family OUT_DIR/FAMILY/base (random weights, as `save_pretrained` writes them), …/adapter (a random adapter, as
        `peft` saves it) and …/expected.safetensors: `tokens` (int64, [length]) and `logits` (float32, [length, vocab_size]) of the two.

    lora.py check OUT_DIR
        Opens with `peft` each OUT_DIR/FAMILY/ours, an adapter that we saved from `adapter`, and with `transformers` each
        OUT_DIR/FAMILY/merged. Prints one JSON line: for each family the largest difference of a logit of `ours`, and of a weight of
        `merged` from `merge_and_unload`, in units in the last place of the base's number format at the matrix's largest weight.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import safetensors.torch
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, Qwen3Config

from parity import logits_of, randomise

FAMILIES = ("qwen3", "llama")


def shape(family: str, vocab: int):
    common = dict(vocab_size=vocab, hidden_size=32, intermediate_size=80, num_hidden_layers=2, num_attention_heads=4,
                  num_key_value_heads=2, max_position_embeddings=64, bos_token_id=None, eos_token_id=0, pad_token_id=1)
    return Qwen3Config(head_dim=20, **common) if family == "qwen3" else LlamaConfig(tie_word_embeddings=True, **common)


def adapter(family: str) -> LoraConfig:
    """Between the two, every way that we read of naming matrices, ranks and scales."""
    if family == "qwen3":
        return LoraConfig(task_type="CAUSAL_LM", init_lora_weights=False, r=4, lora_alpha=6, target_modules="all-linear",
                          rank_pattern={"0.self_attn.q_proj": 3}, alpha_pattern={"down_proj": 5})
    return LoraConfig(task_type="CAUSAL_LM", init_lora_weights=False, r=5, lora_alpha=3, use_rslora=True,
                      target_modules=r".*layers\.([01]\.self_attn\.(q|v)|1\.mlp\.up)_proj")


def make(out: pathlib.Path, vocab: int) -> None:
    for seed, family in enumerate(FAMILIES):
        generator = torch.Generator().manual_seed(2000 + seed)
        torch.manual_seed(3000 + seed)
        folder = out / family
        model = AutoModelForCausalLM.from_config(shape(family, vocab), dtype=torch.float32).eval()
        randomise(model, generator)
        if family == "llama":
            model = model.to(torch.bfloat16)
        model.save_pretrained(folder / "base")
        model = AutoModelForCausalLM.from_pretrained(folder / "base", dtype=torch.float32).eval()
        model = get_peft_model(model, adapter(family)).eval()
        model.save_pretrained(folder / "adapter")
        config = json.loads((folder / "adapter" / "adapter_config.json").read_text("utf-8"))
        config["base_model_name_or_path"] = "../base"
        (folder / "adapter" / "adapter_config.json").write_text(json.dumps(config), "utf-8")
        tokens = torch.randint(0, vocab, (40,), generator=generator)
        tensors = {"tokens": tokens, "logits": logits_of(model, tokens)}
        with model.disable_adapter():
            assert (logits_of(model, tokens) - tensors["logits"]).abs().max() > 0.1
        safetensors.torch.save_file(tensors, folder / "expected.safetensors")


@torch.inference_mode()
def check(out: pathlib.Path) -> dict:
    report = {}
    for family in FAMILIES:
        folder = out / family
        expected = safetensors.torch.load_file(folder / "expected.safetensors")
        base = AutoModelForCausalLM.from_pretrained(folder / "base", dtype=torch.float32)
        ours = PeftModel.from_pretrained(base, folder / "ours").eval()
        logits = float((logits_of(ours, expected["tokens"]) - expected["logits"]).abs().max())

        merged, info = AutoModelForCausalLM.from_pretrained(folder / "merged", dtype="auto", output_loading_info=True)
        faults = [f"{kind}: {sorted(map(str, keys))}" for kind, keys in info.items() if keys]
        base = AutoModelForCausalLM.from_pretrained(folder / "base", dtype="auto")
        theirs = PeftModel.from_pretrained(base, folder / "adapter").merge_and_unload()
        worst, found = 0.0, dict(merged.named_parameters())
        for name, weight in theirs.named_parameters():
            if found[name].dtype != weight.dtype:
                faults.append(f"{name} is {found[name].dtype}, not {weight.dtype}")
            unit = torch.finfo(weight.dtype).eps * float(weight.abs().max())
            worst = max(worst, float((found[name].float() - weight.float()).abs().max()) / unit)
        report[family] = {"logits": logits, "merged": worst, "faults": faults}
    return report


def main() -> int:
    command, out = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "make":
        make(out, int(sys.argv[3]))
    else:
        print(json.dumps(check(out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
