"""What is filled into a form is read, also where MuPDF draws nothing for it."""

from __future__ import annotations

import pymupdf
import pytest
from made_sources import first_page

from docparse.schemas.page import WordStyle

BOX = (150.0, 90.0, 300.0, 140.0)


def form(*, chosen: str = "French", display: int = 0, flags: int = 0, drawn: bool = False) -> bytes:
    """A list of languages to choose from, whose appearance is left to the viewer unless `drawn`."""
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    page.insert_text((60, 102), "Languages", fontsize=11)
    field = pymupdf.Widget()
    field.field_type, field.field_name, field.rect = pymupdf.PDF_WIDGET_TYPE_LISTBOX, "languages", pymupdf.Rect(BOX)
    field.choice_values, field.field_value = ["English", "French", "Old Greek"], chosen
    field.field_display, field.field_flags = display, flags
    page.add_widget(field)
    if not drawn:
        document.xref_set_key(document.pdf_catalog(), "AcroForm/NeedAppearances", "true")
    return bytes(document.tobytes())


def filled(data: bytes) -> list[str]:
    return [word.text for word in first_page(data).text.words if word.style & WordStyle.FIELD]


def test_a_choice_that_nothing_draws() -> None:
    assert filled(form()) == ["French"]
    assert filled(form(chosen="Old Greek")) == ["Old", "Greek"]
    words = [word for word in first_page(form()).text.words if word.text == "French"]
    assert all(
        BOX[0] <= x <= BOX[2] and BOX[1] <= y <= BOX[3] for word in words for x, y in (word.bbox[:2], word.bbox[2:])
    )


def test_what_is_drawn_is_read_once() -> None:
    assert filled(form(drawn=True)) == ["English", "French", "Old", "Greek"]


@pytest.mark.parametrize("display", [1, 3])
def test_what_no_reader_sees_is_not_read(display: int) -> None:
    assert filled(form(display=display)) == []
