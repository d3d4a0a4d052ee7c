"""Documents that the tests of the viewer make for themselves."""

from __future__ import annotations

import pymupdf


def make_report(pages: int = 3) -> bytes:
    document = pymupdf.open()
    for number in range(1, pages + 1):
        page = document.new_page(width=420, height=595)
        page.insert_text((40, 60), f"Quarterly figures {number}", fontsize=20)
        page.insert_textbox(
            (40, 80, 380, 160),
            f"Sales of part {number} grew in every region. The table below lists units and revenue as booked. "
            "Figures are not audited and may change until the end of the year.",
            fontsize=11,
        )
        _table(page, [["Region", "Units", "Revenue"], ["North", "1,204", "88.50"], ["South", "977", "61.25"]])
    if pages == 3:
        picture = document[1].get_pixmap(dpi=100)
        document.delete_page(1)
        page = document.new_page(1, width=420, height=595)
        page.insert_image(page.rect, pixmap=picture)
    return bytes(document.tobytes())


def _table(page: pymupdf.Page, rows: list[list[str]], top: float = 180) -> None:
    width, height = 110, 24
    for place, row in enumerate(rows):
        for column, text in enumerate(row):
            x, y = 40 + column * width, top + place * height
            page.draw_rect(pymupdf.Rect(x, y, x + width, y + height), color=(0, 0, 0), width=0.7)
            page.insert_text((x + 6, y + 16), text, fontsize=11)
