"""Pictures told apart: charts are measured, molecules and formulas read, the rest owned up to."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, clip, inside_share, union
from docparse.model.base import Deadline
from docparse.model.embedded import chemistry, formula_ink, pictures, preprocess
from docparse.model.embedded.charts import read_chart
from docparse.model.embedded.figures import is_page_of_text
from docparse.model.embedded.formula import beside_number, number_in
from docparse.model.embedded.formula_symbols import FUNCTIONS
from docparse.model.embedded.tables.text_rows import em_of
from docparse.schemas.document import Block, Chart, Chemistry, Formula, Image, ListBlock, Music, Table
from docparse.schemas.page import PageImage, Word

_FEW_WORDS, _LABEL = 60, 10  # a page's, and letters of most lines
_LEAST_PX = 80  # shorter side of a crop that is looked at
_LEAST_DPI = 120
_LEAST_DRAWN_DPI = 95
_LEAST_BONDS, _MOST_BONDS = 4, 150
_CHART_CONFIDENCE = 0.7
_LEAST_NUMBERS = 3
_MOST_READ = 12  # drawings of one page that are looked at for molecules
_FORMULA_PX = 260
_PLAIN = 0.35  # of a formula's letters at most are in plain words
_NAMES = 0.25  # of a formula's letters at most are in names, those of functions aside
_NAME, _COMMAND = re.compile(r"[^\W\d_]{4,}"), re.compile(r"\\[A-Za-z]+")
_INDEX = re.compile(r"[_^]\{[^{}]*\}")  # a name may stand in one
_LEVELS = re.compile(r"\\(?:frac|sqrt)|[_^].*=|=.*[_^]")
_FORMULA_SURE, _FORMULA_CONFIDENCE = 0.85, 0.8
_MATH = re.compile(r"[=^_∫∑∏√∂∞±≤≥×·∈∀∃{}|\\<>+]|[\u0370-\u03ff]")


def tell_pictures(
    blocks: list[Block], page: PageImage, words: Sequence[Word], *, deadline: Deadline | None = None
) -> tuple[list[Block], tuple[str, ...]]:
    """Blocks with pictures by kind, and page flags for what no recogniser here can read.

    A chart whose scales and marks fit together becomes a chart block with its measured data, a molecule that can be
    read a chemistry block. Formulas and other charts stay pictures with the text printed in them;
    the flags are `music_from_image`, `music_not_recognised`, `chart_data_not_recognised`,
    `formula_not_recognised`, `chemistry_not_recognised`. Needs the page's pixels; without them nothing changes.
    """
    if page.pixels is None:
        return blocks, ()
    flags: dict[str, None] = {}
    lone = not page.text.words and not any(isinstance(block, Table | Music) for block in blocks)
    if lone:
        blocks = _whole_page(blocks, page, words, flags, deadline)
    lone &= _is_labels(words)
    told: list[Block] = []
    asked = 0
    for block in blocks:
        if isinstance(block, Image | Chart) and (chart := _measured(block, page, words)) is not None:
            block = chart
            flags.pop("chart_data_not_recognised", None)
        elif isinstance(block, Image) and asked < _MOST_READ and _may_be_molecule(block, page):
            asked += 1
            block = _molecule(block, page, flags, deadline)
        elif isinstance(block, Image) and lone and (clear := _clear_molecule(block.bbox, page)) is not None:
            block = clear
        elif isinstance(block, Chart) and not block.data:
            flags["chart_data_not_recognised"] = None
        elif isinstance(block, Formula) and not block.latex:
            block = _formula(block, page, words, deadline)
            if not block.latex:
                flags["formula_not_recognised"] = None
        elif isinstance(block, Music):
            flags["music_from_image" if block.abc else "music_not_recognised"] = None
        if isinstance(block, Formula) and "formula_from_ocr" in block.flags:
            flags["formula_from_ocr"] = None
        told.append(block)
    return told, tuple(flags)


def _whole_page(
    blocks: list[Block], page: PageImage, words: Sequence[Word], flags: dict[str, None], deadline: Deadline | None
) -> list[Block]:
    """A scanned page that is one picture."""
    assert page.pixels is not None
    if len(words) <= _FEW_WORDS and _is_strip(page) and (reading := _strip_reading(page, words)) is not None:
        whole = page.to_units((0, 0, page.width_px, page.height_px))
        found = _gathered(blocks, whole, Formula, even_empty=True)
        return [_with_latex(b, reading) if isinstance(b, Formula) else b for b in found]
    extent = _ink_box(page.pixels)
    if len(words) > _FEW_WORDS or extent is None:
        return blocks
    box = page.to_units(extent)
    images = [block for block in blocks if isinstance(block, Image | Chart)]
    if images:  # of a chart whose labels stand outside of what was taken for a picture
        cut = len(images) == 1 and _is_sparse(words, page) and _measured(images[0], page, words) is None
        is_chart = cut and _measured(Image(bbox=box), page, words) is not None
        return _gathered(blocks, box, Image, even_empty=True) if is_chart else blocks
    drawing = pictures.strokes(page.pixels)
    if drawing is not None and min(page.height_px, page.width_px) >= _LEAST_PX:
        if pictures.looks_chemical(drawing):
            return _gathered(blocks, box, Image, even_empty=True)
        if _is_labels(words) and (clear := _clear_molecule(box, page)) is not None:
            return [clear if isinstance(b, Image) else b for b in _gathered(blocks, box, Image, even_empty=True)]
        if _is_sparse(words, page) and _measured(Image(bbox=box), page, words) is not None:
            return _gathered(blocks, box, Image, even_empty=True)
        framed = pictures.looks_chart(drawing) and len(words) >= 3 and _is_sparse(words, page)
        if framed and not is_page_of_text(box, words, em_of(words)):  # the frames of a form are no axes
            flags["chart_data_not_recognised"] = None
            return _gathered(blocks, box, Image, even_empty=True)
    if _is_formula(page, words):
        return _gathered(blocks, box, Formula, even_empty=True)
    return blocks


def _measured(block: Image | Chart, page: PageImage, words: Sequence[Word]) -> Chart | None:
    """The picture as a chart with data, where it is one whose scales and marks fit together."""
    if block.bbox is None or (isinstance(block, Chart) and block.data):
        return None
    inside = _with_rest(words, block.bbox)
    if sum(word.text[-1:].isdigit() or word.text[-1:] in "%)" for word in inside) < _LEAST_NUMBERS:
        return None
    bbox = clip(union([block.bbox, *(word.bbox for word in inside)]), page.width, page.height)
    left, top, _, _ = page.to_px(bbox)
    placed = [(word.text, _moved(page.to_px(word.bbox), int(left), int(top)), word.line) for word in inside]
    reading = read_chart(_crop(page, bbox), placed)
    if reading is None:
        return None
    confidence = round(_CHART_CONFIDENCE * reading.found, 2)
    return Chart(
        bbox=bbox, chart_type=reading.kind, data=reading.data, confidence=confidence,
        text=block.ocr if isinstance(block, Image) else block.text,
        flags=["chart_data_measured", *(["chart_data_incomplete"] if reading.found < 1 else [])],
    )  # fmt: skip


def _with_rest(words: Sequence[Word], box: Box) -> list[Word]:
    """The words in a box, and those that go on with them outside: labels are whole."""
    inside = [inside_share(word.bbox, box) > 0.6 for word in words]
    for order in (range(1, len(words)), range(len(words) - 2, -1, -1)):
        back = -1 if order.step > 0 else 1
        for place in order:
            inside[place] |= inside[place + back] and _adjoin(words[place], words[place + back])
    return [word for word, held in zip(words, inside, strict=True) if held]


def _adjoin(word: Word, other: Word) -> bool:
    (x0, y0, x1, y1), (u0, _, u1, _) = word.bbox, other.bbox
    return word.line == other.line and word.line >= 0 and max(x0, u0) - min(x1, u1) < 0.5 * (y1 - y0)


def _moved(box: Box, x: int, y: int) -> Box:
    return (box[0] - x, box[1] - y, box[2] - x, box[3] - y)


def _may_be_molecule(block: Image, page: PageImage) -> bool:
    """Whether a picture has the look of a structural formula, and pixels enough to read it."""
    if block.bbox is None:
        return False
    crop = _crop(page, block.bbox)
    if min(crop.shape[:2]) < _LEAST_PX:
        return False
    dpi = page.scale_x * 72 if page.unit == "pt" else _LEAST_DPI
    box = block.bbox
    if page.unit == "pt" and not any(inside_share(box, picture.bbox) > 0.5 for picture in page.pictures):
        if dpi < _LEAST_DRAWN_DPI or not _has_bonds(page, box):  # drawn, not scanned: sharp at less
            return False
        drawing = pictures.strokes(crop)
        return drawing is not None and pictures.looks_like_bonds(drawing)
    drawing = pictures.strokes(crop) if dpi >= _LEAST_DPI else None
    return drawing is not None and pictures.looks_chemical(drawing)


def _has_bonds(page: PageImage, box: Box) -> bool:
    """Whether the page draws several slanted strokes of much the same length there."""
    drawn = [shape for shape in page.shapes if not shape.filled and inside_share(shape.bbox, box) > 0.9]
    lengths = sorted(
        math.hypot(shape.bbox[2] - shape.bbox[0], shape.bbox[3] - shape.bbox[1])
        for shape in drawn
        if shape.segments == 1
    )
    usual = lengths[len(lengths) // 2] if lengths else 0.0
    alike = sum(0.45 * usual <= length <= 2.2 * usual for length in lengths)
    straight = len(lengths) >= 0.6 * len(drawn)
    return _LEAST_BONDS <= len(lengths) <= _MOST_BONDS and straight and alike >= 0.8 * len(lengths)


def _molecule(block: Image, page: PageImage, flags: dict[str, None], deadline: Deadline | None) -> Block:
    """The molecule that a picture shows, else the picture."""
    assert block.bbox is not None
    dpi = page.scale_x * 72 if page.unit == "pt" else None
    found = chemistry.read_structures(_with_rim(page, block.bbox), dpi=dpi, deadline=deadline)
    if found is not None:
        return _chemistry(found, block.bbox)
    flags["chemistry_not_recognised"] = None
    return block


def _clear_molecule(box: Box | None, page: PageImage) -> Chemistry | None:
    """What a drawing that stands alone shows, whatever it looks like, if it is a molecule beyond doubt."""
    if box is None or min(_crop(page, box).shape[:2]) < _LEAST_PX:
        return None
    found = chemistry.read_clear(_with_rim(page, box))
    return None if found is None else _chemistry(found, box)


def _with_rim(page: PageImage, box: Box) -> NDArray[np.uint8]:
    """The picture and a little more: letters at the rim stand half out of the strokes' box."""
    x0, y0, x1, y1 = box
    margin = 0.03 * max(x1 - x0, y1 - y0)
    return _crop(page, (x0 - margin, y0 - margin, x1 + margin, y1 + margin))


