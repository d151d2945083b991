"""The recipe of recipes/trl, from the teacher to the evaluation, with a tiny model and its own configurations."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from server import serve

RECIPE = ROOT / "recipes/trl"
TRL = Path(sys.executable).with_name("trl")
SMALL = {
    "use_cpu": "true",
    "bf16": "false",
    "gradient_checkpointing": "false",
    "per_device_train_batch_size": "8",
    "gradient_accumulation_steps": "1",
    "max_steps": "2",
    "report_to": "none",
}
POLICY = SMALL | {"use_vllm": "false", "steps_per_generation": "2", "max_completion_length": "48", "learning_rate": "1e-5"}


def base(folder):
    """The SFT checkpoint of `quick`, its end of text called as in Qwen3's conversations."""
    shutil.copytree(ROOT / "checkpoints/quick/stages/sft/checkpoint", folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace("<|endoftext|>", "<|im_end|>"), encoding="utf-8")


@pytest.fixture
def home(tmp_path):
    shutil.copytree(RECIPE, tmp_path, dirs_exist_ok=True)
    base(tmp_path / "base")
    (tmp_path / "data").mkdir()
    problems = [
        {"prompt": [{"role": "user", "content": f"What is {a} + {a + 9}? Think in steps."}], "ground_truth": 2 * a + 9} for a in range(20, 40)
    ]
    (tmp_path / "data/problems.jsonl").write_text("".join(json.dumps(p) + "\n" for p in problems), encoding="utf-8")
    return tmp_path


def test_the_recipe_runs_to_its_end(home, program):
    environment = dict(os.environ, OMP_NUM_THREADS="2", HF_HUB_OFFLINE="1", TRL_EXPERIMENTAL_SILENCE="1")

    def run(*words, **options):
        arguments = [text for name, value in options.items() for text in (f"--{name}", value)]
        done = subprocess.run([*map(str, words), *arguments], cwd=home, env=environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{words}: {done.stdout[-1500:]}{done.stderr[-3000:]}"
        return done.stdout

    def rows(name):
        return [json.loads(line) for line in (home / name).read_text(encoding="utf-8").splitlines()]

    def logged(checkpoint):
        return json.loads((home / "runs" / checkpoint / "trainer_state.json").read_text(encoding="utf-8"))["log_history"]

    server = serve()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        prompts = ("data", "prompts", "data/problems.jsonl", "--model", "teacher", "--languages", "en,de,zh", "--out", "data/requests.jsonl")
        run(program.path, *prompts)
        run(sys.executable, "send.py", "data/requests.jsonl", "data/responses.jsonl", url=url)
        again = run(sys.executable, "send.py", "data/requests.jsonl", "data/responses.jsonl", url=url)
        assert "60 answers were there, 0 are new, 0 requests failed" in again
        rates = run(program.path, "data", "filter", "data/responses.jsonl", "--problems", "data/problems.jsonl", "--out", "data/sft.jsonl")
        # Of 20 problems two are answered wrongly in each language, and two in English throughout.
        assert len(rows("data/sft.jsonl")) == 18 + 16 + 16, rates

        # Too few steps to learn the tag, in which the loss falls all the same.
        taught = SMALL | {"max_steps": "10", "learning_rate": "5e-3"}
        run(TRL, "sft", "--config", "sft.yaml", model_name_or_path="base", packing="false", **taught)
        losses = [step["loss"] for step in logged("sft-adapter/checkpoint-10") if "loss" in step]
        assert losses[-1] < 0.9 * losses[0], losses
        run(sys.executable, "merge.py", "runs/sft-adapter", "runs/sft")
        run(TRL, "grpo", "--config", "explore.yaml", **POLICY)
        run(TRL, "grpo", "--config", "exploit.yaml", **POLICY)
        explore, exploit = (logged(f"{stage}/checkpoint-2")[0] for stage in ("explore", "exploit"))
        # Without a tag nothing is paid. That the figures are right where there are tags, test_training shows.
        assert explore["rewards/language_explore/mean"] >= 0 and exploit["rewards/language_exploit/mean"] >= 0
        assert "kl" in exploit and "kl" not in explore
        assert exploit["language/choice_entropy"] >= 0 and 0 <= exploit["language/untagged"] <= 1

        sampling = {"url": url, "model": "runs/exploit", "samples": "2", "temperature": "1", "max-tokens": "48"}
        os.chdir(home)
        run(sys.executable, "sample.py", "data/problems.jsonl", "data/exploit.jsonl", **sampling)
        sampled = rows("data/exploit.jsonl")
        assert len(sampled) == 20 * (2 + 2 + 13 + 4)
        summary = run(program.path, "eval", "--responses", "data/exploit.jsonl")
        assert "multi" in summary and "ood" in summary
    finally:
        server.shutdown()
