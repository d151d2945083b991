"""Prompts and completions of a trainer as texts: strings, conversations, token ids."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

END_TAG = "</lang_select>"


def response(completion: str | Sequence[Mapping[str, Any]]) -> str:
    """The whole response: a string as it is, of a conversation what the assistant said, thinking and all."""
    if isinstance(completion, str):
        return completion
    turns = [message for message in completion if message.get("role", "assistant") == "assistant"]
    return "\n".join(_said(message) for message in turns)


def _said(message: Mapping[str, Any]) -> str:
    """A message whose thinking a chat template's parser had taken out, put together again."""
    content = _content(message.get("content"))
    thinking: str = message.get("reasoning_content") or message.get("thinking") or ""
    if not thinking:
        return content
    # The tag stands before the thinking; a parser that takes out the thinking leaves it with what follows.
    before, tag, after = content.partition(END_TAG)
    if not tag:
        before, after = "", content
    opening = before + tag + "\n" if tag else ""
    thinking = "<think>\n" + thinking.strip("\n")
    # Nothing behind it: the response was cut short while thinking.
    return opening + thinking + ("\n</think>\n" + after.lstrip("\n") if after.strip() else "")


def _content(content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or "" for part in content if part.get("type", "text") == "text")


def decoded(ids: Sequence[int], tokenizer: Any) -> tuple[str, bool]:
    """The text up to the end of text, special tokens included; and whether that end is there."""
    ids = list(ids)
    ends = [i for i, token in enumerate(ids) if token == tokenizer.eos_token_id]
    kept = ids[: ends[0]] if ends else [token for token in ids if token != tokenizer.pad_token_id]
    return tokenizer.decode(kept, skip_special_tokens=False), bool(ends)


def group_key(prompt: Any) -> str:
    """The same short text for equal prompts in every process."""
    text = prompt if isinstance(prompt, str) else json.dumps(prompt, sort_keys=True, default=_unlike)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _unlike(part: Any) -> str:
    raise ValueError(f"a prompt holds a value of type `{type(part).__name__}`, by which rows cannot be grouped; name a column: group=")
