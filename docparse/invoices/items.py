"""Positions: the rows under a head, each with its numbers in their columns, proved by quantity x price = total."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from docparse.invoices.columns import Column, Head, find_heads
from docparse.invoices.dates import Order, find_dates
from docparse.invoices.item_numbers import Cell, settle
from docparse.invoices.item_text import describe
from docparse.invoices.numbers import Number, find_numbers
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.text import Row, Sheets, Span, Token
from docparse.invoices.vocabulary import column_labels, total_labels

_NUMERIC = frozenset(
    ("quantity", "unit_price", "gross_unit_price", "line_total", "gross_total", "discount", "vat_rate", "vat_amount")
)
_KEY = ("quantity", "unit_price", "line_total")
_ENDING = frozenset({"line_total", "net", "tax", "gross", "amount_due"})
_APART = 2.6  # type sizes between rows that still share one position


@dataclass(slots=True)
class Item:
    """One position on its way: numbers by column, and the rows it takes up."""

    head: Head
    cells: dict[str, Cell] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    proved: bool = False

    @property
    def row(self) -> Row:
        return self.rows[0]

    def total(self) -> Decimal | None:
        cell = self.cells.get("line_total") or self.cells.get("gross_total")
        return None if cell is None else cell.value


@dataclass(slots=True)
class Items:
    """What was found: the rows of positions and those of their heads (by id), and the sum of their totals."""

    rows: set[int] = field(default_factory=set)
    heads: set[int] = field(default_factory=set)
    total: Decimal | None = None
    count: int = 0


def read_items(sheets: Sheets, decimal: str, draft: Draft, order: Order = "") -> Items:
    """Positions of all pages into `draft` as lines[0], lines[1], …"""
    items: list[Item] = []
    found = Items()
    carried: Head | None = None
    for sheet in sheets.pages:
        heads = find_heads(sheet)
        if not heads and carried is not None:
            carried = Head(sheet, -1, -1, carried.columns)
            heads = [carried]
        for place, head in enumerate(heads):
            end = heads[place + 1].first if place + 1 < len(heads) else len(sheet.rows)
            found.heads |= {id(row) for row in sheet.rows[max(0, head.first) : head.last + 1]}
            more, ended = _items_under(head, end, decimal, strict=head is carried)
            items += more
            carried = None if ended else head
    for place, item in enumerate(items):
        _put(item, place, draft)
        found.rows |= {id(row) for row in item.rows}
    found.rows |= found.heads
    _put_delivery(items, draft, order)
    totals = [total for item in items if (total := item.total()) is not None]
    found.count = len(items)
    found.total = sum(totals, Decimal(0)) if totals and len(totals) == len(items) else None
    return found


def _put_delivery(items: list[Item], draft: Draft, order: Order) -> None:
    """The delivery date where every position has the same one in its own column."""
    found: list[Reading] = []
    for item in items:
        column = item.head.column("delivery_date")
        for when in find_dates(item.row.text, order) if column is not None else ():
            tokens = tuple(item.row.between(when.start, when.end))
            if item.head.at((tokens[0].bbox[0] + tokens[-1].bbox[2]) / 2) is column:
                found.append(Reading.at(when.value, Span(item.row.page, tokens), 1.0))
    if found and len({reading.value for reading in found}) == 1 and draft.value("delivery_date") is None:
        draft.put("delivery_date", found[0])


def _items_under(head: Head, end: int, decimal: str, *, strict: bool) -> tuple[list[Item], bool]:
    """Positions between a head and row `end`; whether the sums have begun.

    `strict`: the head stands on an earlier page, so that only proved positions count.
    """
    items: list[Item] = []
    loose: list[tuple[Row, dict[str, Cell]]] = []
    ended = False
    for row in head.sheet.rows[head.last + 1 : end]:
        if _is_other_table(row):
            return _joined(head, items, loose), True
        cells = _cells(head, row, decimal)
        sums = _is_sum(row, decimal)
        if sums:
            ended = True
            continue
        keys = [name for name in _KEY if name in cells] + (
            ["line_total"] if "gross_total" in cells and "line_total" not in cells else []
        )
        if len(keys) >= 2:
            item = Item(head, cells, [row])
            item.proved = settle(item.cells, _all_numbers(head, row, decimal))
            if item.proved or not (ended or strict):
                items.append(item)
        elif set(cells) - {"line_id"} and not ended and not strict:
            loose.append((row, cells))
        elif items and not ended:
            _add_text(items[-1], row)
    return _joined(head, items, loose), ended


def _joined(head: Head, items: list[Item], loose: list[tuple[Row, dict[str, Cell]]]) -> list[Item]:
    """Rows with a single number go to the position next to them that lacks it; others may make one together."""
    alone: list[Item] = []
    for row, cells in loose:
        near = [
            item for item in items if not set(cells) & set(item.cells) and _gap(item, row) < _APART * row.tokens[0].size
        ]
        if near:
            target = min(near, key=lambda item: _gap(item, row))
            target.cells |= cells
            target.rows.append(row)
            target.proved = target.proved or settle(target.cells, [])
            continue
        last = alone[-1] if alone else None
        if last is not None and not set(cells) & set(last.cells) and _gap(last, row) < _APART * row.tokens[0].size:
            last.cells |= cells
            last.rows.append(row)
        else:
            alone.append(Item(head, cells, [row]))
    for item in alone:
        item.proved = settle(item.cells, [])
    whole = [item for item in alone if item.proved or (item.total() is not None and len(item.cells) > 1)]
    found = sorted((*items, *whole), key=lambda item: item.row.index)
    return [item for item in found if item.proved or _in_line(item, found)]


def _in_line(item: Item, items: list[Item]) -> bool:
    """Does the total of an unproved position stand in line with the others'? Numbers within a description do not."""
    cell = item.cells.get("line_total") or item.cells.get("gross_total")
    edges = [_edge(other) for other in items if other is not item and other.total() is not None]
    if cell is None:
        return not edges
    size = cell.span.tokens[0].size
    near = sum(abs(edge - _edge(item)) < 1.2 * size for edge in edges)
    return (cell.number.money or not any(other.proved for other in items)) and near * 2 >= len(edges)