def _chemistry(found: chemistry.Structures, box: Box) -> Chemistry:
    return Chemistry(smiles=".".join(found.smiles), bbox=box, confidence=found.confidence, flags=[found.source])


def _formula(block: Formula, page: PageImage, words: Sequence[Word], deadline: Deadline | None) -> Formula:
    """The formula with the LaTeX that its pixels tell, where OCR read the page and no part of it stays unclear."""
    if block.bbox is None or (words and words[0].font) or (deadline is not None and deadline.passed):
        return block
    number = number_in(block.text)
    reading = _sure_reading(page, page.to_px(beside_number(block.bbox, number, words)))
    return block if reading is None else _with_latex(block, reading, number)


def _with_latex(block: Formula, reading: formula_ink.Reading, number: str = "") -> Formula:
    kept = [flag for flag in block.flags if flag != "formula_not_recognised"]
    confidence = round(_FORMULA_CONFIDENCE * reading.confidence, 2)
    number = reading.number or number
    latex = f"{reading.latex} \\tag{{{number}}}" if number else reading.latex
    return block.model_copy(update={"latex": latex, "confidence": confidence, "flags": [*kept, "formula_from_ocr"]})


def _sure_reading(page: PageImage, box: Box) -> formula_ink.Reading | None:
    assert page.pixels is not None
    reading = formula_ink.read_formula(page.pixels, box, page.scale_y / page.scale_x)
    return reading if reading is not None and reading.confidence >= _FORMULA_SURE else None


