"""List items: their markers, their nesting, and runs of them as `ListBlock`."""

from __future__ import annotations

import re
from typing import NamedTuple

BULLETS = "•◦▪▫●○■□☐☑☒‣∙·⁃➢➤►▶✓✔❖◆◇★☆▸▹❑❒\uf0b7\uf0a7\uf0d8\uf076\uf0fc\u25cf\u2756\u27a2\uf02d"
_BULLET = re.compile(rf"(?P<mark>[{BULLETS}]|\ufffd(?=\s)|[–—−\u2010\-*+»](?=\s)|o(?=\s\S))\s*(?P<text>\S.*)", re.S)
_NUMBER = re.compile(
    r"(?P<mark>\(?(?P<key>\d{1,3}|[a-z]|[A-Z]|[ivx]{1,5}|[IVX]{1,5}|[一二三四五六七八九十]{1,3}|[٠-٩]{1,3})[.)、:]|"
    r"\[(?P<ref>\d{1,3})\]|[①-⑳])(?:\s+|(?=[\u05d0-\u064a])|(?<=\d[.)])(?=[A-Z][a-z]{2}))(?P<text>\S.*)",
    re.S,
)


# signs of Symbol and Wingdings, which no other font shows
_SHOWN = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf076": "❖", "\uf0fc": "✓", "\uf02d": "–"}


class Marker(NamedTuple):
    """A list marker as printed, and what follows it."""

    mark: str
    text: str
    ordered: bool
    key: str = ""


def read_marker(text: str) -> Marker | None:
    """The list marker that a text starts with, or None."""
    head = text[:1]
    if not head:
        return None
    if head.isalpha() and not any(mark in text[:6] for mark in ".):、") and text[:2] != "o ":
        return None
    match = _BULLET.match(text)
    if match:
        return Marker(_SHOWN.get(match["mark"], match["mark"]), match["text"], False)
    match = _NUMBER.match(text)
    if match:
        return Marker(match["mark"], match["text"], True, match["key"] or match["ref"] or match["mark"])
    return None


def is_bullet(text: str) -> bool:
    """Whether a word is the sign before an item, readable or not, and nothing else."""
    return len(text) == 1 and _BULLET.match(text + " x") is not None


def follows(key: str, nxt: str) -> bool:
    """Whether two ordered markers are neighbours: 3 and 4, b and c, iv and v."""
    a, b = _value(key), _value(nxt)
    return any(x + 1 == y for x in a for y in b)


_ROMAN = {"i": 1, "v": 5, "x": 10}


def _value(key: str) -> set[int]:
    if key.isdecimal():
        return {int(key)}
    low = key.lower()
    values: set[int] = set()
    if len(low) == 1 and "a" <= low <= "z":
        values.add(ord(low) - 96 + 1000)
    if low and all(char in _ROMAN for char in low):
        numbers = [_ROMAN[char] for char in low]
        values.add(sum(-n if n < max(numbers[i:]) else n for i, n in enumerate(numbers)) + 2000)
    if low and all(char in "一二三四五六七八九十" for char in low):
        digits = "一二三四五六七八九"
        tens, _, ones = low.rpartition("十") if "十" in low else ("", "", low)
        ten = (digits.find(tens) + 1 if tens else 1) * 10 if "十" in low else 0
        values.add(ten + digits.find(ones) + 1 + 3000 if ones else ten + 3000)
    if len(low) == 1 and "①" <= low <= "⑳":
        values.add(ord(low) - ord("①") + 4000)
    return values
