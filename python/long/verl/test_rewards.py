"""Rewards through verl's own classes, in two reward workers under Ray, are those of one process."""

import uuid
from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pytest
import ray
import torch
import transfer_queue
from engine import Engine
from tensordict import NonTensorData, TensorDict
from torch.utils.data import DataLoader
from transformers import AutoTokenizer
from verl import DataProto
from verl.experimental.reward_loop import RewardLoopManager
from verl.trainer.ppo.v1 import AgentLoopManagerTQ, PPOTrainer
from verl.utils import tensordict_utils
from verl.utils.dataset.rl_dataset import RLHFDataset, collate_fn

from explang import Reward
from explang.verl.judgement import JUDGEMENT, together

WATCHED = ("reward.reward_manager.module.path=pkg://watched", "reward.reward_manager.name=WatchedManager")
TRACES = {"de": "Sechs mal sieben ist zweiundvierzig, und das ist alles.", "fr": "Six fois sept font quarante-deux, et c'est tout."}


def text(tag, trace, answer):
    return f"<lang_select>\n{tag}\n</lang_select>\n<think>\n{TRACES[trace]}\n</think>\n\\boxed{{{answer}}}"


# Three groups of four, which two workers cut in the middle of the second.
TEXTS = [
    *(text("de", "de", 42), text("de", "de", 42), text("fr", "fr", 41), "\\boxed{42}"),
    *(text("fr", "fr", 42), text("fr", "de", 42), text("de", "de", 42), text("fr", "fr", 41)),
    *(text("de", "de", 1), text("de", "de", 2), text("de", "de", 3), text("fr", "fr", 4)),
]
GROUPS = [place // 4 for place in range(12)]


def rows(checkpoint):
    """The responses as verl's trainer has them: padded ids and masks."""
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    ids = [[*tokenizer.encode(text), tokenizer.eos_token_id] for text in TEXTS]
    longest = max(map(len, ids))
    responses = torch.tensor([row + [tokenizer.pad_token_id] * (longest - len(row)) for row in ids])
    masks = torch.tensor([[1, 1] + [1] * len(row) + [0] * (longest - len(row)) for row in ids])
    prompts = torch.full((12, 2), 5)
    batch = TensorDict({"prompts": prompts, "responses": responses, "attention_mask": masks}, batch_size=12)
    columns = {
        "data_source": np.array(["explang"] * 12, dtype=object),
        "reward_model": np.array([{"style": "rule", "ground_truth": "42"}] * 12, dtype=object),
        "extra_info": np.array([{"index": place} for place in range(12)], dtype=object),
    }
    return DataProto(batch=batch, non_tensor_batch=columns)


def scored(config, data):
    loop = RewardLoopManager(config)
    try:
        return loop.compute_rm_score(data)
    finally:
        for worker in loop.reward_loop_workers:
            ray.kill(worker)


@pytest.mark.parametrize(("variant", "scope"), [("explore", "group"), ("combine_acc", "batch")])
def test_a_group_that_is_cut_between_workers_is_paid_as_one(configured, checkpoint, variant, scope):
    changes = [f"reward.custom_reward_function.reward_kwargs.{name}={value}" for name, value in (("variant", variant), ("scope", scope))]
    output = scored(configured("explore", *WATCHED, *changes), rows(checkpoint))
    infos = [{name: values[place] for name, values in output.non_tensor_batch.items()} for place in range(12)]
    processes = [info["process"] for info in infos]
    assert processes[:6] == processes[:1] * 6 and processes[6:] == processes[6:7] * 6 and processes[0] != processes[6]
    _, paid = together([f"{group}_{place}_0" for place, group in enumerate(GROUPS)], infos)
    whole = Reward(variant, scope=scope).score(TEXTS, ["42"] * 12, groups=GROUPS)
    assert [row.reward for row in paid.values()] == [row.reward for row in whole]
    halves = [
        row.reward for half in (slice(6), slice(6, 12)) for row in Reward(variant, scope=scope).score(TEXTS[half], ["42"] * 6, groups=GROUPS[half])
    ]
    assert halves != [row.reward for row in whole], "each worker alone would have paid the same"


def test_one_response_at_a_time(configured, checkpoint, tmp_path):
    # verl decodes without special tokens here: the tags must be ordinary ones.
    plain = tmp_path / "plain"
    plain.mkdir()
    for path in checkpoint.iterdir():
        plain.joinpath(path.name).write_bytes(path.read_bytes())
    tokenizer = plain / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text(encoding="utf-8").replace('"special": true', '"special": false'), encoding="utf-8")
    changes = (
        "reward.reward_manager.source=register",
        "reward.reward_manager.name=naive",
        "reward.custom_reward_function.path=pkg://explang.verl",
        "~reward.custom_reward_function.reward_kwargs",
        f"actor_rollout_ref.model.path={plain}",
    )
    output = scored(configured("explore", *changes), rows(plain))
    whole = Reward("naive").score(TEXTS, ["42"] * 12)
    assert output.batch["rm_scores"].sum(dim=1).tolist() == pytest.approx([row.reward for row in whole])
    assert output.non_tensor_batch["score"].tolist() == [row.reward for row in whole]
    assert output.non_tensor_batch["language"].tolist() == [row.tag or "" for row in whole]


def test_a_configuration_without_the_sampler_is_refused(configured, checkpoint):
    with pytest.raises(Exception, match="nothing would pay what this reward manager judges"):
        scored(configured("explore", "trainer.v1.sampler.custom_sampler.path=null"), rows(checkpoint))