def _crop(page: PageImage, box: Box) -> NDArray[np.uint8]:
    assert page.pixels is not None
    x0, y0, x1, y1 = (int(value) for value in clip(page.to_px(box), page.width_px, page.height_px))
    return page.pixels[y0:y1, x0:x1]


def _gathered(
    blocks: list[Block], box: Box, kind: type[Image] | type[Formula], *, even_empty: bool = False
) -> list[Block]:
    """The blocks inside the box as one picture with their text, where the first of them was."""
    inside = [b for b in blocks if b.bbox is not None and inside_share(b.bbox, box) > 0.6]
    if not inside and not even_empty:
        return [*blocks, kind(bbox=box)]
    text = "\n".join(part for b in inside if (part := _text(b)))
    whole = union([box, *(b.bbox for b in inside if b.bbox is not None)])
    picture = Image(bbox=whole, ocr=text) if kind is Image else Formula(bbox=whole, text=text)
    first = next((i for i, b in enumerate(blocks) if b in inside), len(blocks))
    kept: list[Block] = [b for b in blocks if b not in inside]
    return [*kept[:first], picture, *kept[first:]]


def _text(block: Block) -> str:
    if isinstance(block, ListBlock):
        return "\n".join(f"{item.marker} {item.text}".strip() for item in block.items)
    if isinstance(block, Image):
        return block.ocr
    return str(getattr(block, "text", ""))


