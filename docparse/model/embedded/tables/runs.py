"""Tables without rules: runs of lines whose chunks, numbers among them, stand below one another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from docparse.geometry import Box, overlap, union
from docparse.model.embedded.script import is_cjk, is_unspaced
from docparse.model.embedded.tables.columns import with_bullets
from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.tables.precision import is_caption
from docparse.model.embedded.tables.sides import are_apart, begins_with_labels
from docparse.model.embedded.tables.text_rows import (
    Chunk,
    TextRow,
    is_bold,
    part_heads,
    shares_width,
    split_chunks,
    text_rows,
    words_in,
)
from docparse.schemas.page import Word

_PROSE_WORDS, _PROSE_CHARS, _UNSPACED_EM = 7, 42, 22.0
_FULL = 0.8  # of the width of what lines of a paragraph stand in
_LABEL_LINES = 6
_APART_EM, _STRAY_LINES = 0.3, 4
_EVEN_EM, _STRETCHED = 0.05, 4  # how alike the blanks of a justified line are, and of how many words
_NEAR_EM, _FLUSH_EM = 6.0, 0.3  # where another line of its column stands, and how exactly under it


class Run(NamedTuple):
    """Consecutive lines of several chunks; `numbers` is the share of chunks that are numbers."""

    bbox: Box
    numbers: float


def text_runs(words: Sequence[Word], em: float) -> list[Run]:
    """Runs of three or more lines with two or more chunks each."""
    return runs_of(chunked_lines(words, em), em)


def chunked_lines(words: Sequence[Word], em: float) -> list[TextRow]:
    """Rows of the words, their chunks set: what stands so far apart may be of several columns."""
    rows = text_rows(words)
    for row in rows:
        row.chunks = with_bullets(split_chunks(row, 1.1 * em))
    return rows


def runs_of(rows: Sequence[TextRow], em: float) -> list[Run]:
    """`text_runs` of rows with their chunks, which are changed."""
    for row in rows:
        if len(row.chunks) < 3 and is_caption(row.words):
            row.chunks = []
    part_heads(rows, em)
    _drop_prose(rows, em)
    return [Run(_box(run), _number_share(run)) for run in _runs([row for row in rows if row.chunks], em)]


def _number_share(run: Sequence[TextRow]) -> float:
    chunks = [chunk for row in run for chunk in row.chunks]
    return sum(is_number(chunk.text) for chunk in chunks) / len(chunks)


def _drop_prose(rows: Sequence[TextRow], em: float) -> None:
    """Take lines of running text, and the short last lines of paragraphs, out of the rows."""
    prose: list[tuple[float, Chunk]] = []
    for row in rows:
        running = [chunk for chunk in row.chunks if is_running(chunk, em)]
        if running:
            prose += [(row.middle, chunk) for chunk in running]
            row.chunks = [chunk for chunk in row.chunks if chunk not in running]
    full = [(middle, chunk.x0, chunk.x1) for middle, chunk in prose]
    wide = [(row, chunks) for row in rows if (chunks := _stretched(row.chunks, em))]
    full += [(row.middle, chunks[0].x0, chunks[-1].x1) for row, chunks in wide]
    for row, chunks in wide:
        if any(
            0 < abs(middle - row.middle) < _NEAR_EM * em
            and max(abs(x0 - chunks[0].x0), abs(x1 - chunks[-1].x1)) < _FLUSH_EM * em
            for middle, x0, x1 in full
        ):
            prose += [(row.middle, chunk) for chunk in chunks]
            row.chunks = [chunk for chunk in row.chunks if chunk not in chunks]
    prose.sort(key=lambda pair: pair[0])
    middles = [middle for middle, _ in prose]
    for row in rows:
        if row.chunks and prose:
            here, reach, kept = row.middle, 12 * em, row.chunks
            first, last = bisect_right(middles, here - reach), bisect_left(middles, here + reach)
            near = [chunk for _, chunk in prose[first:last]]
            row.chunks = [c for c in kept if not _is_tail(c, kept, near, em)]


def _stretched(chunks: Sequence[Chunk], em: float) -> list[Chunk]:
    """Neighbours of different widths, all at one distance from the next: a justified line of few words."""
    found: list[Chunk] = []
    run: list[Chunk] = []
    last = 0.0
    for chunk in chunks:
        gap = chunk.x0 - run[-1].x1 if run else 0.0
        if len(run) > 1 and abs(gap - last) > _EVEN_EM * em:
            found += run if _varies(run, em) else []
            run = run[-1:]
        last = gap
        run.append(chunk)
    return [*found, *(run if _varies(run, em) else [])]


def _varies(run: Sequence[Chunk], em: float) -> bool:
    widths = sorted(chunk.x1 - chunk.x0 for chunk in run)
    return len(run) >= _STRETCHED and widths[-1] - widths[0] > em


def is_full_line(row: TextRow, width: float, em: float) -> bool:
    """Whether a row is a line of a paragraph that is about so wide."""
    return len(row.chunks) == 1 and row.x1 - row.x0 > _FULL * width and is_running(row.chunks[0], em)


def is_running(chunk: Chunk, em: float) -> bool:
    """Whether words that stand close together are a line of running text."""
    if chunk.x1 - chunk.x0 < 14 * em:
        return False
    text = chunk.text
    tokens = text.split()
    if is_unspaced(text[0]) and is_unspaced(text[-1]):  # every sign may be a word of its own
        return chunk.x1 - chunk.x0 > _UNSPACED_EM * em
    if len(tokens) < _PROSE_WORDS and len(text) + sum(map(is_cjk, text)) < _PROSE_CHARS:
        return False
    return sum(token[0].isalpha() for token in tokens) > 0.7 * len(tokens)


def _is_tail(chunk: Chunk, row: Sequence[Chunk], prose: Sequence[Chunk], em: float) -> bool:
    """Alone in the width of lines of running text near by, from their left edge on."""
    columns = [p for p in prose if abs(p.x0 - chunk.x0) < 3 * em and chunk.x1 <= p.x1 + em]
    if len(columns) < 3:
        return False
    right = median(p.x1 for p in columns)
    return not any(other is not chunk and chunk.x1 < other.x1 < right + em for other in row)


def _runs(rows: Sequence[TextRow], em: float) -> Iterable[list[TextRow]]:
    """Consecutive rows of several chunks; up to two lone chunks between them belong to the run."""
    run: list[TextRow] = []
    lone: list[TextRow] = []
    for row in rows:
        last = (lone or run)[-1:]
        if (last and not _follows(run, lone, row, em)) or _is_title(row, em):
            yield from _long_enough([*run, *_last_number(run, lone)], em)
            run, lone = [], []
        if len(row.chunks) > 1:
            broken = len(lone) > _lone_lines(run, lone) or not _touch(run, row) if run and lone else False
            if broken or (run and not lone and _is_apart(run, row, em)):
                yield from _long_enough(run, em)
                run, lone = [], []
            if not run:  # a head's other lines, set between those of its neighbours
                lone = lone[-1:] if lone and row.y0 - lone[-1].y1 < -0.1 * em else []
            run += [*lone, row]
            lone = []
        else:
            lone.append(row)
    yield from _long_enough([*run, *_last_number(run, lone)], em)


def _last_number(run: Sequence[TextRow], lone: Sequence[TextRow]) -> Sequence[TextRow]:
    """A number alone in its line under a column of numbers, no farther down than the lines of the run are apart."""
    if len(run) < 2 or not lone or not lone[0].chunks or not is_number(lone[0].chunks[0].text):
        return []
    chunk = lone[0].chunks[0]
    under = [above for above in run[-1].chunks if shares_width(chunk, above)]
    pitch = run[-1].middle - run[-2].middle
    near = lone[0].middle - run[-1].middle <= 1.2 * pitch
    return lone[:1] if near and len(under) == 1 and is_number(under[0].text) else []


def _is_apart(run: Sequence[TextRow], row: TextRow, em: float) -> bool:
    """Farther down than the lines of the run are apart, and not in its columns or a head in bold under plain rows."""
    gaps = [below.y0 - above.y1 for above, below in pairwise(run)]
    if len(gaps) < 2 or row.y0 - run[-1].y1 <= max(gaps) + _APART_EM * em:
        return False
    return not _touch(run, row) or (is_bold(row) and not any(map(is_bold, run[1:])))


def _lone_lines(run: Sequence[TextRow], lone: Sequence[TextRow]) -> int:
    """How many lines of one chunk a row of several may be parted by: more where they go on with a label."""
    above = next(row for row in reversed(run) if len(row.chunks) > 1)
    left, right = above.chunks[0].x0, above.chunks[1].x0
    within = all(left - 1 <= chunk.x0 and chunk.x1 < right for row in lone for chunk in row.chunks)
    return _LABEL_LINES if within else 2


def _follows(run: Sequence[TextRow], lone: Sequence[TextRow], row: TextRow, em: float) -> bool:
    """Whether a row stands near enough under the last one; under a head of several lines there is more room."""
    gap = row.y0 - (lone or run)[-1].y1
    return gap <= 2.2 * em or (
        gap <= 3.2 * em and len(run) <= 2 and len(lone) < 2 and len(row.chunks) > 1 and _touch(run, row)
    )


def _is_title(row: TextRow, em: float) -> bool:
    """A lone chunk in larger type."""
    return len(row.chunks) == 1 and min(word.size for word in row.chunks[0].words) > 1.25 * em


def _touch(run: Sequence[TextRow], row: TextRow) -> bool:
    """The row has chunks under two chunks of the run's last row of several."""
    above = next((r for r in reversed(run) if len(r.chunks) > 1), None)
    if above is None:
        return True
    pairs = [(i, j) for i, a in enumerate(above.chunks) for j, b in enumerate(row.chunks) if shares_width(a, b)]
    return min(len({i for i, _ in pairs}), len({j for _, j in pairs})) > 1


