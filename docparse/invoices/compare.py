"""What the XML says against what the page shows: proof where they agree, a contradiction where they do not."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from docparse.invoices.locate import Finder
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.text import squash
from docparse.schemas.invoice import Contradiction, Flag, Invoice

COMPARED = (
    "number", "issue_date", "due_date", "delivery_date", "currency", "seller.name", "seller.vat_id", "seller.tax_no",
    "buyer.name", "buyer.vat_id", "line_total", "net", "tax", "gross", "prepaid", "amount_due", "iban", "payment_ref",
)  # fmt: skip
_ALWAYS_PRINTED = frozenset({"number", "gross", "seller.name", "issue_date"})
_CENT = Decimal("0.005")


@dataclass(slots=True)
class Comparison:
    """Readings of XML values on the page, and where the two disagree."""

    readings: dict[str, Reading] = field(default_factory=dict)
    contradictions: list[Contradiction] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)


def compare(invoice: Invoice, page: Draft, finder: Finder) -> Comparison:
    """Look up every value of the XML on the page. `page` is what the page alone says."""
    found = Comparison()
    for path, value in leaves(invoice.model_dump()):
        reading = _proof(path, value, page, finder)
        if reading is not None:
            found.readings[path] = reading
            continue
        if path not in COMPARED or _is_nothing(value):
            continue
        seen = page.fields.get(path)
        if (seen is not None and seen.score >= 1.0) or path in _ALWAYS_PRINTED or (isinstance(value, Decimal)):
            shown = seen.value if seen is not None else None
            found.contradictions.append(Contradiction(field=path, xml_value=_plain(value), page_value=_plain(shown)))
            found.flags.append(
                Flag(field=path, code="contradiction", detail=f"XML: {value}; page: {shown or 'not printed'}")
            )
        else:
            found.flags.append(Flag(field=path, code="not_on_page", detail=f"the page does not show {value}"))
    _compare_sums(invoice, page, found)
    _compare_lines(invoice, page, found)
    return found


def _proof(path: str, value: Any, page: Draft, finder: Finder) -> Reading | None:
    """Where a value of the XML stands on the page: where its reader found it, else anywhere."""
    seen = page.fields.get(path)
    if seen is not None and seen.spans and same(value, seen.value):
        return Reading(value, seen.spans, seen.score)
    return finder.find(value, path)


def same(a: Any, b: Any) -> bool:
    """Equal as values: amounts without sign, texts without case and marks, names also when one holds the other."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return abs(abs(a) - abs(b)) <= _CENT
    if isinstance(a, datetime.date) or isinstance(b, datetime.date):
        return bool(a == b)
    left, right = squash(str(a)), squash(str(b))
    return left == right or (len(left) > 4 and len(right) > 4 and (left in right or right in left))


def _compare_sums(invoice: Invoice, page: Draft, found: Comparison) -> None:
    """An amount that stands somewhere on the page may still not be the page's total."""
    known = {item.field for item in found.contradictions}
    for path in ("net", "tax", "gross", "amount_due"):
        value, seen = getattr(invoice, path), page.fields.get(path)
        if value is None or seen is None or not seen.spans or path in known or seen.score < 3.0:
            continue
        if not same(value, seen.value):
            found.contradictions.append(
                Contradiction(field=path, xml_value=_plain(value), page_value=_plain(seen.value))
            )
            found.flags.append(Flag(field=path, code="contradiction", detail=f"XML: {value}; page: {seen.value}"))


def _compare_lines(invoice: Invoice, page: Draft, found: Comparison) -> None:
    """Totals of positions that the page shows nowhere."""
    for place, line in enumerate(invoice.lines):
        path = f"lines[{place}].line_total"
        if line.line_total and path not in found.readings:
            found.contradictions.append(Contradiction(field=path, xml_value=_plain(line.line_total), page_value=None))
            found.flags.append(
                Flag(field=path, code="contradiction", detail=f"XML: {line.line_total}; not on the page")
            )


def leaves(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in dumped data that is set."""
    for key, value in data.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from leaves(value, f"{path}.")
        elif isinstance(value, list):
            for place, part in enumerate(value):
                if isinstance(part, Mapping):
                    yield from leaves(part, f"{path}[{place}].")
                elif part not in (None, ""):
                    yield f"{path}[{place}]", part
        elif value not in (None, ""):
            yield path, value


def _is_nothing(value: Any) -> bool:
    return isinstance(value, Decimal) and value == 0


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, datetime.date) else value
