"""From readings to an `InvoiceResult`: the values in the published schema, and beside them where they stand."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from docparse.geometry import Box, inside_share, union
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.text import Sheet, Span, squash
from docparse.schemas.document import Page
from docparse.schemas.invoice import Citation, Invoice, Match, Receipt

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_RECEIPT_FIELDS = ("company", "date", "address", "total")


def to_data(draft: Draft) -> Invoice:
    """The readings as an `Invoice`, or a `Receipt` where they are one's."""
    tree: dict[str, Any] = {}
    for path, reading in draft.fields.items():
        _set(tree, path, reading.value)
    return Receipt.model_validate(tree) if draft.kind == "receipt" else Invoice.model_validate(tree)


def _set(tree: dict[str, Any], path: str, value: Any) -> None:
    steps: list[str | int] = [name or int(place) for name, place in _STEP.findall(path)]
    node: Any = tree
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            while len(node) <= step:
                node.append(None)
            if following is None:
                node[step] = value
            elif node[step] is None:
                node[step] = empty
            node = node[step]
        elif following is None:
            node[step] = value
        else:
            node = node.setdefault(step, empty)


def get(data: Any, path: str) -> Any:
    """The value at a path of dumped data; None where there is none."""
    for name, place in _STEP.findall(path):
        if name:
            data = data.get(name) if isinstance(data, Mapping) else None
        else:
            data = data[int(place)] if isinstance(data, Sequence) and int(place) < len(data) else None
        if data is None:
            return None
    return data


def citations_of(draft: Draft, pages: Mapping[int, Page], sheets: Sequence[Sheet] = ()) -> dict[str, list[Citation]]:
    """For every field the words it was read from; nothing for what is not printed."""
    turned = {sheet.number: sheet for sheet in sheets if sheet.turn}
    return {
        path: [cite(span, reading, pages, turned) for span in reading.spans]
        for path, reading in draft.fields.items()
        if reading.spans
    }


def cite(span: Span, reading: Reading, pages: Mapping[int, Page], turned: Mapping[int, Sheet]) -> Citation:
    """One run of words as a citation, with the block that holds them."""
    sheet = turned.get(span.page)
    box = rounded(sheet.displayed(span.bbox) if sheet is not None else span.bbox)
    page = pages.get(span.page)
    return Citation(
        page=span.page, quote=span.text, bbox=box, block=block_at(page, box) if page else None,
        match=match_of(reading.value, span.text, len(reading.spans)),
    )  # fmt: skip


def rounded(box: Box) -> Box:
    return (round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2))


def match_of(value: Any, quote: str, parts: int = 1) -> Match:
    """exact: the value stands in the quote; normalised: it does as a number, a date or without blanks; else fuzzy."""
    text = value if isinstance(value, str) else str(value)
    if text in quote or (parts > 1 and quote in text):
        return "exact"
    if isinstance(value, (Decimal, datetime.date)):
        return "normalised"
    a, b = squash(text), squash(quote)
    return "normalised" if a and (a in b or (parts > 1 and b in a) or len(text) <= 4) else "fuzzy"


def block_at(page: Page, box: Box) -> str | None:
    """Id of the smallest block that holds most of a box."""
    found: list[tuple[float, str]] = []
    for block in page.blocks:
        boxes = [block.bbox] if block.bbox else []
        if boxes and inside_share(box, union(boxes)) > 0.5:
            x0, y0, x1, y1 = union(boxes)
            found.append(((x1 - x0) * (y1 - y0), block.id))
    return min(found)[1] if found else None
