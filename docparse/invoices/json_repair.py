"""JSON as models write it: in a code fence, with words around it, cut off, with a comma too many."""

from __future__ import annotations

import json
import re
from typing import Any

_FENCE = re.compile(r"```(?:json)?\s*(.*?)(?:```|\Z)", re.S)
_MOST = 2_000_000


def read_json(text: str) -> Any:
    """The first JSON object in a text, repaired where that needs no guess. Raises ValueError."""
    text = text[:_MOST]
    fence = _FENCE.search(text)
    body = fence.group(1) if fence else text
    start = body.find("{")
    if start < 0:
        raise ValueError("there is no object in it")
    body = body[start:]
    try:
        return json.JSONDecoder(strict=False).raw_decode(body)[0]
    except ValueError:
        return json.loads(_closed(_cleaned(body)), strict=False)


def _cleaned(body: str) -> str:
    """Python's constants, trailing commas and curly quotes outside of strings made JSON's."""
    parts = re.split(r'("(?:[^"\\]|\\.)*")', body, flags=re.S)
    for place in range(0, len(parts), 2):
        part = parts[place].replace("“", '"').replace("”", '"')
        part = re.sub(r"\bNone\b", "null", re.sub(r"\bTrue\b", "true", re.sub(r"\bFalse\b", "false", part)))
        parts[place] = re.sub(r"//[^\n]*", "", part)
    return re.sub(r",(\s*[}\]])", r"\1", "".join(parts))


def _closed(body: str) -> str:
    """What was cut off ended after its last whole value; what follows the object is dropped."""
    stack: list[str] = []
    in_string = escaped = False
    safe, safe_stack = 0, ""
    for place, char in enumerate(body):
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
            continue
        if char == '"':
            in_string = True
        elif char in "{[":
            stack.append("}" if char == "{" else "]")
            safe, safe_stack = place + 1, "".join(reversed(stack))
        elif char in "}]":
            if not stack:
                return body[:place]
            stack.pop()
            safe, safe_stack = place + 1, "".join(reversed(stack))
            if not stack:
                return body[: place + 1]
        elif char == ",":
            safe, safe_stack = place, "".join(reversed(stack))
    return body[:safe] + safe_stack
