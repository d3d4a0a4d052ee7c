"""The head of a table of positions: which column holds what, and from where to where it reaches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from docparse.invoices.numbers import find_numbers
from docparse.invoices.text import Row, Sheet, Token, squash
from docparse.invoices.vocabulary import column_labels

_QUALIFIERS = frozenset(
    [
        "ohne", "mit", "excl", "incl", "inkl", "exkl", "netto", "brutto", "net", "gross", "eur", "usd", "gbp",
        "chf", "pln", "vat", "ust", "mwst", "tva", "iva", "btw", "tax", "ht", "ttc", "art", "nr", "no", "n",
        "steuer", "in", "zl", "per", "unit", "unitaire", "unitario", "lief", "kunde", "nummer", "code", "number",
        "price", "preis", "satz", "eh", "stk", "of", "einheit", "id", "von",
    ]
)  # fmt: skip
_MONEY_COLUMNS = frozenset({"unit_price", "line_total", "gross_total", "gross_unit_price", "vat_amount"})
_FEW = 7  # rows of a head that is printed over several lines


@dataclass(slots=True)
class Column:
    """One column: `names` are the fields its head may mean, [left, right) its territory."""

    x0: float
    x1: float
    tokens: list[Token]
    names: tuple[str, ...] = ()
    left: float = 0.0
    right: float = 0.0

    @property
    def text(self) -> str:
        return " ".join(token.text for token in self.tokens)


@dataclass(slots=True)
class Head:
    """A head of positions on rows `first` to `last` of its page."""

    sheet: Sheet
    first: int
    last: int
    columns: list[Column] = field(default_factory=list)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.names[:1] == (name,)), None)

    def at(self, x: float) -> Column | None:
        """The column whose territory holds `x`."""
        return next((column for column in self.columns if column.left <= x < column.right), None)


def find_heads(sheet: Sheet) -> list[Head]:
    """Heads of tables of positions on a page, top to bottom."""
    found: list[Head] = []
    place = 0
    while place < len(sheet.rows):
        head = _head_at(sheet, place)
        if head is None:
            place += 1
        else:
            found.append(head)
            place = head.last + 1
    return found


def _head_at(sheet: Sheet, place: int) -> Head | None:
    row = sheet.rows[place]
    core = _core(row)
    if len(core) < 2:
        return None
    first, last = _extent(sheet, place)
    rows = sheet.rows[first : last + 1]
    columns = _columns(core, [other for other in rows if other is not row], row)
    _settle_twins(columns)
    head = Head(sheet, first, last, columns)
    if not _is_positions(columns):
        return None
    _set_territories(columns, sheet.width)
    return head


def _core(row: Row) -> list[Column]:
    """Columns named in the row that holds most of the head; empty for a row of another kind."""
    hits = [hit for part in row.segments() for hit in column_labels().find(row.tokens, *part) if hit.names]
    if len(hits) < 2 or any(number.money for number in find_numbers(row.text)):
        return []
    covered = sum(hit.last - hit.first for hit in hits)
    letters = [token for token in row.tokens if token.key and not token.key.isdigit() and token.key not in _QUALIFIERS]
    if covered < 0.5 * len(letters) or sum(token.key.isdigit() for token in row.tokens) > 1:
        return []
    if len(row.tokens) > 3 and not any(row.gaps) and len(hits) < 4:
        return []
    found = [Column(*_extent_of(row.tokens[h.first : h.last]), row.tokens[h.first : h.last], h.names) for h in hits]
    taken = {id(token) for column in found for token in column.tokens}
    for first, last in row.segments():
        free = [token for token in row.tokens[first:last] if id(token) not in taken]
        if free and len(free) == last - first:
            found.append(Column(*_extent_of(free), free))
        else:
            for token in free:
                _nearest(found, token).tokens.append(token)
    found.sort(key=lambda column: column.x0)
    for column in found:
        column.tokens.sort(key=lambda token: token.bbox[0])
        column.x0, column.x1 = _extent_of(column.tokens)
    return found


def _nearest(columns: Sequence[Column], token: Token) -> Column:
    return min(columns, key=lambda c: max(c.x0 - token.bbox[2], token.bbox[0] - c.x1, 0.0))


def _extent_of(tokens: Sequence[Token]) -> tuple[float, float]:
    return min(token.bbox[0] for token in tokens), max(token.bbox[2] for token in tokens)


def _extent(sheet: Sheet, place: int) -> tuple[int, int]:
    """Rows above and below that belong to the head: heads or parts of heads, close together."""
    first = last = place
    while first > 0 and place - first < _FEW and _continues(sheet.rows[first - 1], sheet.rows[first], above=True):
        first -= 1
    while (
        last + 1 < len(sheet.rows)
        and last - place < _FEW
        and _continues(sheet.rows[last + 1], sheet.rows[last], above=False)
    ):
        last += 1
    return first, last


def _continues(row: Row, neighbour: Row, *, above: bool) -> bool:
    size = max(token.size for token in neighbour.tokens)
    gap = neighbour.top - row.bottom if above else row.top - neighbour.bottom
    if gap > 0.9 * size or any(char.isdigit() for char in row.text) or len(row.tokens) > 14:
        return False
    for first, last in row.segments():
        tokens = row.tokens[first:last]
        if not all(_is_head_word(token) for token in tokens) and not column_labels().names(row.span(first, last).text):
            hit = column_labels().at(row.tokens, first, last)
            if not above or hit is None or last - first > 3:
                return bool(above and last - first <= 2 and len(list(row.segments())) > 1 and tokens[0].bold)
    return True


def _is_head_word(token: Token) -> bool:
    return (
        token.key in _QUALIFIERS or not token.key or bool(column_labels().names(token.text)) or token.text.endswith("-")
    )


def _columns(core: list[Column], rows: Sequence[Row], core_row: Row) -> list[Column]:
    """The columns with the words of the other rows of the head, and their final names."""
    extra: list[Column] = []
    for row in rows:
        for first, last in row.segments():
            tokens = row.tokens[first:last]
            x0, x1 = _extent_of(tokens)
            over = [c for c in (*core, *extra) if min(c.x1, x1) - max(c.x0, x0) > 0]
            if over:
                target = max(over, key=lambda c: min(c.x1, x1) - max(c.x0, x0))
                target.tokens += tokens
            else:
                extra.append(Column(x0, x1, list(tokens)))
    columns = sorted((*core, *extra), key=lambda column: column.x0)
    for column in columns:
        column.tokens.sort(key=lambda token: (round(token.bbox[1] / 3), token.bbox[0]))
        column.x0, column.x1 = _extent_of(column.tokens)
        column.names = _names(column)
    return columns


def _names(column: Column) -> tuple[str, ...]:
    """Fields the whole head of a column means, else the longest phrase in it, else what the first row said."""
    text = re.sub(r"(?<=\w)-\s+(?=[a-zäöü])", "", column.text)
    whole = column_labels().names(text)
    if whole:
        return whole
    bare = " ".join(
        word for word in text.split() if squash(word) not in {"eur", "usd", "gbp", "chf", "pln", "in", "zl", "rm", "e"}
    )
    whole = column_labels().names(re.sub(r"[/€$£(].*$", "", bare))
    if whole:
        return whole
    hits = sorted(column_labels().find(column.tokens), key=lambda hit: -len(hit.key))
    if hits:
        return hits[0].names
    return column.names


def _is_positions(columns: Sequence[Column]) -> bool:
    """A name or quantity and an amount, and not the columns of a table of taxes."""
    names = [column.names[0] for column in columns if column.names]
    if "tax_table" in names and not {"name", "quantity"} <= set(names):
        return False
    if len(names) >= 2 and "name" in names and _MONEY_COLUMNS & set(names):
        return True
    return "quantity" in names and bool(_MONEY_COLUMNS & set(names)) and len(set(names)) >= 3


def _settle_twins(columns: Sequence[Column]) -> None:
    """Two columns of one name: an "amount" left of the names counts pieces, of two totals the last holds it."""
    totals = [column for column in columns if column.names[:1] == ("line_total",)]
    names = next((column for column in columns if column.names[:1] == ("name",)), None)
    if len(totals) < 2:
        return
    if names is not None and totals[0].x0 < names.x0:
        totals[0].names = ("quantity",)
        totals = totals[1:]
    for column in totals[:-1]:
        column.names = ("net_total",)


def _set_territories(columns: Sequence[Column], width: float) -> None:
    for place, column in enumerate(columns):
        before = columns[place - 1] if place else None
        after = columns[place + 1] if place + 1 < len(columns) else None
        column.left = 0.0 if before is None else (before.x1 + column.x0) / 2
        column.right = width + 1.0 if after is None else (column.x1 + after.x0) / 2
