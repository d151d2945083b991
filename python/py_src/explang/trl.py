"""The language reward for TRL's `GRPOTrainer` and `trl grpo` (TRL 1.16).

    from explang.trl import language_reward
    trainer = GRPOTrainer(..., reward_funcs=language_reward("explore"))

    trl grpo --reward_funcs explang.trl.explore ...

Every variant is a function of this module by its name, with the preset's choices: `explang.trl.explore`, `explang.trl.exploit`, ….

TRL calls a reward function once per batch in every process, with that process's rows only, and a group may be cut between processes.
What compares languages therefore needs the other processes: each judges its own rows, they exchange the judgements, and each compares
and pays all of them. Every process must call the function equally often, as TRL does.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal

from . import VARIANTS, Alone, Reward
from ._choices import figures
from ._completions import decoded, group_key, response
from ._processes import exchange

__all__ = ["language_reward"]

RewardFunction = Callable[..., list[float | None]]

UNTAGGED = (
    "explang: none of {rows} completions has a `<lang_select>` tag. If the tokenizer marks the tags as special tokens, TRL's decoder drops "
    "them: pass `tokenizer=` to language_reward. If the prompt ends with the opening of the tag, pass it as `prefix=`."
)


def language_reward(
    variant: str = "exploit",
    preset: Literal["paper", "official"] = "paper",
    *,
    reference: str | Sequence[str] = ("answer", "solution", "ground_truth"),
    group: str | None = None,
    prefix: str = "",
    tokenizer: Any = None,
    log: bool = True,
    **options: Any,
) -> RewardFunction:
    """A reward function for `GRPOTrainer(reward_funcs=…)`; its name in the logs is `language_` and the variant's.

    Args:
        variant, preset, options: those of `explang.Reward`, such as `scope="batch"`.
        reference: the data set's column with the reference answer; of several names, the first that the data set has. A row whose
            reference is None is not scored: its reward is None, which TRL takes for "not applicable".
        group: the column whose equal values make rows one group; without it, rows with equal prompts are one.
        prefix: what the prompt already holds of the response, such as `"<lang_select>\\n"`.
        tokenizer: the policy's tokenizer. With it responses are decoded from `completion_ids` with their special tokens, up to the end of
            text, and one without that end was cut short. Needed where the tags are special tokens, and for `truncated="mask"` or
            `"penalise"`.
        log: whether to log figures of the languages; with several language rewards, only one of them should.
    """
    reward = Reward(variant, preset, **options)
    if tokenizer is None and reward.truncated != "keep":
        raise ValueError(
            f"truncated={reward.truncated!r} needs `tokenizer=`, since only the end of text shows which completions were cut short"
        )
    columns_wanted = (reference,) if isinstance(reference, str) else tuple(reference)
    warned = False

    def judged(
        prompts: Sequence[Any], completions: Sequence[Any], ids: Sequence[Sequence[int]] | None, columns: dict[str, Any]
    ) -> tuple[list[int], list[Alone], list[Any]]:
        """The places of the rows that have a reference, their judgements, and their groups."""
        references = _column(columns, columns_wanted, "reference answer", "reference")
        groups = [group_key(p) for p in prompts] if group is None else _column(columns, (group,), "group", "group")
        places = [i for i, text in enumerate(references) if text is not None]
        cut = None
        if tokenizer is None:
            texts = [prefix + response(completions[i]) for i in places]
        else:
            if ids is None:
                raise ValueError("`tokenizer=` needs the trainer's `completion_ids`; this trainer passes none")
            pairs = [decoded(ids[i], tokenizer) for i in places]
            texts = [prefix + text for text, _ in pairs]
            cut = [not ended for _, ended in pairs]
        alone = reward.alone(texts, [references[i] for i in places], truncated=cut)
        return places, alone, [groups[i] for i in places]

    def function(
        prompts: Sequence[Any],
        completions: Sequence[Any],
        completion_ids: Sequence[Sequence[int]] | None = None,
        log_extra: Callable[[str, list[Any]], None] | None = None,
        log_metric: Callable[[str, float], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        nonlocal warned
        parts, own = exchange(lambda: judged(prompts, completions, completion_ids, columns))
        everyone = [alone for _, part, _ in parts for alone in part]
        scored = reward.together(everyone, groups=[key for _, _, keys in parts for key in keys])
        if scored and tokenizer is None and not warned and all(row.tag is None for row in scored):
            warned = True
            warnings.warn(UNTAGGED.format(rows=len(scored)), stacklevel=2)
        if log and log_metric is not None:
            for name, value in figures(scored, reward.pool).items():
                log_metric(f"language/{name}", value)
        before = sum(len(part) for _, part, _ in parts[:own])
        places = parts[own][0]
        mine = dict(zip(places, scored[before : before + len(places)], strict=True))
        rows = [mine.get(i) for i in range(len(completions))]
        if log and log_extra is not None:
            log_extra("language", [row.tag or "" if row else "" for row in rows])
            log_extra("detected", [row.detected or "" if row else "" for row in rows])
            log_extra("verified", [row.verified if row else None for row in rows])
        return [None if row is None or row.masked else row.reward for row in rows]

    function.__name__ = function.__qualname__ = f"language_{variant}"
    return function


def _column(columns: dict[str, Any], names: Sequence[str], what: str, option: str) -> list[Any]:
    for name in names:
        if name in columns:
            return list(columns[name])
    wanted = " or ".join(f"`{name}`" for name in names)
    there = ", ".join(f"`{name}`" for name, value in columns.items() if isinstance(value, list))
    raise ValueError(f"the data set has no column {wanted} for the {what}; pass {option}= one of its columns: {there or 'it has none'}")


def __getattr__(name: str) -> RewardFunction:
    if name in VARIANTS:
        return language_reward(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; its reward functions are {', '.join(VARIANTS)}")
