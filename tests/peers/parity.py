#!/usr/bin/env python3
"""Parity of checkpoints with `transformers`, in both directions.

    parity.py make OUT_DIR
        Writes one folder a shape or layout: a checkpoint with random weights as `save_pretrained` writes it, or as other versions and
        tools leave it, and what `transformers` computes when it opens that folder in float32,
        `expected.safetensors`: for i = 0, 1, … `tokens_i` (int64, [length]) and `logits_i` (float32, [length, vocab_size]).

    parity.py check CHECKPOINT_DIR EXPECTED [--tokenizer CASES] [--tolerance 1e-4]
        Opens a checkpoint with `transformers`, computes the logits of every `tokens_i` in EXPECTED (same layout) in float32 and
        fails where they differ from `logits_i` by more than the tolerance, or where a weight is missing or left over.
        CASES is a JSON list of {"text": …, "ids": […], "decoded": …}: the folder's tokenizer must give these ids for the text, and
        `decoded` (by default the text) for these ids. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import safetensors
import safetensors.torch
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, PreTrainedTokenizerFast, Qwen3Config

LENGTHS = (1, 7, 40)  # tokens of the sequences whose logits are kept


def shapes() -> dict[str, transformers.PreTrainedConfig]:
    """Small shapes; between them every choice that the two families leave open is taken both ways."""

    def rope(theta: float) -> dict:
        return {"rope_type": "default", "rope_theta": theta}

    common = dict(max_position_embeddings=64, bos_token_id=None, eos_token_id=0, pad_token_id=1)
    return {
        "qwen3-tied": Qwen3Config(
            vocab_size=97, hidden_size=32, intermediate_size=80, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, head_dim=16, rms_norm_eps=1e-6, rope_parameters=rope(1e6), tie_word_embeddings=True, **common,
        ),
        "qwen3-untied": Qwen3Config(
            vocab_size=128, hidden_size=48, intermediate_size=96, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=1, head_dim=20, rms_norm_eps=1e-5, rope_parameters=rope(1e4), tie_word_embeddings=False, **common,
        ),
        "llama-tied": LlamaConfig(
            vocab_size=101, hidden_size=32, intermediate_size=72, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=4, rms_norm_eps=1e-6, rope_parameters=rope(1e4), tie_word_embeddings=True, **common,
        ),
        "llama-untied": LlamaConfig(
            vocab_size=112, hidden_size=48, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=2, rms_norm_eps=1e-5, rope_parameters=rope(5e5), tie_word_embeddings=False, **common,
        ),
    }


def randomise(model: torch.nn.Module, generator: torch.Generator) -> None:
    """Weights at which every part matters: gains away from one, attention scores and logits of several units."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 1:
                weight.uniform_(0.5, 1.5, generator=generator)
            elif "embed_tokens" in name:
                weight.normal_(0.0, 1.0, generator=generator)
            else:
                weight.normal_(0.0, 1.5 * weight.shape[1] ** -0.5, generator=generator)


def logits_of(model: torch.nn.Module, tokens: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return model(input_ids=tokens[None]).logits[0].float().contiguous()


def small(family: type, **changes) -> transformers.PreTrainedConfig:
    """The smallest shape in which a layout shows."""
    shape = dict(
        vocab_size=89, hidden_size=24, intermediate_size=40, num_hidden_layers=1, num_attention_heads=4, num_key_value_heads=2, head_dim=20,
        max_position_embeddings=128, rms_norm_eps=1e-5, rope_parameters={"rope_type": "default", "rope_theta": 1e4}, tie_word_embeddings=True,
        bos_token_id=None, eos_token_id=0, pad_token_id=1,
    )
    return family(**{**shape, **changes})


def edit(folder: pathlib.Path, change) -> None:
    """Rewrites a folder's config.json."""
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8"))
    change(config)
    path.write_text(json.dumps(config, indent=2) + "\n", "utf-8")


def version_4(config: dict) -> None:
    """The spelling of `transformers` 4."""
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    config["torch_dtype"] = config.pop("dtype")


def rename(folder: pathlib.Path, name) -> None:
    """Rewrites the names of a folder's weights."""
    path = folder / "model.safetensors"
    tensors = {name(key): tensor for key, tensor in safetensors.torch.load_file(path).items()}
    safetensors.torch.save_file(tensors, path, metadata={"format": "pt"})


# Wavelengths on both sides of 16 and 64 positions, and between.
LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 1e4, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}


def layouts() -> list[tuple[transformers.PreTrainedConfig, str, dict, list]]:
    """Shapes, the names of their folders, how they are saved, and what is changed then."""
    return [
        (small(LlamaConfig, rope_parameters=LLAMA3), "llama3-rope-v5", {}, []),
        (small(LlamaConfig, rope_parameters=LLAMA3), "llama3-rope-v4", {}, [lambda f: edit(f, version_4)]),
        (small(Qwen3Config, rope_parameters=LLAMA3, max_position_embeddings=40960), "long-llama3-rope", {}, []),
        # The base of version 4 beside that of version 5, which counts.
        (
            small(Qwen3Config, rope_parameters={"rope_type": "default", "rope_theta": 1e6}), "theta-twice", {},
            [lambda f: edit(f, lambda c: c.update(rope_theta=100.0))],
        ),
        (small(Qwen3Config, head_dim=128), "head-dim-unsaid", {}, [lambda f: edit(f, lambda c: c.pop("head_dim"))]),
        (
            small(Qwen3Config, tie_word_embeddings=False), "tied-but-own-head", {},
            [lambda f: edit(f, lambda c: c.update(tie_word_embeddings=True))],
        ),
        (small(LlamaConfig, tie_word_embeddings=False), "shards", {"max_shard_size": "12KB"}, []),
        (small(Qwen3Config), "below-head", {}, [lambda f: rename(f, lambda key: key.removeprefix("model."))]),
        (small(LlamaConfig), "bf16", {"dtype": torch.bfloat16}, []),
        (small(Qwen3Config), "f16-shards", {"dtype": torch.float16, "max_shard_size": "8KB"}, []),
    ]