class Rollout:
    """The half of verl's v1 trainer that needs no GPU: data set, agent loops, reward loop, queue, sampler, advantages."""

    def __init__(self, config, checkpoint, failing=None):
        self.config = config
        self.tokenizer = AutoTokenizer.from_pretrained(checkpoint)
        self.queue = transfer_queue.init(config.transfer_queue)
        self.rewards = RewardLoopManager(config)
        failing = None if failing is None else self.tokenizer.encode(failing)[-1]
        self.agents = AgentLoopManagerTQ.create(
            config=config,
            llm_client=Engine(str(checkpoint), self.tokenizer.eos_token_id, failing=failing),
            teacher_client=None,
            reward_loop_worker_handles=self.rewards.reward_loop_worker_handles,
        )
        self.trainer = SimpleNamespace(
            config=config, trainer_mode="sync", _add_prompts_to_generate=None, global_steps=1, agent_loop_manager=self.agents
        )
        self.sampler = PPOTrainer._build_replay_buffer(self.trainer)
        self.sampler.poll_interval = 0.2
        data = RLHFDataset(config.data.train_files, self.tokenizer, config.data)
        self.loader = iter(DataLoader(data, batch_size=config.data.train_batch_size, collate_fn=collate_fn))

    def step(self):
        """A batch of the sampler, and the metrics that verl logs of it."""
        batch = next(self.loader)
        prompts = len(batch["raw_prompt"])
        batch["uid"] = np.array([str(uuid.uuid4()) for _ in range(prompts)], dtype=object)
        batch = tensordict_utils.get_tensordict(batch)
        tensordict_utils.assign_non_tensor_data(batch, "global_steps", 1)
        PPOTrainer._submit_batch_to_rollout(self.trainer, batch)
        return self.sampler.sample(global_steps=1, partition_id="train", batch_size=prompts)

    def close(self):
        for worker in (*self.agents.agent_loop_workers, *self.rewards.reward_loop_workers):
            ray.kill(worker)
        transfer_queue.close()


@pytest.fixture
def rollout(configured, checkpoint):
    begun = []

    def start(*changes, **options):
        begun.append(Rollout(configured("explore", *WATCHED, *changes), checkpoint, **options))
        return begun[-1]

    yield start
    for run in begun:
        run.close()


def read(rollout, batch, *fields):
    data = transfer_queue.kv_batch_get(keys=batch.keys, partition_id="train", select_fields=list(fields))
    return [[getattr(row, "data", row) if isinstance(row, NonTensorData) else row for row in data[field]] for field in fields]


def one_process(rollout, batch, variant, scope):
    """What one process pays for the responses of a batch."""
    responses, references = read(rollout, batch, "responses", "reward_model")
    eos = rollout.tokenizer.eos_token_id
    texts = [rollout.tokenizer.decode([token for token in ids.tolist() if token != eos]) for ids in responses]
    groups = [key.rsplit("_", 2)[0] for key in batch.keys]
    return Reward(variant, scope=scope).score(texts, [reference["ground_truth"] for reference in references], groups=groups)


@pytest.mark.parametrize(("variant", "scope"), [("explore", "group"), ("combine", "batch")])
def test_the_trainers_batch_is_paid_as_in_one_process(rollout, variant, scope):
    run = rollout(*(f"reward.custom_reward_function.reward_kwargs.{name}={value}" for name, value in (("variant", variant), ("scope", scope))))
    batch, metrics = run.step()
    assert len(batch.keys) == 24
    whole = one_process(run, batch, variant, scope)
    scores, extra = read(run, batch, "rm_scores", "extra_fields")
    infos = [row["reward_extra_info"] for row in extra]
    assert [info["score"] for info in infos] == [row.reward for row in whole]
    assert [row[-1].item() for row in scores] == pytest.approx([row.reward for row in whole])
    assert all(row[:-1].abs().sum() == 0 for row in scores)
    assert len({row.reward for row in whole}) > 3, "rewards that differ have something to teach"

    processes = defaultdict(set)
    for key, info in zip(batch.keys, infos, strict=True):
        processes[key.rsplit("_", 2)[0]].add(info["process"])
    assert any(len(judges) == 2 for judges in processes.values()), "no group was cut between the workers"
    assert all(JUDGEMENT not in info for info in infos)
    tagged = sum(metrics[f"language/selection/{language}"] for language in Reward(variant).pool)
    assert tagged == pytest.approx(1 - metrics["language/untagged"]) and metrics["language/choice_entropy"] > 0

    # verl's advantages are those of these rewards.
    PPOTrainer._compute_advantage(run.trainer, batch, {})
    [advantages] = read(run, batch, "advantages")
    for uid in processes:
        places = [place for place, key in enumerate(batch.keys) if key.startswith(uid)]
        rewards = torch.tensor([whole[place].reward for place in places])
        expected = (rewards - rewards.mean()) / (rewards.std() + 1e-6)
        assert [advantages[place][0].item() for place in places] == pytest.approx(expected.tolist(), abs=1e-4)


def test_a_group_that_lost_a_response_is_paid_without_it(rollout):
    run = rollout(failing="What is 20 + 29? Think in steps.\n20")
    batch, _ = run.step()
    assert len(batch.keys) < 24
    scores, _ = read(run, batch, "rm_scores", "extra_fields")
    assert [row[-1].item() for row in scores] == pytest.approx([row.reward for row in one_process(run, batch, "explore", "group")])
