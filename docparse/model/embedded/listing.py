"""Runs of list items in reading order to `ListBlock`s."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box, union
from docparse.model.embedded.lists import Marker, follows, read_marker
from docparse.model.embedded.script import is_rtl_text
from docparse.schemas.document import Block, ListBlock, ListItem, Paragraph

_SAME_INDENT_EM = 0.7


def group_lists(blocks: Sequence[Block], em: float) -> list[Block]:
    """Blocks with each run of paragraphs that start with list markers as one list."""
    markers = [read_marker(block.text) if isinstance(block, Paragraph) else None for block in blocks]
    known = [marker for marker in markers if marker is not None]
    result: list[Block] = []
    i = 0
    while i < len(blocks):
        tagged = _tagged_run(blocks, i, em)
        if tagged:
            result.append(_named_list(tagged, em))
            i += len(tagged)
            continue
        end = _run(blocks, markers, i, em)
        if end == i and _counts_with(markers[i], known):
            end = i + 1
        if end > i:
            result.append(_list(blocks[i:end], markers[i:end], em))
            i = end
        else:
            result.append(blocks[i])
            i += 1
    return result


def _tagged_run(blocks: Sequence[Block], start: int, em: float) -> list[ListBlock]:
    """Items that follow one another and are such by the file's own tags."""
    run: list[ListBlock] = []
    for block in blocks[start:]:
        if not isinstance(block, ListBlock) or (run and not _near(run[-1].bbox, block.bbox, em)):
            break
        run.append(block)
    return run


def _named_list(run: Sequence[ListBlock], em: float) -> ListBlock:
    """One list of them, nested as their tags or their indents are: presentations tag each item as a list."""
    items = [item for block in run for item in block.items]
    boxes = [item.bbox or (0.0, 0.0, 0.0, 0.0) for item in items]
    levels = _levels(boxes, is_rtl_text([item.text for item in items], False), em)
    for item, level in zip(items, levels, strict=True):
        item.level = max(item.level, level)
    ordered = sum(block.ordered for block in run) * 2 > len(run)
    return ListBlock(bbox=union(boxes), ordered=ordered, items=items, source=run[0].source)


def _levels(boxes: Sequence[Box], rtl: bool, em: float) -> list[int]:
    """How deep each item is nested, by where it begins."""
    levels: list[int] = []
    stack: list[float] = []
    for box in boxes:
        edge = -box[2] if rtl else box[0]
        while stack and edge < stack[-1] - _SAME_INDENT_EM * em:
            stack.pop()
        if not stack or edge > stack[-1] + _SAME_INDENT_EM * em:
            stack.append(edge)
        levels.append(len(stack))
    return levels


def _run(blocks: Sequence[Block], markers: Sequence[Marker | None], start: int, em: float) -> int:
    """End of the list that starts here; `start` itself where there is none."""
    first = markers[start]
    if first is None:
        return start
    end = start + 1
    last_ordered = first if first.ordered else None
    agreed = not first.ordered
    while end < len(blocks):
        marker = markers[end]
        if marker is None or not _near(blocks[end - 1].bbox, blocks[end].bbox, em):
            break
        if marker.ordered != first.ordered and _is_other_list(blocks[start:end], blocks[end], em):
            break
        if marker.ordered:
            if last_ordered is not None and (follows(last_ordered.key, marker.key)):
                agreed = True
            last_ordered = marker
        else:
            agreed = True
        end += 1
    if not agreed or (end - start == 1 and first.ordered):
        return start
    if end - start == 1 and first.mark in "-\u2010–—*+»o":
        return start
    return end


def _counts_with(marker: Marker | None, known: Sequence[Marker]) -> bool:
    """Whether a paragraph by itself among others is marked like items of the page: exercises with figures between
    them, clauses, the item that a column ends with. Numbers must come before or after one of theirs."""
    if marker is None:
        return False
    if not marker.ordered:
        return sum(other.mark == marker.mark for other in known) > 2
    alike = [
        other.key for other in known
        if other.mark.replace(other.key, "") == marker.mark.replace(marker.key, "")
        and other.key.isupper() == marker.key.isupper()  # "D. Rossi" before items a. to e. wrote them
    ]  # fmt: skip
    return any(follows(marker.key, key) or follows(key, marker.key) for key in alike if key)


def _is_other_list(run: Sequence[Block], block: Block, em: float) -> bool:
    """Whether an item with another kind of marker is not nested in the list: as far left, or in the next column."""
    first, last, box = run[0].bbox, run[-1].bbox, block.bbox
    if first is None or last is None or box is None:
        return False
    return box[1] < last[1] - em or box[0] < first[0] + _SAME_INDENT_EM * em


def _near(above: Box | None, below: Box | None, em: float) -> bool:
    """Whether two items may belong to one list: under one another or side by side, not in the next column."""
    if above is None or below is None:
        return False
    if below[1] >= above[1]:
        return below[1] - above[3] < 3.0 * em and abs(below[0] - above[0]) < 12 * em
    return above[1] - below[1] < em


def _list(blocks: Sequence[Block], markers: Sequence[Marker | None], em: float) -> ListBlock:
    boxes = [block.bbox or (0.0, 0.0, 0.0, 0.0) for block in blocks]
    rtl = is_rtl_text([marker.text for marker in markers if marker is not None], False)
    items = [
        ListItem(text=marker.text, bbox=box, level=level, marker=marker.mark)
        for box, level, marker in zip(boxes, _levels(boxes, rtl, em), markers, strict=True)
        if marker is not None
    ]
    ordered = sum(marker is not None and marker.ordered for marker in markers) * 2 > len(markers)
    return ListBlock(bbox=union(boxes), ordered=ordered, items=items)
