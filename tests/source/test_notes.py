"""Comments that readers left in a file, and what was typed onto its pages."""

from __future__ import annotations

import io

import pymupdf
import pytest

import docparse


def _commented(rotation: int = 0) -> io.BytesIO:
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    page.insert_text((60, 100), "Some text that was marked by a reader of it.", fontsize=11)
    mark = page.add_highlight_annot(page.search_for("marked by")[0])
    mark.set_info(content="Who marked\rthis?", title="Anna")
    mark.update()
    page.add_highlight_annot(page.search_for("reader")[0])
    page.add_text_annot((300, 60), "Ask \x01the office")
    page.add_freetext_annot((60, 150, 300, 170), "Paid on 3 May", fontsize=11)
    page.set_rotation(rotation)
    return io.BytesIO(document.tobytes())


def test_comments_are_notes_of_the_page() -> None:
    document = docparse.parse(_commented(), engine="embedded-fast")
    (page,) = document.pages
    assert [(note.text, note.author) for note in page.notes] == [("Who marked\nthis?", "Anna"), ("Ask the office", "")]
    assert page.notes[1].bbox is not None
    assert page.notes[1].bbox[:2] == (300, 60)
    text = document.to_text()
    assert "Paid on 3 May" in text
    assert "office" not in text + document.to_markdown() + document.to_html()
    assert docparse.Document.model_validate_json(document.to_json()) == document


def test_notes_of_turned_pages_stand_where_they_are_shown() -> None:
    upright, turned = (
        docparse.parse(_commented(rotation), engine="embedded-fast").pages[0].notes[0].bbox for rotation in (0, 90)
    )
    assert upright is not None
    x0, y0, x1, y1 = upright
    assert turned == pytest.approx((300 - y1, x0, 300 - y0, x1))


def test_pages_without_comments_say_nothing() -> None:
    document = pymupdf.open()
    document.new_page().insert_text((60, 100), "Some text.")
    assert '"notes"' not in docparse.parse(io.BytesIO(document.tobytes()), engine="embedded-fast").to_json()