def _long_enough(run: list[TextRow], em: float) -> Iterable[list[TextRow]]:
    run = _without_stray_end(_without_stray_top(run, em), em)
    if sum(len(row.chunks) > 1 for row in run) >= 3:
        yield run


def _without_stray_top(run: list[TextRow], em: float) -> list[TextRow]:
    """The run without first lines, as of a formula, that stand apart and in other columns than the lines below."""
    gaps = [below.y0 - above.y1 for above, below in pairwise(run)]
    for first in (2, 1):
        if len(gaps) <= first + 1 or gaps[first - 1] <= max(gaps[first:]) + _APART_EM * em:
            continue
        below = [chunk for row in run[first : first + 2] for chunk in row.chunks]
        top = [chunk for row in run[:first] for chunk in row.chunks]
        if not all(any(shares_width(chunk, other) for other in below) for chunk in top):
            return run[first:]
    return run


def _without_stray_end(run: list[TextRow], em: float) -> list[TextRow]:
    """The run without last lines, as of a formula, that stand apart and in other columns than the lines above."""
    gaps = [below.y0 - above.y1 for above, below in pairwise(run)]
    for last in range(1, min(_STRAY_LINES, len(gaps) - 2) + 1):
        above, stray = run[:-last], run[-last:]
        if gaps[-last] <= max(gaps[: len(gaps) - last]) + _APART_EM * em:
            continue
        known = [chunk for row in above[-3:] for chunk in row.chunks]
        if not all(any(shares_width(chunk, other) for other in known) for row in stray for chunk in row.chunks):
            return above
    return run


