"""What of the reward for verl is independent of verl: the judgement of a response, its way to the sampler, and the pay."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from .. import Alone, Reward, Scored
from .._completions import decoded

# The variants that pay a response for what it is by itself.
ALONE = ("naive", "verified")
# Under which a row of verl's `reward_extra_info` holds its judgement, until it is paid.
JUDGEMENT = "explang"

MANAGER = "pkg://explang.verl.manager"
SAMPLER = "pkg://explang.verl.sampler"

# By their options.
_REWARDS: dict[str, Reward] = {}


def reward_of(options: Mapping[str, Any]) -> Reward:
    """The reward of these options, which verl can pay.

    Raises:
        ValueError: for an unknown name, and for `truncated="mask"`.
    """
    if options.get("truncated") == "mask":
        raise ValueError("truncated='mask' leaves a response without a reward, and verl needs one for each; use 'keep' or 'penalise'")
    name = json.dumps(dict(options), sort_keys=True, default=list)
    if name not in _REWARDS:
        _REWARDS[name] = Reward(**json.loads(name))
    return _REWARDS[name]


def one_at_a_time(variant: str, preset: str, **options: Any) -> Reward:
    """The reward of a response by itself.

    Raises:
        ValueError: for a variant that compares responses, and where it matters which were cut short.
    """
    reward = reward_of({"variant": variant, "preset": preset, **options})
    if variant not in ALONE:
        raise ValueError(
            f"variant `{variant}` compares the responses to a prompt, which verl's reward function sees one at a time; use the reward "
            f"manager and the sampler of explang.verl, or one of {', '.join(ALONE)}"
        )
    if reward.truncated != "keep":
        raise ValueError(
            f"truncated={reward.truncated!r} needs the reward manager of explang.verl, since only the end of text shows which responses "
            "were cut short"
        )
    return reward


def paid(scored: Scored) -> float:
    """The reward as verl can learn from it.

    The preset `official` pays NaN to all that it compares where the published code divides by zero; equal rewards teach as little.
    """
    return 0.0 if isnan(scored.reward) else scored.reward


def figures_of(scored: Scored) -> dict[str, float | str]:
    """A row of verl's `reward_extra_info`."""
    return {
        "score": paid(scored),
        "acc": scored.verified,
        "format": scored.format,
        "compliance": scored.compliance,
        "language": scored.tag or "",
        "detected": scored.detected or "",
    }


class Judge:
    """Judges responses by themselves, from their token ids."""

    def __init__(self, tokenizer: Any, options: Mapping[str, Any]) -> None:
        self.tokenizer = tokenizer
        self.options = {"variant": "exploit", **options}
        self.prefix = str(self.options.pop("prefix", ""))
        self.reward = reward_of(self.options)

    def judged(self, ids: Sequence[int], reference: Any) -> dict[str, Any]:
        """What verl keeps of a response: its figures as if it were alone, and the judgement to pay it by."""
        text, ended = decoded(ids, self.tokenizer)
        [alone] = self.reward.alone([self.prefix + text], [reference], truncated=[not ended])
        [scored] = self.reward.together([alone])
        return {**figures_of(scored), JUDGEMENT: {"options": self.options, "alone": alone}}


def together(keys: Sequence[str], infos: Sequence[Mapping[str, Any]]) -> tuple[Reward, dict[str, Scored]]:
    """Compares the sessions of a batch: the reward that paid them, and what each was paid.

    A key is verl's `{uid}_{session}_{output}`: a prompt's, its response's, and which output of a response in several parts; all parts
    have the judgement of the whole.
    """
    judgements: dict[str, Mapping[str, Any]] = {}
    for key, info in zip(keys, infos, strict=True):
        if JUDGEMENT not in info:
            raise ValueError(
                f"response {key} was not judged by explang.verl; set reward.reward_manager.source=importlib, "
                f"reward.reward_manager.module.path={MANAGER} and reward.reward_manager.name=RewardManager"
            )
        judgements[session_of(key)] = info[JUDGEMENT]
    options = next(iter(judgements.values()))["options"]
    reward = reward_of(options)
    alone: list[Alone] = [judgement["alone"] for judgement in judgements.values()]
    scored = reward.together(alone, groups=[session.rsplit("_", 1)[0] for session in judgements])
    return reward, dict(zip(judgements, scored, strict=True))


def session_of(key: str) -> str:
    """The response that a key of verl's queue belongs to."""
    return key.rsplit("_", 1)[0]


def check(config: Any) -> None:
    """Whether a configuration of verl pays what the manager judges.

    Raises:
        ValueError: with the settings to change.
    """
    trainer = config["trainer"]
    if not trainer["use_v1"]:
        raise ValueError("explang.verl compares responses in verl's v1 trainer only; set trainer.use_v1=true")
    chosen = trainer["v1"]["sampler"]["custom_sampler"]
    if (chosen["path"], chosen["name"]) != (SAMPLER, "sampler"):
        raise ValueError(
            "nothing would pay what this reward manager judges; set "
            f"trainer.v1.sampler.custom_sampler.path={SAMPLER} and trainer.v1.sampler.custom_sampler.name=sampler"
        )
    if config["algorithm"]["filter_groups"]["enable"]:
        raise ValueError("verl leaves algorithm.filter_groups to the custom sampler, and that of explang.verl has none; set it to false")
