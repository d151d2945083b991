#!/usr/bin/env python3
"""Writes the CLDR data that the tasks embed, from the npm packages that publish it.

    npm pack cldr-rbnf@48.2.0 cldr-dates-full@48.2.0     # then unpack both
    python3 tests/peers/cldr_extract.py CLDR_RBNF_PACKAGE CLDR_DATES_PACKAGE

Two things are made, relative to the repository's root:

* shared/tasks/data/cldr/rbnf/XX-SpelloutRules.txt: of each language's spell-out rules, only the rule sets
  that the numbering sets below reach, and in them only the rules for whole numbers below 2^32.
  The lines that stay are CLDR's own, unchanged.
* shared/src/tasks/calendar/names.rs: wide weekday and month names.
"""

import json
import pathlib
import re
import sys

LANGUAGES = "en zh es fr de ja ru it pt ko ar th vi id he ro sw".split()
# %spellout-numbering is ICU's default set; zh counts with 零 in the cardinal set.
START = {"zh": ["%spellout-numbering", "%spellout-cardinal"]}
REFERENCE = re.compile(r"[<>=](%%?[\w-]+)[<>=]")
RULE = re.compile(r"(\d+)(/\d+)?:")
ROOT = pathlib.Path(__file__).resolve().parents[2]


def trimmed(text: str, start: list[str]) -> str:
    sets: dict[str, list[str]] = {}
    rules: list[str] = []
    for line in text.splitlines():
        if line.startswith("%"):
            rules = sets.setdefault(line.rstrip(":"), [])
        elif (base := RULE.match(line)) and int(base[1]) < 2**32:
            rules.append(line)
    wanted, queue = set(), list(start)
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue += [ref for rule in sets[name] for ref in REFERENCE.findall(rule)]
    return "".join(
        f"{name}:\n" + "".join(rule + "\n" for rule in rules)
        for name, rules in sets.items()
        if name in wanted
    )


def calendar(dates: pathlib.Path) -> str:
    def strings(names) -> str:
        return "[" + ", ".join(json.dumps(n, ensure_ascii=False) for n in names) + "]"

    weekdays, months, russian = [], [], ""
    for code in LANGUAGES:
        path = dates / "main" / code / "ca-gregorian.json"
        gregorian = json.loads(path.read_text("utf-8"))["main"][code]["dates"]["calendars"]["gregorian"]
        days = gregorian["days"]["stand-alone"]["wide"]
        iso = [days[d] for d in "mon tue wed thu fri sat sun".split()]
        weekdays.append(f"    {strings(iso)}, // {code}\n")
        alone = gregorian["months"]["stand-alone"]["wide"]
        months.append(f"    {strings(alone[str(m)] for m in range(1, 13))}, // {code}\n")
        if code == "ru":
            form = gregorian["months"]["format"]["wide"]
            russian = strings(form[str(m)] for m in range(1, 13))
    return (
        "//! Wide weekday and month names of CLDR 48.2, written by `tests/peers/cldr_extract.py`.\n"
        "//!\n"
        "//! Data: Unicode CLDR, licence Unicode-3.0 (`shared/tasks/data/cldr/LICENSE`). One row a language, in\n"
        "//! the order of `Language::ALL`.\n\n"
        "/// Stand-alone weekday names, Monday first.\n"
        "#[rustfmt::skip]\n"
        "pub(super) const WEEKDAYS: [[&str; 7]; 17] = [\n" + "".join(weekdays) + "];\n\n"
        "/// Stand-alone month names, January first.\n"
        "#[rustfmt::skip]\n"
        "pub(super) const MONTHS: [[&str; 12]; 17] = [\n" + "".join(months) + "];\n\n"
        "/// Russian month names in the format form, which is the genitive, January first.\n"
        "#[rustfmt::skip]\n"
        f"pub(super) const RUSSIAN_MONTHS_GENITIVE: [&str; 12] = {russian};\n"
    )


def main() -> None:
    rbnf, dates = (pathlib.Path(argument) for argument in sys.argv[1:3])
    folder = ROOT / "shared/tasks/data/cldr/rbnf"
    folder.mkdir(parents=True, exist_ok=True)
    for code in LANGUAGES:
        name = f"{code}-SpelloutRules.txt"
        text = (rbnf / "rbnf" / name).read_text("utf-8")
        (folder / name).write_text(trimmed(text, START.get(code, ["%spellout-numbering"])), "utf-8")
    names = ROOT / "shared/src/tasks/calendar/names.rs"
    names.parent.mkdir(parents=True, exist_ok=True)
    names.write_text(calendar(dates), "utf-8")


if __name__ == "__main__":
    main()
