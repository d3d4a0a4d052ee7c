"""Lines with right-to-left letters: MuPDF hands out their runs as drawn; here they come apart, from right to left.

A line that reads "ABC 10 DEF" (capitals: Arabic) may be drawn as DEF, 10, ABC, each run turned into reading order on
its own, so that what follows in the file need not follow in the text: DEF10 is no word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from docparse.rtl import is_rtl, islands

Char = dict[str, Any]
Span = dict[str, Any]

_FAR_EM, _OVER_EM = 0.35, 0.6  # gap and overlap (slanted letters) of characters that follow each other, in sizes
_BLANK_EM = 0.15  # so wide a gap is one, whether the file has a blank there or not
_OPENING, _CLOSING = "([{«", ")]}»"
_MIRRORED = dict(zip(_OPENING + _CLOSING, _CLOSING + _OPENING, strict=True))
_ALEFS = "\u0627\u0622\u0623\u0625\u0671"
_LAM = "\u0644"


class Run(NamedTuple):
    """Characters of one span without white space; `space`: a blank follows in reading order."""

    chars: list[Char]
    span: Span
    space: bool


def has_rtl(spans: Sequence[Span]) -> bool:
    """Whether a line has letters or digits that MuPDF turns round."""
    text = "".join([char["c"] for span in spans for char in span["chars"]])
    return not text.isascii() and any(
        is_rtl(char["c"]) or _is_arabic_digit(char["c"]) for span in spans for char in span["chars"]
    )


def runs_left(lines: Sequence[dict[str, Any]]) -> bool:
    """Whether most letters of a page run from right to left."""
    chars = [char["c"] for line in lines for span in line["spans"] for char in span["chars"]]
    if not chars or max(chars) < "\u0590":
        return False
    letters = [char for char in chars if char.isalpha()]
    return 2 * sum(map(is_rtl, letters)) > len(letters)


def whole_lines(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines with those put together that MuPDF made of one: office programs draw signs and numbers of a line last."""
    result: list[dict[str, Any]] = []
    for line in lines:
        last = result[-1] if result else None
        if last is not None and _same_line(last, line):
            x0, y0, x1, y1 = last["bbox"]
            left, top, right, bottom = line["bbox"]
            bbox = (min(x0, left), min(y0, top), max(x1, right), max(y1, bottom))
            result[-1] = {**last, "bbox": bbox, "spans": [*last["spans"], *line["spans"]]}
        else:
            result.append(line)
    return result


def _same_line(last: dict[str, Any], line: dict[str, Any]) -> bool:
    """Whether a line stands on the baseline of the one before it, in one of its gaps or right beside it."""
    if not last["spans"] or not line["spans"] or last["dir"] != line["dir"] or line["dir"][0] < 0.98:
        return False
    one, other = last["spans"][0], line["spans"][0]
    if not one["chars"] or not other["chars"]:
        return False
    if abs(one["chars"][0]["origin"][1] - other["chars"][0]["origin"][1]) > 0.05 * one["size"]:
        return False
    gap = max(line["bbox"][0] - last["bbox"][2], last["bbox"][0] - line["bbox"][2])
    return bool(gap < _FAR_EM * one["size"])


def is_bare(spans: Sequence[Span]) -> bool:
    """Whether a line has no letter, so that its page says which way it runs."""
    return not any(char["c"].isalpha() for span in spans for char in span["chars"])


def _is_arabic_digit(char: str) -> bool:
    return char >= "\u0600" and unicodedata.bidirectional(char[0]) == "AN"


def rtl_runs(spans: Sequence[Span], *, rtl_page: bool = False) -> list[Run]:
    """Runs of a line in reading order: from right to left, or the other way where most letters run that way.

    On a page whose letters run from right to left, a line that starts with one does, whatever else is in it.
    """
    runs: list[tuple[list[Char], Span]] = []
    blanks: list[float] = []
    last: Char | None = None
    for char, span in _in_clusters(spans):
        if char["c"].isspace():
            if not char["synthetic"]:  # MuPDF's own may stand where a sign is drawn later
                blanks.append(char["origin"][0])
            last = None
            continue
        if last is not None and _alike(span, runs[-1][1]) and _follows(last, char, span["size"]):
            runs[-1][0].append(char)
        else:
            runs.append(([char], span))
        last = char if _width(char) > 0.01 else last or char  # marks, parts of ligatures
    runs = [(_forwards(chars), span) for chars, span in runs]
    letters = [is_rtl(char["c"]) for chars, _ in runs for char in chars if char["c"].isalpha()]
    if not letters or 2 * sum(letters) >= len(letters) or (rtl_page and _starts_right(runs)):
        return _with_brackets_turned(_from_right(runs, blanks))
    runs.sort(key=lambda run: -_leftmost(run[0]) - _rightmost(run[0]))
    runs = _from_left(runs)
    spaced = [_apart(run[0], after[0], run[1]["size"], blanks) for run, after in pairwise(runs)]
    return [Run(*run, space) for run, space in zip(runs, [*spaced, True], strict=True)]


