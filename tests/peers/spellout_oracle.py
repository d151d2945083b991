#!/usr/bin/env python3
"""Writes shared/tasks/data/cldr-spellout.json: what ICU spells for 0..9999 in every language, compactly.

    pip install icu_rbnf==0.2.0      # bundles ICU 78.3, whose data are CLDR 48
    python3 tests/peers/spellout_oracle.py

For each language: the 64-bit FNV-1a hash of the 10,000 UTF-8 words joined by line feeds, the hashes of
the twenty blocks of 500 words (each joined in the same way) to find a difference by, and some words
in clear. U+00AD (soft hyphen) and U+200B (zero-width space) are left out of the words.
"""

import json
import pathlib

import icu_rbnf

LANGUAGES = "en zh es fr de ja ru it pt ko ar th vi id he ro sw".split()
SAMPLE = [0, 1, 2, 3, 10, 11, 14, 16, 21, 24, 60, 71, 80, 91, 100, 101, 110, 200, 312, 347, 1000, 1001]
SAMPLE += [1010, 1100, 2000, 2001, 3456, 8100, 9999]
BEYOND = [10_000, 11_011, 21_000, 100_000, 123_456, 1_000_000, 2_000_000, 21_345_678, 4_294_967_295]


def word(n: int, code: str) -> str:
    return icu_rbnf.spellout(n, code).replace("\u00ad", "").replace("\u200b", "")


def fnv1a64(words: list[str]) -> str:
    value = 0xCBF29CE484222325
    for byte in "\n".join(words).encode("utf-8"):
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def main() -> None:
    oracle = {"icu": icu_rbnf.icu_version(), "languages": {}}
    for code in LANGUAGES:
        words = [word(n, code) for n in range(10_000)]
        oracle["languages"][code] = {
            "fnv1a64": fnv1a64(words),
            "blocks_of_500": [fnv1a64(words[i : i + 500]) for i in range(0, 10_000, 500)],
            "sample": {str(n): words[n] if n < 10_000 else word(n, code) for n in SAMPLE + BEYOND},
        }
    path = pathlib.Path(__file__).resolve().parents[1] / "data/cldr-spellout.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(oracle, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
