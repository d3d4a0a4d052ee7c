"""A scan that lies on its head is read like one that does not, and the boxes are those of the page as it lies."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

import docparse
from docparse.schemas.invoice import InvoiceResult

LINES = (
    "Example Supplies Ltd", "12 Harbour Street, Bristol", "INVOICE", "Invoice number: INV-20417",
    "Invoice date: 5 March 2024", "Bill to: Some Customer Ltd", "Net total EUR 100.00", "VAT 19% EUR 19.00",
    "Total due EUR 119.00", "Please pay within thirty days to the account named above.",
)  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[InvoiceResult, InvoiceResult]:
    page = pymupdf.open().new_page()
    for number, line in enumerate(LINES):
        page.insert_text((60, 80 + 34 * number), line, fontsize=14)
    pixmap = page.get_pixmap(dpi=130)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    folder: Path = tmp_path_factory.mktemp("scans")
    image.save(folder / "upright.png")
    image.rotate(180).save(folder / "turned.png")
    upright, turned = (docparse.extract_invoice(folder / name) for name in ("upright.png", "turned.png"))
    return upright, turned


@pytest.mark.no_cover
def test_the_same_is_read(results: tuple[InvoiceResult, InvoiceResult]) -> None:
    upright, turned = results
    for result in results:
        assert (result.data.number, str(result.data.issue_date)) == ("INV-20417", "2024-03-05")
        assert (result.data.net, result.data.tax, result.data.gross) == (Decimal(100), Decimal(19), Decimal(119))
    assert "turned_page" in {flag.code for flag in turned.flags}
    assert "turned_page" not in {flag.code for flag in upright.flags}


def test_its_proof_is_a_box_of_the_page_as_it_lies(results: tuple[InvoiceResult, InvoiceResult]) -> None:
    upright, turned = (result.citations["gross"][0].bbox for result in results)
    assert upright is not None
    assert turned is not None
    assert upright[0] < upright[2] < turned[2], "on the left of one, on the right of the other"
    assert turned[2] - turned[0] == pytest.approx(upright[2] - upright[0], rel=0.1)
