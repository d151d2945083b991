"""The language reward for verl 0.9, one response at a time or whole groups and batches.

One at a time, for the variants that do not compare responses (`naive`, `verified`), by verl's reward function:

    reward.custom_reward_function.path=pkg://explang.verl

Languages compared over a group or a batch, for every variant, by a reward manager and a sampler:

    reward.reward_manager.source=importlib
    reward.reward_manager.module.path=pkg://explang.verl.manager
    reward.reward_manager.name=RewardManager
    trainer.v1.sampler.custom_sampler.path=pkg://explang.verl.sampler
    trainer.v1.sampler.custom_sampler.name=sampler

verl scores each response as it ends, in whichever reward worker is free: no worker sees a group. The first place where groups are whole is
the sampler, which takes a batch of them out of verl's queue for the trainer. So the manager judges each response by itself, from its token
ids, in verl's workers, which takes nearly all of the time, and the sampler compares and pays them. A barrier for each group in the workers
would wait forever where a response fails, and would never see a batch; verl's entry point `verl.plugins` would load this into every process
that imports verl, and hide its errors.

The options of both are `+reward.custom_reward_function.reward_kwargs.variant=explore`, ….
"""

from __future__ import annotations

import warnings
from typing import Any, Literal

from .judgement import figures_of, one_at_a_time

__all__ = ["compute_score"]

# After how many untagged responses a warning is due.
PATIENCE = 64
UNTAGGED = (
    "explang: none of the first {rows} responses has a `<lang_select>` tag. If the tokenizer marks the tags as special tokens, verl's decoder "
    "drops them: use `explang.verl.manager.RewardManager`, which reads token ids. If the prompt ends with the opening of the tag, pass it as "
    "`prefix`."
)
# Untagged responses so far, -1 once it is settled that there are tags, or warned that there are none.
_untagged = 0


def compute_score(
    data_source: Any,
    solution_str: str,
    ground_truth: Any,
    extra_info: Any = None,
    *,
    variant: str = "naive",
    preset: Literal["paper", "official"] = "paper",
    prefix: str = "",
    reward_router_address: Any = None,
    reward_model_tokenizer: Any = None,
    **options: Any,
) -> dict[str, float | str]:
    """The reward of one response, as verl's `reward.custom_reward_function` asks for it.

    `variant`, `preset` and `options` are those of `explang.Reward`, and `prefix` is what the prompt already holds of the response. Gives
    `score`, and what verl logs in validation and writes to its dumps: `acc`, `format`, `compliance` (numbers), `language` and `detected`.
    """
    global _untagged
    reward = one_at_a_time(variant, preset, **options)
    [scored] = reward.score([prefix + solution_str], [ground_truth])
    if scored.tag is not None:
        _untagged = -1
    elif _untagged >= 0 and variant != "verified":
        _untagged += 1
        if _untagged == PATIENCE:
            _untagged = -1
            warnings.warn(UNTAGGED.format(rows=PATIENCE), stacklevel=2)
    return figures_of(scored)
