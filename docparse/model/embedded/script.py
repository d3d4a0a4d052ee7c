"""Scripts and characters: which text runs right to left, and which is written without spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NO_SPACE_RANGES = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x303F), (0x3040, 0x30FF), (0x3100, 0x312F),
    (0x31A0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
)  # fmt: skip
_CJK_START = 0x2E80
_SIGNS_PER_WORD = 2.0
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff]")


def is_rtl_char(char: str) -> bool:
    return _RTL.match(char) is not None


def is_rtl_text(texts: Sequence[str], default: bool) -> bool:
    """Whether most letters belong to a right-to-left script; `default` where there are no letters."""
    if _RTL.search("".join(texts)) is None:
        return default and not any(any(map(str.isalpha, text)) for text in texts)
    right = left = 0
    for text in texts:
        if text.isascii():
            left += sum(map(str.isalpha, text))
            continue
        for char in text:
            if is_rtl_char(char):
                right += 1
            elif char.isalpha():
                left += 1
    if right == left:
        return default if right == 0 else True
    return right > left or (default and 3 * right > left)


def is_unspaced(char: str) -> bool:
    """Whether a script writes this character without spaces around it."""
    code = ord(char)
    return code >= 0x0E00 and any(lo <= code <= hi for lo, hi in _NO_SPACE_RANGES)


def is_cjk(char: str) -> bool:
    code = ord(char)
    return code >= _CJK_START and is_unspaced(char)


def word_count(text: str) -> float:
    """Words of a text; Chinese and Japanese, which part none, have one in two signs."""
    return len(text.split()) + sum(map(is_cjk, text)) / _SIGNS_PER_WORD
