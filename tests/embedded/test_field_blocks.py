"""Labels over their values, side by side, as the heads and feet of invoices print them."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import Rule, Word, WordStyle
from tests.embedded.test_table_rows import flat, page, put, put_rows, rows_of

BOLD = int(WordStyle.BOLD)
XS = (100.0, 220.0, 340.0)
LABELS = ["Invoice date", "Due date", "Our reference"]
VALUES = ["20 March 2023", "4 April 2023", "CUST-123"]


def _line(texts: Sequence[str], y: float, style: int = 0, xs: Sequence[float] = XS) -> list[Word]:
    words = zip(xs, texts, strict=True)
    return [w._replace(style=style) for n, (x, text) in enumerate(words) if text for w in put(x, y, text, int(y) + n)]


def _found(words: list[Word], rules: Sequence[Rule] = ()) -> list[FoundTable]:
    return find_tables(page(rules), words)


def test_labels_over_values_are_a_table_with_heads() -> None:
    (table,) = _found([*_line(LABELS, 200, BOLD), *_line(VALUES, 214)])
    assert rows_of(table) == [LABELS, VALUES]
    assert [cell.text for cell in table.cells if cell.header] == LABELS


def test_further_labels_below_and_labels_without_a_value_belong_to_the_block() -> None:
    words = [*_line(LABELS, 200, BOLD), *_line(["", VALUES[1], VALUES[2]], 214), *_line(["", "", "of 3 March"], 226)]
    words += [*_line(["Order", "Shipped by", ""], 250, BOLD), *_line(["10-1628", "", ""], 264)]
    (table,) = _found(words)
    assert rows_of(table) == [
        LABELS,
        ["", VALUES[1], "CUST-123 of 3 March"],
        ["Order", "Shipped by", ""],
        ["10-1628", "", ""],
    ]
    assert {cell.row for cell in table.cells if cell.header} == {0, 2}


def test_a_block_over_goods_is_no_head_of_theirs() -> None:
    goods = [["Office chair", "2", "140.00"], ["Oil lamp", "1", "12.00"], ["Truffles", "15", "150.00"]]
    words = [*_line(LABELS, 180, BOLD), *_line(VALUES, 193)]
    words += [*_line(["Description", "Quantity", "Amount"], 220, BOLD), *put_rows(goods, 240, xs=XS)]
    rules = [flat(y) for y in (208.0, 226.0, 246.0, 266.0, 286.0)]
    fields, table = _found(words, rules)
    assert rows_of(fields) == [LABELS, VALUES]
    assert rows_of(table) == [["Description", "Quantity", "Amount"], *goods]


def test_a_block_beside_an_address_leaves_it_out() -> None:
    address = ["Adatum Corporation", "Station Road 21", "48436 Brockton"]
    words = [w for n, text in enumerate(address) for w in put(40, 193 + 14 * n, text, 900 + n)]
    xs = (250.0, 340.0, 430.0)
    (table,) = _found([*words, *_line(LABELS, 200, BOLD, xs), *_line(VALUES, 214, 0, xs)])
    assert rows_of(table) == [LABELS, VALUES]


def test_titles_names_and_paragraphs_side_by_side_are_no_fields() -> None:
    assert (
        _found(
            [*_line(["Ann Beck", "Ben Cole"], 200, BOLD, XS[:2]), *_line(["ann9@x.org", "ben@x.org"], 214, 0, XS[:2])]
        )
        == []
    )
    large = [w._replace(size=16.0) for w in _line(["Shops", "Cafes"], 200, BOLD, XS[:2])]
    assert _found([*large, *_line(["1.5 % points", "2 % points"], 216, 0, XS[:2])]) == []
    lines = [_line([f"since 19{n}4 we make", f"of these {n} more"], 214 + 12 * n, 0, XS[:2]) for n in range(4)]
    assert _found([*_line(["History", "Numbers"], 200, BOLD, XS[:2]), *(w for line in lines for w in line)]) == []