def _edge(item: Item) -> float:
    cell = item.cells.get("line_total") or item.cells["gross_total"]
    return cell.span.bbox[2]


def _gap(item: Item, row: Row) -> float:
    return min(max(row.top - other.bottom, other.top - row.bottom) for other in item.rows)


def _cells(head: Head, row: Row, decimal: str) -> dict[str, Cell]:
    """The numbers of a row by the field of the column they stand in."""
    found: dict[str, Cell] = {}
    for number in find_numbers(row.text, decimal):
        tokens = row.between(number.start, number.end)
        column = _column_of(head, row, tokens)
        name = column.names[0] if column is not None and column.names else ""
        if name == "line_id" and not number.percent and "line_id" not in found:
            found["line_id"] = Cell(number, Span(row.page, tuple(tokens)))
        if name not in _NUMERIC or not _fits(name, number):
            continue
        if name == "quantity" and number.decimals == 2 and number.currency:
            continue
        if name not in found:
            found[name] = Cell(number, Span(row.page, tuple(tokens)))
    return found


def _fits(name: str, number: Number) -> bool:
    if number.percent:
        return name in ("vat_rate", "discount")
    if name in ("line_total", "gross_total"):
        return number.decimals != 1
    return True


def _column_of(head: Head, row: Row, tokens: list[Token]) -> Column | None:
    """The column of a number: the one whose head it stands under, else the one in whose territory its middle lies.

    A number within words that begin under the names is one of them.
    """
    left, right = tokens[0].bbox[0], tokens[-1].bbox[2]
    over = [(min(column.x1, right) - max(column.x0, left), column) for column in head.columns]
    width, column = max(over, key=lambda pair: pair[0])
    if width > 0.5 * (right - left):
        return column
    first = next(first for first, last in row.segments() if tokens[0] in row.tokens[first:last])
    begin = head.at(row.tokens[first].bbox[0] + 0.5 * row.tokens[first].size)
    if row.tokens[first] is not tokens[0] and begin is not None and begin.names[:1] == ("name",):
        return begin
    return head.at((left + right) / 2)


def _all_numbers(head: Head, row: Row, decimal: str) -> list[Cell]:
    """Numbers right of the names, for the search for another reading."""
    name = head.column("name")
    edge = name.x0 if name is not None else 0.0
    cells = []
    for number in find_numbers(row.text, decimal):
        tokens = row.between(number.start, number.end)
        if tokens[0].bbox[0] >= edge and not number.percent:
            cells.append(Cell(number, Span(row.page, tuple(tokens))))
    return cells


def _is_sum(row: Row, decimal: str) -> bool:
    """A row of the sums below the positions: it begins with the label of one, and has an amount."""
    for first, last in row.segments():
        hit = total_labels().at(row.tokens, first, last)
        if hit is not None and set(hit.names) & _ENDING:
            rest = row.text[row.starts[hit.last - 1] + len(row.tokens[hit.last - 1].text) :]
            before = row.text[: row.starts[first]]
            return any(number.money for number in find_numbers(rest, decimal)) and not list(
                find_numbers(before, decimal)
            )
        if any(char.isalpha() for char in row.span(first, last).text):
            return False
    return False


def _is_other_table(row: Row) -> bool:
    """The head of a table of taxes or payments."""
    names = [n for part in row.segments() for hit in column_labels().find(row.tokens, *part) for n in hit.names]
    return names.count("tax_table") >= 2 and not any(number.money for number in find_numbers(row.text))


def _add_text(item: Item, row: Row) -> None:
    """A row of text below a position belongs to it while the lines are close."""
    last = max(item.rows, key=lambda other: other.bottom)
    if row.top - last.bottom < 1.6 * row.tokens[0].size:
        item.rows.append(row)


def _put(item: Item, place: int, draft: Draft) -> None:
    for name, cell in item.cells.items():
        if name == "line_id":
            continue
        field_name = "line_total" if name == "gross_total" and "line_total" not in item.cells else name
        if field_name in ("vat_amount", "gross_total", "discount"):
            if field_name == "discount" and cell.number.percent:
                draft.put(f"lines[{place}].discount_percent", cell.reading())
            continue
        draft.put(f"lines[{place}].{field_name}", cell.reading())
        if cell.derived is not None:
            draft.flag(f"lines[{place}].{field_name}", "derived", "the printed price less the discount of the line")
    describe(item.head, item.rows, item.cells, place, draft)
    if not item.proved and all(name in item.cells for name in _KEY):
        draft.flag(f"lines[{place}]", "line_arithmetic", "quantity x unit price is not the line total")