def _starts_right(runs: list[tuple[list[Char], Span]]) -> bool:
    """Whether the letter that is farthest right runs to the left."""
    last = max((char for chars, _ in runs for char in chars if char["c"].isalpha()), key=lambda char: char["origin"][0])
    return is_rtl(last["c"])


def _from_right(runs: list[tuple[list[Char], Span]], blanks: list[float]) -> list[Run]:
    """Runs as they are read from right to left, the signs around words and numbers on their own."""
    parts = [(chars, span) for run, span in runs for chars in _without_signs(run)]
    texts = ["".join(char["c"] for char in chars) for chars, _ in parts]
    edges = [(min(c["bbox"][0] for c in chars), max(c["bbox"][2] for c in chars)) for chars, _ in parts]
    em = max((span["size"] for _, span in parts), default=1.0)
    result: list[Run] = []
    right = -1  # the leftmost piece of the group on the right
    for group in islands(texts, edges, em):
        if result:
            apart = _apart(parts[group[-1]][0], parts[right][0], em, blanks)
            result[-1] = result[-1]._replace(space=apart)
        for place, before in zip(group, [-1, *group], strict=False):
            chars, span = parts[place]
            apart = before >= 0 and _apart(parts[before][0], chars, em, blanks)
            if before >= 0 and not apart and span is result[-1].span:
                result[-1] = result[-1]._replace(chars=[*result[-1].chars, *chars])
                continue
            if before >= 0:
                result[-1] = result[-1]._replace(space=apart)
            result.append(Run(chars, span, True))
        right = group[0]
    return _rejoined(result)


def _rejoined(runs: list[Run]) -> list[Run]:
    """Runs with the signs that stand right after a word of their span put back to it."""
    result: list[Run] = []
    for run in runs:
        touches = result and not _apart(result[-1].chars, run.chars, run.span["size"], [])
        if touches and not result[-1].space and run.span is result[-1].span:
            result[-1] = result[-1]._replace(chars=[*result[-1].chars, *run.chars], space=run.space)
        else:
            result.append(run)
    return result


def _without_signs(chars: list[Char]) -> list[list[Char]]:
    """The letters and digits of a run with what is between them, and the signs before and after them one by one."""
    inner = [place for place, char in enumerate(chars) if char["c"][0].isalnum() or _is_mark(char["c"])]
    if not inner:
        return [[char] for char in chars]
    first, last = inner[0], inner[-1] + 1
    return [*([char] for char in chars[:first]), chars[first:last], *([char] for char in chars[last:])]


def _with_brackets_turned(runs: list[Run]) -> list[Run]:
    """A bracket that is drawn as its mirror image named by what it opens or closes."""
    brackets = [char for run in runs for char in run.chars if char["c"] in _MIRRORED]
    if len(brackets) < 2 or brackets[0]["c"] not in _CLOSING or brackets[1]["c"] not in _OPENING:
        return runs
    if len(brackets) % 2:
        return runs
    return [
        run._replace(chars=[char | {"c": _MIRRORED.get(char["c"], char["c"])} for char in run.chars]) for run in runs
    ]


def _from_left(runs: list[tuple[list[Char], Span]]) -> list[tuple[list[Char], Span]]:
    """Runs that come from right to left the other way round, but for right-to-left ones that follow one another."""
    result: list[tuple[list[Char], Span]] = []
    place = 0
    for run in reversed(runs):
        place = place if any(is_rtl(char["c"]) for char in run[0]) else len(result) + 1
        result.insert(place, run)
    return result


