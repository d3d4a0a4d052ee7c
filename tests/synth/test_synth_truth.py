"""Truth of made documents: it passes the format's reader and writer, it is valid, and the boxes hold the ink."""

from __future__ import annotations

import functools
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from docparse.export.html import to_html
from docparse.geometry import Box
from docparse.qwenvl.reader import read_page
from docparse.qwenvl.writer import write_page
from docparse.schemas.document import Chart, Chemistry, Document, Formula, ListBlock, Music, Page, Table
from docparse.schemas.page import PageImage
from docparse.synth.make import SynthDocument, make_document
from docparse.synth.options import KINDS, LAYOUTS, SynthOptions
from docparse.synth.plan import Plan, plans
from docparse.synth.press import Press

ZOOM = 2.0
PARTS = 4
OPTIONS = SynthOptions(pages=100, seed=11, max_pages=2, degrade=("skew", "blur", "noise", "jpeg"), scan_dpi=72)


@functools.cache
def one_of_each() -> list[Plan]:
    """The first plan of every layout, in one column one of each script."""
    chosen: dict[str, Plan] = {}
    for plan, _ in zip(plans(OPTIONS), range(400), strict=False):
        script = plan.language if plan.language in ("ar", "zh", "ja", "ko", "vi", "ru") else "latin"
        key = f"{plan.layout}/{script}" if plan.layout == "single" else plan.layout
        chosen.setdefault(key, plan)
    return list(chosen.values())


@pytest.fixture(scope="module")
def made(press: Press) -> list[SynthDocument]:
    return [make_document(plan, OPTIONS, press) for plan in one_of_each()]


def pages_of(made: list[SynthDocument]) -> list[Page]:
    return [page for document in made for page in document.document.pages]


def test_every_layout_and_kind_is_there(made: list[SynthDocument]) -> None:
    assert {document.plan.layout for document in made} == set(LAYOUTS)
    kinds = Counter(block.kind for page in pages_of(made) for block in page.blocks)
    assert set(kinds) == set(KINDS) - {"form", "invoice"}, "forms and invoices are layouts of these kinds"


def test_no_page_is_empty_and_boxes_lie_on_the_page(made: list[SynthDocument]) -> None:
    for page in pages_of(made):
        assert page.blocks
        for number, block in enumerate(page.blocks, 1):
            assert block.order == number
            assert block.bbox is not None
            assert 0 <= block.bbox[0] < block.bbox[2] <= page.width
            assert 0 <= block.bbox[1] < block.bbox[3] <= page.height


def test_boxes_of_cells_and_items_lie_in_their_block(made: list[SynthDocument]) -> None:
    seen = 0
    for page in pages_of(made):
        for block in page.blocks:
            parts = block.cells if isinstance(block, Table) else block.items if isinstance(block, ListBlock) else []
            for part in parts:
                if part.bbox is None:
                    assert not part.text, f"{block.id} {part}"
                    continue
                assert block.bbox is not None
                assert part.bbox[0] >= block.bbox[0] - 1
                assert part.bbox[1] >= block.bbox[1] - 1
                assert part.bbox[2] <= block.bbox[2] + 1
                assert part.bbox[3] <= block.bbox[3] + 1
                seen += 1
    assert seen > 100


def reread(page: Page, html: str) -> str:
    """The page's HTML after reader and writer."""
    image = PageImage(
        number=page.number, width=page.width, height=page.height, width_px=page.image_width, height_px=page.image_height
    )
    found = read_page(html, image)
    assert not found.flags
    return written(page.model_copy(update={"blocks": found.blocks}))


def written(page: Page) -> str:
    return write_page(
        page.blocks, number=page.number, width_px=page.image_width, height_px=page.image_height,
        scale_x=page.image_width / page.width, scale_y=page.image_height / page.height, ids=True,
    )  # fmt: skip


def test_html_passes_reader_and_writer_unchanged(made: list[SynthDocument]) -> None:
    for document in made:
        assert document.scan_document is not None
        for truth in (document.document, document.scan_document):
            whole = to_html(truth, images="none")
            for page in truth.pages:
                html = written(page)
                assert html in whole
                assert reread(page, html) == html


def test_json_reads_back(made: list[SynthDocument]) -> None:
    for document in made:
        assert Document.model_validate_json(document.document.to_json()) == document.document


