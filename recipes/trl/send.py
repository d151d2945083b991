#!/usr/bin/env python3
"""Sends requests to a server that is compatible with OpenAI's: `send.py REQUESTS.jsonl OUT.jsonl --url http://localhost:8000`.

Requests are lines of the OpenAI batch format, as `explang data prompts` writes them; so are the answers, as `vllm run-batch` writes them.
Stopped and started again it goes on: requests that OUT has an answer to are not sent again. Requests that fail are written with their
error, and sent again by the next start.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any


def post(url: str, body: dict[str, Any], seconds: float = 3600) -> dict[str, Any]:
    """The answer of a server to a JSON body."""
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("OPENAI_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=seconds) as answer:
        return json.load(answer)


def in_order(work: Callable[[Any], Any], items: Iterable[Any], concurrent: int) -> Iterator[Any]:
    """What `work` makes of the items, in their order, several at a time."""
    with ThreadPoolExecutor(concurrent) as pool:
        yield from pool.map(work, items)


def answered(out: Path) -> list[dict[str, Any]]:
    """The answers in a file, without the failures."""
    if not out.exists():
        return []
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines() if line]
    return [row for row in rows if row["error"] is None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("requests", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--url", required=True, help="the server, without the endpoint, which the requests name")
    parser.add_argument("--concurrent", type=int, default=64)
    asked = parser.parse_args()
    known = answered(asked.out)
    names = {row["custom_id"] for row in known}
    lines = asked.requests.read_text(encoding="utf-8").splitlines()
    waiting = [row for row in map(json.loads, filter(None, lines)) if row["custom_id"] not in names]

    def send(row: dict[str, Any]) -> dict[str, Any]:
        answer = {"custom_id": row["custom_id"], "response": None, "error": None}
        try:
            body = post(asked.url.rstrip("/") + row["url"], row["body"])
            return answer | {"response": {"status_code": 200, "body": body}}
        except (OSError, ValueError) as error:
            return answer | {"error": {"message": f"{type(error).__name__}: {error}"}}

    failed = 0
    with asked.out.open("w", encoding="utf-8") as out:
        for row in known:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
        for row in in_order(send, waiting, asked.concurrent):
            failed += row["error"] is not None
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            out.flush()
    print(f"{asked.out}: {len(known)} answers were there, {len(waiting) - failed} are new, {failed} requests failed")
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
