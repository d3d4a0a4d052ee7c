"""The words of a position: its number, name, description, ids, unit and tax rate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from docparse.invoices.columns import Column, Head
from docparse.invoices.item_numbers import Cell
from docparse.invoices.numbers import find_numbers
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.text import Row, Span, Token, squash
from docparse.invoices.vocabulary import words_of

_GTIN = re.compile(r"(?<!\d)(?:\d{13}|\d{14}|\d{8}|\d{12})(?!\d)")
_ID_IN_NAME = re.compile(r"^\[(?P<id>[^\]\s]{2,20})\]\s*")


@cache
def _units() -> dict[str, str]:
    return {squash(name): code for code, names in words_of("units").items() for name in names}


def unit_code(text: str) -> str | None:
    """UN/ECE Rec 20 code of a printed unit, or the code itself; None for other words."""
    code = text.strip(" .()").upper()
    if code in words_of("units"):
        return code
    return _units().get(squash(text))


def describe(head: Head, rows: Sequence[Row], cells: Mapping[str, Cell], place: int, draft: Draft) -> None:
    """Everything about a position that is no amount, into the draft."""
    path = f"lines[{place}]"
    numbers = {id(token) for cell in cells.values() for token in cell.span.tokens}
    by_column: dict[str, list[tuple[Row, list[Token]]]] = {}
    ordered = sorted(rows, key=lambda row: row.top)
    for row in ordered:
        for column, tokens in _texts(head, row, numbers):
            name = column.names[0] if column is not None and column.names else ""
            by_column.setdefault(name, []).append((row, tokens))
    _put_name(by_column.get("name", []), path, draft)
    _put_ids(by_column, path, draft)
    _put_unit(by_column, cells, path, draft)
    _put_rate(ordered, cells, path, draft)


def _texts(head: Head, row: Row, numbers: set[int]) -> list[tuple[Column | None, list[Token]]]:
    """Runs of words by the column in whose territory they begin."""
    found: list[tuple[Column | None, list[Token]]] = []
    for first, last in row.segments():
        tokens = [token for token in row.tokens[first:last] if id(token) not in numbers]
        if tokens:
            left = tokens[0].bbox[0]
            column = head.at(left + 0.5 * min(tokens[-1].bbox[2] - left, 20.0))
            found.append((column, tokens))
    return found


def _put_name(parts: list[tuple[Row, list[Token]]], path: str, draft: Draft) -> None:
    if not parts:
        return
    row, tokens = parts[0]
    text = " ".join(token.text for token in tokens)
    match = _ID_IN_NAME.match(text)
    if match is not None:
        draft.put(f"{path}.seller_item_id", Reading.at(match["id"], Span(row.page, tuple(tokens[:1])), 1.0))
        text = text[match.end() :]
    draft.put(f"{path}.name", Reading.at(text.strip(" :"), Span(row.page, tuple(tokens)), 2.0))
    more = parts[1:]
    if more:
        text = "\n".join(" ".join(token.text for token in tokens) for _, tokens in more)
        spans = tuple(Span(row.page, tuple(tokens)) for row, tokens in more)
        draft.put(f"{path}.description", Reading(text, spans, 1.0))


def _put_ids(by_column: Mapping[str, list[tuple[Row, list[Token]]]], path: str, draft: Draft) -> None:
    for name, key in (("line_id", "line_id"), ("item_id", "seller_item_id"), ("buyer_item_id", "buyer_item_id")):
        for row, tokens in by_column.get(name, [])[:1]:
            text = " ".join(token.text for token in tokens)
            if name == "line_id" and (len(tokens) > 1 or len(text) > 8):
                continue
            if not _GTIN.fullmatch(text):
                draft.put(f"{path}.{key}", Reading.at(text.rstrip("."), Span(row.page, tuple(tokens)), 1.0))
    for name in ("gtin", "item_id", "line_id", "buyer_item_id", "name"):
        for row, tokens in by_column.get(name, []):
            for token in tokens:
                match = _GTIN.fullmatch(token.text) if name != "name" else re.fullmatch(r"\d{13}", token.text)
                if match is not None and f"{path}.gtin" not in draft.fields and _gtin_holds(token.text):
                    draft.put(f"{path}.gtin", Reading.at(token.text, Span(row.page, (token,)), 1.0))


def _gtin_holds(digits: str) -> bool:
    """The check digit of a GTIN."""
    weights = (3 if place % 2 == 0 else 1 for place in range(len(digits) - 1))
    total = sum(int(d) * w for d, w in zip(reversed(digits[:-1]), weights, strict=True))
    return (10 - total % 10) % 10 == int(digits[-1])


def _put_unit(
    by_column: Mapping[str, list[tuple[Row, list[Token]]]], cells: Mapping[str, Cell], path: str, draft: Draft
) -> None:
    """The unit beside the quantity, or in a column of its own."""
    quantity = cells.get("quantity")
    near = by_column.get("unit", []) + by_column.get("quantity", [])
    for row, tokens in near:
        for token in tokens:
            code = unit_code(token.text)
            if code is not None and (quantity is None or abs(token.bbox[1] - quantity.span.bbox[1]) < 2 * token.size):
                draft.put(f"{path}.unit", Reading.at(code, Span(row.page, (token,)), 1.0))
                return


def _put_rate(rows: Sequence[Row], cells: Mapping[str, Cell], path: str, draft: Draft) -> None:
    """A percentage of the row that is no discount, where the table has no column for it."""
    if "vat_rate" in cells or not rows:
        return
    discount = cells.get("discount")
    for number in find_numbers(rows[0].text):
        if number.percent and (discount is None or number.value != discount.value) and 0 <= number.value <= 30:
            tokens = tuple(rows[0].between(number.start, number.end))
            draft.put(f"{path}.vat_rate", Reading.at(number.value, Span(rows[0].page, tokens), 1.0))
            return