def test_sources_are_valid(made: list[SynthDocument]) -> None:
    chem = pytest.importorskip("rdkit.Chem")
    seen: Counter[str] = Counter()
    for page in pages_of(made):
        for block in page.blocks:
            seen[block.kind] += 1
            match block:
                case Table():
                    grid = np.zeros((block.rows, block.cols), int)
                    for cell in block.cells:
                        grid[cell.row : cell.row + cell.rowspan, cell.col : cell.col + cell.colspan] += 1
                    assert (grid == 1).all(), f"{page.number} {block.id}: cells overlap or leave holes"
                case Chart():
                    assert len(block.data) > 2
                    assert {len(row) for row in block.data} == {len(block.data[0])}
                    assert all(re.fullmatch(r"-?\d+(\.\d+)?", value) for row in block.data[1:] for value in row[1:])
                case Chemistry():
                    molecule = chem.MolFromSmiles(block.smiles)
                    assert molecule is not None
                    assert chem.MolToSmiles(molecule) == block.smiles
                case Music():
                    assert re.match(r"X:1\nT:.+\nM:\S+\nL:1/8\nK:\w+\n.*\|\]\Z", block.abc, re.DOTALL)
                case Formula():
                    assert block.latex.count("{") == block.latex.count("}")
    assert seen["table"] > 3


def test_music_is_music(made: list[SynthDocument]) -> None:
    converter = pytest.importorskip("music21.converter")
    tunes = [block.abc for page in pages_of(made) for block in page.blocks if isinstance(block, Music)]
    assert tunes
    for tune in tunes[:3]:
        score = converter.parse(tune, format="abc")
        assert len(list(score.flatten().notes)) > 8


# -- boxes against ink, each element drawn alone


def darkness(pdf: bytes) -> list[np.ndarray]:
    """Each page as 0 (ground) to 255 (as far from the ground as can be), shape (height, width)."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        pixmaps = [page.get_pixmap(matrix=pymupdf.Matrix(ZOOM, ZOOM), alpha=False) for page in document]
    pages = [np.frombuffer(p.samples, np.uint8).reshape(p.height, p.width, 3).astype(int) for p in pixmaps]
    return [np.abs(page - page[0, 0]).max(axis=2) for page in pages]


def shares_inside(dark: np.ndarray, boxes: list[Box]) -> list[float]:
    """Share of each element's dark pixels that lie in its box; a pixel outside all boxes is the nearest one's."""
    ys, xs = np.nonzero(dark > 90)
    y, x = (ys + 0.5) / ZOOM, (xs + 0.5) / ZOOM
    away = [
        np.hypot(np.maximum(np.maximum(b[0] - x, x - b[2]), 0), np.maximum(np.maximum(b[1] - y, y - b[3]), 0))
        for b in boxes
    ]
    owner = np.argmin(away, axis=0)
    near = np.min(away, axis=0) <= 0
    return [float(near[owner == n].mean()) if (owner == n).any() else 1.0 for n in range(len(boxes))]


@pytest.mark.no_cover
def test_boxes_hold_the_ink_of_their_elements(press: Press) -> None:
    """Every fourth element is printed, all others hidden: 98 % and more of its dark pixels lie in its box. Half of the
    elements of a document are asked for: the kinds come often enough."""
    checked: Counter[str] = Counter()
    for number, plan in enumerate(one_of_each()):
        document = make_document(plan, SynthOptions(seed=OPTIONS.seed), press).document
        for part in range(number % 2, PARTS, 2):
            dark = darkness(press.print_again(alone(part)))
            for page, pixels in zip(document.pages, dark, strict=True):
                blocks = page.blocks[part::PARTS]
                boxes = [block.bbox for block in blocks if block.bbox is not None]
                assert len(boxes) == len(blocks)
                for block, share in zip(blocks, shares_inside(pixels, boxes) if boxes else [], strict=True):
                    assert share >= 0.98, f"{plan.name} {plan.layout} {block.id} {block.kind}: {share:.3f}"
                    checked[block.kind] += 1
    assert len(checked) >= len(KINDS) - 2
    press.print_again()


def alone(part: int) -> str:
    """Style that shows every fourth element of a page, counted from `part`, in black on white without ornaments."""
    shown = f".shown{part}"
    return (
        ".sheet{background:#fff!important}"
        ".piece,.header,.footer,.number,.foot{visibility:hidden!important;border-color:transparent!important}"
        f"{shown}{{background:none!important}}{shown} p{{border-color:transparent!important}}"
        f"{shown},{shown} *{{visibility:visible!important;color:#000!important}}"
    )


def test_truth_follows_from_the_seed(press: Press, made: list[SynthDocument]) -> None:
    for document in made[:4]:
        again = make_document(document.plan, OPTIONS, press)
        assert again.document.to_json() == document.document.to_json()
        assert again.document.to_html() == document.document.to_html()
        assert again.scan_document is not None
        assert document.scan_document is not None
        assert again.scan_document.to_json() == document.scan_document.to_json()
        assert again.facts == document.facts


def test_sample_sheet_is_in_the_docs() -> None:
    assert (Path(__file__).parents[2] / "docs" / "images" / "synth.png").stat().st_size > 10_000
