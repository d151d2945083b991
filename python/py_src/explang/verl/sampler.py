"""verl's sampler that pays what `explang.verl.manager` judged."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch
import transfer_queue
from verl.trainer.ppo.v1.replay_buffer import ReplayBuffer, ReplayBufferAsync
from verl.utils.tensordict_utils import list_of_dict_to_tensordict

from .._choices import figures
from .judgement import JUDGEMENT, figures_of, paid, session_of, together

UNTAGGED = (
    "explang: none of {rows} responses has a `<lang_select>` tag. If the prompt ends with the opening of the tag, pass it as "
    "+reward.custom_reward_function.reward_kwargs.prefix=…"
)


def sampler(*, trainer_mode: str, **options: Any) -> ReplayBuffer:
    """The sampler for verl's `trainer.v1.trainer_mode`."""
    kind = Sampler if trainer_mode == "sync" else AsyncSampler
    return kind(trainer_mode=trainer_mode, **options)


class _Paying:
    """Pays the responses of each batch that a sampler draws."""

    warned = False

    def sample(self, global_steps: int, partition_id: str, batch_size: int) -> tuple[Any, dict[str, Any]]:
        """The batch, paid; and figures for verl to log, those of the languages as `language/…`."""
        batch, metrics = super().sample(global_steps=global_steps, partition_id=partition_id, batch_size=batch_size)  # type: ignore[misc]
        logged = pay(batch.keys, batch.partition_id)
        if logged.get("language/untagged") == 1 and not self.warned:
            self.warned = True
            warnings.warn(UNTAGGED.format(rows=len(batch.keys)), stacklevel=2)
        return batch, metrics | logged


class Sampler(_Paying, ReplayBuffer):
    """Of the synchronous trainer."""


class AsyncSampler(_Paying, ReplayBufferAsync):
    """Of the asynchronous trainers."""


def pay(keys: Sequence[str], partition_id: str) -> dict[str, float]:
    """Compares the responses of a batch, and writes what each is paid into verl's queue; figures of their languages.

    The reward stands at the last token of a response; its `reward_extra_info` loses the judgement, which has done its work.
    """
    if not keys:
        return {}
    fields = transfer_queue.kv_batch_get(keys=list(keys), partition_id=partition_id, select_fields=["rm_scores", "extra_fields"])
    extra = [dict(getattr(row, "data", row)) for row in fields["extra_fields"]]
    reward, scored = together(keys, [row.get("reward_extra_info") or {} for row in extra])
    rows = []
    for key, row, scores in zip(keys, extra, fields["rm_scores"], strict=True):
        session = scored[session_of(key)]
        given = torch.zeros_like(scores)
        given[-1] = paid(session)
        kept = {name: value for name, value in row["reward_extra_info"].items() if name != JUDGEMENT}
        rows.append({"rm_scores": given, "extra_fields": {**row, "reward_extra_info": {**kept, **figures_of(session)}}})
    transfer_queue.kv_batch_put(keys=list(keys), partition_id=partition_id, fields=list_of_dict_to_tensordict(rows))
    return {f"language/{name}": value for name, value in figures(list(scored.values()), reward.pool).items()}
