#!/usr/bin/env python3
"""The peer of `explang-bench verify`: Hugging Face's math-verify on the same cases.

    verify.py CASES.jsonl

Each case is a JSON line with `gold`, `answer`, and where they are known `equal` and `extract` (which of math-verify's
extractors are on: "latex", "expr"; both where it is not said). All cases are compared once before anything is measured. Then the
first line out is {"ready": true, "version": …}. Each line in `pass` compares all cases once more and is answered with
{"cases", "seconds", "agreed"}; `quit` or the end of the input ends.

Passes over the same cases favour this side: SymPy keeps what it has computed.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import sys
import time

from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

EXTRACTORS = {"latex": LatexExtractionConfig, "expr": ExprExtractionConfig}


def main() -> None:
    # What cannot be parsed is a verdict here, not an event.
    logging.disable(logging.CRITICAL)
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    cases = []
    for row in rows:
        extractors = tuple(EXTRACTORS[name]() for name in row.get("extract", EXTRACTORS))
        cases.append((str(row["gold"]), str(row["answer"]), extractors, row.get("equal")))

    def one_pass() -> dict:
        agreed = 0
        start = time.perf_counter()
        for gold, answer, extractors, known in cases:
            verdict = verify(parse(gold, extractors), parse(answer, extractors))
            agreed += known is not None and verdict == known
        return {"cases": len(cases), "seconds": time.perf_counter() - start, "agreed": agreed}

    one_pass()
    print(json.dumps({"ready": True, "version": importlib.metadata.version("math-verify")}), flush=True)
    for line in sys.stdin:
        if line.strip() != "pass":
            break
        print(json.dumps(one_pass()), flush=True)


if __name__ == "__main__":
    main()
