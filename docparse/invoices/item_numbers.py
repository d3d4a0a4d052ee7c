"""The arithmetic of one position: quantity x unit price, less discount, is its total."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from decimal import Decimal

from docparse.invoices.numbers import Number
from docparse.invoices.reading import Reading
from docparse.invoices.text import Span

_HUNDRED = Decimal(100)


@dataclass(slots=True)
class Cell:
    """A number in its column."""

    number: Number
    span: Span
    derived: Decimal | None = None

    @property
    def value(self) -> Decimal:
        return self.number.value if self.derived is None else self.derived

    def reading(self) -> Reading:
        if self.derived is not None:
            return Reading(self.derived, (), 2.0, note="less the discount of the line")
        return Reading.at(self.value, self.span, 2.0, self.number.others)


def settle(cells: dict[str, Cell], numbers: list[Cell]) -> bool:
    """Make quantity x price = total hold, by other readings of the same numbers or other columns; whether it does."""
    total_name = "line_total" if "line_total" in cells else "gross_total"
    if all(name in cells for name in ("quantity", "unit_price", total_name)) and _by_readings(cells, total_name):
        return True
    if "quantity" not in cells and "line_id" in cells and "unit_price" in cells and total_name in cells:
        count = cells["line_id"]
        if holds(count.value, cells["unit_price"].value, cells[total_name].value):
            cells["quantity"] = count
            return True
    return _by_search(cells, numbers, total_name)


def holds(quantity: Decimal, price: Decimal, total: Decimal, discount: Decimal = Decimal(0)) -> bool:
    """To the cent, or to half a unit of the last digit of the price times the quantity."""
    exact = quantity * price * (1 - discount / _HUNDRED)
    exponent = price.as_tuple().exponent
    step = Decimal(1).scaleb(exponent) / 2 if isinstance(exponent, int) else Decimal(0)
    return abs(abs(exact) - abs(total)) <= max(Decimal("0.011"), min(abs(quantity) * step, abs(total) / 200))


def _by_readings(cells: dict[str, Cell], total_name: str) -> bool:
    quantity, price, total = cells["quantity"], cells["unit_price"], cells[total_name]
    discount = cells.get("discount")
    rates = [Decimal(0)]
    if discount is not None and abs(discount.value) < 100:
        rates.append(discount.value)
    for q, p, t in itertools.product(_readings(quantity), _readings(price), _readings(total)):
        for rate in rates:
            if not holds(q, p, t, rate) or (t == 0 and q != 0 and p != 0):
                continue
            quantity.number, price.number, total.number = (
                replace(cell.number, value=value) for cell, value in ((quantity, q), (price, p), (total, t))
            )
            if rate:
                cells["gross_unit_price"] = Cell(price.number, price.span)
                price.derived = (p * (1 - rate / _HUNDRED)).normalize()
            return True
    return False


def _readings(cell: Cell) -> tuple[Decimal, ...]:
    return (cell.number.value, *cell.number.others)


def _by_search(cells: dict[str, Cell], numbers: list[Cell], total_name: str) -> bool:
    """Three numbers of the row, in the order quantity and price, total, that fit where the columns do not."""
    if len(numbers) < 3:
        return False
    for total in reversed(numbers):
        if not total.number.money or total.value == 0:
            continue
        for a, b in itertools.combinations([cell for cell in numbers if cell is not total], 2):
            if (
                a.span.tokens[-1].bbox[2] > total.span.tokens[0].bbox[0]
                or b.span.tokens[-1].bbox[2] > total.span.tokens[0].bbox[0]
            ):
                continue
            if holds(a.value, b.value, total.value) and not (a.value == 1 and b.value == 1):
                price_first = a.number.money and not b.number.money
                cells["quantity"], cells["unit_price"] = (b, a) if price_first else (a, b)
                cells[total_name] = total
                return True
    return False
