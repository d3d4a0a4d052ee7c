"""Runs of lines under one another and of one type, as columns and their paragraphs are made of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docparse.geometry import Box, inside_share
from docparse.model.embedded.line_ends import STOPS, goes_on
from docparse.model.embedded.lines import Line
from docparse.model.embedded.stats import PageStats

FAR = 1.28  # of the leading, from which on a line belongs to another paragraph
_LOOK_AHEAD = 200
_SAME_SIZE, _LASTS, _AROUND = 0.05, 3, 4  # of sizes, and lines before and after that are asked
_SINGLE, _AS_FAR = 0.75, 0.8  # of the step of double-spaced text: single-spaced lines are nearer, others as far
_FLUSH_TYPE_EM, _MIXED_WORDS = 0.5, 3  # between edges of lines in small capitals, and words of the type around them


def _within(line: Line, walls: Sequence[Box]) -> int:
    return next((i for i, wall in enumerate(walls) if inside_share(line.box, wall) > 0.5), -1)


def chunks(lines: Sequence[Line], walls: Sequence[Box] = (), apart: float = 0.0) -> list[list[Line]]:
    """Runs of lines where each has exactly one neighbour below and above. `apart` is the step of double-spaced text, in
    sizes of type."""
    ordered = sorted(lines, key=lambda line: (line.y0, line.x0))
    below = [_below(ordered, i, apart) for i in range(len(ordered))]
    above: list[int] = [0] * len(ordered)
    for found in below:
        for j in found:
            above[j] += 1
    nxt = [found[0] if len(found) == 1 and above[found[0]] == 1 else -1 for found in below]
    if walls:
        wall = [_within(line, walls) for line in ordered]
        nxt = [
            j if j >= 0 and (wall[i] == wall[j] or goes_on(ordered[i], ordered[j])) else -1 for i, j in enumerate(nxt)
        ]
    heads = set(range(len(ordered))) - {j for j in nxt if j >= 0}
    result = []
    for i in sorted(heads):
        run = [ordered[i]]
        while (i := nxt[i]) >= 0:
            run.append(ordered[i])
        result.append(run)
    return result


def _below(ordered: list[Line], i: int, apart: float) -> list[int]:
    """Lines next below line i that share its x range, at most about one blank line away."""
    line = ordered[i]
    found: list[int] = []
    floor = line.y1 + max(1.1, FAR * apart - 1) * line.size
    for j in range(i + 1, min(len(ordered), i + _LOOK_AHEAD)):
        other = ordered[j]
        if other.y0 > floor:
            break
        if other.baseline - line.baseline < 0.5 * min(line.size, other.size):
            continue
        shared = min(line.x1, other.x1) - max(line.x0, other.x0)
        if shared <= 0.05 * min(line.width, other.width):
            continue
        if found and other.baseline > ordered[found[0]].baseline + 0.5 * other.size:
            break
        found.append(j)
    return found


def of_one_type(lines: Sequence[Line], stats: PageStats) -> list[list[Line]]:
    """A run cut where the size of its type or its step changes: each part has its own leading and margins."""
    runs = [[lines[0]]]
    for i, (prev, line) in enumerate(pairwise(lines), 1):
        if _other_size(prev, line) or _changes_size(lines, i) or _changes_step(lines, i, stats):
            runs.append([line])
        else:
            runs[-1].append(line)
    return runs


def _other_size(prev: Line, line: Line) -> bool:
    if goes_on(prev, line):
        return False
    em, apart = max(prev.size, line.size), abs(prev.size - line.size)
    if apart <= 0.05 * em:
        return False
    flush = min(abs(prev.x0 - line.x0), abs(prev.x1 - line.x1)) < _FLUSH_TYPE_EM * em
    if flush and line.x1 < prev.x1 + em and _is_mixed(*sorted((prev, line), key=lambda each: each.size)):
        return False
    return apart > 0.09 * em + 0.2 or {word.font for word in prev.words}.isdisjoint(word.font for word in line.words)


def _is_mixed(small: Line, large: Line) -> bool:
    """Whether letters of a line are of another's type although most are smaller: those of small capitals."""
    fonts = {word.font for word in large.words if abs(word.size - large.size) <= _SAME_SIZE * large.size} - {""}
    alike = [word for word in small.words if abs(word.size - large.size) <= _SAME_SIZE * large.size]
    return len([word for word in alike if word.font in fonts and word.text[0].isalpha()]) >= _MIXED_WORDS


def _changes_size(lines: Sequence[Line], i: int) -> bool:
    """Whether type that is known, not measured, is of one size up to a line and of another from there on."""
    prev, line = lines[i - 1], lines[i]
    if not prev.words[0].font or abs(prev.size - line.size) <= _SAME_SIZE * line.size:
        return False
    before, after = lines[max(0, i - _AROUND) : i], lines[i : i + _AROUND]
    if min(len(before), len(after)) < _LASTS:
        return False
    return all(abs(other.size - prev.size) <= _SAME_SIZE * prev.size for other in before) and all(
        abs(other.size - line.size) <= _SAME_SIZE * line.size for other in after
    )


def _changes_step(lines: Sequence[Line], i: int, stats: PageStats) -> bool:
    """Whether single-spaced lines, as of a quotation, begin or end there within double-spaced text."""
    if not stats.double or abs(lines[i].size - stats.size) > _SAME_SIZE * stats.size:
        return False
    steps = [line.baseline - above.baseline for above, line in pairwise(lines[max(0, i - 2) : i + 2])]
    here = steps.pop(min(i, 2) - 1)
    amid = lines[i].plain[0].islower() and lines[i - 1].plain[-1] not in STOPS
    return here > _AS_FAR * stats.double and not amid and any(step < _SINGLE * stats.double for step in steps)
