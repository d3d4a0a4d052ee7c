"""Paragraphs, headings and list items as a tagged PDF names them, where the page bears that out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from docparse.geometry import iou
from docparse.model.embedded.line_ends import STOPS
from docparse.model.embedded.lines import Line
from docparse.model.embedded.lists import read_marker
from docparse.model.embedded.paragraphs import Para
from docparse.model.embedded.script import is_cjk
from docparse.model.embedded.tags import TextTag, figure_tags, text_tags, words_of
from docparse.schemas.document import Block, Chart, Image, ListBlock, ListItem
from docparse.schemas.page import HEADING_ROLES, PageImage

_SAYS_NOTHING = re.compile(
    r"(?:(?:picture|image|graphic|figure|shape|group|object|diagram|photo|bild|grafik|objekt|imagen?|immagine)\s*\d*|"
    r"\S+\.(?:png|jpe?g|gif|bmp|emf|wmf|tiff?|svg))",
    re.I,
)
_SMALL = 0.95  # of the size of the text
_MOST_LETTERS = 250
_SAME_FIGURE = 0.5
_NEAR_EM = 2.0  # between lines of one element
_TEXT_LINES = 4  # of an item that is a text of its own


def by_tags(paras: Sequence[Para], page: PageImage) -> list[Para]:
    """Paragraphs parted and joined as the tags of their lines say; those of one element know it."""
    if not page.tags:
        return list(paras)
    tags = list(text_tags(page.tags))
    owner = _owners(tags, [line for para in paras for line in para.lines])
    parts = [part for para in paras for part in _parted(para, tags, owner)]
    return _joined(parts, tags, owner)


def _owners(tags: Sequence[TextTag], lines: Sequence[Line]) -> dict[int, int]:
    """The element that holds most of a line's words, by the id of the line."""
    of_word: dict[int, int] = {}
    for index, words in words_of([tag.lines for tag in tags], [word for line in lines for word in line.words]).items():
        of_word.update((id(word), index) for word in words)
    owner: dict[int, int] = {}
    for line in lines:
        counts = Counter(of_word.get(id(word), -1) for word in line.words)
        index, _ = counts.most_common(1)[0]
        if index >= 0:
            owner[id(line)] = index
    return owner


def _parted(para: Para, tags: Sequence[TextTag], owner: dict[int, int]) -> Iterator[Para]:
    """A paragraph in as many as there are elements in it."""
    start = 0
    for i, (above, below) in enumerate(pairwise(para.lines), 1):
        one, other = owner.get(id(above), -1), owner.get(id(below), -1)
        if one == other or _goes_on(para, i, _kind(one, tags), _kind(other, tags)):
            continue
        yield _part(para, start, i)
        start = i
    yield _part(para, start, len(para.lines))


def _part(para: Para, start: int, end: int) -> Para:
    if start == 0 and end == len(para.lines):
        return para
    return Para(para.lines[start:end], [False, *para.breaks[start + 1 : end]], para.left, para.right)


def _kind(index: int, tags: Sequence[TextTag]) -> str:
    """ "P" for what has no tag and paragraphs, "LI" for items without a label, "" for what is tagged with care."""
    tag = tags[index] if index >= 0 else None
    return "P" if tag is None or tag.role == "P" else "LI" if tag.role == "LI" and not tag.label else ""


def _goes_on(para: Para, i: int, above: str, below: str) -> bool:
    """Whether the page shows no end before a line: there are programs that tag each line as a paragraph or an item."""
    last, first = para.lines[i - 1].plain[-1], para.lines[i].plain[0]
    if above != below or not above:
        return False
    if above == "LI":
        return not para.breaks[i] and not (first.isupper() or is_cjk(first))
    return para.breaks[i] or last not in STOPS or first.islower()


