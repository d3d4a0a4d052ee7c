"""Paragraphs to typed blocks: headings, captions, footnotes, code, and plain paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from docparse.geometry import Box, inside_share
from docparse.model.embedded import captions, footnotes, headings
from docparse.model.embedded.listings import find_listings
from docparse.model.embedded.paragraphs import Para
from docparse.model.embedded.stats import PageStats
from docparse.model.embedded.tagged_text import heading_level, item_blocks
from docparse.model.embedded.types import Region
from docparse.schemas.document import Block, Caption, Footnote, Heading, Paragraph
from docparse.schemas.page import HEADING_ROLES, PageImage

_CELL_LINES = 3
_IN, _AS_WIDE, _AS_HIGH = 0.9, 0.8, 0.45  # of a region in a paragraph's box
_WORD_EM = 6.0  # of the longest word that is looked at
_POINT = "•"
_SIGN_LETTERS, _MANY_SIGNS = 3, 6
_LEAST_CELLS, _CELL_GAP_EM = 4, 8.0
_TITLE, _SAME = 1.15, 1.05  # of the size of a date under a title: that of the title, and of names
_DATE = re.compile(
    r"[^\W\d]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d|\d{1,2}(?:\.|st|nd|rd|th)?\s[^\W\d]{3,12}\.?,?\s(?:19|20)\d\d"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d"
)


@dataclass(slots=True)
class Content:
    """What classification asks of the page around a paragraph."""

    page: PageImage
    stats: PageStats
    regions: Sequence[Region] = ()
    figures: Sequence[Box] = ()
    tables: Sequence[Box] = ()
    _kinds: dict[int, str] = field(default_factory=dict)

    def region_kind(self, box: Box) -> str:
        """Kind of the model's region that holds most of a box, "" where there is none."""
        best, share = "", 0.45
        for region in self.regions:
            inside = inside_share(box, region.bbox)
            if inside > share:
                best, share = region.kind, inside
        return best

    def is_named(self, box: Box, kind: str) -> bool:
        """Whether the model's region that holds most of a box is of this kind, or one that lies in it and is as wide:
        the model draws its boxes close to the ink, OCR round it."""
        if self.region_kind(box) == kind:
            return True
        return any(
            region.kind == kind
            and inside_share(region.bbox, box) > _IN
            and region.bbox[2] - region.bbox[0] > _AS_WIDE * (box[2] - box[0])
            and region.bbox[3] - region.bbox[1] > _AS_HIGH * (box[3] - box[1])
            for region in self.regions
        )


def body_blocks(paras: Sequence[Para], content: Content) -> list[Block]:
    """Blocks of body paragraphs, in the order given."""
    stats = content.stats
    notes = footnotes.find_footnotes(paras, stats, content.page.rules, content.page.height)
    texts = [para.text for para in paras]
    spaces = _space_above(paras, stats)
    listing = find_listings(paras, stats, content.page)
    items = item_blocks(paras, texts)
    short = [(i, para.box) for i, para in enumerate(paras) if len(para.lines) <= _CELL_LINES]
    blocks: list[Block | None] = [None] * len(paras)
    found: list[int] = []
    for i, (para, text) in enumerate(zip(paras, texts, strict=True)):
        box = para.box
        if i in listing:
            blocks[i] = listing[i]
            continue
        if (item := items.get(i)) is not None and not (item.ordered and _is_large(para, stats)):
            blocks[i] = item
        elif heading_level(para, text, stats.size) is not None:
            found.append(i)
        elif (para.tag and para.tag.role == "Caption") or captions.is_caption(
            text, box, [*content.figures, *content.tables], stats.size
        ):
            blocks[i] = Caption(text=text, bbox=box)
        elif i in notes:
            marker, rest = footnotes.split_marker(text)
            blocks[i] = Footnote(text=rest, marker=marker, bbox=box)
        elif _heading(
            para, text, spaces[i], _beside(short, para.box, i) if stats.ocr or text.isupper() else 0, content
        ):
            found.append(i)
        else:
            blocks[i] = Paragraph(text=text, bbox=box)
    for i in {*_imprint(found, paras, texts), *_labels(found, paras, texts)}:
        found.remove(i)
        blocks[i] = Paragraph(text=texts[i], bbox=paras[i].box)
    groups = _whole_headings(found, paras, texts, stats)
    titles = [
        paras[group[0]] if len(group) == 1 else Para([line for i in group for line in paras[i].lines])
        for group in groups
    ]
    ranks = headings.levels([(title, title.text) for title in titles], stats)
    heads = [_head(title, rank, stats) for title, rank in zip(titles, ranks, strict=True)]
    for group, head in zip(groups, heads, strict=True):
        blocks[group[0]] = head
    return [block for block in blocks if block is not None]


def _is_large(para: Para, stats: PageStats) -> bool:
    """Whether a paragraph is set as headings are: Word tags numbered ones as items."""
    return para.size >= headings.LARGER * stats.size and all(line.bold for line in para.lines)


def _head(title: Para, rank: int, stats: PageStats) -> Heading:
    text = title.text.replace("\n", " ")
    level = heading_level(title, text, stats.size)
    if level:
        return Heading(text=text, level=level, bbox=title.box, source="tags")
    return Heading(text=text, level=rank, bbox=title.box)