def _box(run: Sequence[TextRow]) -> Box:
    chunks = [chunk for row in run for chunk in row.chunks]
    return (min(c.x0 for c in chunks), run[0].y0, max(c.x1 for c in chunks), run[-1].y1)


def join_runs(
    boxes: Sequence[Box], runs: Sequence[Run], words: Sequence[Word], em: float
) -> tuple[list[Box], list[Run]]:
    """Boxes grown by the runs of numbers around them or going on right below or above; and the other runs."""
    grown = list(boxes)
    rest = []
    for run in runs:
        touched = [
            i
            for i, box in enumerate(grown)
            if (run.numbers > 0.3 and _goes_on(box, run.bbox, em)) or _is_head_of(box, run.bbox, em)
        ]
        if not touched:
            rest.append(run)
        elif len(touched) == 1:
            grown[touched[0]] = _grown(grown[touched[0]], run.bbox, words, em)
        elif _are_below([grown[i] for i in touched]):
            continue  # tables of one column of the page; the run holds what the next one has on their levels
        elif all(run.bbox[2] - run.bbox[0] > 1.15 * (grown[i][2] - grown[i][0]) for i in touched) and not are_apart(
            [grown[i] for i in touched], run.bbox, words, em
        ):
            inside = union([run.bbox, *(grown[i] for i in touched)])  # rules under some columns only
            grown = [box for i, box in enumerate(grown) if i not in touched] + [inside]
    return grown, [run for run in rest if not any(overlap(run.bbox, box) for box in grown)]


