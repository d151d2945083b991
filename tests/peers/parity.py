#!/usr/bin/env python3
"""Parity of checkpoints with `transformers`, in both directions.

    parity.py make OUT_DIR
        Writes one folder a shape: a checkpoint with random weights as `save_pretrained` writes it, and
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


def make(out: pathlib.Path) -> None:
    for seed, (name, config) in enumerate(shapes().items()):
        generator = torch.Generator().manual_seed(1000 + seed)
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
        randomise(model, generator)
        model.save_pretrained(out / name)
        tensors = {}
        for i, length in enumerate(LENGTHS):
            tokens = torch.randint(0, config.vocab_size, (length,), generator=generator)
            tensors[f"tokens_{i}"] = tokens
            tensors[f"logits_{i}"] = logits_of(model, tokens)
        versions = {"torch": torch.__version__, "transformers": transformers.__version__}
        safetensors.torch.save_file(tensors, out / name / "expected.safetensors", metadata=versions)
        largest = max(float(t.abs().max()) for k, t in tensors.items() if k.startswith("logits"))
        print(f"{name}: {model.num_parameters()} parameters, largest logit {largest:.2f}")


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
