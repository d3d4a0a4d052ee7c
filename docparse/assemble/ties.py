"""Captions tied to their figures and tables, footnotes to the blocks that refer to them: by id, in `target`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from docparse.geometry import Box
from docparse.raised import RAISED_DIGITS, RAISED_LETTERS, raised
from docparse.schemas.document import (
    Block,
    Caption,
    Chart,
    Chemistry,
    Code,
    Footnote,
    Heading,
    Image,
    ListBlock,
    Music,
    Page,
    Paragraph,
    Table,
)

_TARGETS = (Table, Image, Chart, Music, Chemistry, Code)
_TABLE = re.compile(
    r"(?:supplementary\s+)?(?:tab|cuadro|quadro|табл|bảng|rys|πίνακας|표|جدول|तालिका|ตาราง|表)", re.IGNORECASE
)
_FIGURE = re.compile(
    r"(?:supplementary\s+)?(?:fig|abb|bild|chart|scheme|plate|diagram|map|photo|graph|gráf|grafik|illustr|рис|hình|şekil|"
    r"obr|εικόνα|그림|شكل|चित्र|ภาพ|图|圖|図)",
    re.IGNORECASE,
)
_REACH = 0.12  # of the page's height between a caption and what it belongs to
_WRONG_SIDE, _WRONG_KIND = 0.04, 0.5
_SIGNS = RAISED_DIGITS + RAISED_LETTERS


def tie_captions(page: Page) -> None:
    """Set the `target` of every caption that stands beside a figure or table; each gets one caption at most."""
    captions = [block for block in page.blocks if isinstance(block, Caption) and block.target is None]
    taken = {block.target for block in page.blocks if isinstance(block, Caption) and block.target}
    targets = [block for block in page.blocks if isinstance(block, _TARGETS) and block.id not in taken]
    pairs = sorted(
        (cost, i, j)
        for i, caption in enumerate(captions)
        for j, target in enumerate(targets)
        if (cost := _cost(caption, target, page)) is not None
    )
    done: set[int] = set()
    for _, i, j in pairs:
        if captions[i].target is None and j not in done:
            captions[i].target = targets[j].id
            done.add(j)


def _cost(caption: Caption, target: Block, page: Page) -> float | None:
    """How little a caption and a block go together; None where they are too far apart."""
    if caption.bbox is None or target.bbox is None or not page.height:
        return _cost_in_order(caption, target)
    gap, above = _gap(caption.bbox, target.bbox)
    gap /= page.height
    if gap > _REACH:
        return None
    wants_table, wants_figure = _TABLE.match(caption.text), _FIGURE.match(caption.text)
    is_table = isinstance(target, Table)
    cost = gap + (_WRONG_SIDE if above is not None and above != is_table else 0.0)
    return cost + (_WRONG_KIND if (wants_table and not is_table) or (wants_figure and is_table) else 0.0)


def _cost_in_order(caption: Caption, target: Block) -> float | None:
    apart = abs(caption.order - target.order)
    return 0.1 if apart == 1 else None


def _gap(caption: Box, target: Box) -> tuple[float, bool | None]:
    """(distance in page units, whether the caption is above; None when beside) of two boxes."""
    across = min(caption[2], target[2]) - max(caption[0], target[0])
    along = min(caption[3], target[3]) - max(caption[1], target[1])
    if across > 0.2 * min(caption[2] - caption[0], target[2] - target[0]):
        return max(0.0, -along), caption[1] + caption[3] < target[1] + target[3]
    return (max(0.0, -across), None) if along > 0 else (float("inf"), None)


def tie_footnotes(page: Page) -> None:
    """Set the `target` of every footnote whose marker stands in one block of the page."""
    notes = [block for block in page.blocks if isinstance(block, Footnote) and block.marker and block.target is None]
    if not notes:
        return
    texts = [(block.id, text) for block in page.blocks for text in _texts(block)]
    for note in notes:
        pattern = _reference(note.marker)
        note.target = next((name for name, text in texts if pattern.search(text)), None)


def _texts(block: Block) -> Sequence[str] | Iterator[str]:
    match block:
        case Paragraph() | Heading() | Caption():
            return [block.text]
        case ListBlock():
            return (item.text for item in block.items)
        case Table():
            return (cell.text for cell in block.cells)
        case _:
            return []


def _reference(marker: str) -> re.Pattern[str]:
    """A footnote's marker in running text: raised, as maths, or set right behind a word."""
    plain = re.escape(marker)
    forms = [rf"\^\{{?\(?{plain}\)?\}}?"]
    signs = raised(marker)
    if signs != marker:
        forms.append(f"(?<![{_SIGNS}]){signs}(?![{_SIGNS}])")
    if marker.isdigit():
        forms.append(rf"(?<=[^\W\d_]){plain}(?![\w])")
        forms.append(rf"(?<=[^\W\d_][.,;:!?)”’\"]){plain}(?![\w.,])")
    elif not marker.isalnum():
        forms.append(plain)
    return re.compile("|".join(forms))
