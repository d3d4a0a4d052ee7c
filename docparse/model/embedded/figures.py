"""Figures: raster pictures, clusters of drawn paths, and what the layout model took for a figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from docparse.geometry import Box, area, centre, clip, contains_point, height, inside_share, overlap, union, width
from docparse.model.embedded.clusters import clusters, join_near
from docparse.model.embedded.figure_reach import Row, captioned_drawings, grown, labels_of, rows_of, strokes_of
from docparse.model.embedded.ink_plots import InkPlots
from docparse.model.embedded.line_drawings import fat, framed_plots, line_drawings
from docparse.model.embedded.mono import is_mono_word
from docparse.model.embedded.script import word_count
from docparse.model.embedded.tables.text_rows import words_in
from docparse.model.embedded.tones import toned_pictures
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.page import PageImage, Word, WordStyle

_GROUND = 0.6  # a figure of the model's over more of the page than this may be all that is on it
_GROUND_WORDS, _GROUND_ROWS, _GROUND_TALL = 4, 3, 0.85  # of text on rows of colour: words, rows and their height
_FRAME = 0.9  # of a drawing, that each of its shapes fills: frames drawn over one another
_BACKGROUND = 0.8  # a picture over more of the page than this is paper, not a figure
_LEAST_SIDE = 18.0 / 792  # of the page's longer side: smaller pictures are icons and bullets
# words and lines of a form, its share of the page's words, and that of its lines which begin at one edge
_TEXT_WORDS, _TEXT_LINES, _TEXT_SHARE, _ALIGNED = 20, 8, 0.7, 0.5
_PART, _FULL_WORDS, _MIXED_LINES = 0.6, 6, 3
_PLOT_NUMBERS, _PLOT_WORDS, _PLOT_SHARE = 4, 60, 0.3
_CARD_WORDS, _CARD_SHARE = 3, 0.6  # of a line, and the height of lines in that of their box
_TINY = 0.6  # of the usual size: smaller words are no running text
_MOST_SHAPES = 4000
_MOST_DRAWN = 200
_GROWING_EM = 3.0  # the shorter side of a figure that goes on
_LISTING_WORDS, _LISTING_SHARE = 6, 0.8
_INDEX = WordStyle.SUBSCRIPT | WordStyle.SUPERSCRIPT
_NUMBER = re.compile(r"\(?[-+−]?[\d.,]+\s*%?\)?")


@dataclass(slots=True)
class Figure:
    """A figure and the words printed in it."""

    bbox: Box
    chart: bool = False
    music: bool = False
    abc: str = ""  # of music that was read; `score` says how sure that is
    words: list[Word] = field(default_factory=list)
    score: float = 0.8


def find_figures(
    page: PageImage, words: Sequence[Word], regions: Sequence[Region], tables: Sequence[FoundTable], em: float,
    plots: Sequence[Figure] = (),
) -> list[Figure]:  # fmt: skip
    """Figures of a page but for the `plots`, which are known already; a word belongs to at most one."""
    size = area((0, 0, page.width, page.height))
    least = _LEAST_SIDE * max(page.width, page.height)
    prose = _prose(words, em) if page.pictures or page.shapes else []
    boxes = _picture_boxes(page, size, least, prose)
    if words and not words[0].font:
        toned = [box for box in toned_pictures(page, words, em) if area(box) < _BACKGROUND * size]
        boxes += [box for box in toned if not any(overlap(box, other) for other in boxes)]
    strokes = strokes_of(page)
    plot = not prose and not tables and _is_plot(words)
    drawn = _drawing_boxes(page, words, em, least, prose, plot)
    for box in (*line_drawings(page, words, em), *framed_plots(page, prose, em)):
        if not any(overlap(box, other) for other in drawn):
            drawn.append(box)
    if not (words or boxes or drawn or tables or plots or page.pictures):
        drawn = _lone_drawing(page, least)
    taken = [table.bbox for table in tables] + [plot.bbox for plot in plots]
    read = bool(words) and not words[0].font
    rows = rows_of(words, em) if read or strokes or boxes or drawn or regions else []
    drawn += captioned_drawings(rows, strokes, [*taken, *boxes, *drawn], em) if strokes else []
    figures, mixed = _model_figures(regions, boxes + drawn, words, size, em)
    figures = [figure for figure in figures if not any(_covers(box, figure.bbox) for box in taken)]
    figures = [figure for figure in figures if not any(_is_part(figure, other) for other in figures)]
    seen = [figure.bbox for figure in figures if figure not in mixed and area(figure.bbox) < _GROUND * size]
    plotted = InkPlots(page, words, rows, [*taken, *boxes, *drawn, *seen], em)
    drawn += plotted.found
    # a plot in what the model took for one with text beside it is the figure that it saw
    figures = [figure for figure in figures if figure not in mixed or not any(
        inside_share(box, figure.bbox) > _PART for box in plotted.found
    )]  # fmt: skip
    for figure in figures:
        if _is_numbered(figure.words):
            figure.bbox = plotted.whole(figure.bbox)
    for box in boxes + drawn:
        known = [figure.bbox for figure in figures]
        if any(inside_share(box, other) > 0.5 or inside_share(other, box) > 0.5 for other in known):
            continue
        if not any(_covers(table, box) for table in taken):
            figures.append(Figure(box))
    if plot and len(figures) == 1 and not plots and area(figures[0].bbox) > _PLOT_SHARE * size:
        figures[0].bbox = union([figures[0].bbox, *(word.bbox for word in words)])
    return _with_words(figures, words, rows, strokes, drawn, taken, em)


def _model_figures(
    regions: Sequence[Region], inner: Sequence[Box], words: Sequence[Word], size: float, em: float
) -> tuple[list[Figure], list[Figure]]:
    """What the model took for figures on a page of this `size` (area), and which of them were taken with running text.

    What is text is left out of them, as far as it stands at an edge; `inner` is what is drawn.
    """
    figures: list[Figure] = []
    mixed: list[Figure] = []
    for region in regions:
        if region.kind not in ("figure", "chart") or area(region.bbox) >= _BACKGROUND * size:
            continue
        if is_page_of_text(region.bbox, words, em):
            continue
        box = _snug(region.bbox, [box for box in inner if inside_share(box, region.bbox) > 0.6])
        box = _without_text(box, words, em)
        figure = Figure(box, chart=region.kind == "chart", score=region.score, words=words_in(words, box))
        if _is_panel(figure, em):
            continue
        figures.append(figure)
        if sum(line[1] < box[3] for line in _full_lines(region.bbox, words)) >= _MIXED_LINES:  # no caption under it
            mixed.append(figure)
    return figures, mixed


def pictures_in(tables: Sequence[FoundTable], page: PageImage, words: Sequence[Word]) -> list[Figure]:
    """Raster pictures in the cells of tables; those under some of the tables' `words` are grounds."""
    if not tables or not page.pictures:
        return []
    least = _LEAST_SIDE * max(page.width, page.height)
    boxes = _picture_boxes(page, page.width * page.height, least, [])
    inside = [box for box in boxes if any(_covers(table.bbox, box) for table in tables)]
    return [Figure(box) for box in inside if not any(contains_point(box, *centre(word.bbox)) for word in words)]


