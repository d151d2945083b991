"""What the tests share: the repository's fixtures, and the program `explang` that the package must agree with."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def rows(path: str) -> list[dict]:
    """The JSON lines of a fixture."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


@pytest.fixture(scope="session")
def program():
    """`explang`: called with arguments and rows it gives the rows that it writes, or the sentence that it prints."""
    path = Path(os.environ.get("EXPLANG_PROGRAM", ROOT / "target/debug/explang")).resolve()
    assert path.is_file(), f"{path} is missing; build it with 'cargo build -p explang-trainer', or set EXPLANG_PROGRAM"

    def run(*arguments: str, rows: list[dict] = ()) -> list[dict] | str:
        text = "".join(json.dumps(row) + "\n" for row in rows)
        done = subprocess.run([path, *arguments], input=text, capture_output=True, text=True, encoding="utf-8")
        return done.stderr if done.returncode else [json.loads(line) for line in done.stdout.splitlines()]

    run.path = path
    return run
