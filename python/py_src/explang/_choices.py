"""Figures of a batch's language choices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

from . import Scored


def figures(scored: Sequence[Scored], pool: Sequence[str]) -> dict[str, float]:
    """Figures by name, equal in all processes that are given the same rows.

    `choice_entropy` is in nats, over the tagged responses. `selection/…` are shares of all responses, for every language of the pool;
    `compliance/…` and `accuracy/…` are means over those that chose the language, where any did.
    """
    if not scored:
        return {}
    chosen = Counter(row.language for row in scored if row.language is not None)
    tagged = chosen.total()
    named: dict[str, float] = {
        "compliance": sum(row.compliance for row in scored) / len(scored),
        "accuracy": sum(row.verified for row in scored) / len(scored),
        "untagged": 1 - tagged / len(scored),
        "choice_entropy": sum(n / tagged * log(tagged / n) for n in chosen.values()),
    }
    for language in pool:
        rows = [row for row in scored if row.language == language]
        named[f"selection/{language}"] = len(rows) / len(scored)
        if rows:
            named[f"compliance/{language}"] = sum(row.compliance for row in rows) / len(rows)
            named[f"accuracy/{language}"] = sum(row.verified for row in rows) / len(rows)
    return named