def _is_numbered(words: Sequence[Word]) -> bool:
    """Whether a figure's words are the numbers of axes in good part."""
    numbers = sum(_NUMBER.fullmatch(word.text) is not None for word in words if not word.style & _INDEX)
    return numbers >= _PLOT_NUMBERS and numbers >= _PLOT_SHARE * len(words)


def is_page_of_text(box: Box, words: Sequence[Word], em: float) -> bool:
    """Most words of the page stand in it, in lines that begin at one edge: a form or a list, no labels of a drawing."""
    inside = [word for word in words if inside_share(word.bbox, box) > 0.5]
    if len(inside) < _TEXT_SHARE * len(words) or sum(word_count(word.text) for word in inside) < _TEXT_WORDS:
        return False
    starts: dict[int, float] = {}
    for word in inside:
        starts[word.line] = min(word.bbox[0], starts.get(word.line, word.bbox[0]))
    edges = sorted(starts.values())
    together = max(sum(edge <= other < edge + em for other in edges) for edge in edges)
    return len(edges) >= _TEXT_LINES and together >= _ALIGNED * len(edges)


def _is_part(figure: Figure, other: Figure) -> bool:
    """Whether most of what the model took for a figure is in another that is larger."""
    return area(figure.bbox) < area(other.bbox) and inside_share(figure.bbox, other.bbox) > _PART


