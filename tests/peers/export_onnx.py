#!/usr/bin/env python3
"""Writes a checkpoint as an ONNX model with a key-value cache, in the layout that transformers.js loads, and holds it to the original.

    export_onnx.py CHECKPOINT_DIR OUT_DIR

OUT_DIR gets config.json, generation_config.json, tokenizer.json and tokenizer_config.json as they are, and onnx/model.onnx in float32:
ONNX Runtime computes half precision on a processor only by converting it, so that this is its fast form.

The graph is made by the model builder of onnxruntime-genai, with the operators that ONNX Runtime has for transformers (one for grouped
attention with its rotary embedding, one for a norm with its residual): 88 nodes, where tracing the PyTorch model gives over a thousand. So
the peer is ONNX Runtime at its best. Logits are computed for the last position only, as generation needs no others.

Then `transformers` with the checkpoint and ONNX Runtime with the graph continue the same prompts, greedily, past any end. Every token must be
the same; where two tokens are equally probable to within the tolerance, either may be taken, and the comparison goes on with one of them.
Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TQDM_DISABLE", "1")

import numpy
import onnx
import onnxruntime
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

COPIED = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json")
PROMPTS = (
    "What is 47 + 38? Think in steps.\n",
    "What is 358 + 467? Think in one breath.\n",
    "What is 78 + 99? Think in steps.\n<lang_select>\nth\n</lang_select>\n<think>\n",
    "What is 86 + 57? Think in steps.\n<lang_select>\nar\n</lang_select>\n<think>\n",
)
NEW_TOKENS = 64
TOLERANCE = 1e-3  # of a logit


def export(checkpoint: pathlib.Path, out: pathlib.Path) -> int:
    """Writes the folder; gives the number of nodes of the graph."""
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        shutil.copyfile(checkpoint / name, out / name)
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", str(checkpoint), "-o", work, "-c", work]
        command += ["-p", "fp32", "-e", "cpu", "--extra_options", "prune_lm_head=true"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"the model builder of onnxruntime-genai failed:\n{done.stdout}{done.stderr}")
        model = onnx.load(os.path.join(work, "model.onnx"))
    # transformers.js takes the shape of an empty cache from the graph, so that its last dimension must have a number.
    config = json.loads((checkpoint / "config.json").read_text("utf-8"))
    for value in (*model.graph.input, *model.graph.output):
        if value.name.startswith(("past_key_values.", "present.")):
            value.type.tensor_type.shape.dim[3].dim_value = config["head_dim"]
    # One file: the weights are small.
    onnx.save(model, str(out / "onnx" / "model.onnx"))
    return len(model.graph.node)


class Graph:
    """The ONNX model, decoding one sequence."""

    def __init__(self, path: pathlib.Path, config: dict) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.inputs = {value.name for value in self.session.get_inputs()}
        empty = numpy.zeros((1, config["num_key_value_heads"], 0, config["head_dim"]), numpy.float32)
        self.past = {name: empty for name in self.inputs if name.startswith("past_key_values.")}
        self.length = 0

    def last_logits(self, tokens: list[int]) -> torch.Tensor:
        begin, self.length = self.length, self.length + len(tokens)
        feeds = {
            "input_ids": numpy.array([tokens], numpy.int64),
            "attention_mask": numpy.ones((1, self.length), numpy.int64),
            "position_ids": numpy.arange(begin, self.length, dtype=numpy.int64)[None],
        }
        feeds = {name: value for name, value in feeds.items() if name in self.inputs} | self.past
        names = [value.name for value in self.session.get_outputs()]
        given = dict(zip(names, self.session.run(names, feeds)))
        self.past = {name: given[name.replace("past_key_values", "present")] for name in self.past}
        return torch.from_numpy(given["logits"][0, -1])


@torch.inference_mode()
def compare(checkpoint: pathlib.Path, out: pathlib.Path) -> dict:
    config = json.loads((checkpoint / "config.json").read_text("utf-8"))
    model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    worst, different, compared = 0.0, 0, 0
    for prompt in PROMPTS:
        graph = Graph(out / "onnx" / "model.onnx", config)
        fed, cache = tokenizer.encode(prompt, add_special_tokens=False), None
        for _ in range(NEW_TOKENS):
            answer = model(input_ids=torch.tensor([fed]), past_key_values=cache, use_cache=True)
            cache, theirs, ours = answer.past_key_values, answer.logits[0, -1], graph.last_logits(fed)
            worst = max(worst, float((theirs - ours).abs().max()))
            token = int(theirs.argmax())
            different += bool(theirs[token] - theirs[int(ours.argmax())] > TOLERANCE)
            compared += 1
            fed = [token]
    return {"tokens_compared": compared, "tokens_different": different, "largest_logit_difference": worst}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    args = parser.parse_args()
    nodes = export(args.checkpoint, args.out)
    found = compare(args.checkpoint, args.out)
    passed = found["tokens_different"] == 0 and found["largest_logit_difference"] <= TOLERANCE
    print(json.dumps({"nodes": nodes, **found, "passed": passed}))
    if not passed:
        shutil.rmtree(args.out)
        print("the ONNX model does not say what the checkpoint says; it was removed", file=sys.stderr)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
