"""Whatever a model writes, the user gets a document with flags, in every format, and no exception."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest
from answering import Model

import docparse
from docparse.export.formats import FORMATS

LINE = "Invoice 4711 of the harbour office, due in 30 days"


def blocks(count: int) -> str:
    boxes = [(20 + i % 40 * 20, 20 + i // 40 * 2) for i in range(count)]
    return "".join(f'<p data-bbox="{x} {y} {x + 16} {y + 2}">word{x}</p>' for x, y in boxes)


def table(size: int) -> str:
    row = "<tr>" + "<td>7</td>" * size + "</tr>"
    return f'<table data-bbox="10 10 800 500">{row * size}</table>'


BAD = {
    "empty": ("", "empty_output"),
    "bangs": ("!" * 1_000_000, "degenerate_output"),
    "junk": (bytes(range(256)).decode("latin-1") * 1000, "box_missing"),
    "picture": ('<div class="image" data-bbox="0 0 1200 800"><img data-bbox="0 0 1200 800"/></div>', "missing_text"),
    "nested": ("<div><p>" * 100_000, "depth_capped"),
    "blocks": (blocks(10_000), "invented_text"),
    "table": (table(200), "invented_text"),
    "row_loop": ('<table data-bbox="10 10 800 500">' + "<tr><td>the same</td></tr>" * 2000, "truncated"),
}


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    with pymupdf.open() as document:
        document.new_page(width=420, height=300).insert_text((20, 60), LINE, fontsize=14)
        document.save(tmp_path / "page.pdf")
    return tmp_path / "page.pdf"


@pytest.mark.parametrize("name", BAD)
@pytest.mark.no_cover
def test_bad_output_is_flagged_and_can_be_written(name: str, pdf: Path) -> None:
    answer, flag = BAD[name]
    document = docparse.parse(pdf, engine=Model(answer), retry=False)
    page = document.pages[0]
    assert (page.status, page.engine) == ("ok", "remote")
    assert flag in page.flags
    for format in FORMATS.values():
        if not format.needs_original and not format.module:
            document.save(pdf.with_name(f"out{format.suffix}"))


@pytest.mark.parametrize("name", ["empty", "bangs", "picture", "row_loop"])
def test_a_page_that_a_model_spoils_is_read_by_the_embedded_engine(name: str, pdf: Path) -> None:
    page = docparse.parse(pdf, engine=Model(BAD[name][0])).pages[0]
    assert page.engine == "embedded"
    assert "degraded" in page.flags
    assert [attempt.engine for attempt in page.attempts][-1] == "embedded"
    assert LINE in " ".join(getattr(block, "text", "") for block in page.blocks)
