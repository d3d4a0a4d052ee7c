"""Text of fonts that name no characters, by the numbers of their glyphs.

Of a TrueType font that is embedded without a ToUnicode map the PDF has the glyphs' numbers alone. Many fonts keep the
order of Apple's 'post' table (TrueType Reference Manual), without its second blank: the blank is glyph 3, "A" is 36,
"é" 112, "’" 182. Others carry plain ASCII codes. Which of the two it is, or neither, the letters tell: a language has
usual pairs of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from docparse.source.tex_fonts import UNKNOWN, is_tex
from docparse.source.text_quality import letter_shares

Line = dict[str, Any]
_Runs = Sequence[Sequence[str]]

_WORTH_IT = re.compile(UNKNOWN + "{2,}")
_ASCII = {code: chr(code) for code in range(0x20, 0x7F)}
_PLAIN_ORDER = {code - 29: chr(code) for code in range(0x20, 0x7F)}  # what nearly all fonts have at these numbers
_FULL_ORDER = {
    **_PLAIN_ORDER,
    **{code - 30: bytes([code]).decode("mac_roman") for code in range(0x80, 0xCA)},
    **{code - 31: bytes([code]).decode("mac_roman") for code in range(0xCB, 0x100)},  # none for the other blank
}
_TABLES = (_FULL_ORDER, _PLAIN_ORDER, _ASCII)
_LETTERS, _PAIRS, _VOWELS = 30, 0.5, 0.25  # letters that tell, and the shares of usual pairs and vowels among them
_READ = 0.8  # of a font's glyphs that a table names
_LEADER = 4  # so many of one glyph lead the eye; they are no text
_RUN = re.compile(r"[^\W\d_]{2,}")
_INNER = re.compile(r"[^\W\d_][^\w\s'’.,:;!?(){}\[\]\-‐–—/&@+*=\ufffd]+[a-zà-ÿ]")  # signs that stand within no word


def has_numbers(font: str, text: str) -> bool:
    """Whether characters in a row are unknown, in a font that nothing else is known of."""
    return UNKNOWN in text and _WORTH_IT.search(text) is not None and not is_tex(font)


def name_numbers(lines: Sequence[Line], coded: Iterable[Line]) -> None:
    """U+FFFD named, in "rawdict" lines in place; `coded` are the same lines with the glyphs' numbers for them."""
    numbers = {
        (span["font"], char["origin"]): char["c"] for line in coded for span in line["spans"] for char in span["chars"]
    }
    fonts: dict[str, list[list[dict[str, Any]]]] = defaultdict(list)
    for line in lines:
        for span in line["spans"]:
            if is_tex(span["font"]):
                continue
            for known, run in groupby(span["chars"], lambda char: char["c"] != UNKNOWN):
                if not known:
                    fonts[span["font"]].append(list(run))
    codes = {
        font: [[numbers.get((font, char["origin"]), UNKNOWN) for char in run] for run in runs]
        for font, runs in fonts.items()
    }
    found = {font: _table(runs) for font, runs in codes.items()}
    usual = next((table for table in _TABLES if any(each is table for each in found.values())), None)
    for font, runs in fonts.items():
        table = found[font] or (usual if usual and _fits(_text(codes[font], usual), 1.0) else {})
        for run, each in zip(runs, codes[font], strict=True):
            leader = not table and len(run) >= _LEADER and len(set(each)) == 1
            for char, code in zip(run, each, strict=True):
                char["c"] = " " if leader else table.get(ord(code), UNKNOWN)


def _table(runs: _Runs) -> Mapping[int, str]:
    """The first table whose text is that of a language; empty where none is."""
    for table in _TABLES:
        text = _text(runs, table)
        if _fits(text, _READ) and _is_language(text):
            return table
    return {}


def _text(runs: _Runs, table: Mapping[int, str]) -> str:
    return "\n".join("".join([table.get(ord(code), UNKNOWN) for code in run]) for run in runs)


def _fits(text: str, share: float) -> bool:
    """Whether so much of a text is known, and no signs stand where none do."""
    return text.count(UNKNOWN) <= (1 - share) * (len(text) - text.count("\n")) and not _INNER.search(text)


def _is_language(text: str) -> bool:
    words = _RUN.findall(text.lower())
    pairs, vowels = letter_shares(words)
    return sum(map(len, words)) >= _LETTERS and pairs > _PAIRS and vowels > _VOWELS
