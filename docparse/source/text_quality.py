"""Is a text layer what a reader would read? Judged font by font, from the characters alone."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from docparse.schemas.page import Word

_GARBLED_SHARE = 0.25  # of a page's characters, in garbled fonts
_BAD_SHARE = 0.3  # of a font's characters
_SAMPLE = 1000  # characters that tell as much as the whole page
_ENOUGH_LETTERS = 60  # below, letter statistics say nothing
# Shares of usual letter pairs: real languages 0.5-0.9, shuffled alphabets 0.0-0.4
_USUAL_PAIRS_SHARE = 0.38
_DOUBTFUL_PAIRS_SHARE = 0.46
_VOWEL_SHARE = (0.31, 0.65)
_UPPER_LATIN1_SHARE = 0.5
_ENOUGH_CHARS = 100
_ODD_SHARE, _ODD_KINDS = 0.06, 5  # signs that prose, formulas and tables have few of, or few kinds
_RUN_SHARE = 0.12  # of characters in runs of letters: code has as many odd signs, and names among them

_BAD = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f-\x9f\U000f0000-\U0010ffff]")
_LATIN_RUN = re.compile("[a-zà-öø-ÿāăąćčďđēėęěğģīįıłńňőœřśşšťūůűųźżž]{2,}")
_LATIN1 = re.compile("[\u00a1-\u00ff]")
# within a word; what stands before is looked at last, so that the search runs from sign to sign
_ODD = re.compile(r"""[!"#$%&;?@`~\\\u00a1-\u00bf\ufffd](?<=\S.)(?=\S)""")
_RUN = re.compile(r"[^\W\d_]{3,}")
_VOWELS = re.compile("[aeiouy]")
_NO_LETTER = re.compile(r"[\W\d_]+")
# letter pairs that are frequent in European languages written in Latin letters
_PAIRS = (
    "thheineranreonatenndtiesorteofedisitalarsttontngsehaasouiolevecomedehiriroicneearacelichllbemasiomur"
    "ellaeiieungeicetitssauquusaitrprdadoosadtanoacidildicapoamemimolulnisosalomimopapecikekakojakinansrs"
    "tsctecutisotueuighoweeooplagigvaviwizaziskstszczrzijaauuijhohubabibobugagujejukulumunurusutuyeya"
)
_USUAL_PAIRS = frozenset(_PAIRS[at : at + 2] for at in range(0, len(_PAIRS), 2))


def garbled_fonts(words: Iterable[Word]) -> tuple[set[str], float]:
    """Fonts whose text is not what it shows, and the share of all characters that they hold."""
    texts: dict[str, list[str]] = defaultdict(list)
    for word in words:
        texts[word.font].append(word.text)
    sizes = {font: sum(map(len, parts)) for font, parts in texts.items()}
    garbled = {font for font, parts in texts.items() if _garbled(parts, sizes[font])}
    total = sum(sizes.values())
    return garbled, sum(sizes[font] for font in garbled) / total if total else 0.0


def too_garbled(share: float) -> bool:
    return share > _GARBLED_SHARE


def _garbled(parts: list[str], size: int) -> bool:
    text = " ".join(parts)
    # a single private-use glyph standing alone is a bullet or a symbol
    odd = _BAD.search(text) is not None
    bad = sum(len(_BAD.findall(part)) for part in parts if len(part) > 1 or part == "\ufffd") if odd else 0
    if min(bad, size) > _BAD_SHARE * size or _unassigned(text) > _BAD_SHARE * size:
        return True
    if _numbered(text, size):
        return True
    lower = text.lower()
    runs = _LATIN_RUN.findall(lower)
    letters = sum(map(len, runs))
    distinct = list(dict.fromkeys(runs))  # one word again and again, a unit in a table say, is no sample of a language
    return letters >= _ENOUGH_LETTERS and letters > 0.5 * size and _soup(text, distinct)


def _numbered(text: str, size: int) -> bool:
    """Glyphs numbered as they came, from the first printable code on: signs and digits in place of letters."""
    odd = _ODD.findall(text) if size >= _ENOUGH_CHARS else []
    if len(odd) < max(1, _ODD_SHARE * size) or len(set(odd)) < _ODD_KINDS:
        return False
    return sum(map(len, _RUN.findall(text))) < _RUN_SHARE * size


def _unassigned(text: str) -> int:
    """Characters that Unicode does not know."""
    if text.isascii():
        return 0
    return sum(text.count(char) for char in set(text) if unicodedata.category(char) == "Cn")


def _soup(text: str, runs: list[str]) -> bool:
    """Latin letters that make no language: an alphabet shifted or shuffled, or another script's bytes."""
    upper = 0 if text.isascii() else len(_LATIN1.findall(text))
    if upper and upper > _UPPER_LATIN1_SHARE * sum(map(len, _LATIN_RUN.findall(text.lower()))):
        return True
    usual, vowels = letter_shares(runs)
    low, high = _VOWEL_SHARE
    return usual < _USUAL_PAIRS_SHARE or (usual < _DOUBTFUL_PAIRS_SHARE and not low < vowels < high)


def letter_shares(runs: list[str]) -> tuple[float, float]:
    """Of runs of lower-case letters: the shares of usual letter pairs and of vowels, accents left aside."""
    plain = unicodedata.normalize("NFD", " ".join(runs)[:_SAMPLE])
    words = _NO_LETTER.sub(" ", plain).split()
    letters = sum(map(len, words))
    usual = sum(map(_USUAL_PAIRS.__contains__, map(operator.add, plain, plain[1:])))
    return usual / max(1, letters - len(words)), len(_VOWELS.findall(plain)) / max(1, letters)
