"""Reading order mended where the boxes contradict it: models write a page header last, or a title after its text."""

from __future__ import annotations

from docparse.geometry import Box
from docparse.schemas.document import Block, Caption, Check, Footnote, Image, Page, PageFooter, PageHeader, PageNumber

_STAYS = (Caption, Footnote, Image)  # may stand anywhere in the order
_MOST = 400  # blocks of a page that are looked at; the pairs grow with the square
_MARGIN = 0.15  # of the page's height in which running elements stand


def mend_order(page: Page) -> None:
    """Move blocks that come after what stands below them. The embedded engine orders by the boxes itself."""
    if (
        page.engine.startswith("embedded")
        or len(page.blocks) > _MOST
        or any(f.startswith("turned") for f in page.flags)
    ):
        return
    before = [block.id for block in page.blocks]
    page.blocks = _insert_in_place(_running_outside(page))
    moved = [name for name, block in zip(before, page.blocks, strict=True) if name != block.id]
    if moved:
        page.flags.append("reordered")
        detail = f"was {', '.join(before[:20])}"
        page.checks.append(Check(name="reading_order", outcome="repaired", detail=detail))
        for number, block in enumerate(page.blocks, 1):
            block.order = number


def _running_outside(page: Page) -> list[Block]:
    """Headers at the top of the page first, footers and page numbers at its foot last."""
    first = [b for b in page.blocks if isinstance(b, (PageHeader, PageNumber)) and b.bbox and _top(b.bbox, page)]
    last = [b for b in page.blocks if isinstance(b, (PageFooter, PageNumber)) and b.bbox and _bottom(b.bbox, page)]
    outside = {id(block) for block in (*first, *last)}
    return [*first, *(block for block in page.blocks if id(block) not in outside), *last]


def _top(box: Box, page: Page) -> bool:
    return box[3] <= _MARGIN * page.height


def _bottom(box: Box, page: Page) -> bool:
    return box[1] >= (1 - _MARGIN) * page.height


def _insert_in_place(blocks: list[Block]) -> list[Block]:
    """Each block goes before the first block under it in its column, if none above it comes later."""
    result: list[Block] = []
    for block in blocks:
        place = len(result)
        if block.bbox is not None and not isinstance(block, (*_STAYS, PageHeader, PageFooter, PageNumber)):
            below = [i for i, other in enumerate(result) if _stacked(block, other)]
            above = [i for i, other in enumerate(result) if _stacked(other, block)]
            if below and (not above or above[-1] < below[0]):
                place = below[0]
        result.insert(place, block)
    return result


def _stacked(upper: Block, lower: Block) -> bool:
    """Whether one block stands wholly above the other in the same column."""
    if upper.bbox is None or lower.bbox is None or isinstance(upper, _STAYS) or isinstance(lower, _STAYS):
        return False
    a, b = upper.bbox, lower.bbox
    across = min(a[2], b[2]) - max(a[0], b[0])
    return a[3] <= b[1] + 1 and across > 0.5 * min(a[2] - a[0], b[2] - b[0])