def _ink_box(pixels: NDArray[np.uint8]) -> Box | None:
    mask = preprocess.ink_mask(preprocess.grey(pixels))
    y, x = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (float(x[0]), float(y[0]), float(x[-1]) + 1, float(y[-1]) + 1) if len(y) and len(x) else None


def _is_labels(words: Sequence[Word]) -> bool:
    """Few and short lines; a line of Chinese is one word."""
    lines: dict[int, int] = {}
    for word in words:
        lines[word.line] = lines.get(word.line, 0) + len(word.text)
    letters = sorted(lines.values())
    return len(words) <= _FEW_WORDS and (not letters or letters[len(letters) // 2] <= _LABEL)


def _is_sparse(words: Sequence[Word], page: PageImage) -> bool:
    """Labels here and there, no running text; the numbers of a scale may stand in a row."""
    lines: dict[int, int] = {}
    for word in words:
        lines[word.line] = lines.get(word.line, 0) + any(map(str.isalpha, word.text))
    return max(lines.values(), default=0) <= 8 and sum(lines.values()) <= 2.5 * len(lines)


def _is_formula(page: PageImage, words: Sequence[Word]) -> bool:
    """A small strip of an image with symbols in it and hardly a plain word."""
    if not _is_strip(page):
        return False
    text = "".join(word.text for word in words)
    plain = sum(len(word.text) for word in words if len(word.text) > 3 and _is_plain(word.text))
    symbols = len(_MATH.findall(text))
    return not words or (
        plain < _PLAIN * len(text) and (symbols >= 1 or len(words) <= 3) and (symbols > 0 or text.isascii())
    )


def _is_strip(page: PageImage) -> bool:
    return page.unit == "px" and page.height_px <= _FORMULA_PX


def _strip_reading(page: PageImage, words: Sequence[Word]) -> formula_ink.Reading | None:
    """What a strip reads as, whatever OCR made of its lines; None if it has plain words or no formula's levels."""
    reading = _sure_reading(page, (0, 0, page.width_px, page.height_px))
    if reading is None or _LEVELS.search(reading.latex) is None:
        return None
    plain = sum(len(word.text) for word in words if len(word.text) > 3 and _is_plain(word.text))
    if plain > _PLAIN * sum(len(word.text) for word in words):  # OCR takes letters with indices for words
        letters = _COMMAND.sub(" ", _INDEX.sub(" ", reading.latex))
        named = sum(map(len, _NAME.findall(letters)))
        if named > _NAMES * sum(map(str.isalpha, letters)):
            return None
    return reading


def _is_plain(text: str) -> bool:
    """Whether it is a word and no name of a function, with the letter that it is of."""
    return text.isalpha() and not any(text.startswith(name) and len(text) <= len(name) + 2 for name in FUNCTIONS)