def _joined(parts: Sequence[Para], tags: Sequence[TextTag], owner: dict[int, int]) -> list[Para]:
    """Paragraphs of the same element under one another as one."""
    known: dict[int, Para] = {}
    kept: list[Para] = []
    for part in parts:
        own = [owner.get(id(line), -1) for line in part.lines]
        index = own[0] if len({_kind(each, tags) or each for each in own}) == 1 else -1
        above = known.get(index)
        if index >= 0 and above is not None and _is_under(above, part):
            above.breaks = [*above.breaks, _breaks(above, part), *part.breaks[1:]]
            above.lines = [*above.lines, *part.lines]
            continue
        if index >= 0:
            part.tag = tags[index]
            known[index] = part
        kept.append(part)
    return kept


def _is_under(above: Para, below: Para) -> bool:
    one, other = above.box, below.box
    apart = other[1] - one[3]
    return -0.5 * below.size < apart < _NEAR_EM * below.size and one[0] < other[2] and other[0] < one[2]


def _breaks(above: Para, below: Para) -> bool:
    """Whether the first word below would have found room at the end of what is above: a new line was wanted."""
    last, first = above.lines[-1], below.lines[0]
    word = first.words[0].bbox
    room = max(line.x1 for line in (*above.lines, *below.lines)) - last.x1
    return not last.rtl and room > word[2] - word[0] + 0.5 * last.size


def heading_level(para: Para, text: str, body: float) -> int | None:
    """Level of a paragraph that its tag calls a heading, 0 where the tag gives none; None for other paragraphs, and
    for what is no larger, heavier or more capital than the text, whatever its tag says."""
    role = para.tag.role if para.tag else ""
    if role not in HEADING_ROLES or len(text) > _MOST_LETTERS or not any(map(str.isalpha, text)):
        return None
    if para.size < _SMALL * body and not para.lines[0].bold and not text.isupper():
        return None
    return int(role[1]) if role[1:].isdecimal() else int(role == "Title")


def item_blocks(paras: Sequence[Para], texts: Sequence[str]) -> dict[int, ListBlock]:
    """The items that paragraphs are by their tags, each as a list of its own, by the places of these.

    Items without a marker are none where one of them is a text of some lines: Word tagged whole pages as one list.
    """
    found = {i: item for i, (para, text) in enumerate(zip(paras, texts, strict=True)) if (item := _item(para, text))}
    bare = [i for i, block in found.items() if not block.items[0].marker]
    if any(len(paras[i].lines) >= _TEXT_LINES for i in bare):
        return {i: block for i, block in found.items() if i not in bare}
    return found


def _item(para: Para, text: str) -> ListBlock | None:
    if para.tag is None or para.tag.role != "LI":
        return None
    marker = read_marker(text)
    label = "" if marker else _label(para, para.tag)
    rest = marker.text if marker else text.removeprefix(label).strip()
    if not rest:
        return None
    item = ListItem(text=rest, bbox=para.box, level=para.tag.depth, marker=marker.mark if marker else label)
    ordered = marker.ordered if marker else label[:1].isdecimal()
    return ListBlock(items=[item], bbox=para.box, ordered=ordered, source="tags")


def name_figures(blocks: Sequence[Block], page: PageImage) -> None:
    """What the author wrote of figures for those who can't see them, as their description."""
    figures = [block for block in blocks if isinstance(block, Image | Chart) and block.bbox is not None]
    for tag in figure_tags(page.tags) if figures else ():
        if _SAYS_NOTHING.fullmatch(tag.alt):
            continue
        best = max(figures, key=lambda block: iou(block.bbox or tag.lines[0], tag.lines[0]))
        if best.bbox is None or iou(best.bbox, tag.lines[0]) < _SAME_FIGURE:
            continue
        printed = best.ocr if isinstance(best, Image) else best.text
        if set(_words(tag.alt.partition(":")[2] or tag.alt)) <= set(_words(printed)):
            continue  # "Oval: " and the words in it
        if isinstance(best, Image):
            best.caption = best.caption or tag.alt
        else:
            best.description = best.description or tag.alt


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _label(para: Para, tag: TextTag) -> str:
    words = words_of([tag.label], para.lines[0].words).get(0, [])
    return " ".join(word.text for word in words)
