#!/usr/bin/env python3
"""GGUF files written by PyPI `gguf`, and what `gguf` and `transformers` make of them.

    gguf_files.py OUT_DIR

Writes for every model NAME:
  NAME.gguf         random weights, its matrices in every number format by turns, and a small tokenizer
  NAME.safetensors  the weights as `transformers` reads them from the file (it decodes with `gguf`), and for i = 0, 1, … `tokens_i`
                    (int64, [length]) and `logits_i` (float32, [length, vocab_size])
  NAME.json         a list of {"text": …, "ids": […], "decoded": …} of the tokenizer that the file was written from, special tokens included
And quantised.safetensors: `values` and, after they have been in Q8_0, `q8_0` (float32, [40, 96]).
"""

from __future__ import annotations

import json
import os
import pathlib
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TQDM_DISABLE", "1")

import gguf
import numpy as np
import safetensors.torch
import tokenizers
import torch
from gguf import GGMLQuantizationType as Format
from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModelForCausalLM

# Every format that the package decodes and that a checkpoint of these families is published in.
FORMATS = [
    Format.Q4_0, Format.Q4_1, Format.Q5_0, Format.Q5_1, Format.Q8_0, Format.Q2_K, Format.Q3_K, Format.Q4_K, Format.Q5_K, Format.Q6_K,
    Format.IQ4_NL, Format.F16, Format.BF16, Format.F32,
]
# Those that the package cannot write: where a block's scale is, where its second scale is, and how much larger that one is for a mean near 0.
RANDOM_BLOCKS = {
    Format.Q2_K: (80, 82, 1.5), Format.Q3_K: (108, None, 0), Format.Q4_K: (0, 2, 7.5), Format.Q5_K: (0, 2, 15.5), Format.Q6_K: (208, None, 0),
    Format.IQ4_NL: (0, None, 0),
}
CONTROL, USER_DEFINED, UNUSED, NORMAL = 3, 4, 5, 1
LENGTHS = (1, 7, 90)  # tokens of the sequences whose logits are kept
TEXTS = [
    "", " ", "\n\n", "a", "Hello world", "  two  spaces and\ttab \n\n  end  ", "1234567 + 5.25 = ½", "don't WE'LL you'Re", "naïve ﬁ e\u0301 \u00e9",
    "日本語と中文, русский текст", "\U0001f600\U0001f468\u200d\U0001f469", "<|im_end|>mid<think>dle<|im_start|> x", "x<think>\ny</think>", "whole wholeness whole",
    "def f(x):\n\treturn x**2  # comment\r\n", "..!?..  (a)[b]{c}", "\u00a0nbsp\u3000wide",
]
# As the checkpoints of Llama 3 and Qwen3 have it.
SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def pre_tokenizer(pre: str) -> pre_tokenizers.PreTokenizer:
    bytes_alone = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    if pre == "gpt-2":
        return pre_tokenizers.ByteLevel(add_prefix_space=False)
    if pre == "smollm":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    pattern = Regex(SPLIT % {"llama-bpe": "{1,3}", "qwen2": ""}[pre])
    return pre_tokenizers.Sequence([pre_tokenizers.Split(pattern, "isolated"), bytes_alone])


