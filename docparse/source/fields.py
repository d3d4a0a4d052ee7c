"""Fields of a form: the words that were filled into them, also where the page does not draw them."""

from __future__ import annotations

import contextlib

import pymupdf

from docparse.geometry import Box, centre, contains_point
from docparse.schemas.page import Word, WordStyle

_FIELD = int(WordStyle.FIELD)
_FILLED = (7, 3, 4)  # types of fields with text: PDF_WIDGET_TYPE_TEXT, _COMBOBOX, _LISTBOX
_UNSEEN = (1, 3)  # of `field_display`: hidden, not to be viewed
_PASSWORD = 1 << 13  # of `field_flags`
_SIZE_PT, _LEAST_PT, _PAD_PT = 10.0, 4.0, 2.0  # of words that nothing draws
_LEADING, _WIDTH_EM, _TOP_EM = 1.2, 0.5, 0.3


def with_fields(words: list[Word], page: pymupdf.Page) -> list[Word]:
    """Words, those that were filled into a form marked, and after them what is filled in and not drawn.

    MuPDF draws what a file tells viewers to draw themselves (NeedAppearances), but no lists to choose from.
    """
    with contextlib.suppress(RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):  # of a damaged form
        if page.first_widget is None:
            return words
        turn = page.rotation_matrix
        fields = [(tuple(widget.rect * turn), _value(widget)) for widget in page.widgets(_FILLED)]
        found = [
            word._replace(style=word.style | _FIELD)
            if any(contains_point(box, *centre(word.bbox)) for box, _ in fields)
            else word
            for word in words
        ]
        for box, value in fields:
            if value.strip() and not any(contains_point(box, *centre(word.bbox)) for word in words):
                found += _set(value, box, 1 + max((word.line for word in found), default=-1))
        return found
    return words


def _value(widget: pymupdf.Widget) -> str:
    """What is filled in, a line for each choice; "" where no reader would see it."""
    if widget.field_display in _UNSEEN or widget.field_flags & _PASSWORD:
        return ""
    value = widget.field_value or ""
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _set(value: str, box: Box, line: int) -> list[Word]:
    """Words in a box, left-aligned from its top; those that don't fit stand on one another at its end."""
    x0, y0, x1, y1 = box
    lines = [text.split() for text in value.splitlines() if text.strip()]
    longest = max(sum(map(len, texts)) + len(texts) for texts in lines)
    room = min((y1 - y0) / (_LEADING * len(lines)), (x1 - x0 - _PAD_PT) / (_WIDTH_EM * longest))
    size = max(min(_SIZE_PT, room), _LEAST_PT)
    words: list[Word] = []
    for number, texts in enumerate(lines):
        x = x0 + _PAD_PT
        top = max(min(y0 + (_LEADING * number + _TOP_EM) * size, y1 - size), y0)
        for text in texts:
            left, right = min(x, x1 - 1), min(x + len(text) * _WIDTH_EM * size, x1)
            place = (left, top, max(right, left + 1), top + size)
            words.append(Word(text, place, size, style=_FIELD, baseline=top + 0.8 * size, line=line + number))
            x = right + _WIDTH_EM * size
    return words