def _covers(table: Box, figure: Box) -> bool:
    return overlap(table, figure) > 0.5 * min(area(table), area(figure))


def _without_text(box: Box, words: Sequence[Word], em: float) -> Box:
    """The box without lines of running text at its foot and head, which are captions and paragraphs."""
    full = _full_lines(box, words)
    x0, y0, x1, y1 = box
    for line in sorted(full, key=lambda line: -line[1]):
        if line[3] > y1 - 2.2 * em and line[1] > y0 + 3 * em:
            y1 = min(y1, line[1] - 0.2 * em)
    for line in sorted(full, key=lambda line: line[1]):
        if line[1] < y0 + 2.2 * em and line[3] < y1 - 3 * em:
            y0 = max(y0, line[3] + 0.2 * em)
    return (x0, y0, x1, y1)


def _full_lines(box: Box, words: Sequence[Word]) -> list[Box]:
    """Lines of running text in a box."""
    rows: dict[int, list[Word]] = {}
    for word in words:
        if inside_share(word.bbox, box) > 0.5:
            rows.setdefault(word.line, []).append(word)
    full = [row for row in rows.values() if len(row) >= _FULL_WORDS and not _is_numbered(row)]
    return [union(word.bbox for word in row) for row in full]


def _snug(region: Box, inner: list[Box]) -> Box:
    """The drawn extent of a figure where pictures and paths fill most of the model's box, else that box."""
    if not inner:
        return region
    extent = union(inner)
    return extent if area(extent) > 0.6 * area(region) else region


def _picture_boxes(page: PageImage, size: float, least: float, prose: Sequence[tuple[float, float]]) -> list[Box]:
    """Raster pictures, tiles of one picture joined."""
    boxes = []
    for picture in page.pictures:
        box = clip(picture.bbox, page.width, page.height)
        if area(box) >= _BACKGROUND * size or area(box) <= 0 or min(picture.width_px, picture.height_px) < 4:
            continue
        if not _is_behind(box, prose):
            boxes.append(box)
    joined = join_near(boxes[:_MOST_SHAPES], 1.5)
    return [box for box in joined if min(width(box), height(box)) >= least and area(box) < _BACKGROUND * size]


def _prose(words: Sequence[Word], em: float) -> list[tuple[float, float]]:
    """Middles of the words that stand in lines of running text; smaller ones are labels and marks of plots."""
    counts: dict[int, int] = {}
    for word in words:
        counts[word.line] = counts.get(word.line, 0) + 1
    return [
        ((word.bbox[0] + word.bbox[2]) / 2, (word.bbox[1] + word.bbox[3]) / 2)
        for word in words
        if word.line >= 0 and counts[word.line] >= 5 and not 0 < word.size < _TINY * em
    ]


def _is_behind(box: Box, prose: Sequence[tuple[float, float]]) -> bool:
    """Whether running text stands on a shape: a panel, a card, a frame."""
    x0, y0, x1, y1 = box
    return len([1 for x, y in prose if x0 <= x <= x1 and y0 <= y <= y1]) >= 5


def _is_plot(words: Sequence[Word]) -> bool:
    """Whether what a page says is little else than numbers, as a plot on a page of its own does."""
    numbers = sum(_NUMBER.fullmatch(word.text) is not None for word in words)
    return numbers >= _PLOT_NUMBERS and numbers <= len(words) <= min(2 * numbers, _PLOT_WORDS)


