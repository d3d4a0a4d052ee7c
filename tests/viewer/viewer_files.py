"""Documents that the tests of the viewer make for themselves."""

from __future__ import annotations

import hashlib
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pymupdf

from docparse.schemas.document import (
    Attempt,
    Block,
    Caption,
    Cell,
    Chart,
    Check,
    Chemistry,
    Code,
    Crop,
    Document,
    EngineInfo,
    Footnote,
    Formula,
    Heading,
    Image,
    Link,
    ListBlock,
    ListItem,
    Music,
    Page,
    PageHeader,
    PageNumber,
    Paragraph,
    SourceInfo,
    Table,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page as BrowserPage

UI = Path(__file__).parents[2] / "docparse" / "api" / "ui"
DIST = UI / "dist"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


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


def gallery(folder: Path) -> Path:
    """A result with a block of every kind, flags, failed checks and three attempts, beside its PDF."""
    blocks: list[Block] = [
        Heading(text="Every kind of block", level=1, bbox=(40, 40, 380, 62)),
        Paragraph(text="Energy is $E = mc^2$, and tea is $5 or $6.", bbox=(40, 70, 380, 84)),
        ListBlock(items=[ListItem(text="first"), ListItem(text="second", level=2)], bbox=(40, 90, 380, 118)),
        Table(rows=3, cols=3, cells=_cells(), bbox=(40, 124, 380, 180), flags=["totals_differ"], confidence=0.62,
              checks=[Check(name="totals", outcome="failed", detail="88.50 and 61.25 are not 150.00")]),
        Chart(chart_type="bar", data=[["Year", "A", "B"], ["2021", "3", "4.5"], ["2022", "7", "2"]],
              bbox=(40, 186, 200, 260)),
        Formula(latex=r"\int_0^1 x^2\,dx = \frac{1}{3}", bbox=(210, 186, 380, 210)),
        Formula(latex=r"\frac{1}{", flags=["latex_invalid"], bbox=(210, 214, 380, 230)),
        Image(caption="A lake below mountains", ocr="LAKE", crop=_crop(), bbox=(210, 236, 380, 300)),
        Caption(text="Figure 1: a lake", target="p1-b8", bbox=(210, 304, 380, 316)),
        Music(abc="X:1\nM:4/4\nL:1/4\nK:G\nGABc|d2B2|\n", bbox=(40, 320, 380, 360)),
        Chemistry(smiles="CC(=O)Oc1ccccc1C(=O)O", formula="C9H8O4", bbox=(40, 366, 200, 430)),
        Code(text="def area(r):\n    return 3.14159 * r**2", language="python", bbox=(210, 366, 380, 400)),
        Footnote(text="Without tax.", marker="1", bbox=(40, 540, 380, 552)),
        PageHeader(text="Handbook", bbox=(40, 14, 200, 26)),
        PageNumber(text="1", bbox=(200, 570, 220, 582)),
    ]  # fmt: skip
    attempts = [
        Attempt(engine="qwen", outcome="missing_text, numbers_differ", score=0.71, seconds=4.2),
        Attempt(engine="qwen", settings="temperature 0.2", outcome="passed", score=0.97, seconds=4.4),
        Attempt(engine="embedded", outcome="error: no time", seconds=0.3),
    ]
    page = page_of(1, blocks).model_copy(update={"attempts": attempts, "flags": ["numbers_differ"], "confidence": 0.97})
    links = [
        Link(text="link", start=7, uri="https://e.org/?a=1"), Link(text="$x^2$", start=15, to_page=1),
        Link(text="script", start=24, uri="javascript:alert(1)"),
    ]  # fmt: skip
    second = page_of(
        2,
        [
            Paragraph(text="A second page, quite in order.", bbox=(40, 40, 380, 60), confidence=1.0),
            Paragraph(text="\U0001d44e, one link to $x^2$, a script.", bbox=(40, 70, 380, 90), links=links),
        ],
    )
    return save_result(folder, "gallery", [page, second])


def long_result(folder: Path, pages: int = 100, lines: int = 36) -> Path:
    """A result of many full pages: `lines` paragraphs each, a table and a formula."""
    made = []
    for number in range(1, pages + 1):
        blocks: list[Block] = [Heading(text=f"Chapter {number}", level=1, bbox=(40, 40, 380, 60))]
        for place in range(lines):
            top = 70 + place * 12
            words = " ".join(f"word{(number * 37 + place * 11 + word) % 977}" for word in range(14))
            blocks.append(Paragraph(text=f"{words}.", bbox=(40, top, 380, top + 11), confidence=1.0))
        blocks.append(Table(rows=3, cols=3, cells=_cells(), bbox=(40, 510, 380, 560)))
        blocks.append(Formula(latex=rf"x_{{{number}}} = \sqrt{{{number}}}", bbox=(40, 562, 380, 576)))
        blocks.append(PageNumber(text=str(number), bbox=(200, 580, 220, 590)))
        made.append(page_of(number, blocks))
    return save_result(folder, "long", made)


def save_result(folder: Path, name: str, pages: list[Page]) -> Path:
    """`NAME.json` beside `NAME.pdf`, whose pages show the text of the blocks in their boxes."""
    pdf = pymupdf.open()
    for page in pages:
        sheet = pdf.new_page(width=page.width, height=page.height)
        for block in page.blocks:
            if block.bbox is not None:
                sheet.draw_rect(pymupdf.Rect(block.bbox), color=(0.8, 0.8, 0.8), width=0.5)
                sheet.insert_text(
                    (block.bbox[0] + 2, block.bbox[1] + 9), getattr(block, "text", block.kind)[:70], fontsize=6
                )
    data = bytes(pdf.tobytes())
    (folder / f"{name}.pdf").write_bytes(data)
    info = SourceInfo(
        name=f"{name}.pdf", sha256=hashlib.sha256(data).hexdigest(), media_type="application/pdf", bytes=len(data),
        pages=len(pages),
    )  # fmt: skip
    document = Document(source=info, engine=EngineInfo(name="embedded", reason="for the tests"), pages=pages)
    path = folder / f"{name}.json"
    path.write_text(document.to_json(), encoding="utf-8")
    return path


def page_of(number: int, blocks: list[Block]) -> Page:
    named = [
        block.model_copy(update={"id": f"p{number}-b{place}", "page": number, "order": place})
        for place, block in enumerate(blocks, 1)
    ]
    return Page(
        number=number, width=420, height=595, image_width=1008, image_height=1428, engine="embedded",
        text_layer="sound", blocks=named,
    )  # fmt: skip


def plain_page(number: int, text: str) -> Page:
    return page_of(number, [Paragraph(text=text, bbox=(40, 40, 380, 60))])


def _cells() -> list[Cell]:
    rows = [["Region", "Sales"], ["North", "1,204", "88.50"], ["South", "977", "61.25"]]
    cells = [
        Cell(row=row, col=col, text=text, header=row == 0)
        for row, texts in enumerate(rows)
        for col, text in enumerate(texts)
    ]
    cells[1] = cells[1].model_copy(update={"colspan": 2})
    for place, cell in enumerate(cells):
        left = 40 + 113 * cell.col
        top = 124 + 18 * cell.row
        cells[place] = cell.model_copy(update={"bbox": (left, top, left + 113 * cell.colspan, top + 18)})
    return cells


def _crop() -> Crop:
    picture = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 170, 64), False)
    picture.set_rect(picture.irect, (120, 160, 200))
    return Crop(width=170, height=64, data=picture.tobytes("png"))