def _imprint(found: Sequence[int], paras: Sequence[Para], texts: Sequence[str]) -> list[int]:
    """The headings that are the date under a title and the names between the two: centred as it is, in smaller type.
    Not what the file itself tags as a heading."""
    dated = [i for i, text in enumerate(texts) if _DATE.fullmatch(text) and not paras[i].lines[0].bold] if found else []
    result: list[int] = []
    for i in dated:
        middle, size = _middle(i, paras), paras[i].size
        above = [j for j in found if paras[j].box[1] < paras[i].box[1] and abs(_middle(j, paras) - middle) < size]
        if any(paras[j].size > _TITLE * size for j in above):
            result += [j for j in [i, *above] if paras[j].size < _SAME * size and not paras[j].lines[0].bold]
    return sorted({i for i in result if i in found and not _tagged(paras[i])})


def _tagged(para: Para) -> bool:
    """Whether the file's own tags call a paragraph a heading."""
    return para.tag is not None and para.tag.role in HEADING_ROLES


def _labels(found: Sequence[int], paras: Sequence[Para], texts: Sequence[str]) -> list[int]:
    """The headings that are many signs of few letters, as on a map, or under one another in capitals, each with
    something before it in its row, as in a table without rules."""
    upper = [i for i in found if texts[i].isupper() and not _tagged(paras[i])]
    signs = [i for i in upper if len(texts[i]) <= _SIGN_LETTERS]
    result = signs if len(signs) >= _MANY_SIGNS else []
    columns: dict[int, list[int]] = {}
    for i in upper:
        columns.setdefault(round(paras[i].box[0]), []).append(i)
    for column in columns.values():
        if len(column) >= _LEAST_CELLS and all(_has_before(i, paras) for i in column):
            result = [*result, *column]
    return result


def _has_before(at: int, paras: Sequence[Para]) -> bool:
    x0, y0, _, y1 = paras[at].box
    y = (y0 + y1) / 2
    return any(
        para.box[1] < y < para.box[3] and len(para.lines) == 1 and 0 < x0 - para.box[2] < _CELL_GAP_EM * para.size
        for para in paras
    )


def _middle(at: int, paras: Sequence[Para]) -> float:
    """The middle of the row that a paragraph stands in: names stand beside one another."""
    y = (paras[at].box[1] + paras[at].box[3]) / 2
    row = [para.box for para in paras if para.box[1] < y < para.box[3]]
    return (min(box[0] for box in row) + max(box[2] for box in row)) / 2


def _whole_headings(
    found: Sequence[int], paras: Sequence[Para], texts: Sequence[str], stats: PageStats
) -> list[list[int]]:
    """Paragraphs that are headings, those together whose second goes on, indented, where the first stopped."""
    groups: list[list[int]] = []
    for i in found:
        if _tagged(paras[i]):
            groups.append([i])
            continue
        above = paras[groups[-1][-1]] if groups else None
        if (
            above is not None
            and _goes_on(above, paras[i])
            and (texts[i][0].islower() or _was_full(above, paras[i], stats))
        ):
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _was_full(above: Para, below: Para, stats: PageStats) -> bool:
    """Whether a heading's last line left no room for the first word of what stands under it."""
    word = below.lines[0].words[0]
    room = stats.width - above.lines[-1].width
    return (
        stats.ocr
        and headings.number_of(below.text) is None
        and room < min(word.bbox[2] - word.bbox[0], _WORD_EM * word.size)
    )


def _goes_on(above: Para, below: Para) -> bool:
    gap = below.box[1] - above.box[3]
    return (
        -0.3 * below.size < gap < 0.8 * below.size
        and abs(above.size - below.size) < 0.05 * below.size
        and above.lines[0].bold == below.lines[0].bold
        and above.box[0] < below.box[2]
        and below.box[0] < above.box[2]
    )


def _heading(para: Para, text: str, space: float, beside: int, content: Content) -> bool:
    if text[0] == _POINT:  # of a slide, in large type; squares and the like stand before headings, too
        return False
    if content.regions and content.is_named(para.box, "heading") and len(para.lines) <= 4 and len(text) < 250:
        ratio = para.size / content.stats.size
        if (headings.is_sentence(text) and ratio < headings.LARGE) or (
            ratio < headings.SMALL and not para.lines[0].bold
        ):
            return False
        return text[-1] not in ",;" and any(map(str.isalpha, text))
    return headings.is_heading(para, text, content.stats, space, beside=beside)


def _beside(short: Sequence[tuple[int, Box]], box: Box, at: int) -> int:
    """How many short paragraphs stand in the row of one."""
    _, y0, _, y1 = box
    return sum(
        min(y1, bottom) - max(y0, top) > 0.5 * min(y1 - y0, bottom - top)
        for i, (_, top, _, bottom) in short
        if top < y1 and y0 < bottom and i != at
    )


def _space_above(paras: Sequence[Para], stats: PageStats) -> list[float]:
    """Free height over each paragraph within its own x range."""
    boxes = [para.box for para in paras]
    order = sorted(range(len(paras)), key=lambda i: boxes[i][3])
    spaces = [3.0 * stats.leading] * len(paras)
    for at, i in enumerate(sorted(range(len(paras)), key=lambda i: boxes[i][1])):
        x0, y0, x1, _ = boxes[i]
        for j in order[max(0, at - 60) : at + 60]:
            other = boxes[j]
            if j != i and other[3] <= y0 + 1 and other[0] < x1 and x0 < other[2]:
                spaces[i] = min(spaces[i], y0 - other[3])
    return spaces