def _drawing_boxes(
    page: PageImage, words: Sequence[Word], em: float, least: float, prose: Sequence[tuple[float, float]], plot: bool
) -> list[Box]:
    """Clusters of drawn paths dense enough to be a drawing; on a `plot` one may be as large as the page."""
    size = page.width * page.height
    parts: list[tuple[Box, int]] = []
    for shape in page.shapes[:_MOST_SHAPES]:
        box = clip(shape.bbox, page.width, page.height)
        plain = shape.segments <= 1 and shape.filled  # a coloured panel behind text
        if (area(box) >= 0.5 * size and (shape.filled or not plot)) or (plain and area(box) > 0.02 * size):
            continue
        if area(box) > 0.004 * size and _is_behind(box, prose):
            continue
        parts.append((box, min(shape.segments, 12) if not plain else 1))
    parts = _runs(parts, em)
    parts += _bonds(page, parts, em)
    groups = clusters([box for box, _ in parts], 1.2 * em)
    found = []
    for members in groups:
        box = union(parts[i][0] for i in members)
        strokes = sum(parts[i][1] for i in members)
        short, long = sorted((width(box), height(box)))
        if strokes < 12 or short < 1.2 * least or long < 2.2 * least or area(box) >= _BACKGROUND * size:
            continue
        if short < 2.2 * least and (strokes < 24 or long > 8 * short):
            continue
        if not _is_ground(box, page, words):
            found.append(_with_rules(box, page, em))
    return join_near(found, 0.8 * em)


def _is_ground(box: Box, page: PageImage, words: Sequence[Word]) -> bool:
    """Whether a drawing is rows of colour that lie under one another with text on them, as listings and tables are laid
    on, or the frame of a listing.
    """
    inner = [word for word in words if contains_point(box, *centre(word.bbox))]
    if len(inner) < _GROUND_WORDS or 2 * sum(_NUMBER.fullmatch(word.text) is not None for word in inner) > len(inner):
        return False
    parts = [shape for shape in page.shapes[:_MOST_SHAPES] if inside_share(shape.bbox, box) > 0.9]
    if all(area(part.bbox) > _FRAME * area(box) for part in parts) and _is_typed(inner):
        return True
    wide = [
        part.bbox for part in parts if part.segments <= 1 and part.filled and width(part.bbox) > 0.5 * width(box)
    ]  # fmt: skip
    tall, end = 0.0, box[1]
    for _, top, _, bottom in sorted(wide, key=lambda row: row[1]):
        tall += max(0.0, bottom - max(top, end))
        end = max(end, bottom)
    return len(wide) >= _GROUND_ROWS and tall > _GROUND_TALL * height(box)


def _lone_drawing(page: PageImage, least: float) -> list[Box]:
    """All that is drawn on a page without any text, be it one circle: it is what the page is about."""
    shapes = [clip(shape.bbox, page.width, page.height) for shape in page.shapes[:_MOST_SHAPES]]
    shapes = [box for box in shapes if area(box) < _BACKGROUND * page.width * page.height]
    box = union(shapes) if shapes else (0.0, 0.0, 0.0, 0.0)
    return [box] if min(width(box), height(box)) >= least else []


def _bonds(page: PageImage, parts: Sequence[tuple[Box, int]], em: float) -> list[tuple[Box, int]]:
    """Short level and upright strokes beside drawn ones: parts of the same drawing."""
    drawn = [box for box, strokes in parts if strokes > 1 or min(width(box), height(box)) > 1][:_MOST_DRAWN]
    short = [rule.bbox for rule in page.rules[:_MOST_SHAPES] if max(width(rule.bbox), height(rule.bbox)) < 4 * em]
    if not drawn or not short:
        return []
    sides, places = np.array(drawn).T, np.array(short).T[:, :, None]
    apart = np.maximum(places[0] - sides[2], sides[0] - places[2])
    np.maximum(apart, np.maximum(places[1] - sides[3], sides[1] - places[3]), out=apart)
    beside = (apart < 0.6 * em).any(axis=1).tolist()
    return [(fat(box), 1) for box, near in zip(short, beside, strict=True) if near]


def _runs(parts: list[tuple[Box, int]], em: float) -> list[tuple[Box, int]]:
    """Paths drawn one after the other at one place as one, so that thousands of strokes stay cheap."""
    runs: list[tuple[Box, int]] = []
    for box, strokes in parts:
        if runs:
            last, count = runs[-1]
            if last[0] - em <= box[2] and box[0] <= last[2] + em and last[1] - em <= box[3] and box[1] <= last[3] + em:
                runs[-1] = (union((last, box)), count + strokes)
                continue
        runs.append((box, strokes))
    return runs


