"""Invoices of `docparse bench invoices`, and the ways of printing that they brought to light, one by one."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

import docparse
from docparse.bench.invoice_words import LOCALES
from docparse.cli import main
from tests.invoices.invoice_pages import ENGLISH, GERMAN, Piece, changed, draw


@pytest.mark.no_cover
def test_made_invoices_in_eight_languages_come_out_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "invoices", "--files", "45", "--seed", "11", "-j", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["files"] == 45
    assert found["fields"] >= 0.99
    assert found["wholly_right"] >= 0.95
    assert found["lines_f1"] >= 0.97
    assert found["values_without_place"] == 0
    assert set(LOCALES) <= set(found["by_trait"])
    assert [count for count, _ in found["memory_mb"]][:2] == [0, 4]


def test_a_seed_makes_the_same_invoices(tmp_path: Path) -> None:
    from docparse.bench.invoices import make_files

    first, second = (make_files(tmp_path / name, 6, 5, ["de", "pl"]) for name in "ab")
    assert [truth["fields"] for truth in first.values()] == [truth["fields"] for truth in second.values()]


def test_unknown_languages_are_refused() -> None:
    assert main(["bench", "invoices", "--languages", "xx"]) == 1


def test_a_sender_line_of_any_size_ends_the_address_below_it(tmp_path: Path) -> None:
    pieces = [piece for piece in ENGLISH if piece[1] < 50 or piece[1] > 110]
    pieces = [p for p in pieces if p[2] not in ("Bill To:",)]
    sender: list[Piece] = [
        (380, 30, "Harbour Supplies Ltd"), (380, 42, "4 Quay Street"), (380, 54, "Bristol BS1 4QA"),
        (50, 152, "Harbour Supplies Ltd · 4 Quay Street · Bristol BS1 4QA"),
    ]  # fmt: skip
    shifted = [(x, y + 14 if x == 50 and y < 200 else y, text) for x, y, text in pieces]
    data = docparse.extract_invoice(draw(tmp_path / "a.pdf", [*sender, *shifted])).data
    assert (data.seller.name, data.buyer.name) == ("Harbour Supplies Ltd", "Northern Mills Limited")


def test_days_of_payment_are_no_amount(tmp_path: Path) -> None:
    pieces: list[Piece] = [*ENGLISH, (50, 410, "Deposit: transfer within 30 days")]
    data = docparse.extract_invoice(draw(tmp_path / "a.pdf", pieces)).data
    assert data.prepaid is None
    assert data.amount_due == Decimal("2846.40")


def test_heads_of_columns_side_by_side_are_not_one_phrase(tmp_path: Path) -> None:
    pieces = changed(ENGLISH, **{"VAT": "VAT"})
    pieces = [(490, y, text) if (x, text) == (500, "Amount") else (460, y, text) if text == "VAT" else (x, y, text)
              for x, y, text in pieces]  # fmt: skip
    data = docparse.extract_invoice(draw(tmp_path / "a.pdf", pieces)).data
    assert [(line.quantity, line.line_total) for line in data.lines] == [
        (Decimal(30), Decimal("72.00")), (Decimal(2), Decimal("2300.00")),
    ]  # fmt: skip


def test_the_currency_of_the_column_outweighs_a_total_in_another(tmp_path: Path) -> None:
    pieces = [(x, y, text.replace("£", "")) for x, y, text in ENGLISH]
    pieces = changed(pieces, Amount="Amount GBP")
    pieces += [(50, 400, "1 GBP = 1.25 USD"), (300, 400, "(Total USD"), (480, 400, "3,558.00 USD)")]
    data = docparse.extract_invoice(draw(tmp_path / "a.pdf", pieces)).data
    assert (data.currency, data.gross) == ("GBP", Decimal("2846.40"))


def test_positions_go_on_over_three_pages_without_a_head_and_sums_carried_over_are_no_totals(tmp_path: Path) -> None:
    def row(y: float, place: int) -> list[Piece]:
        return [(50, y, f"Bolt M{place}"), (300, y, "2"), (370, y, f"{place}.00"), (500, y, f"{2 * place}.00")]

    head: list[Piece] = [(x, y, text) for x, y, text in ENGLISH if y <= 260 and text != "VAT"]
    pages = [[*head], [], []]
    for place in range(1, 61):
        page, at = divmod(place - 1, 20)
        pages[page] += row(300 + 20 * at if page == 0 else 80 + 20 * at, place)
    total = sum(2 * place for place in range(1, 61))
    pages[0] += [(370, 720, "Carried forward"), (500, 720, "420.00")]
    pages[1] += [(370, 60, "Balance brought forward"), (500, 60, "420.00")]
    pages[2] += [(370, 520, "Net amount"), (500, 520, f"£{total}.00"), (370, 540, "VAT 0%"), (500, 540, "£0.00"),
                 (370, 560, "Total"), (500, 560, f"£{total}.00")]  # fmt: skip
    data = docparse.extract_invoice(draw(tmp_path / "a.pdf", *pages)).data
    assert len(data.lines) == 60
    assert (data.gross, data.amount_due) == (Decimal(total), Decimal(total))


def test_a_number_behind_the_title_in_any_spelling(tmp_path: Path) -> None:
    plain = [piece for piece in GERMAN if "Rechnungs-Nr" not in piece[2]]
    for mark in ("no. ", "Nr. ", "# ", ""):
        pieces = changed(plain, Rechnung=f"RECHNUNG {mark}8240/04/2025")
        data = docparse.extract_invoice(draw(tmp_path / "a.pdf", pieces)).data
        assert data.number == "8240/04/2025", mark


def test_a_line_discount_gives_the_price_before_and_after_it(tmp_path: Path) -> None:
    pieces = [(x, y, {"2,300.00": "2,070.00"}.get(text, text)) for x, y, text in ENGLISH]
    pieces = changed(pieces, VAT="Discount", **{"20%": "10%", "72.00": "64.80"})
    result = docparse.extract_invoice(draw(tmp_path / "a.pdf", pieces))
    line = result.data.lines[1]
    assert "lines[1].gross_unit_price" in result.citations
    assert "lines[1].unit_price" not in result.citations
    assert ("lines[1].unit_price", "derived") in {(flag.field, flag.code) for flag in result.flags}
    assert (line.gross_unit_price, line.unit_price, line.discount_percent, line.line_total) == (
        Decimal("1150.00"), Decimal(1035), Decimal(10), Decimal("2070.00"),
    )  # fmt: skip