def expect(folder: pathlib.Path, model: torch.nn.Module, generator: torch.Generator) -> None:
    """Writes what the model computes for random tokens."""
    tensors = {}
    for i, length in enumerate(LENGTHS):
        tokens = torch.randint(0, model.config.vocab_size, (length,), generator=generator)
        tensors[f"tokens_{i}"] = tokens
        tensors[f"logits_{i}"] = logits_of(model, tokens)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    safetensors.torch.save_file(tensors, folder / "expected.safetensors", metadata=versions)
    largest = max(float(t.abs().max()) for k, t in tensors.items() if k.startswith("logits"))
    print(f"{folder.name}: {model.num_parameters()} parameters, largest logit {largest:.2f}")


def make(out: pathlib.Path) -> None:
    whole = [(config, name, {}, []) for name, config in shapes().items()]
    for seed, (config, name, saving, changes) in enumerate(whole + layouts()):
        folder = out / name
        generator = torch.Generator().manual_seed(1000 + seed)
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        randomise(model, generator)
        saving = dict(saving)
        model.to(saving.pop("dtype", torch.float32)).save_pretrained(folder, **saving)
        for change in changes:
            change(folder)
        # As `transformers` opens what lies there now.
        opened, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
        assert not any(info.values()), (name, info)
        expect(folder, opened.eval(), generator)


def check_logits(folder: pathlib.Path, expected: pathlib.Path) -> tuple[int, float, list[str]]:
    model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    faults = [f"{kind}: {sorted(map(str, keys))}" for kind, keys in info.items() if keys]
    model.eval()
    tensors = safetensors.torch.load_file(expected)
    count, worst = 0, 0.0
    while f"tokens_{count}" in tensors:
        tokens, theirs = tensors[f"tokens_{count}"], tensors[f"logits_{count}"]
        ours = logits_of(model, tokens)
        if ours.shape != theirs.shape:
            faults.append(f"logits_{count} is {list(theirs.shape)}, transformers gives {list(ours.shape)}")
        elif not theirs.isfinite().all():
            faults.append(f"logits_{count} is not finite")
        else:
            worst = max(worst, float((ours - theirs).abs().max()))
        count += 1
    if count == 0:
        faults.append(f"{expected} holds no tokens_0")
    return count, worst, faults


def check_tokenizer(folder: pathlib.Path, cases: list[dict]) -> list[str]:
    faults = []
    tokenizers = {
        "AutoTokenizer": AutoTokenizer.from_pretrained(folder),
        "PreTrainedTokenizerFast": PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json")),
    }
    for name, tokenizer in tokenizers.items():
        for case in cases:
            text, ids = case["text"], case["ids"]
            encoded = tokenizer.encode(text, add_special_tokens=False)
            if encoded != ids:
                faults.append(f"{name} encodes {text!r} as {encoded}, expected {ids}")
            decoded = tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
            if decoded != case.get("decoded", text):
                faults.append(f"{name} decodes {ids} as {decoded!r}, expected {case.get('decoded', text)!r}")
            # As inference engines hand a response to a reward.
            answer = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            if answer != case["answer"]:
                faults.append(f"{name} decodes {ids} without special tokens as {answer!r}, expected {case['answer']!r}")
    return faults


def check(folder: pathlib.Path, expected: pathlib.Path, cases: pathlib.Path | None, tolerance: float) -> int:
    count, worst, faults = check_logits(folder, expected)
    if worst > tolerance:
        faults.append(f"logits differ by {worst:.3e}, more than {tolerance:.1e}")
    listed = json.loads(cases.read_text("utf-8")) if cases else []
    if cases and not listed:
        faults.append(f"{cases} holds no case")
    if listed:
        faults += check_tokenizer(folder, listed)
    print(json.dumps({"max_abs_diff": worst, "sequences": count, "tokenizer_cases": len(listed), "faults": faults}))
    return 1 if faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    sub = commands.add_parser("make")
    sub.add_argument("out", type=pathlib.Path)
    sub = commands.add_parser("check")
    sub.add_argument("checkpoint", type=pathlib.Path)
    sub.add_argument("expected", type=pathlib.Path)
    sub.add_argument("--tokenizer", type=pathlib.Path, metavar="CASES")
    sub.add_argument("--tolerance", type=float, default=1e-4)
    args = parser.parse_args()
    if args.command == "make":
        make(args.out)
        return 0
    return check(args.checkpoint, args.expected, args.tokenizer, args.tolerance)


if __name__ == "__main__":
    sys.exit(main())
