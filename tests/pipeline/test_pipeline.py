"""The whole path on documents made here, and what happens to a page that fails."""

from __future__ import annotations

import io
import threading
from concurrent.futures import Future
from pathlib import Path

import pymupdf
import pytest

import docparse
from docparse.errors import EngineError, FileMissing, PageRangeInvalid, PageTimeout
from docparse.model.base import Deadline
from docparse.options import ParseOptions, select_pages
from docparse.pipeline import PageDone, parse, parse_pages
from docparse.schemas.page import PageImage, PageOutput, PixelBudget

WORDS = "The quick brown fox jumps over the lazy dog while twelve boxers watch from the quiet garden."


def make_pdf(pages: int) -> bytes:
    with pymupdf.open() as document:
        for number in range(1, pages + 1):
            page = document.new_page(width=595, height=842)
            page.insert_text((72, 90), f"Chapter {number}", fontsize=20)
            page.insert_textbox((72, 120, 520, 400), f"Page {number}. " + " ".join([WORDS] * 5), fontsize=11)
        return bytes(document.tobytes())


class ScriptedEngine:
    """Answers with a paragraph; fails, hangs or crashes on the pages it is told to."""

    name = "embedded"
    budget = PixelBudget(render=False)

    def __init__(self, **faults: str) -> None:
        self.faults = {int(key.removeprefix("page")): fault for key, fault in faults.items()}
        self.hanging: list[Future[PageOutput]] = []
        self.closed = False

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        future: Future[PageOutput] = Future()
        fault = self.faults.get(page.number)
        if fault == "typed":
            future.set_exception(EngineError("out of luck", page=page.number))
        elif fault == "untyped":
            future.set_exception(KeyError("a bug of the engine"))
        elif fault == "hang":
            self.hanging.append(future)
        else:
            html = f'<p data-bbox="100 100 400 140">page {page.number}</p>'
            future.set_result(PageOutput(html=html, engine=self.name))
        return future

    def close(self) -> None:
        self.closed = True


def texts(page: docparse.Page) -> list[str]:
    return [getattr(block, "text", "") for block in page.blocks]


def test_a_document_goes_through_every_step() -> None:
    document = parse(make_pdf(2), engine="embedded-fast", name="two.pdf")
    assert document.status == "ok"
    assert document.source.name == "two.pdf"
    assert document.source.pages == 2
    assert [page.number for page in document.pages] == [1, 2]
    heading = document.pages[0].blocks[0]
    assert (heading.kind, heading.id, heading.order) == ("heading", "p1-b1", 1)
    assert heading.bbox is not None
    x0, y0, x1, y1 = heading.bbox
    assert 70 < x0 < 74 < x1 < 200
    assert 65 < y0 < 90 < y1 < 100
    assert "twelve boxers" in document.to_markdown()


def test_pages_come_one_by_one_and_progress_counts() -> None:
    seen: list[PageDone] = []
    pages = parse_pages(io.BytesIO(make_pdf(3)), engine=ScriptedEngine(), progress=seen.append)
    assert texts(next(pages)) == ["page 1"]
    assert [page.number for page in pages] == [2, 3]
    assert [(done.number, done.done, done.total, done.status) for done in seen] == [
        (1, 1, 3, "ok"), (2, 2, 3, "ok"), (3, 3, 3, "ok"),
    ]  # fmt: skip


@pytest.mark.parametrize("fault", ["typed", "untyped"])
def test_a_failed_page_leaves_a_partial_document(fault: str) -> None:
    document = parse(make_pdf(3), engine=ScriptedEngine(page2=fault))
    assert document.status == "partial"
    assert [page.status for page in document.pages] == ["ok", "failed", "ok"]
    assert texts(document.pages[2]) == ["page 3"]
    assert [(error.code, error.page) for error in document.errors] == [("engine_failed", 2)]
    assert document.pages[1].error is not None


def test_when_every_page_fails_the_first_error_is_raised() -> None:
    with pytest.raises(EngineError, match="out of luck"):
        parse(make_pdf(2), engine=ScriptedEngine(page1="typed", page2="untyped"))


def test_the_documents_time_limit_ends_a_hanging_engine() -> None:
    engine = ScriptedEngine(page2="hang")
    document = parse(make_pdf(2), engine=engine, document_timeout_s=2.0)
    assert [error.code for error in document.errors] == [PageTimeout.code]
    assert engine.hanging[0].cancelled()


def test_an_abandoned_iterator_cancels_what_is_under_way() -> None:
    engine = ScriptedEngine(page2="hang", page3="hang")
    pages = parse_pages(make_pdf(3), engine=engine)
    next(pages)
    pages.close()  # type: ignore[attr-defined]
    assert all(future.cancelled() for future in engine.hanging)
    assert not engine.closed, "an engine that was passed in belongs to the caller"


def test_an_empty_page_range_means_all_pages_and_costs_nothing_to_check() -> None:
    assert ParseOptions(pages="").pages == ""  # a billion numbers were listed for it, until the memory was full
    assert select_pages(" ", 10**15, check_only=True) == []
    assert select_pages("", 3) == [1, 2, 3]


def test_chosen_pages_keep_their_numbers() -> None:
    document = parse(make_pdf(5), engine=ScriptedEngine(), pages="2,4-end")
    assert [page.number for page in document.pages] == [2, 4, 5]
    with pytest.raises(PageRangeInvalid, match="5 pages"):
        parse(make_pdf(5), engine=ScriptedEngine(), pages="6")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        parse(tmp_path / "none.pdf")


def test_documents_can_be_parsed_from_several_threads() -> None:
    found: list[str] = []

    def work() -> None:
        found.append(parse(make_pdf(2), engine="embedded-fast").to_markdown())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_figures_get_their_crop() -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=400)
        pixmap = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 60, 60), False)
        pixmap.set_rect(pixmap.irect, (200, 30, 30))
        page.insert_image((100, 100, 300, 300), pixmap=pixmap)
        page.insert_textbox((40, 20, 360, 80), WORDS, fontsize=11)
        data = bytes(document.tobytes())
    result = parse(data, engine="embedded")
    images = [block for block in result.pages[0].blocks if block.kind == "image"]
    assert len(images) == 1
    crop = images[0].crop
    assert crop is not None
    assert crop.data is not None
    assert crop.data[:4] == b"\x89PNG"
    assert crop.width == pytest.approx(200 * result.pages[0].image_width / 400, abs=4)
