#!/usr/bin/env python3
"""What `transformers` says greedily in float32: `greedy.py CHECKPOINT_DIR PROMPT MAX_NEW_TOKENS` prints the response's tokens as a JSON list."""

from __future__ import annotations

import json
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def main() -> None:
    folder, prompt, most = sys.argv[1:]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    asked = tokenizer(prompt, return_tensors="pt", add_special_tokens=False)
    with torch.no_grad():
        said = model.generate(**asked, max_new_tokens=int(most), do_sample=False)
    print(json.dumps(said[0, asked["input_ids"].shape[1] :].tolist()))


if __name__ == "__main__":
    main()
