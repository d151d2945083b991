"""Conversations rendered by transformers with the chat templates that TRL ships, as JSON lines on standard output.

A line has `template` (its name), `source` and `renders`; each of these has `variables` (what the template is given, as a JSON
text, which keeps their order) and `text`, what `render_jinja_template` makes of them; or, null in its place, `raised`: what
the template called `raise_exception` with, or null where it fails otherwise.
"""

import datetime
import json
import pathlib
from importlib.util import find_spec

import jinja2
from transformers.utils import chat_template_utils
from transformers.utils.chat_template_utils import render_jinja_template


class Day(datetime.datetime):
    """The day that both sides take for today."""

    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26, tzinfo=tz)


SPECIAL = {
    "bos_token": "<|begin|>",
    "eos_token": "<|end|>",
    "pad_token": "<|pad|>",
    "unk_token": "<|unknown|>",
}

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Today's weather in a place, e.g. \"Zürich\" <&'>",
        "parameters": {
            "type": "object",
            "properties": {
                "place": {"type": "string", "description": "Ort, 場所"},
                "unit": {"type": "string", "enum": ["°C", "°F"]},
                "days": {"type": "integer", "default": 1},
                "threshold": {"type": "number", "default": 0.00001},
                "verbose": {"type": "boolean", "default": False, "nullable": None},
            },
            "required": ["place"],
        },
    },
}

ZH = "四十七加三十八等于多少？"
TRACE = "<lang_select>\nzh\n</lang_select>\n<think>\n四十加三十是七十。\n</think>\n\\boxed{85}"


def said(role, content, **more):
    return {"role": role, "content": content, **more}


def called(**arguments):
    return [{"id": "call00001", "type": "function", "function": {"name": "weather", "arguments": arguments}}]


# (variables beside the messages, messages)
CONVERSATIONS = [
    ({"add_generation_prompt": True}, [said("user", "What is 47 + 38?")]),
    ({"add_generation_prompt": True}, [said("system", "Be brief."), said("user", ZH)]),
    ({"add_generation_prompt": False}, [said("user", "Hello"), said("assistant", "Hi, what's up?")]),
    ({"add_generation_prompt": False}, [said("system", "Sé breve. 🙂"), said("user", ZH), said("assistant", TRACE)]),
    (
        {"add_generation_prompt": True},
        [said("user", "1 + 1"), said("assistant", "<think>\nEasy.\n</think>\n\n2"), said("user", "And 2 + 2?")],
    ),
    (
        {"add_generation_prompt": False},
        [said("user", "1 + 1"), said("assistant", "2", reasoning_content="One and one.\n")],
    ),
    ({"add_generation_prompt": True, "enable_thinking": False}, [said("user", "Quick: 3 * 3?")]),
    ({"add_generation_prompt": True, "enable_thinking": True}, [said("system", ""), said("user", "Slow: 3 * 3?")]),
    ({"add_generation_prompt": True}, [said("user", "")]),
    ({"add_generation_prompt": True}, [said("user", "  <b>\n{{ not a template }} {% raw %}\n\t'\"\\ \n")]),
    ({"add_generation_prompt": True, "tools": [WEATHER]}, [said("user", "Weather in Zürich?")]),
    (
        {"add_generation_prompt": True, "tools": [WEATHER, WEATHER]},
        [
            said("system", "Use the tools."),
            said("user", "Weather in 東京?"),
            said("assistant", "", tool_calls=called(place="東京", days=2, threshold=1e22, verbose=True)),
            said("tool", '{"temperature": 21.5}', name="weather", tool_call_id="call00001"),
        ],
    ),
    (
        {"add_generation_prompt": False, "tools": [WEATHER]},
        [
            said("user", "Weather?"),
            said("assistant", "Let me see.", tool_calls=called(place="", days=-3, threshold=0.5)),
            said("tool", "rain", name="weather", tool_call_id="call00001"),
            said("assistant", "It rains."),
            said("user", "Thanks"),
        ],
    ),
    (
        {"add_generation_prompt": True},
        [said("user", [{"type": "text", "text": "What is "}, {"type": "text", "text": "47 + 38?"}])],
    ),
    (
        {"add_generation_prompt": True},
        [said(role, f"{role} {turn}") for turn in range(4) for role in ("user", "assistant")] + [said("user", "مرحبا")],
    ),
    (
        {"add_generation_prompt": False},
        [
            said("system", "  A system prompt between spaces.\n\n"),
            said("user", "\n\nfirst\n"),
            said("assistant", "\n\n<think>\n\nOne.\n\n</think>\n\n  answer \n\n", reasoning_content="\n\n One. \n"),
            said("user", "second "),
            said("assistant", "<think>open", reasoning_content=""),
        ],
    ),
    (
        {"add_generation_prompt": True, "tools": [WEATHER]},
        [
            said("user", "Two at once?"),
            said(
                "assistant",
                "",
                reasoning_content="Both.",
                tool_calls=called(place={"city": "Köln", "at": [50.9, 7, None]}, list=[1.0, True, "\n\"</b>"])
                + called(place="Riga"),
            ),
            said("tool", "cold", name="weather", tool_call_id="call00001"),
            said("tool", "warm", name="weather", tool_call_id="call00001"),
            said("user", "So?"),
        ],
    ),
    (
        {"add_generation_prompt": False},
        [said("user", "a"), said("assistant", [{"type": "text", "text": "b"}]), said("user", "c"), said("assistant", "")],
    ),
    ({"add_generation_prompt": True}, [said("developer", "Be kind."), said("user", "Hi")]),
    ({"add_generation_prompt": True, "reasoning_effort": "low", "thinking": True}, [said("user", "Hi \u00a0\u2028")]),
]


def render(source, variables):
    variables = dict(variables)
    messages = variables.pop("messages")
    try:
        rendered, _ = render_jinja_template([messages], chat_template=source, **variables)
    except jinja2.TemplateError as error:
        own = type(error) is jinja2.TemplateError
        return {"text": None, "raised": str(error) if own else None}
    except Exception:  # noqa: BLE001 — whatever a template raises
        return {"text": None, "raised": None}
    return {"text": rendered[0]}


def main():
    chat_template_utils.datetime = Day
    folder = pathlib.Path(find_spec("trl").submodule_search_locations[0], "chat_templates")
    for path in sorted(folder.glob("*.jinja")):
        source, renders = path.read_text(encoding="utf-8"), []
        for more, messages in CONVERSATIONS:
            # As `render_jinja_template` does, so that both sides are given one thing.
            messages = chat_template_utils._alias_reasoning_fields(messages)
            variables = {"tools": None, "documents": None, **SPECIAL, **more, "messages": messages}
            given = json.dumps(variables, ensure_ascii=False)
            renders.append({"variables": given, **render(source, variables)})
        print(json.dumps({"template": path.stem, "source": source, "renders": renders}, ensure_ascii=False))


if __name__ == "__main__":
    main()
