"""Which script a page is written in, as far as the choice of an OCR engine depends on it.

PP-OCRv6 knows Latin, Chinese and Japanese. Of other scripts it sees the lines but reads nothing in them, or Latin look-
alikes: few letters for the length of a line, low confidence, digits and capitals inside words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from docparse.model.embedded.ocr_types import OcrLine
from docparse.model.embedded.script import is_cjk

_ODD_WORD = re.compile(r"[a-z][A-Z]|[A-Za-z]\d[A-Za-z]|\d[A-Za-z]\d")
_WORD = re.compile(r"\w{3,}")
_SURE, _LIKELY = 0.85, 0.6  # confidence of what is read in any script, and of Chinese and Japanese in bad print
_FEW = 4  # signs, of which nothing follows
_VIETNAMESE = frozenset("ơưđăƠƯĐĂ")


class Script(NamedTuple):
    """A script: Tesseract's script data, its languages (most used first) and the package that brings the first."""

    name: str
    languages: tuple[str, ...]
    unicode: tuple[str, ...]  # how the Unicode names of its letters begin
    letters: tuple[tuple[str, str], ...] = ()  # (language, letters that only it has among these languages)

    @property
    def package(self) -> str:
        return f"tesseract-ocr-{self.languages[0].replace('_', '-')}"


SCRIPTS = {
    script.name: script
    for script in (
        Script(
            "Cyrillic", ("rus",), ("CYRILLIC",),
            (("ukr", "їєґ"), ("bel", "ў"), ("srp", "ђћџ"), ("mkd", "ѓќѕ"), ("kaz", "әғқңөұүһ"), ("mon", "өү")),
        ),
        Script("Arabic", ("ara",), ("ARABIC",), (("urd", "ٹڈڑےں"), ("fas", "پچژگک"))),
        Script("Greek", ("ell",), ("GREEK",)),
        Script("Devanagari", ("hin",), ("DEVANAGARI",), (("mar", "ळ"),)),
        Script("Hangul", ("kor",), ("HANGUL",)),
        Script("Thai", ("tha",), ("THAI",)),
        Script("Hebrew", ("heb",), ("HEBREW",)),
        Script("Bengali", ("ben",), ("BENGALI",), (("asm", "ৰৱ"),)),
        Script("Tamil", ("tam",), ("TAMIL",)),
        Script("Telugu", ("tel",), ("TELUGU",)),
        Script("Ethiopic", ("amh",), ("ETHIOPIC",)),
        Script("Georgian", ("kat",), ("GEORGIAN",)),
        Script("Armenian", ("hye",), ("ARMENIAN",)),
        Script("Gujarati", ("guj",), ("GUJARATI",)),
        Script("Gurmukhi", ("pan",), ("GURMUKHI",)),
        Script("Kannada", ("kan",), ("KANNADA",)),
        Script("Malayalam", ("mal",), ("MALAYALAM",)),
        Script("Oriya", ("ori",), ("ORIYA",)),
        Script("Sinhala", ("sin",), ("SINHALA",)),
        Script("Khmer", ("khm",), ("KHMER",)),
        Script("Lao", ("lao",), ("LAO",)),
        Script("Myanmar", ("mya",), ("MYANMAR",)),
        Script("Tibetan", ("bod",), ("TIBETAN",)),
        Script("Syriac", ("syr",), ("SYRIAC",)),
        Script("Thaana", ("div",), ("THAANA",)),
        Script("Cherokee", ("chr",), ("CHEROKEE",)),
        Script("Canadian_Aboriginal", ("iku",), ("CANADIAN",)),
        Script("Vietnamese", ("vie",), ("LATIN",)),
        Script("Latin", ("eng",), ("LATIN",)),
    )
}  # fmt: skip


def foreign_share(lines: Sequence[OcrLine]) -> float:
    """Share (by length) of lines that PP-OCRv6 saw but could not read: they are in a script it does not know."""
    total = sum(_length(line) for line in lines)
    return sum(_length(line) for line in lines if is_foreign(line)) / total if total else 0.0


def is_foreign(line: OcrLine) -> bool:
    text = line.text
    letters = sum(char.isalnum() for char in text)
    if letters < 0.45 * _length(line):
        return True
    if line.confidence < _SURE:
        return line.confidence < _LIKELY or not is_ideographic(text)
    words = _WORD.findall(text)
    odd = sum(1 for word in words if _ODD_WORD.search(word))
    return len(words) >= 3 and odd > 0.3 * len(words)


def is_ideographic(text: str) -> bool:
    """Whether a text is Chinese or Japanese for the most part: no letters of another script come out so."""
    signs = [char for char in text if char.isalnum()]
    return len(signs) >= _FEW and sum(map(is_cjk, signs)) >= 0.6 * len(signs)


def looks_vietnamese(lines: Iterable[OcrLine]) -> bool:
    """Letters of Vietnamese that PP-OCRv6 knows; it takes the ones with two marks for others."""
    letters = [char for line in lines for char in line.text if char.isalpha()]
    return len(letters) >= 20 and sum(char in _VIETNAMESE for char in letters) > 0.025 * len(letters)


def script_share(text: str, script: Script) -> float:
    """Share of the letters that belong to a script."""
    letters = [char for char in text if char.isalpha()]
    found = sum(unicodedata.name(char, "").startswith(script.unicode) for char in letters)
    return found / len(letters) if letters else 0.0


def script_in(text: str) -> Script:
    """The script of most letters of a text; Latin where Vietnamese would do as well."""
    return max(SCRIPTS.values(), key=lambda script: (script_share(text, script), script.name == "Latin"))


def script_of(name: str) -> Script | None:
    """The script of a Tesseract name: "Cyrillic", "script/Cyrillic", "rus"."""
    name = name.rsplit("/", 1)[-1]
    known = (s for s in SCRIPTS.values() if name == s.name or name in s.languages or name in dict(s.letters))
    return next(known, None)


def language_of(text: str, script: Script) -> str:
    """The likeliest language of a text in this script by its letters; the most used one when none tells."""
    low = text.lower()
    best = max(script.letters, key=lambda pair: sum(low.count(c) for c in pair[1]), default=None)
    if best is not None and sum(low.count(c) for c in best[1]) >= max(2, 0.01 * len(low)):
        return best[0]
    return script.languages[0]


def _length(line: OcrLine) -> float:
    """Length of a line in heights: about twice its number of letters."""
    x0, y0, x1, y1 = line.bbox
    return (x1 - x0) / max(1.0, y1 - y0)
