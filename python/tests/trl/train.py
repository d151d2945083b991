"""Trains a model for a few steps on the CPU, and keeps what the reward function was given and gave: one JSON line a call.

    train.py MODEL OUT VARIANT SCOPE PER_DEVICE STEPS [--conversation] [--decode]

`torchrun --nproc_per_node 2` runs it in two processes, each of which writes OUT/calls-RANK.jsonl and OUT/log-RANK.json.
"""

import argparse
import json
import random
from pathlib import Path

import torch
from accelerate import PartialState
from datasets import Dataset
from transformers import AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from explang.trl import language_reward

CHAT = "{% for m in messages %}{{ m.content }}\n{% endfor %}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("out", type=Path)
    parser.add_argument("variant")
    parser.add_argument("scope")
    parser.add_argument("per_device", type=int)
    parser.add_argument("steps", type=int)
    parser.add_argument("--conversation", action="store_true")
    parser.add_argument("--decode", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(asked.model)
    tokenizer.chat_template = CHAT

    numbers = random.Random(7)
    pairs = [(numbers.randint(10, 49), numbers.randint(10, 49)) for _ in range(24)]
    questions = [f"What is {a} + {b}? Think in steps." for a, b in pairs]
    prompts = [[{"role": "user", "content": q}] if asked.conversation else q + "\n" for q in questions]
    rows = Dataset.from_dict({"prompt": prompts, "answer": [a + b for a, b in pairs]})

    reward = language_reward(asked.variant, scope=asked.scope, tokenizer=tokenizer if asked.decode else None)
    calls = []

    def recorded(**given):
        rewards = reward(**given)
        ids = [[token for token in row if token != tokenizer.eos_token_id] for row in given["completion_ids"]]
        texts = [tokenizer.decode(row, skip_special_tokens=False) for row in ids]
        calls.append({"prompts": given["prompts"], "texts": texts, "answers": given["answer"], "rewards": rewards})
        return rewards

    recorded.__name__ = reward.__name__
    trainer = GRPOTrainer(
        model=asked.model,
        reward_funcs=recorded,
        args=GRPOConfig(
            output_dir=str(asked.out),
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            per_device_train_batch_size=asked.per_device,
            num_generations=4,
            max_completion_length=40,
            max_steps=asked.steps,
            learning_rate=1e-4,
            logging_steps=1,
            log_completions=True,
            save_strategy="no",
            report_to=[],
            seed=3,
        ),
        train_dataset=rows,
        processing_class=tokenizer,
    )
    trainer.train()
    state = PartialState()
    rank = state.process_index
    (asked.out / f"calls-{rank}.jsonl").write_text("".join(json.dumps(call) + "\n" for call in calls), encoding="utf-8")
    (asked.out / f"log-{rank}.json").write_text(json.dumps(trainer.state.log_history), encoding="utf-8")
    # As in fail.py.
    state.destroy_process_group()


if __name__ == "__main__":
    main()
