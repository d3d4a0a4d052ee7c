"""Size, weight and pitch of type told from its pixels, and what headings, running lines and listings make of it."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageFilter

from docparse.model.embedded.bullets import with_bullets
from docparse.model.embedded.figures import is_listing
from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.type_size import with_type
from docparse.model.embedded.types import Region
from docparse.schemas.document import Block, Code, Heading, ListBlock, PageHeader
from docparse.schemas.page import PageImage, Word, WordStyle

DPI = 150
PROSE = "the river carried barges laden with timber and grain toward the harbour where merchants weighed every load"


class Scan:
    """A page whose words are known as OCR knows them: by boxes that are as loose as they happen to be."""

    def __init__(self, width: float = 595, height: float = 842) -> None:
        self.doc = pymupdf.open()
        self.page = self.doc.new_page(width=width, height=height)
        self.words: list[Word] = []
        self.line = 0

    def put(
        self, x: float, y: float, text: str, size: float = 10, font: str = "tiro", loose: float = 0.0,
        color: tuple[float, float, float] = (0, 0, 0),
    ) -> None:  # fmt: skip
        """One line with its baseline at y; `loose` is how far too high and too low its boxes reach."""
        metrics = pymupdf.Font(font)
        self.page.insert_text((x, y), text, fontsize=size, fontname=font, color=color)
        for part in text.split(" "):
            w = metrics.text_length(part, size)
            if part:
                box = (x, y - 0.75 * size - loose, x + w, y + 0.22 * size + loose)
                height = box[3] - box[1]
                self.words.append(Word(part, box, 0.8 * height, baseline=box[3] - 0.2 * height, line=self.line))
            x += w + metrics.text_length(" ", size)
        self.line += 1

    def prose(self, y: float, lines: int) -> float:
        for number in range(lines):
            self.put(60, y, PROSE, loose=0.3 * (number % 3))
            y += 13
        return y

    def image(self, dpi: int = DPI) -> PageImage:
        pixmap = self.page.get_pixmap(dpi=dpi)
        pixels = np.asarray(Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples))
        size = self.page.rect
        return PageImage(1, pixmap.width, pixmap.height, size.width, size.height, pixels=pixels)

    def typed(self) -> list[Word]:
        return with_type(self.words, self.image())

    def blocks(self, regions: list[Region] | None = None) -> list[Block]:
        return build_blocks(self.image(), self.typed(), regions or [], [])


def sizes(words: list[Word]) -> list[float]:
    """Of each line."""
    return [next(word.size for word in words if word.line == line) for line in range(words[-1].line + 1)]


def test_lines_of_one_size_have_it_however_loose_their_boxes_are() -> None:
    scan = Scan()
    scan.prose(100, 12)
    assert len({round(size, 3) for size in sizes(scan.typed())}) == 1


@pytest.mark.parametrize("factor", [1.2, 1.44, 0.8])
def test_another_size_is_told_although_its_boxes_are_as_high_as_all_others(factor: float) -> None:
    scan = Scan()
    scan.prose(100, 12)
    scan.put(60, 300, "Navigation on narrow rivers", 10 * factor, loose=0.48 * 10 * (1.15 - factor))
    usual, *_, other = sizes(scan.typed())
    assert other / usual == pytest.approx(factor, rel=0.06)


def worn(page: PageImage, top: float, step: float, blur: float) -> PageImage:
    """Lines printed thick and thin by turns, as on a bad copy; lines `step` apart (page units)."""
    assert page.pixels is not None
    picture = Image.fromarray(page.pixels)
    for number, start in enumerate(np.arange(top, page.height, step).tolist()):
        box = tuple(round(side) for side in page.to_px((0, start, page.width, start + step)))
        limit = (120, 210, 150, 180, 200)[number % 5]
        band = picture.crop(box).filter(ImageFilter.GaussianBlur(blur)).convert("L")
        picture.paste(band.point([0 if value < limit else 255 for value in range(256)]), box[:2])
    return page.replace(pixels=np.asarray(picture))


@pytest.mark.parametrize("blur", [0.8, 1.1])
def test_where_print_is_thick_and_thin_by_turns_no_line_is_larger_or_bold(blur: float) -> None:
    scan = Scan()
    scan.prose(100, 24)
    found = with_type(scan.words, worn(scan.image(), 90, 13, blur))
    assert len({round(size, 3) for size in sizes(found)}) == 1
    assert not any(word.style & WordStyle.BOLD for word in found)


def test_bars_through_a_box_make_no_large_type() -> None:
    scan = Scan()
    scan.prose(100, 12)
    scan.put(60, 300, "commons")
    for x in (62, 92):
        scan.page.draw_line((x, 270), (x, 330), width=8)
    usual, *_, other = sizes(scan.typed())
    assert other == pytest.approx(usual, rel=0.1)


def test_boxes_cut_close_to_the_ink_make_no_small_print() -> None:
    scan = Scan()
    for line in range(12):
        scan.put(60, 100 + 13 * line, PROSE, loose=-2.3)
    assert scan.words[0].size < 5
    assert min(sizes(scan.typed())) > 7


def test_capitals_and_digits_are_no_larger_type_than_small_letters() -> None:
    scan = Scan()
    scan.prose(100, 12)
    scan.put(60, 300, "ALFREDO BIANCHI 1234567")
    usual, *_, other = sizes(scan.typed())
    assert other == pytest.approx(usual, rel=0.01)


def test_bold_is_told_by_the_strokes_in_print_of_any_colour() -> None:
    scan = Scan()
    scan.prose(100, 12)
    scan.put(60, 300, "Navigation on narrow rivers", font="tibo")
    scan.page.draw_rect((50, 330, 400, 400), fill=(0.1, 0.2, 0.6), color=None)  # a panel: a bar would stress its line
    scan.put(60, 355, "carried barges over narrow rivers", color=(1, 1, 1))
    bold = {word.line for word in scan.typed() if word.style & WordStyle.BOLD}
    assert bold == {12}


def test_words_of_a_text_layer_stay_as_they_are() -> None:
    word = Word("Title", (60, 90, 90, 104), 14.0, "Helvetica", 0, 0, 100.0, 0)
    assert with_type([word], Scan().image()) == [word]


def test_a_page_without_pixels_keeps_its_sizes_but_for_the_jitter() -> None:
    scan = Scan()
    scan.prose(100, 4)
    scan.put(60, 300, "Title", 20)
    words = with_type(scan.words, scan.image().replace(pixels=None))
    assert sizes(words)[0] == sizes(words)[1] < 0.6 * sizes(words)[-1]


def test_a_heading_of_two_lines_is_one() -> None:
    scan = Scan()
    scan.put(60, 80, "Navigation and commerce on narrow northern rivers in", 16.5)
    scan.put(60, 100, "Seven Centuries", 16.5)
    scan.prose(130, 12)
    heads = [block.text for block in scan.blocks() if isinstance(block, Heading)]
    assert heads == ["Navigation and commerce on narrow northern rivers in Seven Centuries"]


def test_the_title_in_the_band_of_a_slide_is_no_running_line() -> None:
    scan = Scan(720, 405)
    scan.page.draw_rect((0, 0, 720, 50), fill=(0.4, 0.1, 0.6), color=None)
    scan.put(40, 33, "Why do migrations never succeed", 24, color=(1, 1, 1))
    for number, text in enumerate(("Schemas drift while nobody watches", "Clocks disagree between sites")):
        scan.put(60, 120 + 40 * number, text, 15)
    blocks = scan.blocks([Region("header", (30, 5, 500, 45), 0.9)])
    assert [block.text for block in blocks if isinstance(block, Heading)] == ["Why do migrations never succeed"]
    assert not any(isinstance(block, PageHeader) for block in blocks)


def test_a_small_running_line_stays_one() -> None:
    scan = Scan()
    scan.put(60, 40, "annals of northern commerce", 8)
    scan.prose(100, 12)
    blocks = scan.blocks([Region("header", (50, 30, 300, 48), 0.9)])
    assert isinstance(blocks[0], PageHeader)


LISTING = (
    "import numpy as np", "from pathlib import Path", "def depth(line, scale=2):", "    total = line.length + scale",
    "    for part in line.parts:", "        total += part.depth", "    return total",
)  # fmt: skip


def listing(scan: Scan, y: float) -> float:
    """The listing below y; the y of its last line."""
    for text in LISTING:
        y += 12
        indent = len(text) - len(text.lstrip())
        scan.put(60 + 6 * indent, y, text.lstrip(), font="cour")
    return y


def test_lines_whose_letters_take_the_same_room_are_a_listing() -> None:
    scan = Scan()
    y = scan.prose(100, 10)
    y = listing(scan, y)
    scan.prose(y + 30, 6)
    codes = [block for block in scan.blocks() if isinstance(block, Code)]
    assert [code.text.splitlines()[2:4] for code in codes] == [list(LISTING[2:4])]


def test_a_listing_that_the_layout_model_takes_for_a_figure_is_code() -> None:
    scan = Scan()
    y = scan.prose(100, 10)
    y = listing(scan, y)
    assert is_listing([word for word in scan.typed() if word.line >= 10])
    blocks = scan.blocks([Region("figure", (50, 235, 400, y + 8), 0.9)])
    assert any(isinstance(block, Code) and "def depth" in block.text for block in blocks)


def test_prose_is_no_listing() -> None:
    scan = Scan()
    scan.prose(100, 14)
    scan.put(60, 320, "Two words")
    scan.put(60, 340, "More words")
    assert not any(word.style & WordStyle.MONO for word in scan.typed())


@pytest.mark.parametrize("sign", ["•", "○", "–"])
def test_signs_that_an_ocr_left_out_are_printed_before_their_items(sign: str) -> None:
    scan = Scan()
    y = scan.prose(100, 10)
    for text in ("Schemas drift while nobody watches", "Clocks disagree between sites", "Nobody owns the plan"):
        y += 16
        if sign == "–":
            scan.page.insert_text((70, y), "-", fontsize=10, fontname="helv")
        elif sign == "○":
            scan.page.draw_circle((72, y - 3), 1.8, width=0.8)
        else:
            scan.page.draw_circle((72, y - 3), 1.6, fill=(0, 0, 0))
        scan.put(84, y, text)
    words = with_bullets(scan.typed(), scan.image())
    assert [word.text for word in words].count(sign) == 3
    lists = [block for block in build_blocks(scan.image(), words, [], []) if isinstance(block, ListBlock)]
    assert [(item.marker, item.text.split()[0]) for item in lists[0].items] == [
        (sign, "Schemas"), (sign, "Clocks"), (sign, "Nobody"),
    ]  # fmt: skip


def test_a_speck_and_letters_before_lines_are_no_bullets() -> None:
    scan = Scan()
    y = scan.prose(100, 10)
    scan.page.draw_circle((40, y + 13), 1.6, fill=(0, 0, 0))
    scan.put(52, y + 16, "Schemas drift while nobody watches")
    for number in range(3):
        scan.page.insert_text((72, y + 40 + 16 * number), "n", fontsize=10, fontname="tiro")
        scan.put(84, y + 40 + 16 * number, "Clocks disagree between sites")
    assert not any(word.text == "•" for word in with_bullets(scan.typed(), scan.image()))


def test_a_line_between_two_of_one_size_at_their_distance_is_of_that_size() -> None:
    scan = Scan()
    y = scan.prose(100, 5)
    scan.put(60, y, PROSE[:60], 12.5)
    y = scan.prose(y + 13, 5)
    scan.put(60, y + 30, "A heading over text", 12.5)
    scan.prose(y + 60, 5)
    by_line = {word.line: word.size for word in scan.typed()}
    assert by_line[5] == pytest.approx(by_line[4], rel=0.02)
    assert by_line[11] > 1.15 * by_line[4]


def test_a_line_of_even_room_in_the_middle_of_prose_is_no_listing() -> None:
    scan = Scan()
    y = scan.prose(100, 5)
    scan.put(60, y, "letters stood apart alike", font="cour")
    y = scan.prose(y + 13, 5)
    listing(scan, y + 20)
    mono = {word.line for word in scan.typed() if word.style & WordStyle.MONO}
    assert 5 not in mono
    assert len(mono) >= 5


def test_dashes_that_an_ocr_left_out_are_printed_before_their_items_on_a_panel() -> None:
    scan = Scan()
    y = scan.prose(100, 10)
    scan.page.draw_line((62, y), (62, y + 60))
    for text in ("Schemas drift while nobody watches", "Clocks disagree between sites", "Nobody owns the plan"):
        y += 16
        scan.page.draw_line((70, y - 3), (75, y - 3), width=0.7)
        scan.put(84, y, text)
    words = with_bullets(scan.typed(), scan.image())
    assert [word.text for word in words].count("–") == 3
    lists = [block for block in build_blocks(scan.image(), words, [], []) if isinstance(block, ListBlock)]
    assert [item.text.split()[0] for item in lists[0].items] == ["Schemas", "Clocks", "Nobody"]


def test_bold_type_too_small_to_be_measured_is_told_in_a_box_that_is_too_high() -> None:
    scan = Scan()
    scan.prose(100, 12)
    scan.put(60, 300, "Reproducibility measurement", font="tibo", loose=1.2)
    scan.put(60, 330, "Reproducibility measurement", loose=1.2)
    typed = with_type(scan.words, scan.image(dpi=72))
    bold = {word.line for word in typed if word.style & WordStyle.BOLD}
    assert bold == {12}


def test_lines_of_a_heading_that_were_not_measured_are_of_one_size() -> None:
    scan = Scan()
    scan.prose(200, 12)
    scan.put(60, 100, "How do policies and settings", 18, loose=1)
    scan.put(60, 122, "shape what is done for them", 18, loose=-2)
    page = scan.image(dpi=72)
    apart, together = (sizes(with_type(scan.words, page, headings=boxes))[12:] for boxes in ([], [(50, 80, 400, 130)]))
    assert apart[0] != apart[1]
    assert together[0] == together[1] > 14


def test_a_heading_is_one_in_whose_box_the_models_is_the_smaller() -> None:
    scan = Scan()
    end = scan.prose(100, 12)
    scan.put(60, end + 20, "Specific aims", loose=2)
    scan.prose(end + 50, 6)
    box = next(word.bbox for word in scan.words if word.text == "Specific")
    tight, narrow = (Region("heading", (60, box[1] + 4, x1, box[3] - 4), 0.6) for x1 in (112, 80))
    assert any(isinstance(block, Heading) for block in scan.blocks([tight]))
    assert not any(isinstance(block, Heading) for block in scan.blocks([narrow]))
