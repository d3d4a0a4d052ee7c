"""Headings by type: larger, heavier or numbered short lines; their level by rank on the page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docparse.model.embedded.line_ends import is_address, is_entry
from docparse.model.embedded.lists import is_bullet
from docparse.model.embedded.paragraphs import Para
from docparse.model.embedded.script import word_count
from docparse.model.embedded.stats import PageStats
from docparse.schemas.page import WordStyle

_NUMBERED = re.compile(
    r"(?P<key>\d{1,2}(?:\.\d{1,2}){0,4}|[A-Z](?:\.\d{1,2})+|[IVX]{1,5}|[A-Z])(?P<dot>[.):]?)\s+(?P<rest>[^\W\d_]\S*.*)",
    re.S,
)
_CHAPTER = re.compile(
    r"(?:chapter|part|section|appendix|kapitel|teil|anhang|chapitre|capítulo|article|artikel|§|第)\s*[\dIVXA-Z一二三四五六七八九十]+\b",
    re.I,
)
_NAMED = {
    "abstract", "introduction", "references", "bibliography", "conclusion", "conclusions", "acknowledgements",
    "acknowledgments", "appendix", "contents", "summary", "discussion", "results", "methods", "background",
    "methodology", "zusammenfassung", "einleitung", "literatur", "inhalt", "résumé", "références", "sommaire",
    "摘要", "参考文献", "目录", "目次",
}  # fmt: skip
# of the text: sizes of notes, of headings whatever their weight, and of what is one though it is a sentence
SMALL, LARGER, LARGE = 0.88, 1.16, 1.5
_TITLE_RATIO = 1.3
_NAMED_NUMBER = re.compile(r"[^\W\d_]{3,}[.:]?\s(?:\S+\s)?(?=\S*\d)[\w/#-]{3,}")  # "Invoice INV-2017-0005", no amount
_MOST_LETTERS = 220
_CELLS = 2  # others in the row of bold type: it heads a column
_SHOUTED_WORDS = 14
_TITLE_WORDS = 10
_FULL_WIDTH = 0.95  # of the text
_SMALL_CAPS = re.compile(r"csc\d*$|small-?cap|[-+]sc\b", re.I)
_QUOTES = "\"'”’»」』"
_SENTENCE_WORDS = 6
_SENTENCE_END = re.compile(r"[^\W\d_]{2}。[^\W\d_]{2}")
_LED = re.compile(r"(?:\.\s?){4,}\d+$")
_NEVER_FIRST = "*†‡◯☐❏"  # signs of notes, and boxes to tick
_OPTION = re.compile(r"--?[^\W\d_]")  # of a program, over what it does
_EMAIL = re.compile(r"\w@\w")
_SIGNS = re.compile(r"[={}<>\\]|\(\)")


def is_heading(para: Para, text: str, stats: PageStats, space_above: float, *, beside: int = 0) -> bool:
    """Whether a paragraph is a heading. `space_above` is the free height over it in page units; `beside` is how many
    others stand in its row."""
    if len(para.lines) > 4:
        return False
    words = text.split()
    letters = sum(map(str.isalpha, text))
    if (
        not 2 <= letters <= _MOST_LETTERS
        or len(words) > 32
        or text[-1] in ",;،、-"
        or text[0] in _NEVER_FIRST
        or _OPTION.match(text)
        or (len(para.lines) > 1 and is_bullet(words[0]))
        or _EMAIL.search(text)
        or (text[-1].isdecimal() and (is_entry(para.lines[-1]) or _LED.search(text)))
    ):
        return False
    if stats.ocr and _SIGNS.search(text):  # a formula, a line of code
        return False
    ratio = para.size / stats.size
    if ratio < LARGE and all(para.breaks[1:]) and is_address(para.lines):
        return False
    sentence = is_sentence(text) or (stats.ocr and _goes_on_after_a_sentence(text))
    if letters < 0.45 * len(text.replace(" ", "")) and not _CHAPTER.match(text):
        return ratio >= _TITLE_RATIO and not stats.ocr and _NAMED_NUMBER.fullmatch(text) is not None
    if ratio >= LARGER:
        introduces = text[-1] == ":" and (len(words) > _SENTENCE_WORDS or text[0].islower())
        full = len(words) > _TITLE_WORDS and para.lines[0].width > _FULL_WIDTH * stats.width and ratio < _TITLE_RATIO
        goes_on = full and len(para.lines) == 1 and text[-1].islower()
        prose = (introduces or goes_on) and not para.lines[0].bold  # beside more in small type, as of listings
        return not ((sentence or prose) and ratio < LARGE)
    if ratio < SMALL or sentence or text[-1] == ":" or len(para.lines) > 3 or len(words) > 18:
        return False
    bold = not stats.bold and all(line.bold for line in para.lines)
    numbered = _NUMBERED.match(text)
    if bold:
        return beside < _CELLS or not stats.ocr
    if text.rstrip(".:").lower() in _NAMED:
        return True
    roomy = space_above > 0.7 * stats.step
    if len(para.lines) > 1:
        shouted = all(line.plain.isupper() and len(line.words) > 1 for line in para.lines)
        return roomy and ratio > 0.97 and shouted and not stats.ocr and len(words) <= _SHOUTED_WORDS
    if para.lines[0].width > 0.8 * stats.width:
        return False
    italic = para.lines[0].styled(int(WordStyle.ITALIC))
    fonts = {word.font for word in para.lines[0].words if word.text[0].isalpha()}
    if stats.ocr and italic:
        return roomy and text[0].isupper() and beside == 0 and text[-1] not in ".!?" and len(words) <= _TITLE_WORDS
    small_caps = bool(fonts) and all(_SMALL_CAPS.search(font) for font in fonts)
    capital = letters >= 4 and (small_caps or (text.upper() == text and text.lower() != text))
    if capital and beside >= _CELLS and not stats.ocr:
        return False  # labels of fields, or of boxes to tick
    if numbered and numbered["rest"][0].isupper() and ("." in numbered["key"] or numbered["dot"] == "."):
        initial = numbered["key"].isalpha() and len(numbered["key"]) == 1  # "A. Field and B. Bridge" wrote it
        return roomy and (capital or italic or (ratio > 1.05 and not initial))
    if _CHAPTER.match(text):
        return roomy and len(words) < 9
    return roomy and ratio > 0.97 and capital and len(words) <= 10


def _goes_on_after_a_sentence(text: str) -> bool:
    """Whether a Chinese or Japanese sentence ends inside a text: Latin letters in such a line make OCR's box higher."""
    return _SENTENCE_END.search(text) is not None


