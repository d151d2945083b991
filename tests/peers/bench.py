#!/usr/bin/env python3
"""The PyTorch peer of `explang-bench speed`: the same Qwen3 checkpoint and the same work, PyTorch on the CPU.

    bench.py CHECKPOINT_DIR            a few rounds of each kind, then one JSON line
    bench.py CHECKPOINT_DIR --serve    line protocol: see below
    bench.py CHECKPOINT_DIR --check    compares this implementation with `transformers` (logits, cached decoding, gradients)

Three kinds of work, all float32:

* train: one optimizer step on 32 sequences of 128 tokens: forward, cross entropy over all positions, backward,
  clipping of the gradient norm to 1, AdamW. Tokens counted: 32 x 128 a step.
* compiled: the same step with the forward and backward pass compiled by `torch.compile`.
* rollout: 64 sequences of 96 tokens sampled at temperature 1 after a short prompt, with a key-value cache.
  Tokens counted: the 64 x 96 sampled ones.

With --serve, the first line out is {"ready": true, …}. Each line in is `train [STEPS]`, `compiled [STEPS]` or `rollout [TIMES]` and is answered with
{"kind", "steps", "tokens", "seconds", "tokens_per_s"}, or {"error": …}; `quit` or the end of the input ends. So a caller can
interleave these rounds with its own.

Before anything is reported, each kind is warmed up and tried with every number of threads up to --threads, and keeps the fastest:
decoding is made of operations so small that a second thread can cost more than it gives.

The model is written for speed, so that the comparison is with PyTorch at its best and not with the overhead of a
library: merged projections, `scaled_dot_product_attention`, the fused AdamW, a preallocated cache.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import sys
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

TRAIN_BATCH, TRAIN_LENGTH = 32, 128
ROLLOUT_BATCH, ROLLOUT_LENGTH, PROMPT_LENGTH = 64, 96, 16


class Layer(torch.nn.Module):
    """One decoder layer; query, key and value projections are one matrix, and so are gate and up."""

    def __init__(self, config: dict, weights: dict[str, torch.Tensor], prefix: str) -> None:
        super().__init__()
        self.heads, self.kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
        self.head_dim, self.eps = config["head_dim"], config["rms_norm_eps"]

        def merged(*names: str) -> torch.nn.Parameter:
            return torch.nn.Parameter(torch.cat([weights[f"{prefix}{name}.weight"] for name in names]))

        self.input_norm = merged("input_layernorm")
        self.qkv = merged("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")
        self.q_norm, self.k_norm = merged("self_attn.q_norm"), merged("self_attn.k_norm")
        self.out = merged("self_attn.o_proj")
        self.mlp_norm = merged("post_attention_layernorm")
        self.gate_up = merged("mlp.gate_proj", "mlp.up_proj")
        self.down = merged("mlp.down_proj")

    def forward(
        self,
        x: torch.Tensor,  # [batch, length, hidden]
        rotary: tuple[torch.Tensor, torch.Tensor],  # cos and signed sin, [length, 1, head_dim]
        cache: tuple[torch.Tensor, torch.Tensor] | None,  # keys and values, [batch, kv_heads, capacity, head_dim]
        start: int,  # position of the first token
    ) -> torch.Tensor:
        batch, length, hidden = x.shape
        qkv = F.linear(F.rms_norm(x, (hidden,), self.input_norm, self.eps), self.qkv)
        qkv = qkv.view(batch, length, self.heads + 2 * self.kv_heads, self.head_dim)
        q, k, v = qkv.split([self.heads, self.kv_heads, self.kv_heads], dim=2)
        q = rotate(F.rms_norm(q, (self.head_dim,), self.q_norm, self.eps), rotary).transpose(1, 2)
        k = rotate(F.rms_norm(k, (self.head_dim,), self.k_norm, self.eps), rotary).transpose(1, 2)
        v = v.transpose(1, 2)
        if cache is not None:
            keys, values = cache
            end = start + length
            keys[:, :, start:end], values[:, :, start:end] = k, v
            k, v = keys[:, :, :end], values[:, :, :end]
        if length == 1:
            # One query a sequence: the query heads that share a key head are the rows of one small product,
            # and two plain products are a little faster than the fused kernel.
            q = q.reshape(batch, self.kv_heads, self.heads // self.kv_heads, self.head_dim) * self.head_dim**-0.5
            mixed = ((q @ k.transpose(2, 3)).softmax(dim=-1) @ v).reshape(batch, 1, -1)
        else:
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
            mixed = mixed.transpose(1, 2).reshape(batch, length, -1)
        x = x + F.linear(mixed, self.out)
        gate, up = F.linear(F.rms_norm(x, (hidden,), self.mlp_norm, self.eps), self.gate_up).chunk(2, dim=-1)
        return x + F.linear(F.silu(gate) * up, self.down)


def rotate(x: torch.Tensor, rotary: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Rotary embedding, halves convention: dimension i turns with dimension i + head_dim / 2."""
    cos, signed_sin = rotary
    return x * cos + x.roll(x.shape[-1] // 2, dims=-1) * signed_sin


class Qwen3(torch.nn.Module):
    """A Qwen3 decoder read from a Hugging Face folder."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__()
        config = json.loads((folder / "config.json").read_text("utf-8"))
        if config["model_type"] != "qwen3":
            raise SystemExit(f"bench.py runs Qwen3 checkpoints; {folder} holds model_type {config['model_type']!r}")
        weights = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()}
        self.config, self.eps = config, config["rms_norm_eps"]
        self.embedding = torch.nn.Parameter(weights["model.embed_tokens.weight"])
        layers = [Layer(config, weights, f"model.layers.{i}.") for i in range(config["num_hidden_layers"])]
        self.layers = torch.nn.ModuleList(layers)
        self.norm = torch.nn.Parameter(weights["model.norm.weight"])
        tied = config["tie_word_embeddings"]
        self.head = self.embedding if tied else torch.nn.Parameter(weights["lm_head.weight"])
        theta = config.get("rope_theta") or config["rope_parameters"]["rope_theta"]
        half = config["head_dim"] // 2
        frequencies = theta ** (-torch.arange(half, dtype=torch.float32) / half)
        angles = torch.arange(config["max_position_embeddings"], dtype=torch.float32)[:, None] * frequencies
        self.cos = angles.cos().repeat(1, 2)[:, None]
        self.signed_sin = torch.cat([-angles.sin(), angles.sin()], dim=1)[:, None]

    def hidden(self, tokens: torch.Tensor, cache: list | None = None, start: int = 0) -> torch.Tensor:
        """Normed states, [batch, length, hidden]. With a cache of `start` tokens, `tokens` are the ones that follow: only one, or start is 0."""
        rotary = tuple(table[start : start + tokens.shape[1]] for table in (self.cos, self.signed_sin))
        x = F.embedding(tokens, self.embedding)
        for i, layer in enumerate(self.layers):
            x = layer(x, rotary, cache[i] if cache else None, start)
        return F.rms_norm(x, (x.shape[-1],), self.norm, self.eps)

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        return F.linear(states, self.head)

    def new_cache(self, batch: int, capacity: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        shape = (batch, self.config["num_key_value_heads"], capacity, self.config["head_dim"])
        return [(torch.zeros(shape), torch.zeros(shape)) for _ in self.layers]


class Bench:
    """Both kinds of work on one checkpoint. Training changes a copy, so that rollouts always sample from the checkpoint."""

    def __init__(self, folder: pathlib.Path) -> None:
        torch.manual_seed(0)
        self.threads = {"train": 1, "compiled": 1, "rollout": 1}
        self.policy, self.learner = Qwen3(folder).eval(), Qwen3(folder).train()
        vocab = self.policy.config["vocab_size"]
        self.optimizer = torch.optim.AdamW(self.learner.parameters(), lr=1e-4, weight_decay=0.01, fused=True)
        # Inputs and targets are the same tokens one apart, so that every step has exactly 32 x 128 positions.
        self.batch = torch.randint(0, vocab, (TRAIN_BATCH, TRAIN_LENGTH + 1))
        self.prompt = torch.randint(0, vocab, (ROLLOUT_BATCH, PROMPT_LENGTH))
        self.compiled_loss = torch.compile(self.loss, dynamic=False)

    def loss(self) -> torch.Tensor:
        logits = self.learner.logits(self.learner.hidden(self.batch[:, :-1]))
        return F.cross_entropy(logits.flatten(0, 1), self.batch[:, 1:].flatten())

    def train(self) -> int:
        return self.step(self.loss)

    def compiled(self) -> int:
        return self.step(self.compiled_loss)

    def step(self, of: Callable[[], torch.Tensor]) -> int:
        loss = of()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.learner.parameters(), 1.0)
        self.optimizer.step()
        return TRAIN_BATCH * TRAIN_LENGTH

    @torch.inference_mode()
    def rollout(self) -> int:
        policy = self.policy
        cache = policy.new_cache(ROLLOUT_BATCH, PROMPT_LENGTH + ROLLOUT_LENGTH)
        states = policy.hidden(self.prompt, cache)
        last = policy.config["vocab_size"] - 1
        sampled = torch.empty(ROLLOUT_BATCH, ROLLOUT_LENGTH, dtype=torch.int64)
        for i in range(ROLLOUT_LENGTH):
            # Inversion of the cumulative distribution: one random number a row, where `multinomial` draws one a vocabulary entry.
            cumulative = policy.logits(states[:, -1]).softmax(dim=-1).cumsum(dim=-1)
            threshold = torch.rand(ROLLOUT_BATCH, 1) * cumulative[:, -1:]
            token = torch.searchsorted(cumulative, threshold, right=True).clamp_(max=last)
            sampled[:, i : i + 1] = token
            if i + 1 < ROLLOUT_LENGTH:
                states = policy.hidden(token, cache, PROMPT_LENGTH + i)
        return sampled.numel()

    def warm_up(self, most_threads: int) -> None:
        """Runs each kind untimed, then picks its number of threads."""
        for kind in self.threads:
            speeds = {}
            for threads in range(1, most_threads + 1):
                self.threads[kind] = threads
                self.round(kind, 1)
                # The best of three: a slow moment of the machine must not decide.
                speeds[threads] = max(self.round(kind, 2)["tokens_per_s"] for _ in range(3))
            self.threads[kind] = max(speeds, key=speeds.get)

    def round(self, kind: str, steps: int) -> dict:
        work = {"train": self.train, "compiled": self.compiled, "rollout": self.rollout}[kind]
        torch.set_num_threads(self.threads[kind])
        begin = time.perf_counter()
        tokens = sum(work() for _ in range(steps))
        seconds = time.perf_counter() - begin
        return {"kind": kind, "steps": steps, "tokens": tokens, "seconds": seconds, "tokens_per_s": tokens / seconds}


def serve(bench: Bench) -> None:
    def say(answer: dict) -> None:
        print(json.dumps(answer), flush=True)

    parameters = sum(p.numel() for p in bench.policy.parameters())
    say({"ready": True, "torch": torch.__version__, "threads": bench.threads, "parameters": parameters})
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            break
        if len(words) in (1, 2) and words[0] in bench.threads and all(w.isdecimal() and int(w) for w in words[1:]):
            say(bench.round(words[0], int(words[1]) if len(words) == 2 else 1))
        else:
            say({"error": f"expected `train [STEPS]`, `compiled [STEPS]`, `rollout [TIMES]` or `quit`, not {line.strip()!r}"})


def summary(bench: Bench, rounds: int) -> dict:
    speeds = {kind: [] for kind in bench.threads}
    for _ in range(rounds):
        for kind, rates in speeds.items():
            rates.append(bench.round(kind, 1 if kind == "rollout" else 3)["tokens_per_s"])
    return {
        **{f"{kind}_tokens_per_s": statistics.median(rates) for kind, rates in speeds.items()},
        "torch": torch.__version__,
        "threads": bench.threads,
    }


def check(folder: pathlib.Path) -> int:
    """Largest differences to `transformers`, absolute for logits and relative to the largest entry for gradients."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from transformers import AutoModelForCausalLM

    ours, theirs = Qwen3(folder), AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    torch.manual_seed(0)
    tokens = torch.randint(0, ours.config["vocab_size"], (3, 24))
    # transformers gives the padding token's input embedding no gradient; it is not among the tokens compared.
    tokens[tokens == theirs.config.pad_token_id] = ours.config["vocab_size"] - 1
    logits, reference = ours.logits(ours.hidden(tokens)), theirs(input_ids=tokens).logits
    for answer in (logits, reference):
        F.cross_entropy(answer[:, :-1].flatten(0, 1), tokens[:, 1:].flatten()).backward()
    differences = {"logits": float((logits - reference).abs().max().detach())}

    with torch.inference_mode():
        cache, cut = ours.new_cache(3, 24), 10
        states = [ours.hidden(tokens[:, :cut], cache)]
        states += [ours.hidden(tokens[:, i : i + 1], cache, i) for i in range(cut, 24)]
        decoded = ours.logits(torch.cat(states, dim=1))
    differences["decoding"] = float((decoded - reference).abs().max().detach())

    def relative(a: torch.Tensor, b: torch.Tensor) -> float:
        return float((a - b).abs().max() / b.abs().max())

    named = dict(theirs.named_parameters())
    pairs = [(ours.embedding.grad, named["model.embed_tokens.weight"].grad), (ours.norm.grad, named["model.norm.weight"].grad)]
    for i, layer in enumerate(ours.layers):
        attention, mlp = f"model.layers.{i}.self_attn.", f"model.layers.{i}.mlp."
        for merged, names in (
            (layer.qkv, [f"{attention}{n}_proj" for n in "qkv"]),
            (layer.q_norm, [f"{attention}q_norm"]),
            (layer.k_norm, [f"{attention}k_norm"]),
            (layer.out, [f"{attention}o_proj"]),
            (layer.gate_up, [f"{mlp}gate_proj", f"{mlp}up_proj"]),
            (layer.down, [f"{mlp}down_proj"]),
        ):
            pairs.append((merged.grad, torch.cat([named[f"{name}.weight"].grad for name in names])))
    differences["gradients"] = max(relative(a, b) for a, b in pairs)
    passed = all(d <= 1e-4 for d in differences.values())
    print(json.dumps({**differences, "passed": passed}))
    return 0 if passed else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2, help="most threads to use")
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds of each kind (without --serve)")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--serve", action="store_true", help="answer the line protocol on standard input")
    mode.add_argument("--check", action="store_true", help="compare with transformers")
    args = parser.parse_args()
    if args.check:
        return check(args.checkpoint)
    bench = Bench(args.checkpoint)
    bench.warm_up(max(args.threads, 1))
    if args.serve:
        serve(bench)
    else:
        print(json.dumps(summary(bench, args.rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