class View:
    """A `docparse view` process."""

    def __init__(self, *results: Path) -> None:
        command = [sys.executable, "-m", "docparse", "view", "--no-browser", *map(str, results)]
        self._process = subprocess.Popen(
            command, cwd=results[0].parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            if found := re.search(r"http://[\d.]+:\d+", line):
                self.address = found[0]
                self._wait()
                return
        raise AssertionError(f"docparse view did not start:\n{said}")

    def _wait(self) -> None:
        """Until it answers; it says its address a moment before."""
        host, _, port = self.address.removeprefix("http://").partition(":")
        for _ in range(300):
            with suppress(OSError):
                socket.create_connection((host, int(port)), 5).close()
                return
            time.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        assert self._process.stdout is not None
        self._process.stdout.close()


def invoice(path: Path, number: str, net: str, tax: str, gross: str) -> Path:
    """An invoice of one line with these sums."""
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    rows = [
        (60, 18, "INVOICE"), (90, 11, "Harbour Tools Ltd"), (106, 11, "4 Quay Street"), (122, 11, "Bristol BS1 4DJ"),
        (160, 11, f"Invoice number: {number}"), (176, 11, "Invoice date: 3 March 2026"),
        (192, 11, "Due date: 2 April 2026"),
        (250, 11, "Description                 Quantity     Price      Amount"),
    ]  # fmt: skip
    for top, size, text in rows:
        page.insert_text((60, top), text, fontsize=size)
    for column, text in zip((60, 300, 380, 460), ("Torque wrench", "2", "50.00", "100.00"), strict=True):
        page.insert_text((column, 270), text, fontsize=11)
    for top, label, value in ((330, "Net total", net), (346, "VAT 20 %", tax), (362, "Total amount GBP", gross)):
        page.insert_text((300, top), label, fontsize=11)
        page.insert_text((460, top), value, fontsize=11)
    document.save(path)
    return path


def upload(page: BrowserPage, *files: Path, preset: str = "fast", what: str = "Documents") -> None:
    """By hand: chosen, the preset set, and what the files are."""
    page.set_input_files("input[type=file]", [str(file) for file in files])
    page.get_by_text("Options").click()
    page.locator(".options select").first.select_option(preset)
    page.get_by_text(what, exact=True).click()
    page.locator(".intake-end .button.main").click()
    page.wait_for_url("**/#/job/**")
