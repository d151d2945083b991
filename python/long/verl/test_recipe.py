"""The configurations of recipes/verl, and the Parquet of `explang data verl`, as verl reads them."""

import subprocess
import sys

import pyarrow.parquet
import pytest
from conftest import ROOT
from transformers import AutoTokenizer
from verl.trainer.ppo.utils import need_critic, need_reference_policy
from verl.utils.config import omega_conf_to_dataclass, validate_config
from verl.utils.dataset.rl_dataset import RLHFDataset

# What the manual says on the command line.
FUNCTION = ("reward.custom_reward_function.path=pkg://explang.verl", "+reward.custom_reward_function.reward_kwargs.variant=naive")
MANAGER = (
    "reward.reward_manager.source=importlib",
    "reward.reward_manager.module.path=pkg://explang.verl.manager",
    "reward.reward_manager.name=RewardManager",
    "trainer.v1.sampler.custom_sampler.path=pkg://explang.verl.sampler",
    "trainer.v1.sampler.custom_sampler.name=sampler",
    "+reward.custom_reward_function.reward_kwargs.variant=explore",
    "+reward.custom_reward_function.reward_kwargs.scope=group",
    "+reward.custom_reward_function.reward_kwargs.pool=[en,zh]",
)


@pytest.mark.parametrize(("stage", "kl", "steps"), [("explore", False, 50), ("exploit", True, 150)])
def test_a_stage_is_a_configuration_of_verl(configured, stage, kl, steps):
    full = [
        "actor_rollout_ref.rollout.n=8",
        "data.train_batch_size=256",
        "data.max_prompt_length=2048",
        "data.max_response_length=4096",
        "trainer.device=cuda",
    ]
    config = configured(stage, *full)
    validate_config(config, use_reference_policy=need_reference_policy(config), use_critic=need_critic(config))
    for part in (config.actor_rollout_ref.actor, config.actor_rollout_ref.rollout, config.algorithm):
        omega_conf_to_dataclass(part)
    assert config.reward.custom_reward_function.reward_kwargs == {"variant": stage, "scope": "group"}
    assert need_reference_policy(config) == kl and not need_critic(config)
    assert config.trainer.total_training_steps == steps


@pytest.mark.parametrize("changes", [("--config-name=ppo_trainer", *FUNCTION), ("--config-name=ppo_trainer", *MANAGER), None])
def test_a_command_of_the_manual_is_understood(changes):
    stage = (f"--config-path={ROOT / 'recipes/verl'}", "--config-name=exploit", "+reward.custom_reward_function.reward_kwargs.preset=official")
    command = [sys.executable, "-m", "verl.trainer.main_ppo", *(changes or stage), "--cfg", "job", "--resolve"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "explang.verl" in done.stdout


def test_the_parquet_is_verls(configured, checkpoint, parquet):
    table = pyarrow.parquet.read_table(parquet)
    assert table.column_names == ["data_source", "prompt", "ability", "reward_model", "extra_info"] and table.num_rows == 12
    config = configured("explore")
    data = RLHFDataset(str(parquet), AutoTokenizer.from_pretrained(checkpoint), config.data)
    assert len(data) == 12
    for place, row in enumerate(data):
        first = 20 + place
        assert row["raw_prompt"] == [{"role": "user", "content": f"What is {first} + {first + 9}? Think in steps."}]
        assert row["reward_model"] == {"style": "rule", "ground_truth": str(2 * first + 9)}
        assert (row["data_source"], row["index"], row["extra_info"]) == ("explang", place, {"split": "train", "index": place})
