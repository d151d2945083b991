"""Ray on two processors, a checkpoint, and the recipe's configurations with what a CPU needs."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import ray
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

ROOT = Path(__file__).resolve().parents[3]
CHAT = "{% for m in messages %}{{ m.content }}\n{% endfor %}"
# A storage unit of verl's queue holds a processor of Ray's, and what is begun later needs another.
SMALL = [
    "actor_rollout_ref.rollout.n=4",
    "actor_rollout_ref.rollout.agent.num_workers=2",
    "data.max_prompt_length=64",
    "data.max_response_length=40",
    "data.dataloader_num_workers=0",
    "data.train_batch_size=6",
    "reward.num_workers=2",
    "transfer_queue.backend.SimpleStorage.num_data_storage_units=1",
    "trainer.device=cpu",
]


@pytest.fixture(scope="session", autouse=True)
def cluster():
    # The workers find this folder's modules, and the package, where this process does.
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=True, runtime_env={"env_vars": {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}})
    yield
    ray.shutdown()


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    """The SFT checkpoint of `quick`, whose tags are special tokens here, with a template for conversations, and its end of text called as
    verl expects of a Qwen3.
    """
    folder = tmp_path_factory.mktemp("model") / "sft"
    shutil.copytree(ROOT / "checkpoints/quick/stages/sft/checkpoint", folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace("<|endoftext|>", "<|im_end|>"), encoding="utf-8")
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    for token in tokenizer["added_tokens"]:
        token["special"] = True
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    (folder / "chat_template.jinja").write_text(CHAT, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def parquet(tmp_path_factory):
    """Problems as `explang data verl` writes them."""
    folder = tmp_path_factory.mktemp("data")
    rows = [{"prompt": f"What is {a} + {a + 9}? Think in steps.", "ground_truth": 2 * a + 9} for a in range(20, 32)]
    (folder / "problems.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = [os.environ["EXPLANG_PROGRAM"], "data", "verl", folder / "problems.jsonl", "--out", folder / "train.parquet"]
    subprocess.run(command, check=True)
    return folder / "train.parquet"


@pytest.fixture
def configured(checkpoint, parquet):
    """The recipe's configuration of a stage, as verl composes it, with changes."""

    def config(stage, *changes):
        files = [f"data.{name}_files={parquet}" for name in ("train", "val")]
        with initialize_config_dir(str(ROOT / "recipes/verl"), version_base=None):
            config = compose(stage, [f"actor_rollout_ref.model.path={checkpoint}", *files, *SMALL, *changes])
        OmegaConf.resolve(config)
        return config

    return config
