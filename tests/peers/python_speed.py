#!/usr/bin/env python3
"""Measures the package `explang` beside `math-verify`, in one process and on the same rows, and a large batch of rewards.

    python_speed.py CASES.jsonl UDHR_FOLDER [--rounds N]

Prints medians with the least and greatest of the rounds. Fails where a target is missed: 50 times `math-verify` on one thread, 1.8 times
more on two, 5 s for 2,048 responses of 1,000 tokens on two, 0.3 s of that for all but the detection.
"""

import argparse
import json
import logging
import statistics
import sys
import time
from pathlib import Path

import math_verify

import explang

RESPONSES, GROUP = 2048, 8
BYTES = 4000  # some 1,000 tokens


def seconds(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def shown(values):
    return f"{statistics.median(values):.4g} [{min(values):.4g}, {max(values):.4g}]"


def responses(folder: Path) -> list[str]:
    """One response a language in turn: lines of the Declaration up to the length, a formula behind each, and an answer."""
    written = []
    for language in explang.SEEN:
        lines = [line for line in (folder / f"{language}.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
        trace, size, i = [], 0, 0
        while size < BYTES:
            trace.append(f"{lines[i % len(lines)]} $x_{{{i}}} = \\frac{{{i}}}{{7}}$")
            size += len(trace[-1].encode())
            i += 1
        written.append(f"<lang_select>\n{language}\n</lang_select>\n<think>\n" + "\n".join(trace) + "\n</think>\n")
    return [written[i % len(written)] + f"\\boxed{{\\frac{{{i % 9}}}{{9}}}}" for i in range(RESPONSES)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", type=Path)
    parser.add_argument("udhr", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    # What cannot be parsed is a verdict here, not an event.
    logging.disable(logging.CRITICAL)
    rows = [json.loads(line) for line in asked.cases.read_text(encoding="utf-8").splitlines() if line]
    pairs = [(row["answer"], row["gold"]) for row in rows]

    def theirs():
        for answer, gold in pairs:
            math_verify.verify(math_verify.parse(gold), math_verify.parse(answer))

    def ours():
        for answer, gold in pairs:
            explang.verify(answer, gold)

    many = pairs * 100
    answers, golds = [answer for answer, _ in many], [gold for _, gold in many]

    def batch(threads):
        return lambda: explang.verify_batch(answers, golds, threads=threads)

    texts = responses(asked.udhr)
    traces = [text.partition("<think>\n")[2].partition("\n</think>")[0] for text in texts]
    references = [f"{i // GROUP % 9}/9" for i in range(RESPONSES)]
    groups = [i // GROUP for i in range(RESPONSES)]
    reward = explang.Reward("explore", threads=2)

    def scored():
        reward.score(texts, references, groups=groups)

    def detected():
        explang.identify_batch(traces, threads=2)

    theirs(), ours(), scored()
    ratio, second, one, whole, detection, rest = [], [], [], [], [], []
    for _ in range(asked.rounds):
        one.append(len(pairs) / seconds(ours))
        ratio.append(seconds(theirs) * one[-1] / len(pairs))
        second.append(seconds(batch(1)) / seconds(batch(2)))
        whole.append(seconds(scored))
        detection.append(seconds(detected))
        rest.append(whole[-1] - detection[-1])
    print(f"explang.verify, one thread: {shown(one)} pairs a second, {shown(ratio)} times math-verify")
    print(f"explang.verify_batch on two threads: {shown(second)} times one")
    print(f"reward of {RESPONSES} responses of {BYTES} bytes, two threads: {shown(whole)} s, detection {shown(detection)} s, all else {shown(rest)} s")
    missed = [
        name
        for name, met in {
            "50 times math-verify": statistics.median(ratio) >= 50,
            "1.8 times on two threads": statistics.median(second) >= 1.8,
            "5 s for the batch": statistics.median(whole) <= 5,
            "0.3 s for all but detection": statistics.median(rest) <= 0.3,
        }.items()
        if not met
    ]
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
