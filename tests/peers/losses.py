#!/usr/bin/env python3
"""Holds the supervised losses of two runs of one configuration against each other, step by step.

    losses.py RUN OTHER [--close 1e-3]

Prints the largest difference of each stage, in nats, and fails where one of pretrain and sft is not close. From explore on the runs
sample: where two tokens are nearly as probable a rounding decides, and the runs part; there the figures need only be finite.
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib
import sys

SUPERVISED = ("pretrain", "sft")


def steps(run: pathlib.Path) -> dict[tuple[str, int], dict]:
    lines = (run / "metrics.jsonl").read_text("utf-8").splitlines()
    return {(line["stage"], line["step"]): line for line in map(json.loads, lines)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("other", type=pathlib.Path)
    parser.add_argument("--close", type=float, default=1e-3, help="largest difference of a loss, in nats")
    args = parser.parse_args()
    ours, theirs = steps(args.run), steps(args.other)
    if ours.keys() != theirs.keys():
        print("the runs do not have the same steps", file=sys.stderr)
        return 1
    wrong = [key for key in ours if not math.isfinite(ours[key]["gradient_norm"])]
    for stage in SUPERVISED:
        differences = [abs(ours[key]["loss"] - theirs[key]["loss"]) for key in ours if key[0] == stage]
        worst = max(differences, default=math.inf)
        print(f"{stage}: largest difference of a loss {worst:.1e} over {len(differences)} steps")
        if not worst < args.close:
            wrong.append((stage, differences.index(worst) if differences else 0))
    if wrong:
        print(f"not close, or not finite: {wrong}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
