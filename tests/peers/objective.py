#!/usr/bin/env python3
"""Computes policy objectives in PyTorch, in double precision, from the formulas alone.

    objective.py < CASES > RESULTS

Reads a JSON list of cases and writes a JSON list of results, in their order. Responses are rows of padded matrices here, and
gradients are autograd's: nothing is shared with the program that is checked. A case has

    groups, rewards, masked    one for each response; what the end of the budget costs is not in the rewards yet
    components                 a list of {weight, values}, values one for each response
    lengths                    tokens of each response
    log_probs, old, reference  of all tokens, response after response
    kl, longest                weight of the divergence, longest response allowed
    options                    every choice of the objective by its name

and its result has the advantage of every token, the loss, and the loss's gradient by log_probs.
"""

from __future__ import annotations

import json
import sys

import torch

torch.set_default_dtype(torch.float64)


def spread(values: torch.Tensor, options: dict) -> torch.Tensor:
    unbiased = options["deviation"] == "sample"
    return values.std(unbiased=unbiased) + options["epsilon"]


def agree(values: torch.Tensor) -> bool:
    return bool((values.max() - values.min()).abs() < 1e-9)


def in_group(rewards: torch.Tensor, options: dict) -> torch.Tensor:
    """Advantages of the responses to one prompt."""
    estimator = options["estimator"]
    if estimator == "reinforce++":
        return rewards
    if agree(rewards):
        return torch.zeros_like(rewards)
    if estimator in ("dr-grpo", "reinforce++-baseline"):
        return rewards - rewards.mean()
    if estimator == "rloo":
        others = torch.stack([torch.cat([rewards[:i], rewards[i + 1 :]]).mean() for i in range(len(rewards))])
        return rewards - others
    if estimator in ("grpo", "gdpo"):
        return (rewards - rewards.mean()) / spread(rewards, options)
    raise ValueError(estimator)


def by_group(rewards: torch.Tensor, groups: torch.Tensor, kept: torch.Tensor, options: dict) -> torch.Tensor:
    result = torch.zeros_like(rewards)
    for group in groups.unique():
        members = (groups == group) & kept
        if members.any():
            result[members] = in_group(rewards[members], options)
    return result


def whitened(values: torch.Tensor, options: dict) -> torch.Tensor:
    return torch.zeros_like(values) if agree(values) else (values - values.mean()) / spread(values, options)


def overlong(lengths: torch.Tensor, longest: int, share: float) -> torch.Tensor:
    """DAPO's soft overlong punishment, with the buffer as a share of the longest response."""
    buffer = share * longest
    return ((longest - buffer - lengths) / buffer).clip(-1, 0)


def divergence(log_probs: torch.Tensor, reference: torch.Tensor, estimator: str) -> torch.Tensor:
    ratio = (log_probs - reference).exp()
    if estimator == "k1":
        return ratio.log()
    if estimator == "k2":
        return ratio.log().square() / 2
    if estimator == "k3":
        return 1 / ratio - 1 + ratio.log()
    raise ValueError(estimator)


def padded(flat: list[float], lengths: list[int]) -> torch.Tensor:
    rows = torch.tensor(flat).split(lengths)
    return torch.nn.utils.rnn.pad_sequence(list(rows), batch_first=True)


def result(case: dict) -> dict:
    options, lengths, beta = case["options"], case["lengths"], case["kl"]
    count = torch.tensor(lengths)
    there = torch.arange(max(lengths)) < count[:, None]
    kept = ~torch.tensor(case["masked"])
    groups, rewards = torch.tensor(case["groups"]), torch.tensor(case["rewards"])
    old, reference = padded(case["old"], lengths), padded(case["reference"], lengths)
    log_probs = padded(case["log_probs"], lengths).requires_grad_()

    if options["overlong"]["penalty"] > 0:
        penalty, share = options["overlong"]["penalty"], options["overlong"]["share"]
        cost = penalty * overlong(count, case["longest"], share)
        rewards = rewards + cost
        case["components"].append({"weight": penalty, "values": cost.tolist()})
    paid = beta * divergence(old, reference, options["kl_estimator"]) * there
    if options["kl_place"] == "reward":
        rewards = rewards - paid.sum(dim=1)
    if options["estimator"] == "gdpo":
        parts = [c["weight"] * by_group(torch.tensor(c["values"]), groups, kept, options) for c in case["components"]]
        advantage = torch.stack(parts).sum(dim=0)
    else:
        advantage = by_group(rewards, groups, kept, options)
    if options["whiten"] == "responses":
        advantage = advantage.masked_scatter(kept, whitened(advantage[kept], options))
    advantages = advantage[:, None].expand(there.shape)
    if options["kl_place"] == "return":
        advantages = advantages - paid.flip(1).cumsum(dim=1).flip(1)
    counted = there & kept[:, None]
    if options["whiten"] == "tokens":
        advantages = advantages.masked_scatter(counted, whitened(advantages[counted], options))
    advantages = torch.where(counted, advantages, 0.0)

    gap = (log_probs - old) * there
    if options["ratio"] == "token":
        ratio = gap.exp()
    elif options["ratio"] == "sequence-mean":
        ratio = (gap.sum(dim=1, keepdim=True) / count[:, None]).exp().expand(there.shape)
    elif options["ratio"] == "sequence-product":
        ratio = gap.sum(dim=1, keepdim=True).exp().expand(there.shape)
    else:
        raise ValueError(options["ratio"])
    low, high = 1 - options["clip"][0], 1 + options["clip"][1]
    if options["surrogate"] == "clip":
        losses = torch.maximum(-advantages * ratio, -advantages * ratio.clip(low, high))
        if options["dual_clip"] is not None:
            limited = torch.minimum(losses, -advantages * options["dual_clip"])
            losses = torch.where(advantages < 0, limited, losses)
    elif options["surrogate"] == "cispo":
        with torch.no_grad():
            weight = ratio.clip(low, high)
        losses = -advantages * weight * log_probs
    else:
        raise ValueError(options["surrogate"])
    if options["kl_place"] == "loss":
        losses = losses + beta * divergence(log_probs, reference, options["kl_estimator"])

    of_response = (losses * counted).sum(dim=1)[kept]
    normaliser = options["normaliser"]
    if normaliser == "token-mean":
        loss = of_response.sum() / count[kept].sum()
    elif normaliser == "sequence-mean":
        loss = (of_response / count[kept]).mean()
    elif normaliser == "sequence-sum":
        loss = of_response.mean()
    elif normaliser == "constant":
        loss = of_response.mean() / case["longest"]
    else:
        raise ValueError(normaliser)
    loss.backward()
    return {
        "advantages": advantages[there].tolist(),
        "loss": loss.item(),
        "gradient": log_probs.grad[there].tolist(),
    }


if __name__ == "__main__":
    json.dump([result(case) for case in json.load(sys.stdin)], sys.stdout)
