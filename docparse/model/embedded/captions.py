"""Captions of figures and tables, by their label and where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docparse.geometry import Box

_TABLES = r"tab(?:le|elle|leau|la|ela|lo|\.)?|cuadro|quadro|табл(?:ица|\.)?|bảng|πίνακας|표|表|جدول|तालिका|ตาราง(?:ที่)?"
_OTHERS = (
    r"fig(?:ure|ura|\.)?|abb(?:ildung|\.)|bild|chart|scheme|plate|exhibit|box|listing|diagram(?:m)?|map|photo|graph|"
    r"gráfico|grafik|illustration|рис(?:унок|\.)|hình|şekil|rys(?:unek|\.)|obr(?:ázek|\.)|εικόνα|그림|شكل|चित्र|ภาพที่"
)
_MORE = r"(?:(?:supplementary|extended data)\s+)?"
_LABEL = re.compile(
    rf"{_MORE}(?:{_OTHERS}|{_TABLES})"
    r"\s*(?:(?-i:[A-Z]{2})|[A-Z]?)[.\-–]?\s?[\dIVX٠-٩]+(?:[.\-–]\d+)*[a-z]?(?P<stop>\s*[.:|)–—])?(?P<rest>.*)|"
    r"(?:图|圖|図|表)\s*[\d一二三四五六七八九十]+(?:[.\-–]\d+)*(?P<cjk>.*)",
    re.I | re.S,
)
# "Figure 2 extends the analysis": what a figure does is said of it, and not under it
_STATES = re.compile(
    r"(?:also |clearly |further )?(?:(?!less|across)[a-z]{2,}s|is|are|was|were|has|can|may) "
    r"(?:the|a|an|that|how|this|these|our|all|some|two|both|what|its|where|which|used|given|shown|taken|based|similar)\b"
)
_NO_FIGURE = re.compile(rf"{_MORE}(?:{_TABLES}|listing|box)", re.I)
_TABLE = re.compile(rf"(?:{_TABLES})", re.I)
_NUMBERED = re.compile(r"[\s.表](\d|[A-Z]\b|[IVX]+\b|[A-Z][.-]?\d)|:$|^TABLE")


def has_label(text: str) -> bool:
    return _LABEL.match(text) is not None


def names_figure(text: str) -> bool:
    """Whether a caption's label is that of a picture, and no table's or listing's."""
    return has_label(text) and _NO_FIGURE.match(text) is None


def names_table(text: str) -> bool:
    """Whether the first words of a line are the label of a table, and not the middle of a sentence."""
    return not text[:1].islower() and _TABLE.match(text) is not None and _NUMBERED.search(text) is not None


def is_label(text: str) -> bool:
    """Whether a text is a label and nothing else."""
    match = _LABEL.match(text)
    return match is not None and not (match["rest"] or match["cjk"] or "").strip()


def is_caption(text: str, box: Box, targets: Sequence[Box], em: float) -> bool:
    """Whether a paragraph is a caption: a label first, borne out by its wording or a figure beside it."""
    match = _LABEL.match(text)
    if match is None or len(text) > 1500:
        return False
    if any(_beside(box, target, 4.0 * em) for target in targets):
        return not _runs_on(match) or (len(text) < 400 and not _STATES.match((match["rest"] or "").strip()))
    if match["stop"]:
        return True
    return len(text) < 160 and not _runs_on(match)


def _runs_on(match: re.Match[str]) -> bool:
    """ "Table 3 shows that ...": the label is part of a sentence."""
    rest = (match["rest"] or "").strip()
    return not match["stop"] and bool(re.match(r"[a-z(,]", rest))


def _beside(box: Box, target: Box, reach: float) -> bool:
    across = min(box[2], target[2]) - max(box[0], target[0])
    apart = max(box[1] - target[3], target[1] - box[3])
    if across > 0:
        return apart < reach
    along = min(box[3], target[3]) - max(box[1], target[1])
    return along > 0 and -across < reach
