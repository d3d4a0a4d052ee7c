"""Reading XML by local names: the namespaces of CII and UBL changed from version to version, the names hardly."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = "etree._Element"


def local_name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def every(element: Element | None, path: str) -> Iterator[Element]:
    """Descendants by a path of local names; "A|B" is either."""
    if element is None:
        return
    head, _, rest = path.partition("/")
    names = head.split("|")
    for child in element:
        if local_name(child) in names:
            if rest:
                yield from every(child, rest)
            else:
                yield child


def first(element: Element | None, path: str) -> Element | None:
    return next(every(element, path), None)


def text(element: Element | None, path: str = "") -> str | None:
    """Text of the first such element, None for an empty one."""
    node = first(element, path) if path else element
    value = "".join(str(part) for part in node.itertext()).strip() if node is not None else ""
    return value or None


def amount(element: Element | None, path: str = "") -> Decimal | None:
    value = text(element, path)
    try:
        number = Decimal(value) if value is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def date(element: Element | None, path: str = "") -> datetime.date | None:
    """20240131, 2024-01-31 and 2024-01-31T00:00:00."""
    value = text(element, path) or ""
    match = re.match(r"(\d{4})-?(\d\d)-?(\d\d)", value)
    try:
        return datetime.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
