"""Letters of mathematical alphabets, which TeX's fonts name as plain ones: "ℝ" is an R of a font of its own."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_FONTS = (
    (re.compile(r"MSBM|bbm|bbold|dsfont|DSROM", re.I), "mathbb"),
    (re.compile(r"EUF[MB]|frak", re.I), "mathfrak"),
    (re.compile(r"rsfs", re.I), "mathscr"),
    (re.compile(r"CMB?SY|LMMathSymbols|EUS[MB]", re.I), "mathcal"),
)
_NAMES = {
    "mathbb": ("MATHEMATICAL DOUBLE-STRUCK", "DOUBLE-STRUCK"), "mathfrak": ("MATHEMATICAL FRAKTUR", "BLACK-LETTER"),
    "mathscr": ("MATHEMATICAL SCRIPT", "SCRIPT"), "mathcal": ("MATHEMATICAL SCRIPT", "SCRIPT"),
}  # fmt: skip
_TEXT = re.compile(r"frak", re.I)  # whole texts are set in these, with a letter for "ch" and others


@lru_cache(maxsize=256)
def alphabet_of(font: str) -> str | None:
    """LaTeX's name of a font's alphabet."""
    return next((command for pattern, command in _FONTS if pattern.search(font)), None)


@lru_cache(maxsize=1024)
def in_alphabet(text: str, font: str) -> str:
    """The text of a word with its one letter as that of the alphabet of its font; several are a word of a language."""
    alphabet = alphabet_of(font)
    if alphabet is None or _TEXT.search(font) or sum(map(str.isalpha, text)) != 1:
        return text
    return "".join([_letter(char, alphabet) if char.isascii() and char.isalpha() else char for char in text])


def _letter(char: str, alphabet: str) -> str:
    if char.islower() and alphabet != "mathfrak":
        return char
    case = "SMALL" if char.islower() else "CAPITAL"
    for name in _NAMES[alphabet]:
        try:
            return unicodedata.lookup(f"{name} {case} {char.upper()}")
        except KeyError:
            continue  # the letters that Unicode had before it had the alphabet stand elsewhere
    return char