def tokenizer(pre: str) -> tokenizers.Tokenizer:
    """A tokenizer of some 300 tokens, in the parts that the checkpoints named by `pre` have."""
    made = tokenizers.Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizer(pre)
    made.decoder = decoders.ByteLevel()
    if pre == "qwen2":
        made.normalizer = normalizers.NFC()
    special = ["<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator(TEXTS * 3 + ["the then there 11 22 123"] * 9, trainer)
    if pre == "llama-bpe":
        # Llama 3 has words that no merge leads to.
        content = json.loads(made.to_str())
        content["model"]["ignore_merges"] = True
        content["model"]["vocab"]["whole"] = made.get_vocab_size()
        made = tokenizers.Tokenizer.from_str(json.dumps(content))
    made.add_tokens([tokenizers.AddedToken("<think>", normalized=False), tokenizers.AddedToken("</think>", normalized=False)])
    if pre != "llama-bpe":
        return made
    # And a token begins each text.
    begin = made.token_to_id("<|im_start|>")
    template = processors.TemplateProcessing(single="<|im_start|> $A", pair="<|im_start|> $A <|im_start|>:1 $B:1", special_tokens=[("<|im_start|>", begin)])
    made.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    return made


def cases(made: tokenizers.Tokenizer) -> list[dict]:
    listed = []
    for text in TEXTS:
        ids = made.encode(text, add_special_tokens=True).ids
        listed.append({"text": text, "ids": ids, "decoded": made.decode(ids, skip_special_tokens=False)})
    return listed


def write_tokenizer(writer: gguf.GGUFWriter, made: tokenizers.Tokenizer, pre: str, rows: int) -> None:
    content = json.loads(made.to_str())
    added = {token["id"]: token["special"] for token in content["added_tokens"]}
    words = {number: text for text, number in made.get_vocab(with_added_tokens=True).items()}
    tokens = [words.get(number, f"[PAD{number}]") for number in range(rows)]
    kinds = [
        UNUSED if number not in words else NORMAL if number not in added else CONTROL if added[number] else USER_DEFINED for number in range(rows)
    ]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) for pair in content["model"]["merges"]])
    writer.add_bos_token_id(made.token_to_id("<|im_start|>"))
    writer.add_eos_token_id(made.token_to_id("<|im_end|>"))
    writer.add_add_bos_token(pre == "llama-bpe")
    writer.add_chat_template("{{ messages[0]['content'] }}")


def random_blocks(random: np.random.Generator, shape: tuple[int, int], kind: Format, deviation: float) -> np.ndarray:
    """Random bytes with scales at which the values have the deviation."""
    _, size = gguf.GGML_QUANT_SIZES[kind]
    data = random.integers(0, 256, gguf.quant_shape_to_byte_shape(shape, kind), dtype=np.uint8)
    blocks = data.reshape(-1, size)
    first, second, ratio = RANDOM_BLOCKS[kind]

    def scale(value: float) -> None:
        factors = value * random.uniform(0.5, 1.5, len(blocks))
        blocks[:, first : first + 2] = factors.astype(np.float16).reshape(-1, 1).view(np.uint8)
        if second is not None:
            blocks[:, second : second + 2] = (ratio * factors).astype(np.float16).reshape(-1, 1).view(np.uint8)

    scale(1.0)
    scale(deviation / gguf.dequantize(data, kind).std())
    return data


class Model:
    """A file's shape and what is special in it."""

    def __init__(self, family: str, pre: str, tied: bool, heads: tuple[int, int, int], rows: int, factor: float | None = None):
        self.family, self.pre, self.tied, self.heads, self.rows, self.factor = family, pre, tied, heads, rows, factor


MODELS = {
    "llama-tied": Model("llama", "smollm", True, (8, 4, 32), 304),
    "llama3": Model("llama", "llama-bpe", False, (4, 2, 64), 305, factor=8.0),
    "qwen3-tied": Model("qwen3", "qwen2", True, (4, 2, 128), 320),
    "qwen3-untied": Model("qwen3", "gpt-2", False, (8, 1, 64), 304),
}
HIDDEN, INNER, LAYERS, CONTEXT, THETA = 256, 512, 2, 512, 500_000.0


def rope_factors(dim: int, factor: float) -> np.ndarray:
    """The factors that llama.cpp's converter stores for a checkpoint whose rope_type is llama3."""
    frequencies = 1.0 / (THETA ** (torch.arange(0, dim, 2, dtype=torch.float32) / dim))
    factors = []
    for wavelength in (2 * np.pi / frequencies).tolist():
        smooth = (8192 / wavelength - 1.0) / (4.0 - 1.0)
        factors.append(1.0 if wavelength < 8192 / 4 else factor if wavelength > 8192 else 1 / ((1 - smooth) / factor + smooth))
    return np.array(factors, dtype=np.float32)


