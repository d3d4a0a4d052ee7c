"""Made invoices as PDFs: many ways to set head, parties, table of positions and sums; born digital, drawn at once."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from docparse.bench.invoice_facts import Facts, Line
from docparse.bench.invoice_words import MONTHS

_WIDTH, _HEIGHT = 595.0, 842.0
_LEFT, _RIGHT, _FOOT = 50.0, 545.0, 770.0
_NAME = 110.0  # the least width of the column of names
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "PLN": "zł"}


@cache
def _font(bold: bool) -> Any:
    import pymupdf

    return pymupdf.Font("hebo" if bold else "helv")


class Press:
    """Pages to write on; `y` is where the running text has got to."""

    def __init__(self, facts: Facts, rng: random.Random) -> None:
        import pymupdf

        self.facts, self.rng, self.size = facts, rng, rng.choice((8.5, 9.0, 10.0))
        self.document = pymupdf.open()
        self._writers: list[Any] = []
        self.step = 1.45 * self.size
        self.y = 0.0
        self.marks = rng.choice(facts.locale.marks)
        self.date_form = rng.choice(facts.locale.dates)
        self.sign = facts.currency_as
        self._chosen: dict[str, str] = {}
        self.new_page()

    def new_page(self) -> None:
        import pymupdf

        page = self.document.new_page(width=_WIDTH, height=_HEIGHT)
        self._writers.append(pymupdf.TextWriter(page.rect))
        self.y = 60.0

    def text(
        self, x: float, y: float, text: str, *, bold: bool = False, size: float = 0.0, right: bool = False
    ) -> None:
        if not text:
            return
        size, font = size or self.size, _font(bold)
        if right:
            x -= font.text_length(text, size)
        self._writers[-1].append((x, y), text, font=font, fontsize=size)

    def rule(self, y: float) -> None:
        self.document[-1].draw_line((_LEFT, y), (_RIGHT, y), width=0.5)

    def word(self, key: str) -> str:
        """What this invoice calls a part: one of the language's names, the same all through."""
        if key not in self._chosen:
            self._chosen[key] = self.rng.choice(self.facts.locale.words[key])
        return self._chosen[key]

    def money(self, value: Decimal, *, sign: bool = True) -> str:
        value = -value if self.facts.credit and self._minus else value
        thousands, decimal = self.marks[0], self.marks[1]
        text = f"{abs(value):,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)
        text = f"-{text}" if value < 0 else text
        currency = self.facts.locale.currency
        if not sign or self.sign in ("none", "head"):
            return text
        if self.sign == "code":
            return f"{text} {currency}"
        return f"{_SIGNS[currency]}{text}" if currency in ("GBP", "USD") else f"{text} {_SIGNS[currency]}"

    @property
    def _minus(self) -> bool:
        """Whether a credit note prints its sums with a minus."""
        if "minus" not in self._chosen:
            self._chosen["minus"] = self.rng.choice(("y", ""))
        return bool(self._chosen["minus"])

    def number(self, value: Decimal) -> str:
        return f"{value.normalize():f}".replace(".", self.marks[1])

    def date(self, value: datetime.date) -> str:
        months = MONTHS.get(self.facts.language)
        form = self.date_form.replace("%B", months.split()[value.month - 1]) if months else self.date_form
        return value.strftime(form)

    def to_bytes(self) -> bytes:
        for number, writer in enumerate(self._writers):
            writer.write_text(self.document[number])
        data: bytes = self.document.tobytes(garbage=1, deflate=True)
        self.document.close()
        return data


def draw_invoice(facts: Facts, rng: random.Random) -> bytes:
    """The PDF of an invoice, laid out by chance."""
    press = Press(facts, rng)
    rng.choice((_parties_in_window, _parties_side_by_side, _parties_letterhead))(press)
    rng.choice((_head_pairs, _head_columns, _head_strip, _head_in_title))(press)
    if "no lines" not in facts.traits:
        _positions(press)
    else:
        press.text(_LEFT, press.y, facts.lines[0].name)
        press.y += 2 * press.step
    _sums(press)
    _foot(press)
    return press.to_bytes()


# ------------------------------------------------------------------------------------------------ parties


def _address(press: Press, x: float, y: float, lines: list[str], *, right: bool = False) -> float:
    for place, line in enumerate(lines):
        press.text(x, y + place * press.step, line, bold=place == 0 and press.sign == "code", right=right)
    return y + len(lines) * press.step