def _apart(one: list[Char], other: list[Char], size: float, blanks: list[float]) -> bool:
    left, right = (one, other) if _leftmost(one) < _leftmost(other) else (other, one)
    start = _leftmost(right)
    if start - max(char["bbox"][2] for char in left) > _BLANK_EM * size:
        return True
    end = _rightmost(left)
    flat = all(_width(char) < 0.01 for char in left if char["origin"][0] == end)  # its box says nothing
    return any((end <= blank if flat else end < blank) and blank <= start for blank in blanks)


def _leftmost(chars: list[Char]) -> float:
    return min([float(char["origin"][0]) for char in chars])


def _rightmost(chars: list[Char]) -> float:
    return max([float(char["origin"][0]) for char in chars])


def _in_clusters(spans: Sequence[Span]) -> list[tuple[Char, Span]]:
    """Characters of a line, a mark whose letter ended up elsewhere after it."""
    result: list[tuple[Char, Span]] = []
    stray: list[tuple[Char, Span]] = []
    for char, span in _with_ligatures_in_order(spans):
        if _is_mark(char["c"]) and not (result and _touches(result[-1][0], char)):
            stray.append((char, span))
        else:
            result.append((char, span))
    for char, span in stray:
        x = char["origin"][0] + 0.01
        letters = [place for place, (other, _) in enumerate(result) if is_rtl(other["c"]) and other["origin"][0] <= x]
        base = max(letters, key=lambda place: result[place][0]["origin"][0], default=len(result) - 1)
        result.insert(base + 1, (char, span))
    return result


def _with_ligatures_in_order(spans: Sequence[Span]) -> list[tuple[Char, Span]]:
    """MuPDF turns the letters of a ligature round too: one without width comes before the one that has all of it.

    Not so where the file spells its ligatures in the order of drawing: there it follows that one already.
    """
    flat = [(char, span) for span in spans for char in span["chars"]]
    loose = [
        place
        for place in range(1, len(flat) - 1)
        if flat[place][0]["c"] in _ALEFS and not _width(flat[place][0]) and _width(flat[place - 1][0])
    ]
    after = sum(flat[place - 1][0]["c"] == _LAM != flat[place + 1][0]["c"] for place in loose)
    before = sum(flat[place - 1][0]["c"] != _LAM == flat[place + 1][0]["c"] for place in loose)
    if after > before:
        return flat
    for place in range(len(flat) - 1, 0, -1):
        (before_it, _), (char, _) = flat[place - 1], flat[place]
        if is_rtl(before_it["c"]) and is_rtl(char["c"]) and not _width(before_it) and _ends_at(char, before_it):
            flat[place - 1], flat[place] = flat[place], flat[place - 1]
    return flat


def _width(char: Char) -> float:
    return float(char["bbox"][2] - char["bbox"][0])


def _ends_at(char: Char, other: Char) -> bool:
    return bool(_width(char) > 0.5 and abs(char["bbox"][2] - other["bbox"][0]) < 0.2)


def _touches(letter: Char, mark: Char) -> bool:
    if unicodedata.category(letter["c"][0])[0] in "PZC":
        return False
    return bool(letter["bbox"][0] - 0.5 <= mark["origin"][0] <= letter["bbox"][2] + 0.5)


def _is_mark(char: str) -> bool:
    return char >= "\u0300" and unicodedata.category(char[0]) == "Mn"


def _alike(one: Span, other: Span) -> bool:
    return one is other or all(one[key] == other[key] for key in ("font", "size", "color", "flags"))


def _follows(last: Char, char: Char, size: float) -> bool:
    """Whether a character stands beside the one before it in the file, and runs the same way."""
    if _is_mark(char["c"]):
        return True
    if is_rtl(last["c"]) != is_rtl(char["c"]) and last["c"].isalnum() and char["c"].isalnum():
        return False
    left, right = (last, char) if char["origin"][0] >= last["origin"][0] else (char, last)
    return bool(-_OVER_EM * size < right["bbox"][0] - left["bbox"][2] < _FAR_EM * size)


def _forwards(chars: list[Char]) -> list[Char]:
    """Digits of Arabic numbers come turned round like the letters; they run from left to right."""
    if len(chars) < 2 or any(is_rtl(char["c"]) for char in chars):
        return chars
    return sorted(chars, key=lambda char: char["origin"][0])
