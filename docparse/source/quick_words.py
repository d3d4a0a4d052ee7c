"""Words of plain lines without a look at single characters: what most pages consist of, in a third of the time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from sys import intern
from typing import Any

from docparse.schemas.page import Word, make_word
from docparse.source.accents import LOOSE_ACCENT
from docparse.source.bitmap_fonts import has_bare_codes, has_tiny_letters
from docparse.source.glyph_texts import may_overstate
from docparse.source.tex_fonts import UNKNOWN
from docparse.source.words import TINY_PT, Line, Span, clean, span_style, without_doubles

_SPACED = re.compile(r"(?:(?<!\S)[^\W\d_] ){3}[^\W\d_](?!\S)")  # may be one letterspaced word: needs the characters
_OTHER_ORDER = re.compile(
    "[\u0300-\u036f\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u200b-\u200f\ufb1d-\ufdff\ufe70-\ufefc]"
)
_Found = tuple[float, float, float, float, str, int, int, int]


def quick_words(blocks: list[dict[str, Any]], found: list[_Found]) -> list[Word] | None:
    """Words from MuPDF's "dict" and "words" of one text page; None where only its characters tell.

    A word over several spans (a symbol with its index) is cut where the spans meet.
    """
    places: dict[tuple[int, int], list[_Found]] = defaultdict(list)
    for word in found:
        places[word[5], word[6]].append(word)
    words: list[Word] = []
    number = 0
    for block in blocks:
        for index, line in enumerate(block.get("lines", ())):
            if line["dir"] != (1.0, 0.0) or line["wmode"]:
                return None
            made = _line_words(line, number, places.get((block["number"], index), []))
            if made is None:
                return None
            words += made
            number += 1
    return without_doubles(words)


def _line_words(line: Line, number: int, found: list[_Found]) -> list[Word] | None:
    spans: list[Span] = [span for span in line["spans"] if span["text"]]
    text = "".join([span["text"] for span in spans])
    plain = text.isascii()
    if not plain and (_OTHER_ORDER.search(text) or any(map(may_overstate, spans))):
        return None
    if (not text.isprintable() or UNKNOWN in text) and any(
        has_bare_codes(span["font"], span["text"]) for span in spans
    ):
        return None
    loose = (not plain or "^" in text or "~" in text or "`" in text) and LOOSE_ACCENT.search(text)
    if loose or any(span["size"] < TINY_PT or has_tiny_letters(span, len(span["text"])) for span in spans):
        return None
    tokens = text.split()
    if tokens != [word[4] for word in found] or (list(map(len, tokens)).count(1) >= 4 and _SPACED.search(text)):
        return None
    main = (
        max(spans, key=lambda span: (len(span["text"]) * span["size"] ** 2, span["size"])) if len(spans) > 1 else None
    )
    size, base = (main["size"], main["origin"][1]) if main else (0.0, 0.0)
    if len(spans) == 1 and plain and text.isprintable():
        span = spans[0]
        look = (span["size"], intern(span["font"]), span_style(span, 0.0, 0.0), span["color"], span["origin"][1])
        rest = (*look, number, True, 1.0)
        return [make_word((word[4], word[:4], *rest)) for word in found]
    if len(spans) == 1:
        span = spans[0]
        style, baseline = span_style(span, 0.0, 0.0), span["origin"][1]
        cut: Iterator[tuple[str, _Found | tuple[float, ...], Span, int, float, bool]] = (
            (word[4], word, span, style, baseline, True) for word in found
        )
    else:
        cut = _cut(spans, text, found, size, base)
    words = []
    for piece, box, span, style, baseline, space in cut:
        cleaned = clean(piece)
        if cleaned:
            bbox = (box[0], box[1], box[2], box[3])
            font = intern(span["font"])
            words.append(
                make_word((cleaned, bbox, span["size"], font, style, span["color"], baseline, number, space, 1.0))
            )
    return words


def _cut(
    spans: list[Span], text: str, found: list[_Found], size: float, base: float
) -> Iterator[tuple[str, tuple[float, ...], Span, int, float, bool]]:
    """The words of a line, cut at the borders of its spans."""
    ends: list[int] = []
    for span in spans:
        ends.append((ends[-1] if ends else 0) + len(span["text"]))
    styles = [span_style(span, size, base) for span in spans]
    at = place = 0
    for word in found:
        at = text.index(word[4], at)
        end = at + len(word[4])
        while ends[place] <= at:
            place += 1
        x0 = word[0]
        while ends[place] < end:
            span = spans[place]
            yield (
                text[at : ends[place]],
                (x0, span["bbox"][1], span["bbox"][2], span["bbox"][3]),
                span,
                styles[place],
                (span["origin"][1]),
                False,
            )
            at = ends[place]
            place += 1
            x0 = spans[place]["bbox"][0]
        span = spans[place]
        yield (
            text[at:end],
            (x0, span["bbox"][1], word[2], span["bbox"][3]),
            span,
            styles[place],
            span["origin"][1],
            True,
        )
        at = end
