"""Accents that a file draws as characters of their own, over or before their letter, put onto that letter.

TeX's old fonts have no "é" but "´" and "e" at one place, and "≠" as a stroke of no width before "=".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

Char = dict[str, Any]
Line = dict[str, Any]

_SPACING = {
    "`": "\u0300", "´": "\u0301", "ˊ": "\u0301", "ˋ": "\u0300", "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303",
    "~": "\u0303", "¯": "\u0304", "ˉ": "\u0304", "˘": "\u0306", "˙": "\u0307", "¨": "\u0308", "˚": "\u030a",
    "˝": "\u030b", "ˇ": "\u030c", "¸": "\u0327", "˛": "\u0328",
}  # fmt: skip
_LONE = {"ˆ": "^", "˜": "~"}  # what TeX and others print for these two of ASCII
_OTHERS = frozenset(_SPACING) - frozenset(_LONE) - frozenset("`^~")
_STROKE = "\u0338"
_DOTLESS = {"ı": "i", "ȷ": "j"}
# what makes a look at single characters worth its time; the ASCII signs only inside words
LOOSE_ACCENT = re.compile(r"[´ˊˋˆ˜¯ˉ˘˙¨˚˝ˇ¸˛]|(?<=[^\W\d_])[`^~](?=[^\W\d_])")
_REACH_EM = 0.7  # from a stroke of no width to the sign it runs through
_TOUCH_EM = 0.1  # between letters of one word


def set_accents(lines: Iterable[Line]) -> None:
    """Characters of MuPDF's "rawdict" lines, changed in place: accents joined to their letters."""
    spans = [span for line in lines for span in line["spans"]]
    chars = [(char, span) for span in spans for char in span["chars"]]
    gone: set[int] = set()
    alone: list[Any] = []
    for place, (char, span) in enumerate(chars):
        mark = _mark(char["c"])
        if not mark:
            continue
        base = _stroked(chars, place) if mark == _STROKE else _under(chars, place, gone)
        if base < 0:
            if char["c"] in _LONE:
                alone.append(span)
            continue
        letter = chars[base][0]
        composed = unicodedata.normalize("NFC", _DOTLESS.get(letter["c"], letter["c"]) + mark)
        letter["c"] = composed
        gone.add(id(char))
        if mark == _STROKE:  # the blank that the stroke's missing width left behind
            gone.update(id(blank) for blank, _ in chars[place + 1 : base])
        elif base == place + 1 and place and chars[place - 1][0]["c"].isspace() and _follows_on(chars, place, gone):
            gone.add(id(chars[place - 1][0]))
    for span in spans if gone else ():
        span["chars"] = [char for char in span["chars"] if id(char) not in gone]
    for span in alone:
        # before the letter of another font it is an accent in a formula, among others one of a table of signs
        for char in span["chars"][:-1] if _OTHERS.isdisjoint(char["c"] for char in span["chars"]) else ():
            char["c"] = _LONE.get(char["c"], char["c"])


def _follows_on(chars: Sequence[tuple[Char, Any]], place: int, gone: set[int]) -> bool:
    """Whether the letter after an accent touches the one before the blank that MuPDF saw between "ç" and "˜"."""
    before = next((char for char, _ in reversed(chars[: place - 1]) if id(char) not in gone), None)
    if before is None:
        return False
    letter, span = chars[place + 1]
    same_line = abs(letter["origin"][1] - before["origin"][1]) < 0.1 * span["size"]
    return bool(same_line and abs(letter["bbox"][0] - before["bbox"][2]) < _TOUCH_EM * span["size"])


def _mark(text: str) -> str:
    """The combining mark that a character stands for; "" for others."""
    if text in _SPACING:
        return _SPACING[text]
    return text if "\u0300" <= text <= "\u036f" else ""


def _stroked(chars: Sequence[tuple[Char, Any]], place: int) -> int:
    """Place of the sign that a stroke of no width runs through, -1 where there is none."""
    stroke, span = chars[place]
    for at in range(place + 1, min(place + 3, len(chars))):
        sign, _ = chars[at]
        if not sign["c"].isspace():
            near = -0.1 <= (sign["bbox"][0] - stroke["bbox"][2]) / span["size"] < _REACH_EM
            return at if near and unicodedata.category(sign["c"][0])[0] == "S" else -1
    return -1


def _under(chars: Sequence[tuple[Char, Any]], place: int, gone: set[int]) -> int:
    """Place of the letter that an accent stands over, -1 where it stands by itself."""
    accent, span = chars[place]
    x0, _, x1, _ = accent["bbox"]
    middle = (x0 + x1) / 2
    best, nearest = -1, 0.0
    for at in (place + 1, place - 1):
        if not 0 <= at < len(chars) or id(chars[at][0]) in gone:
            continue
        letter, other = chars[at]
        text, box = letter["c"], letter["bbox"]
        if text.isspace() or _mark(text) or unicodedata.category(text[0])[0] not in "LNS":
            continue
        shared = min(box[2], x1) - max(box[0], x0)
        level = abs(letter["origin"][1] - accent["origin"][1]) < 0.8 * max(span["size"], other["size"])
        over = box[0] - 0.1 * span["size"] <= middle <= box[2] + 0.1 * span["size"]
        if level and over and shared > 0.5 * min(x1 - x0, box[2] - box[0]):
            off = abs((box[0] + box[2]) / 2 - middle)
            if best < 0 or off < nearest:
                best, nearest = at, off
    return best
