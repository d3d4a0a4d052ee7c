"""The `lines` and `tables` of invoice2data's templates: blocks of text between two patterns, read line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LINE_FIELDS = {
    "pos": "line_id", "position": "line_id", "line_id": "line_id", "code": "seller_item_id", "sku": "seller_item_id",
    "item": "seller_item_id", "barcode": "gtin", "gtin": "gtin", "name": "name", "desc": "name", "description": "name",
    "note": "note", "line_note": "note", "qty": "quantity", "quantity": "quantity", "unit": "unit", "uom": "unit",
    "price": "unit_price", "unit_price": "unit_price", "price_unit": "unit_price", "discount": "discount_percent",
    "vat": "vat_rate", "line_tax_percent": "vat_rate", "tax_percent": "vat_rate", "price_subtotal": "line_total",
    "price_total": "line_total", "subtotal": "line_total", "line_total": "line_total", "amount": "line_total",
    "total": "line_total",
}  # fmt: skip
NUMBERS = frozenset({"quantity", "unit_price", "discount_percent", "vat_rate", "line_total"})


@dataclass(slots=True)
class Item:
    """One position: named groups of the patterns, and the numbers of the lines of text that they matched."""

    values: dict[str, str] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def take(self, match: re.Match[str], line: int) -> None:
        """More of the same position; a group that was there already goes on under what it had."""
        self.lines.append(line)
        for name, value in match.groupdict().items():
            text = (value or "").strip()
            self.values[name] = "\n".join(part for part in (self.values.get(name, ""), text) if part)


def check_rules(rules: Any) -> list[dict[str, Any]]:
    """The settings of a `lines` parser, one or several. Raises ValueError, or re.error for a bad pattern."""
    found = rules.get("rules", [rules]) if isinstance(rules, dict) else rules
    for rule in found:
        if not isinstance(rule, dict) or not {"start", "end", "line"} <= set(rule):
            raise ValueError("lines need start, end and line")
        for name in ("start", "end", "line", "first_line", "last_line", "skip_line"):
            for pattern in _patterns(rule, name):
                re.compile(pattern)
    return list(found)


def check_tables(tables: Any) -> list[dict[str, Any]]:
    """The `tables` of a template. Raises ValueError, or re.error for a bad pattern."""
    for table in tables:
        if not isinstance(table, dict) or not {"start", "end", "body"} <= set(table):
            raise ValueError("tables need start, end and body")
        for name in ("start", "end", "body"):
            re.compile(str(table[name]))
    return list(tables)


def read_items(rules: list[dict[str, Any]], text: str) -> list[Item]:
    """The positions that the first fitting rule finds, in all blocks between its `start` and `end`."""
    for rule in rules:
        found = [item for block in _blocks(rule, text) for item in _items(rule, block)]
        if found:
            return found
    return []


def read_tables(tables: list[dict[str, Any]], text: str) -> Iterator[tuple[str, str]]:
    """Name and text of each group that the body of a table matches, line by line."""
    for table in tables:
        for block in _blocks(table, text):
            for _, line in block:
                match = re.search(str(table["body"]), line)
                if match:
                    yield from ((name, value.strip()) for name, value in match.groupdict().items() if value)


def _blocks(rule: dict[str, Any], text: str) -> Iterator[list[tuple[int, str]]]:
    """Numbered lines of text after `start` up to `end`, as often as both come."""
    at = 0
    while start := re.compile(str(rule["start"])).search(text, at):
        end = re.compile(str(rule["end"])).search(text, start.end())
        if end is None:
            return
        first = text.count("\n", 0, start.end())
        yield list(enumerate(text[start.end() : end.start()].split("\n"), first))
        at = max(end.end(), start.end() + 1)


def _items(rule: dict[str, Any], block: list[tuple[int, str]]) -> Iterator[Item]:
    """Without `first_line` each `line` is a position; with it the lines after it belong to it."""
    firsts = _patterns(rule, "first_line")
    lasts, skips, lines = (_patterns(rule, name) for name in ("last_line", "skip_line", "line"))
    item = Item()
    for number, text in block:
        if not text.strip():
            continue
        if match := _match(firsts or lines, text):
            if item.lines:
                yield item
            item = Item()
            item.take(match, number)
        elif match := _match(lasts, text):
            item.take(match, number)
            yield item
            item = Item()
        elif not _match(skips, text) and firsts and (match := _match(lines, text)):
            item.take(match, number)
    if item.lines:
        yield item


def _match(patterns: list[str], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := re.search(pattern, text))), None)


def _patterns(rule: dict[str, Any], name: str) -> list[str]:
    value = rule.get(name, [])
    return [str(value)] if isinstance(value, str) else [str(part) for part in value]