def _are_below(boxes: Sequence[Box]) -> bool:
    """Boxes one below the other: rules under some columns of a table stand beside one another."""
    return all(min(a[2], b[2]) - max(a[0], b[0]) > 0.5 * min(a[2] - a[0], b[2] - b[0]) for a, b in pairwise(boxes))


def _is_head_of(box: Box, run: Box, em: float) -> bool:
    """The box is the ruled head of the run, whose rows go on below without rules: rather words than numbers."""
    return (
        abs(box[1] - run[1]) < 1.5 * em
        and box[3] - box[1] < 3 * em
        and run[3] - box[3] > 3 * em
        and box[0] - em < run[0]
        and run[2] < box[2] + em
        and run[2] - run[0] > 0.8 * (box[2] - box[0])
    )


def _grown(box: Box, run: Box, words: Sequence[Word], em: float) -> Box:
    """The box with the run; of a run that crosses the box, what stands in its columns or holds their labels."""
    if not overlap(box, run):
        return union((box, run))
    labelled = run[0] < box[0] - 3 * em and _holds_labels((run[0], run[1], box[0], run[3]), run, words)
    labelled = labelled and not begins_with_labels(box, words, em)
    left, right = run[0] if labelled else max(run[0], box[0] - em), min(run[2], box[2] + em)
    inside = words_in(words, (left, run[1], right, run[3]))
    rows = [row for row in text_rows(inside) if len(split_chunks(row, 1.1 * em)) > 1]  # not of another column's lines
    if not rows:
        return box
    left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
    return (min(box[0], left), min(box[1], rows[0].y0), max(box[2], right), max(box[3], rows[-1].y1))


def _holds_labels(box: Box, run: Box, words: Sequence[Word]) -> bool:
    """Lines of a few words stand in the box beside most lines of the run, no running text."""
    lines = text_rows(words_in(words, box))
    few = sum(len(w.text.split()) for line in lines for w in line.words) <= 6 * len(lines)
    return few and len(lines) > 0.6 * len(text_rows(words_in(words, run)))


def _goes_on(box: Box, run: Box, em: float) -> bool:
    """The run is in the box's columns, and reaches to it or nearly so."""
    shared = min(box[2], run[2]) - max(box[0], run[0])
    near = run[1] - box[3] < 1.8 * em and box[1] - run[3] < 1.8 * em
    if overlap(box, run):
        return shared > 0.8 * min(box[2] - box[0], run[2] - run[0])
    return near and shared > 0.8 * max(box[2] - box[0], run[2] - run[0])
