"""The script that a text is written in."""

from __future__ import annotations

import re

_SCRIPTS = {
    "Latin": re.compile("[A-Za-zÀ-ɏ]"),
    "Greek": re.compile("[Ͱ-Ͽ]"),
    "Cyrillic": re.compile("[Ѐ-ӿ]"),
    "Arabic": re.compile("[؀-ۿ]"),
    "Hebrew": re.compile("[֐-׿]"),
    "Indic": re.compile("[ऀ-ൿ]"),
    "Thai": re.compile("[฀-๿]"),
    "Georgian": re.compile("[Ⴀ-ჿ]"),
    "Ethiopic": re.compile("[ሀ-፿]"),
    "Japanese, Chinese or Korean": re.compile("[぀-ヿ㐀-鿿가-힯]"),
}
_SAMPLE = 4000
_MOST = 0.7


def main_script(text: str) -> str:
    """Name of the script that most letters of the text belong to; empty where none stands out."""
    counts = {name: len(pattern.findall(text[:_SAMPLE])) for name, pattern in _SCRIPTS.items()}
    name = max(counts, key=counts.__getitem__)
    return name if counts[name] > _MOST * max(sum(counts.values()), 3) else ""
