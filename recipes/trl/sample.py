#!/usr/bin/env python3
"""Samples a policy for `explang eval --responses`: `sample.py PROBLEMS.jsonl OUT.jsonl --url http://localhost:8000 --model runs/exploit`.

A problem has `prompt` (a text, or messages) and `ground_truth`. The modes are the paper's: `self`, the model chooses its language; `en`,
English is forced; `multi` and `ood`, every seen and every unseen language is forced once. The server is one that is compatible with OpenAI's
and has the endpoint for completions, such as `vllm serve`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from send import in_order, post
from transformers import AutoTokenizer

from explang import SEEN, UNSEEN, forced_prefix

MODES = {"self": (None,), "en": ("en",), "multi": SEEN, "ood": UNSEEN}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("problems", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", required=True, help="the policy's name at the server; a folder of its tokenizer, unless --tokenizer is")
    parser.add_argument("--tokenizer")
    parser.add_argument("--modes", default="self,en,multi,ood")
    parser.add_argument("--samples", type=int, default=12, help="of a problem in the modes self and en")
    parser.add_argument("--temperature", type=float, default=0.1)
    parser.add_argument("--top-p", type=float, default=0.9)
    parser.add_argument("--max-tokens", type=int, default=4096)
    parser.add_argument("--concurrent", type=int, default=64)
    asked = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(asked.tokenizer or asked.model)
    problems = [json.loads(line) for line in asked.problems.read_text(encoding="utf-8").splitlines() if line]

    def questions() -> Iterator[tuple[dict[str, Any], str, str | None]]:
        for problem in problems:
            for mode in asked.modes.split(","):
                for language in MODES[mode]:
                    yield problem, mode, language

    def rows(question: tuple[dict[str, Any], str, str | None]) -> list[dict[str, Any]]:
        problem, mode, language = question
        prompt = problem["prompt"]
        messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
        forced = forced_prefix(language) if language else ""
        body = {
            "model": asked.model,
            "prompt": tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False) + forced,
            "n": 1 if mode in ("multi", "ood") else asked.samples,
            "temperature": asked.temperature,
            "top_p": asked.top_p,
            "max_tokens": asked.max_tokens,
            "skip_special_tokens": False,
        }
        choices = post(asked.url.rstrip("/") + "/v1/completions", body)["choices"]
        return [
            {
                "prompt": prompt,
                "ground_truth": problem["ground_truth"],
                "response": forced + choice["text"].removesuffix(tokenizer.eos_token),
                "truncated": choice["finish_reason"] == "length",
                "tokens": len(tokenizer(choice["text"], add_special_tokens=False)["input_ids"]),
                "mode": mode,
                "forced": language,
                "sample": number,
            }
            for number, choice in enumerate(choices)
        ]

    with asked.out.open("w", encoding="utf-8") as out:
        for written in in_order(rows, questions(), asked.concurrent):
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in written)


if __name__ == "__main__":
    main()