def is_sentence(text: str) -> bool:
    """Whether a text ends as a sentence of some length does, be it quoted."""
    end = text.rstrip(_QUOTES)
    return end[-1:] in ("。", ".") and not end.endswith("...") and word_count(text) > _SENTENCE_WORDS


def number_of(text: str) -> str | None:
    """The number that a heading starts with."""
    numbered = _NUMBERED.match(text)
    return numbered["key"] if numbered else None


def levels(paras: Sequence[tuple[Para, str]], stats: PageStats) -> list[int]:
    """Level 1 to 6 of each heading: by number where it has one, else by the rank of its type on the page."""
    keys = [_rank_key(para, text, stats) for para, text in paras]
    ranked = sorted(set(keys), reverse=True)
    first = 1 if ranked and ranked[0][0] >= 1.3 else 2
    result = []
    for (_, text), key in zip(paras, keys, strict=True):
        numbered = _NUMBERED.match(text)
        level = first + ranked.index(key)
        if numbered and numbered["key"][0].isdigit() and key[0] < 1.6:
            level = max(2, 2 + numbered["key"].count("."))
        result.append(min(6, level))
    return result


def _rank_key(para: Para, text: str, stats: PageStats) -> tuple[float, bool, bool]:
    ratio = round(para.size / stats.size * 10) / 10
    return ratio, para.lines[0].bold, text.upper() == text
