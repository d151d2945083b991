"""GRPOTrainer trains with the language reward, alone and in two processes that cut the groups between them."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT

from explang import Reward

SCRIPT = Path(__file__).with_name("train.py")
CHECKPOINT = ROOT / "checkpoints/quick/stages/sft/checkpoint"
ALONE = (sys.executable,)
TWO = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")


def train(launcher, model, out, *arguments):
    out.mkdir()
    words = [*launcher, SCRIPT, model, out, *arguments]
    environment = dict(os.environ, OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")
    done = subprocess.run([str(word) for word in words], env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    calls = [
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in sorted(out.glob("calls-*.jsonl"))
    ]
    logs = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(out.glob("log-*.json"))]
    return calls, logs


def paid(calls, variant, scope):
    """What one process pays for the rows of these calls, as one batch."""
    prompts = [json.dumps(prompt) for call in calls for prompt in call["prompts"]]
    texts = [text for call in calls for text in call["texts"]]
    answers = [answer for call in calls for answer in call["answers"]]
    return [row.reward for row in Reward(variant, scope=scope).score(texts, answers, groups=prompts)]


def check(calls, variant, scope, steps):
    assert all(len(process) == steps for process in calls)
    for step in zip(*calls, strict=True):
        given = [reward for call in step for reward in call["rewards"]]
        assert given == paid(step, variant, scope)
    return [reward for process in calls for call in process for reward in call["rewards"]]


def special(checkpoint, folder):
    """A copy whose tags are special tokens, which TRL's decoder drops."""
    folder.mkdir()
    for path in checkpoint.iterdir():
        folder.joinpath(path.name).write_bytes(path.read_bytes())
    tokenizer = json.loads(checkpoint.joinpath("tokenizer.json").read_text(encoding="utf-8"))
    for token in tokenizer["added_tokens"]:
        token["special"] = True
    folder.joinpath("tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder


def test_alone_with_strings(tmp_path):
    calls, [log] = train(ALONE, CHECKPOINT, tmp_path / "out", "explore", "group", 12, 3)
    rewards = check(calls, "explore", "group", 3)
    assert len(set(rewards)) > 3, "rewards that differ have something to teach"
    first = log[0]
    assert first["rewards/language_explore/mean"] == pytest.approx(sum(calls[0][0]["rewards"]) / 12)
    assert first["language/choice_entropy"] > 0
    selected = sum(value for name, value in first.items() if name.startswith("language/selection/"))
    assert selected == pytest.approx(1 - first["language/untagged"], abs=1e-6)


@pytest.mark.parametrize("scope", ["group", "batch"])
def test_two_processes_pay_as_one(tmp_path, scope):
    calls, logs = train(TWO, special(CHECKPOINT, tmp_path / "model"), tmp_path / "out", "combine", scope, 6, 2, "--conversation", "--decode")
    assert len(calls) == 2
    check(calls, "combine", scope, 2)
    cut = apart = False
    for step in zip(*calls, strict=True):
        prompts = [{json.dumps(prompt) for prompt in call["prompts"]} for call in step]
        cut |= bool(prompts[0] & prompts[1])
        apart |= [call["rewards"] for call in step] != [paid([call], "combine", scope) for call in step]
    assert cut, "no group was cut between the processes"
    assert apart, "each process alone would have paid the same"
    figures = [[{name: value for name, value in line.items() if name.startswith("language/")} for line in log] for log in logs]
    assert all(one == other for one, other in pairwise(figures)) and figures[0][0]


def test_a_failure_in_one_process_is_one_in_all(tmp_path):
    done = subprocess.run([*map(str, TWO), str(SCRIPT.with_name("fail.py")), str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    errors = [tmp_path.joinpath(f"error-{rank}").read_text(encoding="utf-8") for rank in (0, 1)]
    sentence = "`references[0]` is missing or not a text or number; add it as text or number"
    assert errors == [f"RuntimeError: the reward failed in process 1: TypeError: {sentence}", f"TypeError: {sentence}"]