def _seller_lines(press: Press, *, with_id: bool) -> list[str]:
    seller = press.facts.seller
    lines = [seller.name, seller.street, seller.town]
    return [*lines, f"{press.word('vat_id')}: {seller.vat_id}"] if with_id and seller.vat_id else lines


def _buyer_lines(press: Press) -> list[str]:
    buyer = press.facts.buyer
    return [buyer.name, buyer.street, buyer.town]


def _parties_in_window(press: Press) -> None:
    """A letter: the seller's block at the top right, a small sender line above the buyer in the window."""
    seller = press.facts.seller
    _address(press, 360, 60, [*_seller_lines(press, with_id=True), "Tel. +44 113 496 0000"])
    press.text(_LEFT, 130, " · ".join((seller.name, seller.street, seller.town)), size=6.5)
    press.y = _address(press, _LEFT, 150, _buyer_lines(press)) + 2.5 * press.step


def _parties_side_by_side(press: Press) -> None:
    """Two headed columns."""
    order = press.rng.random() < 0.6
    press.text(_LEFT, 60, press.word("credit" if press.facts.credit else "title"), bold=True, size=18)
    for x, seller in ((_LEFT, order), (320.0, not order)):
        press.text(x, 100, press.word("seller" if seller else "bill_to") + press.rng.choice(("", ":")), bold=True)
        lines = _seller_lines(press, with_id=True) if seller else _buyer_lines(press)
        press.y = max(press.y, _address(press, x, 100 + 1.3 * press.step, lines))
    press.y += 1.5 * press.step


def _parties_letterhead(press: Press) -> None:
    """The seller large at the top, with its address in one line; the buyer below under a heading."""
    seller = press.facts.seller
    press.text(_LEFT, 60, seller.name, bold=True, size=16)
    press.text(_LEFT, 60 + press.step, ", ".join((seller.street, seller.town)))
    if seller.vat_id:
        press.text(_LEFT, 60 + 2 * press.step, f"{press.word('vat_id')} {seller.vat_id}")
    y = 60 + 5 * press.step
    press.text(_LEFT, y, f"{press.word('bill_to')}:", bold=True)
    press.y = _address(press, _LEFT, y + press.step, _buyer_lines(press)) + 1.5 * press.step


# ------------------------------------------------------------------------------------------------ head


def _pairs(press: Press) -> list[tuple[str, str]]:
    facts = press.facts
    found = [(press.word("number"), facts.number), (press.word("date"), press.date(facts.issued))]
    if facts.delivered is not None:
        found.append((press.word("delivery"), press.date(facts.delivered)))
    if facts.order:
        found.append((press.word("order"), facts.order))
    found.append((press.word("customer"), str(10000 + len(facts.buyer.name))))
    found.append((press.word("due"), press.date(facts.due)))
    return found


def _title(press: Press, y: float) -> None:
    press.text(_LEFT, y, press.word("credit" if press.facts.credit else "title"), bold=True, size=15)


def _head_pairs(press: Press) -> None:
    """ "Label: value" in one run, one below the other."""
    _title(press, press.y)
    press.y += 2 * press.step
    x = press.rng.choice((_LEFT, 330.0))
    for label, value in _pairs(press):
        press.text(x, press.y, f"{label}: {value}")
        press.y += press.step
    press.y += press.step


def _head_columns(press: Press) -> None:
    """Labels in one column, values in the next; right of the title."""
    _title(press, press.y)
    right, colon = press.rng.random() < 0.5, press.rng.choice(("", ":"))
    for label, value in _pairs(press):
        press.text(330, press.y, label + colon, bold=press.sign == "sign")
        press.text(_RIGHT if right else 440, press.y, value, right=right)
        press.y += press.step
    press.y += press.step


def _head_strip(press: Press) -> None:
    """Labels in a row, the values under them."""
    _title(press, press.y)
    press.y += 2 * press.step
    pairs = _pairs(press)
    for start in range(0, len(pairs), 4):
        row = pairs[start : start + 4]
        for place, (label, value) in enumerate(row):
            press.text(_LEFT + place * 125, press.y, label, size=7.5)
            press.text(_LEFT + place * 125, press.y + press.step, value)
        press.y += 2.6 * press.step