def _with_rules(box: Box, page: PageImage, em: float) -> Box:
    """The cluster with the axes and frames that touch it."""
    reach = (box[0] - em, box[1] - em, box[2] + em, box[3] + em)
    touching = [
        rule.bbox
        for rule in page.rules
        if overlap(fat(rule.bbox), reach) > 0
        and (width(rule.bbox) <= 1.3 * width(box) and height(rule.bbox) <= 1.3 * height(box))
    ]
    return clip(union([box, *touching]), page.width, page.height)


def _with_words(
    figures: list[Figure], words: Sequence[Word], rows: Sequence[Row], strokes: Sequence[Box],
    drawn: Sequence[Box], fixed: Sequence[Box], em: float,
) -> list[Figure]:  # fmt: skip
    """Words given to the figures they stand in; a box full of running text is a panel and no figure."""
    for figure in figures:
        figure.words = words_in(words, figure.bbox)
    kept = [figure for figure in figures if not _is_panel(figure, em)]
    texts = [row.box for row in rows if not row.is_label]
    vector = [any(inside_share(figure.bbox, box) > 0.5 for box in drawn) for figure in kept]
    for figure, is_drawn in zip(kept, vector, strict=True):
        if min(width(figure.bbox), height(figure.bbox)) >= _GROWING_EM * em:
            others = [other.bbox for other in kept if other is not figure]
            labels = labels_of(rows, of_picture=not is_drawn)
            figure.bbox = grown(figure.bbox, strokes, labels, [*fixed, *others, *texts], em)
            figure.words = words_in(words, figure.bbox)
    for figure, is_drawn in zip(kept, vector, strict=True):
        figure.chart = figure.chart or (is_drawn and _is_numbered(figure.words))
    seen: set[int] = set()
    for figure in sorted(kept, key=lambda figure: area(figure.bbox)):
        figure.words = [word for word in figure.words if id(word) not in seen]
        seen.update(id(word) for word in figure.words)
    return kept


def _is_typed(words: Sequence[Word]) -> bool:
    return sum(map(is_mono_word, words)) >= _LISTING_SHARE * len(words)


def is_listing(words: Sequence[Word]) -> bool:
    """Whether words that OCR read are monospaced, as a listing's are; where fonts are known more than that is asked."""
    mono = sum(not word.font and is_mono_word(word) for word in words)
    return mono >= max(_LISTING_WORDS, _LISTING_SHARE * len(words))


def _is_filled(figure: Figure, em: float) -> bool:
    """Whether lines of words as large as the text are all that a box is tall for: a card with its title."""
    sizes: dict[int, float] = {}
    counts: dict[int, int] = {}
    for word in figure.words:
        sizes[word.line] = max(word.size, sizes.get(word.line, 0.0))
        counts[word.line] = counts.get(word.line, 0) + 1
    if min(sizes.values()) < 0.9 * em or max(counts.values()) < _CARD_WORDS:
        return False
    return sum(sizes.values()) > _CARD_SHARE * height(figure.bbox)


def _is_panel(figure: Figure, em: float) -> bool:
    """Whether text fills the box as it does a panel: many words a line, over much of the area; or it is a listing."""
    if is_listing(figure.words):
        return True
    if len(figure.words) < 12:
        letters = sum(len(word.text) for word in figure.words)
        return letters > 0 and (height(figure.bbox) < 2.5 * em or _is_filled(figure, em))
    large = [word for word in figure.words if not 0 < word.size < _TINY * em]
    rows: dict[tuple[int, int], int] = {}
    for word in large:
        key = (word.line, round(word.baseline / max(em, 1.0)))
        rows[key] = rows.get(key, 0) + 1
    full = sum(count for count in rows.values() if count >= 6)
    inked = sum(area(word.bbox) for word in large)
    return full > 0.5 * len(figure.words) or inked > 0.35 * area(figure.bbox)
