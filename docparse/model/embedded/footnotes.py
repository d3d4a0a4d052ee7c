"""Footnotes: small type with a marker at the foot of a column, often under a short rule."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docparse.geometry import Box
from docparse.model.embedded.mono import is_mono_word
from docparse.model.embedded.paragraphs import Para
from docparse.model.embedded.stats import PageStats
from docparse.raised import RAISED_DIGITS, RAISED_LETTERS, flat
from docparse.schemas.page import Rule

_MARKER = re.compile(
    rf"(?P<mark>\d{{1,3}}(?!\d|[.,]\d)|[{RAISED_DIGITS}]{{1,3}}|[{RAISED_LETTERS}](?!\w)|[*∗†‡§¶#]{{1,3}}|"
    r"\([a-z0-9]{1,2}\)|[a-z](?=\s)|[①-⑳])[.)]?\s*(?P<text>\S.*)",
    re.S,
)


def split_marker(text: str) -> tuple[str, str]:
    """Marker and text of a footnote; the marker is empty where there is none."""
    match = _MARKER.match(text)
    return (flat(match["mark"]), match["text"]) if match else ("", text)


def find_footnotes(paras: Sequence[Para], stats: PageStats, rules: Sequence[Rule], height: float) -> set[int]:
    """Indices of the paragraphs that are footnotes."""
    found: set[int] = set()
    boxes = [para.box for para in paras]
    for i in sorted(range(len(paras)), key=lambda i: -boxes[i][1]):
        para, box = paras[i], boxes[i]
        if box[1] < 0.45 * height or para.size > 0.93 * stats.size:
            continue
        if stats.code and _is_code(para):
            continue
        below = [j for j in range(len(paras)) if j != i and _under(box, boxes[j])]
        if any(j not in found for j in below):
            continue
        marker, _ = split_marker(para.text)
        if marker or any(_rule_above(box, rule, stats) for rule in rules):
            found.add(i)
    return found


def _is_code(para: Para) -> bool:
    """Whether most of a paragraph is monospaced behind a number that is not raised: a line of a listing."""
    first, *rest = (word for line in para.lines for word in line.words)
    raised = bool(rest) and first.baseline < rest[0].baseline - 0.1 * rest[0].size
    mono = sum(len(word.text) for word in rest if is_mono_word(word))
    return not raised and 2 * mono > sum(len(word.text) for word in rest)


def _under(box: Box, other: Box) -> bool:
    return other[1] >= box[3] - 2 and min(box[2], other[2]) > max(box[0], other[0])


def _rule_above(box: Box, rule: Rule, stats: PageStats) -> bool:
    x0, y0, x1, _ = rule.bbox
    return (
        rule.horizontal
        and box[1] - 1.6 * stats.leading < y0 <= box[1] + 0.3 * stats.size
        and abs(x0 - box[0]) < 3 * stats.size
        and 3 * stats.size < x1 - x0 < 0.6 * stats.width + 10 * stats.size
    )