def _head_in_title(press: Press) -> None:
    """The number behind the title, the other facts beside one another below it."""
    facts = press.facts
    kind = press.word("credit" if facts.credit else "title")
    press.text(
        _LEFT, press.y, f"{kind} {press.rng.choice(('', '', 'Nr. ', 'no. ', '# '))}{facts.number}", bold=True, size=14
    )
    press.y += 1.8 * press.step
    pairs = _pairs(press)[1:]
    for start in range(0, len(pairs), 2):
        for place, (label, value) in enumerate(pairs[start : start + 2]):
            press.text(_LEFT + place * 250, press.y, f"{label}:")
            press.text(_LEFT + 115 + place * 250, press.y, value)
        press.y += press.step
    press.y += press.step


# ------------------------------------------------------------------------------------------------ positions

_Cell = Callable[[int, Line], str]


def _columns(press: Press) -> list[tuple[str, float, bool, _Cell]]:
    """(head, x, flush right, text of a cell) from left to right."""
    rng = press.rng
    money = rng.random() < 0.5
    split_unit = rng.random() < 0.5
    left: list[tuple[str, float, _Cell]] = []
    if rng.random() < 0.6:
        left.append((press.word("pos"), 30, lambda place, _: str(place + 1)))
    if rng.random() < 0.45:
        left.append((press.word("item"), 66, lambda _, line: line.code))
    name: tuple[str, float, _Cell] = (press.word("name"), 0, lambda _, line: line.name)
    right: list[tuple[str, float, _Cell]] = []
    unit: _Cell = lambda _, line: line.unit  # noqa: E731
    quantity: _Cell = lambda _, line: press.number(line.quantity)  # noqa: E731
    both: _Cell = lambda _, line: f"{press.number(line.quantity)} {line.unit}"  # noqa: E731
    if split_unit:
        right += [(press.word("qty"), 44, quantity), (press.word("unit"), 44, unit)]
    else:
        right.append((press.word("qty"), 62, rng.choice((quantity, both))))
    right.append((press.word("price"), 84, lambda _, line: press.money(line.price, sign=money)))
    if "line discounts" in press.facts.traits:
        right.append((press.word("discount"), 56, lambda _, line: f"{press.number(line.discount)} %"))
    if "several rates" in press.facts.traits or rng.random() < 0.4:
        right.append((press.word("rate"), 50, lambda _, line: f"{press.number(line.rate)}{rng_percent}"))
        rng_percent = rng.choice(("%", " %"))
    head = f"{press.word('amount')} {press.facts.locale.currency}" if press.sign == "head" else press.word("amount")
    right.append((head, 78, lambda _, line: press.money(line.amount, sign=money)))
    edge, flush = _RIGHT, rng.random() < 0.75
    tail: list[tuple[str, float, bool, _Cell]] = []
    for head, least, cell in reversed(right):
        width = max(least, _font(True).text_length(head, press.size) + 9)
        tail.append((head, edge if flush else edge - width + 9, flush, cell))
        edge -= width
    found: list[tuple[str, float, bool, _Cell]] = []
    x = _LEFT
    for head, least, cell in left:
        width = max(least, _font(True).text_length(head, press.size) + 9)
        if x + width + _NAME <= edge:  # names need room
            found.append((head, x, False, cell))
            x += width
    return [*found, (name[0], x, False, name[2]), *tail[::-1]]


def _positions(press: Press) -> None:
    facts, columns = press.facts, _columns(press)
    ruled, heads_again = press.rng.random() < 0.6, press.rng.random() < 0.7
    carry = press.rng.random() < 0.5
    _table_head(press, columns, ruled)
    total = Decimal(0)
    for place, line in enumerate(facts.lines):
        if press.y > _FOOT - 3 * press.step:
            if carry:
                press.text(330, press.y, press.word("carried"))
                press.text(_RIGHT, press.y, press.money(total), right=True)
            press.new_page()
            if heads_again:
                _table_head(press, columns, ruled)
            if carry:
                press.text(330, press.y, press.word("brought"))
                press.text(_RIGHT, press.y, press.money(total), right=True)
                press.y += 1.4 * press.step
        for _, x, right, cell in columns:
            press.text(x, press.y, cell(place, line), right=right)
        total += line.amount
        press.y += press.step
        if "long names" in facts.traits and press.rng.random() < 0.5:
            name = next(x for head, x, _, _ in columns if head == press.word("name"))
            press.text(name, press.y, press.rng.choice(("DIN 933, A2", "EN ISO 4017", "ref. 12-440", "blau / 230 V")))
            press.y += press.step
        press.y += 0.3 * press.step
    if ruled:
        press.rule(press.y - 0.6 * press.step)
    press.y += press.step