def write(path: pathlib.Path, model: Model, made: tokenizers.Tokenizer, seed: int) -> None:
    random = np.random.default_rng(seed)
    heads, kv_heads, dim = model.heads
    writer = gguf.GGUFWriter(path, model.family)
    writer.add_block_count(LAYERS)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_rope_freq_base(THETA)
    writer.add_layer_norm_rms_eps(1e-5)
    if dim != HIDDEN // heads:
        writer.add_key_length(dim)
        writer.add_value_length(dim)
    writer.add_vocab_size(model.rows)
    write_tokenizer(writer, made, model.pre, model.rows)
    turn = seed

    def matrix(name: str, out: int, width: int) -> None:
        nonlocal turn
        kind = FORMATS[turn % len(FORMATS)]
        turn += 1
        deviation = 0.1 if name.startswith("token_embd") else 1.5 * width**-0.5
        if kind in RANDOM_BLOCKS:
            data = random_blocks(random, (out, width), kind, deviation)
        else:
            data = gguf.quantize((deviation * random.standard_normal((out, width))).astype(np.float32), kind)
        writer.add_tensor(name, data, raw_dtype=kind)

    def gains(name: str, width: int) -> None:
        writer.add_tensor(name, random.uniform(0.5, 1.5, width).astype(np.float32))

    matrix("token_embd.weight", model.rows, HIDDEN)
    gains("output_norm.weight", HIDDEN)
    if not model.tied:
        matrix("output.weight", model.rows, HIDDEN)
    if model.factor:
        writer.add_tensor("rope_freqs.weight", rope_factors(dim, model.factor))
    for layer in range(LAYERS):
        at = f"blk.{layer}."
        gains(f"{at}attn_norm.weight", HIDDEN)
        gains(f"{at}ffn_norm.weight", HIDDEN)
        if model.family == "qwen3":
            gains(f"{at}attn_q_norm.weight", dim)
            gains(f"{at}attn_k_norm.weight", dim)
        matrix(f"{at}attn_q.weight", heads * dim, HIDDEN)
        matrix(f"{at}attn_k.weight", kv_heads * dim, HIDDEN)
        matrix(f"{at}attn_v.weight", kv_heads * dim, HIDDEN)
        matrix(f"{at}attn_output.weight", HIDDEN, heads * dim)
        matrix(f"{at}ffn_gate.weight", INNER, HIDDEN)
        matrix(f"{at}ffn_up.weight", INNER, HIDDEN)
        matrix(f"{at}ffn_down.weight", HIDDEN, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def expected(path: pathlib.Path, model: Model) -> dict[str, torch.Tensor]:
    """Weights and logits of the file by `transformers`' own reader, which leaves out the size of the heads and the factors."""
    config = AutoConfig.from_pretrained(path.parent, gguf_file=path.name)
    config.head_dim = model.heads[2]
    if model.factor:
        config.rope_parameters = {
            "rope_type": "llama3", "rope_theta": THETA, "factor": model.factor, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
        }
    read = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, config=config, dtype=torch.float32)
    read.eval()
    tensors = {name: value.detach().contiguous() for name, value in read.named_parameters()}
    random = torch.Generator().manual_seed(3)
    for i, length in enumerate(LENGTHS):
        tokens = torch.randint(0, model.rows, (length,), generator=random)
        tensors[f"tokens_{i}"] = tokens
        with torch.inference_mode():
            tensors[f"logits_{i}"] = read(input_ids=tokens[None]).logits[0].clone()
    return tensors


def quantised() -> dict[str, torch.Tensor]:
    """Random numbers of many sizes, and what is left of them in Q8_0."""
    random = np.random.default_rng(5)
    values = (random.standard_normal((40, 96)) * 10.0 ** random.integers(-3, 2, (40, 1))).astype(np.float32)
    values[3, :32] = 0.0
    kept = gguf.dequantize(gguf.quantize(values, Format.Q8_0), Format.Q8_0)
    return {"values": torch.from_numpy(values), "q8_0": torch.from_numpy(kept.astype(np.float32))}


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    for seed, (name, model) in enumerate(MODELS.items()):
        made = tokenizer(model.pre)
        path = out / f"{name}.gguf"
        write(path, model, made, 4 * seed)
        safetensors.torch.save_file(expected(path, model), out / f"{name}.safetensors")
        (out / f"{name}.json").write_text(json.dumps(cases(made), ensure_ascii=False), "utf-8")
    safetensors.torch.save_file(quantised(), out / "quantised.safetensors")


if __name__ == "__main__":
    main()
