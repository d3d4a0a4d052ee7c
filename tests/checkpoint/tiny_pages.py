"""The pages that the tiny checkpoint knows, and the HTML that it must write for each: every element kind is on them.

A page is 280 x 224 points and as many pixels. `draw` draws and writes down at once, so that boxes can't be wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pymupdf

WIDTH, HEIGHT, LEFT = 280, 224, 20
ROMAN, BOLD, ITALIC = "tiro", "tibo", "tiit"
INK, SKY, HILL = (0.1, 0.1, 0.1), (0.55, 0.75, 0.95), (0.3, 0.55, 0.3)


class Sheet:
    """One page on the press: everything drawn is also written as QwenVL HTML, in order."""

    def __init__(self, page: pymupdf.Page) -> None:
        self.page = page
        self.parts: list[str] = []
        self.y = 18.0

    @property
    def html(self) -> str:
        return "<html><body>\n" + "\n".join(self.parts) + "\n</body></html>"

    def put(self, x: float, y: float, text: str, size: float = 9.5, font: str = ROMAN) -> float:
        self.page.insert_text((x, y), text, fontname=font, fontsize=size, color=INK)
        return x + float(pymupdf.get_text_length(text, fontname=font, fontsize=size))

    def lines(self, text: str, x: float, size: float, font: str) -> str:
        """Set a text in lines and give its box as the model writes it."""
        top, right, line = self.y, x, ""
        for word in [*text.split(), None]:
            longer = f"{line} {word}".strip() if word else line
            width = pymupdf.get_text_length(longer, fontname=font, fontsize=size)
            if word is None or x + width > WIDTH - LEFT:
                self.y += size * 1.25
                right = max(right, self.put(x, self.y - size * 0.3, line, size, font))
                line = word or ""
            else:
                line = longer
        return box(x, top, right, self.y)

    def heading(self, text: str, level: int = 1) -> None:
        place = self.lines(text, LEFT, 16 - 2 * level, BOLD)
        self.parts.append(f'<h{level} data-bbox="{place}">{text}</h{level}>')
        self.y += 5

    def paragraph(self, text: str, size: float = 9.5) -> None:
        """`$…$` marks formulas, which are printed without the signs."""
        self.parts.append(f'<p data-bbox="{self.lines(text.replace("$", ""), LEFT, size, ROMAN)}">{text}</p>')
        self.y += 6

    def items(self, texts: Sequence[str], tag: str) -> None:
        top, rows = self.y, []
        for number, text in enumerate(texts, 1):
            self.put(LEFT + 4, self.y + 9, f"{number}." if tag == "ol" else "-")
            rows.append(f'<li data-bbox="{self.lines(text, LEFT + 18, 9.5, ROMAN)}">{text}</li>')
        self.parts.append(f'<{tag} data-bbox="{box(LEFT, top, WIDTH - LEFT, self.y)}">{"".join(rows)}</{tag}>')
        self.y += 7

    def table(self, number: int, columns: Sequence[float], rows: Sequence[Sequence[tuple[str, int, int]]]) -> None:
        """Ruled cells of (text, rows, columns) in reading order; the first row holds the headers."""
        top, height = self.y, 17.0
        taken: set[tuple[int, int]] = set()
        written = []
        for row, cells in enumerate(rows):
            col, parts = 0, []
            for text, down, across in cells:
                while (row, col) in taken:
                    col += 1
                taken |= {(row + i, col + j) for i in range(down) for j in range(across)}
                rect = pymupdf.Rect(
                    columns[col], top + row * height, columns[col + across], top + (row + down) * height
                )
                self.page.draw_rect(rect, color=INK, width=0.7)
                self.put(
                    rect.x0 + 4, (rect.y0 + rect.y1) / 2 + 3, text, 9, BOLD if row < 2 and down + across > 2 else ROMAN
                )
                spans = f' rowspan="{down}"' * (down > 1) + f' colspan="{across}"' * (across > 1)
                tag = "th" if row == 0 else "td"
                parts.append(f"<{tag}{spans}>{text}</{tag}>")
            written.append(f"<tr>{''.join(parts)}</tr>")
        self.y = top + len(rows) * height
        place = box(columns[0], top, columns[-1], self.y)
        self.parts.append(f'<table data-bbox="{place}" class="table{number}">{"".join(written)}</table>')
        self.y += 8

    def figure(self, kind: str, height: float, draw: Callable[[pymupdf.Page, float], None], inner: str) -> None:
        """A drawn element over the full width; `inner` is what the model writes after its img."""
        draw(self.page, self.y)
        place = box(LEFT, self.y, WIDTH - LEFT, self.y + height)
        self.parts.append(f'<div class="{kind} data-bbox="{place}"><img data-bbox="{place}"/>{inner}</div>')
        self.y += height + 8


def box(*sides: float) -> str:
    return " ".join(str(round(side)) for side in sides)


def _river(sheet: Sheet) -> None:
    sheet.heading("A Small River")
    sheet.paragraph("We read the level of a small river every hour for one year and set it against the rain.")
    sheet.heading("What was done", 2)
    sheet.items(
        ("A gauge was hung under the bridge.", "Two collectors caught the rain.", "All clocks were set to one time."),
        "ul",
    )
    sheet.paragraph("Half of each rise came within six hours & the rest within two days.")


def _seasons(sheet: Sheet) -> None:
    sheet.heading("Seasons", 2)
    sheet.paragraph("Table 1: Rises of the level in each season.", 9)
    columns = (LEFT, 90, 145, 200, WIDTH - LEFT)
    sheet.table(1, columns, (
        (("Season", 2, 1), ("Rise (cm)", 1, 2), ("Events", 2, 1)),
        (("mean", 1, 1), ("most", 1, 1)),
        (("Winter", 1, 1), ("34", 1, 1), ("71", 1, 1), ("11", 1, 1)),
        (("Summer", 1, 1), ("45", 1, 1), ("88", 1, 1), ("5", 1, 1)),
        (("Other months were dry", 1, 3), ("0", 1, 1)),
    ))  # fmt: skip
    sheet.paragraph("Summer rises are short and steep.")


def _bars(page: pymupdf.Page, top: float) -> None:
    base = top + 128
    page.draw_line((40, top), (40, base), color=INK, width=0.9)
    page.draw_line((40, base), (WIDTH - LEFT, base), color=INK, width=0.9)
    for number, (name, value) in enumerate((("Jan", 8), ("Apr", 5), ("Jul", 2), ("Oct", 6))):
        x = 56 + number * 50
        page.draw_rect((x, base - value * 14, x + 30, base), color=None, fill=(0.25, 0.45, 0.7))
        page.insert_text((x + 6, base + 12), name, fontname=ROMAN, fontsize=9)
        page.insert_text((x + 12, base - value * 14 - 3), str(value), fontname=ROMAN, fontsize=9)


def _flow(sheet: Sheet) -> None:
    sheet.heading("Mean Flow", 2)
    rows = "".join(
        f"<tr><td>{name}</td><td>{value}</td></tr>"
        for name, value in (("Month", "Flow"), ("Jan", 8), ("Apr", 5), ("Jul", 2), ("Oct", 6))
    )
    sheet.figure('chart"', 144, _bars, f"<table>{rows}</table>")
    sheet.paragraph("Figure 1: Flow at the bridge in four months.", 9)


def _fraction(page: pymupdf.Page, top: float) -> None:
    base = top + 24
    for x, y, text, size, font in (
        (70, base, "Q", 14, ITALIC), (88, base, "=", 14, ROMAN), (110, base - 9, "1", 13, ROMAN),
        (110, base + 12, "n", 13, ITALIC), (126, base, "A R", 14, ITALIC), (151, base - 6, "2/3", 9, ROMAN),
        (167, base, "S", 14, ITALIC), (176, base - 6, "1/2", 9, ROMAN),
    ):  # fmt: skip
        page.insert_text((x, y), text, fontname=font, fontsize=size, color=INK)
    page.draw_line((106, base - 4), (121, base - 4), color=INK, width=0.8)


def _manning(sheet: Sheet) -> None:
    sheet.heading("The Formula", 2)
    sheet.paragraph("The flow follows from the wetted area by the formula of Manning:")
    sheet.figure('formula"', 44, _fraction, r"<div>$$Q = \frac{1}{n} A R^{2/3} S^{1/2}$$</div>")
    sheet.paragraph("Here $n$ is the roughness of the bed and $S$ its slope.")


def _landscape(page: pymupdf.Page, top: float) -> None:
    page.draw_rect((LEFT, top, WIDTH - LEFT, top + 150), color=None, fill=SKY)
    page.draw_circle((210, top + 36), 18, color=None, fill=(1, 0.85, 0.2))
    page.draw_polyline(((LEFT, top + 150), (95, top + 60), (175, top + 150)), color=None, fill=HILL)
    page.draw_polyline(((130, top + 150), (200, top + 90), (WIDTH - LEFT, top + 150)), color=None, fill=(0.2, 0.4, 0.2))


def _valley(sheet: Sheet) -> None:
    sheet.heading("The Valley", 2)
    sheet.figure('image caption"', 150, _landscape, "<p>Two green hills under a blue sky with a yellow sun.</p>")
    sheet.paragraph("Figure 2: The valley from the south.", 9)


def _staff(page: pymupdf.Page, top: float) -> None:
    for line in range(5):
        page.draw_line((LEFT, top + 14 + 7 * line), (WIDTH - LEFT, top + 14 + 7 * line), color=INK, width=0.6)
    for number, step in enumerate((0, 1, 2, 3, 4, 3, 2, 0)):
        x, y = 54 + number * 25, top + 49 - 3.5 * step
        page.draw_oval((x - 4.5, y - 3.2, x + 4.5, y + 3.2), color=INK, fill=INK)
        page.draw_line((x + 4.2, y), (x + 4.2, y - 24), color=INK, width=0.9)
    for x in (LEFT, 141, WIDTH - LEFT):
        page.draw_line((x, top + 14), (x, top + 42), color=INK, width=0.8)


def _song(sheet: Sheet) -> None:
    sheet.heading("The Song of the Bridge", 2)
    notes = "<div>X:1\nT:The Song of the Bridge\nM:4/4\nL:1/4\nK:C\nC D E F | G F E C |]</div>"
    sheet.figure('music sheet" format="abc notation"', 62, _staff, notes)
    sheet.paragraph("It is sung at the first flood of the year.")


def _ring(page: pymupdf.Page, top: float) -> None:
    centre, corners = (120.0, top + 52), [math.pi / 6 + k * math.pi / 3 for k in range(6)]
    outer = [(centre[0] + 34 * math.cos(a), centre[1] + 34 * math.sin(a)) for a in corners]
    inner = [(centre[0] + 27 * math.cos(a), centre[1] + 27 * math.sin(a)) for a in corners]
    for k in range(6):
        page.draw_line(outer[k], outer[(k + 1) % 6], color=INK, width=1.1)
        if k % 2 == 0:
            page.draw_line(inner[k], inner[(k + 1) % 6], color=INK, width=1.1)
    page.draw_line(outer[5], (outer[5][0] + 26, outer[5][1] - 15), color=INK, width=1.1)
    page.insert_text((outer[5][0] + 28, outer[5][1] - 13), "OH", fontname=ROMAN, fontsize=12, color=INK)


def _water(sheet: Sheet) -> None:
    sheet.heading("Traces in the Water", 2)
    sheet.paragraph("After each flood we found a little phenol:")
    sheet.figure('chemical formula" format="smile"', 104, _ring, "<div>Oc1ccccc1</div>")
    sheet.paragraph("It comes from the old gas works up the river.")


def _sign(page: pymupdf.Page, top: float) -> None:
    page.draw_rect((60, top + 6, 220, top + 84), color=(0.7, 0.1, 0.1), fill=(1, 0.95, 0.6), width=3)
    page.insert_text((82, top + 40), "HIGH WATER", fontname=BOLD, fontsize=18, color=(0.7, 0.1, 0.1))
    page.insert_text((96, top + 66), "Do not cross", fontname=BOLD, fontsize=15, color=(0.7, 0.1, 0.1))


def _flood(sheet: Sheet) -> None:
    sheet.heading("In a Flood", 2)
    sheet.items(("Leave the lower meadow.", "Bring the boats to the upper pier.", "Wait for the bell."), "ol")
    sheet.figure('image ocr"', 90, _sign, "<p>HIGH WATER Do not cross</p>")
    sheet.paragraph("These rules hang at the bridge.")


class Drawn(NamedTuple):
    """A page of the set: its name and what must be written for it."""

    name: str
    html: str


_SHEETS: dict[str, Callable[[Sheet], None]] = {
    "river": _river, "seasons": _seasons, "flow": _flow, "manning": _manning, "valley": _valley, "song": _song,
    "water": _water, "flood": _flood,
}  # fmt: skip
SCANS = ("flood",)


def draw_pages() -> tuple[bytes, list[Drawn]]:
    """(PDF of all pages, the same bytes every time; what must be written for each). Scans have no text layer."""
    document = pymupdf.open()
    drawn = []
    for name, draw in _SHEETS.items():
        target = pymupdf.open() if name in SCANS else document
        sheet = Sheet(target.new_page(width=WIDTH, height=HEIGHT))
        draw(sheet)
        drawn.append(Drawn(name, sheet.html))
        if name in SCANS:
            picture = target[0].get_pixmap(dpi=72).tobytes("png")
            document.new_page(width=WIDTH, height=HEIGHT).insert_image((0, 0, WIDTH, HEIGHT), stream=picture)
            target.close()
    document.set_metadata({"title": "A Small River"})
    return document.tobytes(garbage=3, deflate=True, no_new_id=True), drawn
