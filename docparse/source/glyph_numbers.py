"""Text of fonts that name no characters, by the numbers of their glyphs.

Of a TrueType font that is embedded without a ToUnicode map the PDF has the glyphs' numbers alone. Many fonts keep the
order of Apple's 'post' table (TrueType Reference Manual), without its second blank: the blank is glyph 3, "A" is 36,
"é" 112, "’" 182. Others have ASCII's order from another number on, or plain ASCII codes. Which of these it is, or none,
the letters tell: a language has usual pairs of them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from docparse.source.tex_fonts import UNKNOWN, is_tex
from docparse.source.text_quality import letter_shares

Char = dict[str, Any]
Line = dict[str, Any]
_Runs = Sequence[Sequence[str]]

_WORTH_IT = re.compile(UNKNOWN + "{2,}")
_APPLE = 29  # from a glyph's number to its character in ASCII
_SHIFTS = (*range(1, _APPLE), *range(_APPLE + 1, 48))


def _shifted(shift: int) -> dict[int, str]:
    return {code - shift: chr(code) for code in range(max(0x20, shift), 0x7F)}


_FULL = {
    **_shifted(_APPLE),
    **{code - 30: bytes([code]).decode("mac_roman") for code in range(0x80, 0xCA)},
    **{code - 31: bytes([code]).decode("mac_roman") for code in range(0xCB, 0x100)},  # none for the other blank
}
_USUAL = (_FULL, _shifted(_APPLE), _shifted(0))
_LETTERS, _PAIRS, _VOWELS = 30, 0.5, 0.25  # letters that tell, and the shares of usual pairs and vowels among them
_SAMPLE = 1000  # characters that tell as much as the whole page
_READ = 0.8  # of a font's glyphs that a table names
_LEADER = 4  # so many of one glyph lead the eye; they are no text
_OFF = re.compile(r"(?<!\w)[\d$&%#][A-Z]{3,}")  # "2EDAKTION" for "Redaktion": an order that is off by 32
_FEW = 2
_RUN = re.compile(r"[^\W\d_]{2,}")
_INNER = re.compile(r"[^\W\d_][^\w\s'’.,:;!?(){}\[\]\-‐–—/&@+*=\ufffd]+[a-zà-ÿ]")  # signs that stand within no word


def has_numbers(font: str, text: str) -> bool:
    """Whether characters in a row are unknown, in a font that nothing else is known of."""
    return _WORTH_IT.search(text) is not None and not is_tex(font)


def name_numbers(lines: Sequence[Line], coded: Iterable[Line]) -> None:
    """U+FFFD named, in "rawdict" lines in place; `coded` are the same lines with the glyphs' numbers for them."""
    numbers = {
        (span["font"], char["origin"]): char["c"] for line in coded for span in line["spans"] for char in span["chars"]
    }
    fonts: dict[str, list[list[Char]]] = defaultdict(list)
    for line in lines:
        for span in line["spans"]:
            if is_tex(span["font"]):
                continue
            fonts[span["font"]] += [list(run) for unknown, run in groupby(span["chars"], _is_unknown) if unknown]
    codes = {
        font: [[numbers.get((font, char["origin"]), UNKNOWN) for char in run] for run in runs]
        for font, runs in fonts.items()
        if runs
    }
    found = {font: _table(runs) for font, runs in codes.items()}
    usual = next((table for table in _USUAL if any(each is table for each in found.values())), None)
    for font, coded_runs in codes.items():
        table = found[font] or (usual if usual and _fits(_text(coded_runs, usual), 1.0) else {})
        for run, each in zip(fonts[font], coded_runs, strict=True):
            leader = not table and len(run) >= _LEADER and len(set(each)) == 1
            for char, code in zip(run, each, strict=True):
                char["c"] = " " if leader else table.get(ord(code), UNKNOWN)


def _is_unknown(char: Char) -> bool:
    return bool(char["c"] == UNKNOWN)


def _table(runs: _Runs) -> Mapping[int, str]:
    """The first order in which the text is that of a language; empty where it is in none."""
    for table in _USUAL:
        text = _text(runs, table)[:_SAMPLE]
        if _fits(text, _READ) and _is_language(text):
            return table
    [(blank, _)] = Counter(code for run in runs for code in run).most_common(1)
    for table in map(_shifted, _SHIFTS):
        ordered = {**table, ord(blank): " "}  # which often stands apart
        text = _text(runs, ordered)[:_SAMPLE]
        # an order that is off by 32 has capitals for small letters
        if _fits(text, _READ) and _is_language(text) and 2 * sum(map(str.islower, text)) > len(text):
            return ordered
    return {}


def _text(runs: _Runs, table: Mapping[int, str]) -> str:
    return "\n".join("".join([table.get(ord(code), UNKNOWN) for code in run]) for run in runs)


def _fits(text: str, share: float) -> bool:
    """Whether so much of a text is known, and no signs stand where none do."""
    known = text.count(UNKNOWN) <= (1 - share) * (len(text) - text.count("\n"))
    return known and not _INNER.search(text) and len(_OFF.findall(text)) < _FEW


def _is_language(text: str) -> bool:
    words = _RUN.findall(text.lower())
    pairs, vowels = letter_shares(words)
    return sum(map(len, words)) >= _LETTERS and pairs > _PAIRS and vowels > _VOWELS
