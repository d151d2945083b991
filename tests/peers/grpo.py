#!/usr/bin/env python3
"""The TRL peer of `explang-bench grpo`: whole steps of `GRPOTrainer` on the CPU, in float32.

    grpo.py CHECKPOINT_DIR PROBLEMS.jsonl SETTINGS

SETTINGS is JSON: prompts, group, max_new_tokens, temperature, kl, learning_rate, threads, seed. A line of PROBLEMS has a prompt and its answer.

A step samples `prompts` groups, rewards a boxed answer that is right, and makes one update with a divergence from the first weights. It is
tried with every number of threads up to `threads`, and keeps the fastest. Then the first line out is {"trl", "threads"}; each line `step` in is
answered with {"seconds", "tokens"}: what the step took, and the tokens that it sampled. `quit` or the end of the input ends.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import sys
import tempfile
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import torch
import trl
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

BOXED = re.compile(r"\\boxed\{([^{}]*)\}")

# What is printed is the protocol alone, whatever the libraries print.
protocol = os.fdopen(os.dup(sys.stdout.fileno()), "w")
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def say(answer: dict) -> None:
    print(json.dumps(answer), file=protocol, flush=True)


class Turns(TrainerCallback):
    """Steps with each number of threads first, then one whenever it is asked for."""

    def __init__(self, threads: int) -> None:
        # The first step with a number of threads warms up.
        self.trials = [(threads, timed) for threads in range(1, threads + 1) for timed in (False, True, True)]
        self.trial: tuple[int, bool] | None = None
        self.seconds: dict[int, list[float]] = {}
        self.tokens = 0
        self.ready = False

    def on_step_begin(self, args, state, control, **others) -> None:
        self.trial = self.trials.pop(0) if self.trials else None
        if self.trial:
            torch.set_num_threads(self.trial[0])
        else:
            if not self.ready:
                self.ready = True
                fastest = min(self.seconds, key=lambda threads: min(self.seconds[threads]))
                torch.set_num_threads(fastest)
                say({"trl": trl.__version__, "threads": fastest})
            if sys.stdin.readline().strip() != "step":
                # Nothing is saved, so there is nothing to end.
                os._exit(0)
        self.tokens = 0
        self.began = time.perf_counter()

    def on_step_end(self, args, state, control, **others) -> None:
        seconds = time.perf_counter() - self.began
        if not self.trial:
            say({"seconds": seconds, "tokens": self.tokens})
        elif self.trial[1]:
            self.seconds.setdefault(self.trial[0], []).append(seconds)


def main() -> None:
    folder, problems, settings = sys.argv[1], pathlib.Path(sys.argv[2]), json.loads(sys.argv[3])
    rows = [json.loads(line) for line in problems.read_text("utf-8").splitlines()]
    turns = Turns(settings["threads"])

    def right(completions: list[str], completion_ids: list[list[int]], answer: list[str], **others) -> list[float]:
        turns.tokens += sum(map(len, completion_ids))
        said = (BOXED.findall(text) for text in completions)
        return [float(bool(boxed) and boxed[-1] == expected) for boxed, expected in zip(said, answer)]

    rollouts = settings["prompts"] * settings["group"]
    with tempfile.TemporaryDirectory() as out:
        trainer = GRPOTrainer(
            model=AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32),
            processing_class=AutoTokenizer.from_pretrained(folder),
            reward_funcs=right,
            train_dataset=Dataset.from_list(rows),
            callbacks=[turns],
            args=GRPOConfig(
                output_dir=out,
                use_cpu=True,
                bf16=False,
                gradient_checkpointing=False,
                per_device_train_batch_size=rollouts,
                num_generations=settings["group"],
                max_completion_length=settings["max_new_tokens"],
                temperature=settings["temperature"],
                beta=settings["kl"],
                learning_rate=settings["learning_rate"],
                lr_scheduler_type="constant",
                max_steps=len(rows) // settings["prompts"],
                logging_strategy="no",
                save_strategy="no",
                report_to=[],
                disable_tqdm=True,
                seed=settings["seed"],
            ),
        )
        trainer.train()


if __name__ == "__main__":
    main()