def _table_head(press: Press, columns: list[tuple[str, float, bool, _Cell]], ruled: bool) -> None:
    for head, x, right, _ in columns:
        press.text(x, press.y, head, bold=True, right=right, size=press.size - 0.5)
    if ruled:
        press.rule(press.y + 0.4 * press.step)
    press.y += 1.5 * press.step


# ------------------------------------------------------------------------------------------------ sums


def _sums(press: Press) -> None:
    facts, rng = press.facts, press.rng
    if press.y > _FOOT - 12 * press.step:
        press.new_page()
    rows: list[tuple[str, str]] = []
    if facts.allowance or facts.charge or rng.random() < 0.15:
        rows.append((press.word("lines"), press.money(facts.line_total)))
    if facts.allowance:
        rows.append((press.word("allowance"), press.money(-facts.allowance)))
    if facts.charge:
        rows.append((press.word("charge"), press.money(facts.charge)))
    rows.append((press.word("net"), press.money(facts.net)))
    table = len(facts.taxes) > 1 and rng.random() < 0.4
    form = rng.choice(("{word} {rate} %", "{word} {rate}%", "{rate} % {word}", "{word} ({rate}%)"))
    if table:
        rows.append((press.word("tax"), press.money(facts.tax)))
    else:
        rows += [
            (form.format(word=press.word("tax"), rate=press.number(rate)), press.money(tax))
            for rate, _, tax in facts.taxes
        ]
    rows.append((press.word("gross"), press.money(facts.gross)))
    if facts.prepaid:
        rows += [(press.word("prepaid"), press.money(-facts.prepaid))]
    if facts.prepaid or rng.random() < 0.2:
        rows.append((press.word("payable"), press.money(facts.gross - facts.prepaid)))
    if table:
        _tax_table(press)
    right = rng.random() < 0.4
    x = 320.0 if right else rng.choice((330.0, 380.0))
    colon = rng.choice(("", ":"))
    for label, value in rows:
        press.text(450 if right else x, press.y, label + colon, right=right, bold=label == press.word("gross"))
        press.text(_RIGHT, press.y, value, right=True, bold=label == press.word("gross"))
        press.y += 1.2 * press.step
    if "two currencies" in facts.traits:
        other = "USD" if facts.locale.currency != "USD" else "EUR"  # named twice, after the one that is owed
        rate = Decimal("1.0845")
        press.text(_LEFT, press.y, f"1 {facts.locale.currency} = {press.number(rate)} {other}")
        press.text(x, press.y, f"({press.word('gross')} {other}")
        press.text(_RIGHT, press.y, f"{press.money(facts.gross * rate, sign=False)} {other})", right=True)
        press.y += 1.2 * press.step
    press.y += press.step


def _tax_table(press: Press) -> None:
    """Rate, basis and tax of every rate in a small table at the left."""
    heads = (press.word("rate"), press.word("net"), press.word("tax"))
    for place, head in enumerate(heads):
        press.text(_LEFT + 70 + place * 75, press.y, head, right=True, bold=True)
    press.y += press.step
    for rate, basis, tax in press.facts.taxes:
        cells = (f"{press.number(rate)} %", press.money(basis, sign=False), press.money(tax, sign=False))
        for place, cell in enumerate(cells):
            press.text(_LEFT + 70 + place * 75, press.y, cell, right=True)
        press.y += press.step
    press.y += press.step


def _foot(press: Press) -> None:
    facts = press.facts
    if press.y > _FOOT - 5 * press.step:
        press.new_page()
    press.text(_LEFT, press.y, press.word("terms"))
    if facts.iban:
        grouped = " ".join(facts.iban[at : at + 4] for at in range(0, len(facts.iban), 4))
        text = press.rng.choice((grouped, facts.iban))
        press.text(_LEFT, press.y + press.step, f"IBAN{press.rng.choice((': ', ' '))}{text}")
    press.text(_LEFT, press.y + 2 * press.step, press.word("notes"))
    if press.rng.random() < 0.5:
        seller = facts.seller
        press.text(_LEFT, 815, f"{seller.name} | {seller.street} | {seller.town} | {seller.vat_id}", size=6.5)
