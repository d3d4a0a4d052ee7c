"""What reading a PDF leaves behind in the guarded process."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from made_sources import first_page

from docparse.schemas.page import PixelBudget
from docparse.source import mupdf
from docparse.source.pdf import PdfReader
from docparse.source.protocol import Limits, OpenFile

LIMITS = Limits(max_pages=100, max_image_mpx=100, max_page_points=20_000, memory_mb=2000, cpu_s=60, timeout_s=60)


@pytest.mark.parametrize(("scans", "shares"), [(True, [100, 100, 100]), (False, [])])
def test_images_of_scans_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scans: bool, shares: list[int]
) -> None:
    path = tmp_path / "pages.pdf"
    with pymupdf.open() as document:
        for number in range(3):
            page = document.new_page()
            if scans:
                values = np.full((140, 100, 3), 200 + number, np.uint8)
                pixmap = pymupdf.Pixmap(pymupdf.csRGB, 100, 140, values.tobytes(), False)
                page.insert_image(page.rect, stream=pixmap.tobytes("png"))
            else:
                page.insert_text((72, 72), f"Page {number} has a text layer of some words.")
        document.save(path)
    reader = PdfReader(OpenFile(str(path), path.name, "application/pdf", None, LIMITS))
    emptied: list[int] = []
    monkeypatch.setattr(pymupdf.TOOLS, "store_shrink", emptied.append)
    for number in range(1, 4):
        assert reader.page(number, PixelBudget())[0].is_scan == scans
    assert emptied == shares
    reader.close()


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler is not installed")
@pytest.mark.parametrize(("ours", "flags"), [(True, {"poppler", "reader_fault"}), (False, {"poppler"})])
def test_a_fault_of_our_own_is_told_from_one_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: bool, flags: set[str]
) -> None:
    path = tmp_path / "page.pdf"
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "Poppler reads it all the same.")
        document.save(path)

    def broken(*_: object) -> object:
        raise pymupdf.mupdf.FzErrorFormat("a damaged page")

    monkeypatch.setattr(mupdf, "raw_words", (lambda *_: None) if ours else broken)
    reader = PdfReader(OpenFile(str(path), path.name, "application/pdf", None, LIMITS))
    page, _ = reader.page(1, PixelBudget())
    assert "Poppler" in [word.text for word in page.text.words]
    assert set(page.flags) == flags
    reader.close()


def test_links_of_a_damaged_file() -> None:
    document = pymupdf.open()
    page = document.new_page()
    for uri in ("https://e.org/" + "a" * 9000, "https://e.org", "https://e.org/damaged"):
        page.insert_link({"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(10, 10, 50, 20), "uri": uri})
    document.xref_set_key(page.annot_xrefs()[2][0], "Rect", "[0 (x) /Y]")
    image = first_page(document.tobytes())
    assert "https://e.org" in [link.uri for link in image.links]
    assert not any(len(link.uri) > 9000 for link in image.links)
    assert "links_skipped" in image.flags
