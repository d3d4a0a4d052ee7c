"""Making documents: options, page counts, processes, tables over pages, scans, the command."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from docparse import ParseOptions, parse
from docparse.cli import main
from docparse.errors import MissingDependency, UsageError
from docparse.schemas.document import Document, Page, Table
from docparse.synth import LANGUAGES, SynthOptions, make_documents, paper
from docparse.synth.content import text, trade
from docparse.synth.degrade import turned_box
from docparse.synth.plan import plans
from docparse.synth.press import Press, find_browser


def test_options_name_what_they_do_not_know() -> None:
    with pytest.raises(UsageError, match="'tabel'"):
        SynthOptions(kinds=("tabel",))
    with pytest.raises(UsageError, match="'xx'"):
        SynthOptions(languages=("xx",))
    with pytest.raises(UsageError, match="page size"):
        SynthOptions(page_size=(20, 400))
    with pytest.raises(UsageError, match="'a9'"):
        paper("a9")


def test_a_missing_browser_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROME_BIN", "no-such-browser")
    with pytest.raises(MissingDependency, match="no-such-browser") as caught:
        find_browser()
    assert "apt install chromium" in caught.value.user_action


def test_plans_follow_from_the_seed() -> None:
    options = SynthOptions(seed=3)
    first = list(islice(plans(options), 50))
    assert first == list(islice(plans(options), 50))
    assert first != list(islice(plans(SynthOptions(seed=4)), 50))
    assert {plan.language for plan in islice(plans(options), 300)} == set(LANGUAGES)


def test_plans_keep_to_what_is_wanted() -> None:
    chosen = islice(plans(SynthOptions(kinds=("table",), languages=("ru",))), 40)
    assert {(plan.layout, plan.language) for plan in chosen}.isdisjoint({("invoice", "ru"), ("form", "ru")})


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert text.localise("1,234.50", "en") == "1,234.50"
    assert text.localise("1,234.50", "de") == "1.234,50"
    assert text.localise("1,234.50", "fr") == "1\u00a0234,50"


def test_invoices_add_up() -> None:
    lines = (
        trade.Line("a", 3, Decimal("0.35"), Decimal(19)),
        trade.Line("b", 1, Decimal("99.99"), Decimal(7)),
        trade.Line("c", 2, Decimal("10.01"), Decimal(19)),
    )
    bill = trade.Trade(lines)
    assert bill.net == Decimal("121.06")
    assert bill.taxes == [
        (Decimal(19), Decimal("21.07"), Decimal("4.00")),
        (Decimal(7), Decimal("99.99"), Decimal("7.00")),
    ]
    assert bill.gross == Decimal("132.06")


def test_boxes_turn_with_the_page() -> None:
    page = Page(number=1, width=400, height=600, image_width=400, image_height=600)
    assert turned_box((10, 20, 30, 40), page, 0) == (10, 20, 30, 40)
    quarter = turned_box((210, 290, 230, 300), page, 90)
    assert quarter == (190, 270, 200, 290), "counter-clockwise: what was to the right of the middle is above it"


def test_exactly_so_many_pages(press: Press) -> None:
    made = list(make_documents(pages=5, seed=2, languages=("en", "de"), press=press))
    assert sum(len(document.document.pages) for document in made) == 5
    for document in made:
        with pymupdf.open(stream=document.pdf, filetype="pdf") as opened:
            assert len(opened) == len(document.document.pages)
            for drawn, page in zip(opened, document.document.pages, strict=True):
                assert (round(drawn.rect.width, 2), round(drawn.rect.height, 2)) == (page.width, page.height)


def test_small_pages_hold_every_kind(press: Press) -> None:
    options = SynthOptions(
        pages=10, max_pages=1, seed=5, layouts=("single",), languages=("en",), page_size=(300, 400)
    )  # fmt: skip
    made = make_documents(options, press=press)
    kinds = {block.kind for document in made for page in document.document.pages for block in page.blocks}
    assert {"heading", "paragraph", "list", "table", "chart", "formula", "chemistry", "music", "image", "code"} <= kinds


def test_the_text_layer_says_what_the_truth_says(press: Press) -> None:
    made = next(make_documents(pages=1, seed=8, layouts=("letter",), languages=("ar",), press=press))
    paragraph = max((b.text for b in made.document.pages[0].blocks if b.kind == "paragraph"), key=len)
    with pymupdf.open(stream=made.pdf, filetype="pdf") as opened:
        printed = set(opened[0].get_text().split())
    words = [word for word in paragraph.split() if word.isalpha()]
    assert sum(word in printed for word in words) / len(words) > 0.5, "Arabic letters, not glyphs, lie under the page"


def test_tagged_pages_name_the_cells_of_their_tables(press: Press) -> None:
    options = SynthOptions(pages=3, max_pages=1, seed=5, kinds=("table", "heading"), layouts=("single",), tagged=True)
    wholes = 0
    for made in make_documents(options, press=press):
        read = parse(made.pdf, options=ParseOptions(engine="embedded-fast"), name="made.pdf")
        for truth, page in zip(made.document.pages, read.pages, strict=True):
            wanted = [(t.rows, t.cols) for t in truth.blocks if isinstance(t, Table)]
            assert [(t.rows, t.cols) for t in page.blocks if isinstance(t, Table) and t.source == "tags"] == wanted
            wholes += len(wanted)
    assert wholes


def test_long_tables_run_over_pages(press: Press) -> None:
    options = SynthOptions(pages=12, seed=1, kinds=("table",), languages=("en",), layouts=("single",))
    continued = 0
    for made in make_documents(options, press=press):
        tables = [[b for b in page.blocks if isinstance(b, Table)] for page in made.document.pages]
        for before, after in pairwise(tables):
            if before and after:
                heads = [[c.text for c in t.cells if c.header] for t in (before[-1], after[0])]
                if heads[0] == heads[1]:
                    continued += 1
                    assert {c.row for c in after[0].cells} == set(range(after[0].rows))
    assert continued


def test_invoices_print_their_facts(press: Press) -> None:
    options = SynthOptions(pages=4, seed=6, layouts=("invoice",))
    for made in make_documents(options, press=press):
        facts = made.facts
        cells = {c.text for page in made.document.pages for b in page.blocks if isinstance(b, Table) for c in b.cells}
        total = trade.localise(f"{facts['gross']:,.2f}", made.plan.language)
        assert any(total in cell for cell in cells)
        assert facts["number"] in cells
        assert round(sum(line["line_total"] for line in facts["lines"]), 2) == facts["net"]
        assert round(facts["net"] + facts["tax"], 2) == facts["gross"]


def test_scans_have_no_text_and_boxes_hold_their_ink(press: Press) -> None:
    options = SynthOptions(pages=1, seed=9, layouts=("single",), languages=("en",), degrade=("skew",), scan_dpi=72)
    made = next(make_documents(options, press=press))
    assert made.scan_pdf is not None
    assert made.scan_document is not None
    page = made.scan_document.pages[0]
    assert page.flags == ["degraded:skew"]
    assert [b.bbox for b in page.blocks] != [b.bbox for b in made.document.pages[0].blocks]
    with pymupdf.open(stream=made.scan_pdf, filetype="pdf") as opened:
        assert not opened[0].get_text().strip()
        pixmap = opened[0].get_pixmap(colorspace=pymupdf.csGRAY)
    pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)[:, : pixmap.width]
    ink = pixels < 90
    left = ink.copy()
    boxes = [block.bbox for block in page.blocks if block.bbox is not None]
    for x0, y0, x1, y1 in boxes:
        left[math.floor(y0) : math.ceil(y1), math.floor(x0) : math.ceil(x1)] = False
    assert left.sum() / ink.sum() < 0.02


def test_command_writes_the_same_truth_with_one_process_and_two(
    press: Press, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for jobs in ("1", "2"):
        arguments = ["synth", "-o", str(tmp_path / jobs), "--pages", "4", "--seed", "12", "--page-size", "320x420"]
        assert main([*arguments, "--languages", "en,es", "--degrade", "skew,jpeg", "--dpi", "60", "-j", jobs]) == 0
    capsys.readouterr()
    names = sorted(path.name for path in (tmp_path / "1").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "2").iterdir())
    for name in names:
        if not name.endswith(".pdf"):
            assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name
    manifest = [json.loads(line) for line in (tmp_path / "1" / "manifest.jsonl").read_text().splitlines()]
    assert sum(line["pages"] for line in manifest) == 4
    truth = Document.model_validate_json((tmp_path / "1" / "doc-0001.scan.json").read_text())
    assert truth.source.name == "doc-0001.scan.pdf"
    assert (tmp_path / "1" / "doc-0001.scan.html").exists()
