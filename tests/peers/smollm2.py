#!/usr/bin/env python3
"""SmolLM2-135M-Instruct in `transformers`.

    smollm2.py folder GGUF OUT_DIR [--dtype float32|bfloat16]
        Writes the folder that the GGUF file was made from, as far as the file tells: weights decoded by PyPI `gguf`, in float32 or rounded to
        bfloat16, which checkpoints are published in; configuration, tokenizer and chat template.

    smollm2.py q8_0 GGUF OUT
        Writes the file again with its matrices in Q8_0, quantised by PyPI `gguf`.

    smollm2.py serve FOLDER [--threads 2]
        Opens the folder, prints a JSON line {"ready": true}, and answers JSON lines {"prompt": …, "chat": …, "streams": …, "max_new_tokens": …} with
        {"text": …, "prompt_ids": […], "ids": […], "seconds": …}: the prompt as the template renders it where `chat` is true, its ids, and
        the greedy continuation's, without the tokens that end it. `streams` is the number of rows of that prompt that are decoded at once;
        the time is that of all.
        {"step": [[…], …], "prompt": …, "rank": …} is answered with {"loss": …, "seconds": …}: one update of a LoRA adapter of that rank, by
        PEFT, on rows of token ids, of which those of the prompt are not learned. The adapter stays from step to step.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TQDM_DISABLE", "1")

import numpy as np
import torch

CONTROL = 3  # the kind of a special token in `tokenizer.ggml.token_type`
PARTS = {
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def name_of(stored: str) -> str:
    outside = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}
    if stored in outside:
        return outside[stored]
    _, layer, part, _ = stored.split(".")
    return f"model.layers.{layer}.{PARTS[part]}.weight"


def folder(path: pathlib.Path, out: pathlib.Path, dtype: str) -> None:
    import gguf
    import safetensors.torch

    file = gguf.GGUFReader(path)

    def value(key: str):
        return file.fields[key].contents()

    heads = {"attn_q": value("llama.attention.head_count"), "attn_k": value("llama.attention.head_count_kv")}
    weights = {}
    for tensor in file.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        part = tensor.name.split(".")[-2]
        if part in heads:
            # llama.cpp's converter shuffles the halves of each head together.
            rows, width = values.shape
            values = values.reshape(heads[part], rows // heads[part] // 2, 2, width).swapaxes(1, 2).reshape(rows, width)
        weights[name_of(tensor.name)] = torch.from_numpy(np.ascontiguousarray(values)).to(getattr(torch, dtype))
    out.mkdir(parents=True, exist_ok=True)
    safetensors.torch.save_file(weights, out / "model.safetensors", metadata={"format": "pt"})

    tokens, kinds = value("tokenizer.ggml.tokens"), value("tokenizer.ggml.token_type")
    begin, end, pad = (value(f"tokenizer.ggml.{name}_token_id") for name in ("bos", "eos", "padding"))
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(tokens),
        "hidden_size": value("llama.embedding_length"),
        "intermediate_size": value("llama.feed_forward_length"),
        "num_hidden_layers": value("llama.block_count"),
        "num_attention_heads": heads["attn_q"],
        "num_key_value_heads": heads["attn_k"],
        "max_position_embeddings": value("llama.context_length"),
        "rope_theta": value("llama.rope.freq_base"),
        "rms_norm_eps": value("llama.attention.layer_norm_rms_epsilon"),
        "tie_word_embeddings": True,
        "hidden_act": "silu",
        "bos_token_id": begin,
        "eos_token_id": end,
        "pad_token_id": pad,
        "torch_dtype": dtype,
    }
    tokenizer = {
        "version": "1.0",
        "added_tokens": [
            {"id": i, "content": token, "special": True, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
            for i, (token, kind) in enumerate(zip(tokens, kinds)) if kind == CONTROL
        ],
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Digits", "individual_digits": True},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        ]},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": {token: i for i, token in enumerate(tokens)}, "merges": value("tokenizer.ggml.merges")},
    }
    tokenizer_config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": tokens[begin],
        "eos_token": tokens[end],
        "pad_token": tokens[pad],
        "chat_template": value("tokenizer.chat_template"),
        "clean_up_tokenization_spaces": False,
        "model_max_length": config["max_position_embeddings"],
    }
    generation = {"bos_token_id": begin, "eos_token_id": end, "pad_token_id": pad}
    for name, content in [
        ("config.json", config), ("tokenizer.json", tokenizer), ("tokenizer_config.json", tokenizer_config), ("generation_config.json", generation),
    ]:
        (out / name).write_text(json.dumps(content, indent=2, ensure_ascii=False), "utf-8")


def q8_0(path: pathlib.Path, out: pathlib.Path) -> None:
    import gguf

    file = gguf.GGUFReader(path)
    writer = gguf.GGUFWriter(out, file.fields["general.architecture"].contents())
    for name, field in file.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        kind = field.types[0]
        value = int(gguf.LlamaFileType.MOSTLY_Q8_0) if name == "general.file_type" else field.contents()
        writer.add_key_value(name, value, kind, field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None)
    for tensor in file.tensors:
        values, kind = gguf.dequantize(tensor.data, tensor.tensor_type), gguf.GGMLQuantizationType.F32
        if values.ndim == 2:
            kind = gguf.GGMLQuantizationType.Q8_0
            values = tensor.data if tensor.tensor_type == kind else gguf.quantize(values.astype(np.float32), kind)
        writer.add_tensor(tensor.name, values, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class Learner:
    """A LoRA adapter that learns, on every matrix of the layers."""

    def __init__(self, model, rank: int) -> None:
        from peft import LoraConfig, get_peft_model

        targets = [part.split(".")[1] for part in PARTS.values() if part.endswith("_proj")]
        torch.manual_seed(0)
        self.model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", r=rank, lora_alpha=2 * rank, target_modules=targets)).train()
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=1e-4, fused=True)

    def step(self, rows: torch.Tensor, prompt: int) -> dict[str, float]:
        labels = rows.clone()
        labels[:, :prompt] = -100
        started = time.perf_counter()
        loss = self.model(input_ids=rows, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return {"loss": loss.item(), "seconds": time.perf_counter() - started}


def serve(path: pathlib.Path, threads: int) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(threads)
    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    learner = None
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        if line.strip() == "quit":
            return
        asked = json.loads(line)
        if "step" in asked:
            learner = learner or Learner(model, asked["rank"])
            print(json.dumps(learner.step(torch.tensor(asked["step"]), asked["prompt"])), flush=True)
            continue
        text = asked["prompt"]
        if asked["chat"]:
            text = tokenizer.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True, tokenize=False)
        ids = tokenizer(text, return_tensors="pt", add_special_tokens=False).input_ids.repeat(asked["streams"], 1)
        started = time.perf_counter()
        with torch.inference_mode():
            made = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=asked["max_new_tokens"])
        seconds = time.perf_counter() - started
        new = made[0, ids.shape[1] :].tolist()
        if new and new[-1] == model.generation_config.eos_token_id:
            new.pop()
        print(json.dumps({"text": text, "prompt_ids": ids[0].tolist(), "ids": new, "seconds": seconds}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in ["folder", "q8_0"]:
        sub = commands.add_parser(command)
        sub.add_argument("gguf", type=pathlib.Path)
        sub.add_argument("out", type=pathlib.Path)
        if command == "folder":
            sub.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    sub = commands.add_parser("serve")
    sub.add_argument("folder", type=pathlib.Path)
    sub.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    if args.command == "folder":
        folder(args.gguf, args.out, args.dtype)
    elif args.command == "q8_0":
        q8_0(args.gguf, args.out)
    else:
        serve(args.folder, args.threads)


if __name__ == "__main__":
    main()
