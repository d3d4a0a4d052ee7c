"""One page from pixels and text layer to QwenVL HTML: what the embedded engine does in its worker processes."""

from __future__ import annotations

import time
from collections.abc import Sequence

from docparse.geometry import union
from docparse.model.base import Deadline
from docparse.model.embedded import ocr, orientation, regions, turned
from docparse.model.embedded.bullets import with_bullets
from docparse.model.embedded.checkboxes import with_checkboxes
from docparse.model.embedded.dark_panels import lightened
from docparse.model.embedded.diagrams import with_diagrams, without_diagrams
from docparse.model.embedded.drawn_marks import with_drawn_marks
from docparse.model.embedded.figures import Figure
from docparse.model.embedded.ground import evened
from docparse.model.embedded.holes import fill_holes
from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.line_numbers import part_line_numbers
from docparse.model.embedded.orientation import Pose
from docparse.model.embedded.picture_kinds import tell_pictures
from docparse.model.embedded.plots import find_plots
from docparse.model.embedded.preprocess import enlarged
from docparse.model.embedded.sheets import with_sheets, without_sheets
from docparse.model.embedded.snug import snug
from docparse.model.embedded.swallowed import beside_prose, without_prose
from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.dashes import lost_dashes
from docparse.model.embedded.tables.tagged import with_tagged
from docparse.model.embedded.tables.text_rows import em_of
from docparse.model.embedded.type_size import with_type
from docparse.model.embedded.types import FoundTable, Region
from docparse.qwenvl.writer import write_page
from docparse.schemas.document import Block, ListBlock, PageFooter, Table
from docparse.schemas.page import FinishReason, PageImage, PageOutput, TextQuality, Word

_SURE = 0.8  # of a region that is a heading


def recognise(
    page: PageImage,
    *,
    fast: bool,
    languages: tuple[str, ...] = (),
    ocr_mode: str = "auto",
    deadline: Deadline | None = None,
) -> PageOutput:
    """QwenVL HTML of a page. `fast` takes the text layer and geometry alone: no OCR, no layout model.

    `ocr_mode` is that of ParseOptions.ocr: "force" reads the pixels even where the text layer is sound, "never" takes
    the text layer as it is. A layer that no reader sees is used, and flagged, only where nothing else can be read.
    """
    started_s = time.perf_counter()
    upright, pose = page, Pose()
    words: Sequence[Word] = page.text.words
    read: tuple[Word, ...] = ()
    flags: tuple[str, ...] = ()
    found: Sequence[Region] = ()
    margin: Sequence[Block] = ()
    sharp: PageImage | None = None
    even: PageImage | None = None
    if not fast and _wants_ocr(page, ocr_mode):
        upright, pose = orientation.upright(page)
        # only here: where exact words, rules and shapes are known, geometry is the better judge (docs/accuracy.md)
        even = evened(upright)
        found = regions.detect_regions(even)
        sharp = enlarged(upright)
        result = ocr.read_words(sharp, languages=languages, deadline=deadline)
        words, flags = result.words, (*pose.flags, *result.flags)
        if not words and page.text.hidden and not pose:
            words, flags = page.text.hidden, (*flags, "hidden_text_used")
        found = [*without_prose(found, words, even), *(Region("unread", box) for box in result.unread)]
        sharp, even = lightened(sharp, words, em_of(words)), lightened(even, words, em_of(words))
    elif page.text.quality is TextQuality.HIDDEN and not words:
        words, flags = page.text.hidden, ("hidden_text_used",)
    if not pose and page.text.quality is TextQuality.SOUND:
        if not fast and ocr_mode == "auto":
            words, flags = fill_holes(page, words, languages=languages, deadline=deadline)
            read = tuple(words) if flags else ()
        upright, words, pose = _set_upright(page, words)
        even = even if not pose else None
        if pose and not turned.is_vertical_writing(words):
            flags = (*flags, *pose.flags)
    plots = _find_plots(upright, words, fast=fast)
    drawn = {id(word) for plot in plots for word in plot.words}
    running = [word for word in words if id(word) not in drawn] if drawn else words
    if sharp is not None:
        tables, dashes = _tables_of(sharp, running, found)
        words, running, tables = [*words, *dashes], [*running, *dashes], without_sheets(tables, plots)
        running = _typed(running, even or sharp, tables, found)
        read = _on_page([*running, *(word for word in words if id(word) in drawn)], pose)
    else:
        running, margin = _from_layer(upright, running) if running else (running, [])
        bare = without_diagrams(upright, plots)
        tables = without_sheets(with_tagged(find_tables(bare, running, found), upright, running), plots)
    blocks = [*build_blocks(even or upright, running, found, tables, plots), *margin]
    if not fast:
        blocks, said = tell_pictures(blocks, upright, words, deadline=deadline)
        flags = (*flags, *said)
    _put_in_place(blocks, sharp and (even or sharp), pose)
    html = write_page(
        blocks,
        number=page.number,
        width_px=page.width_px,
        height_px=page.height_px,
        scale_x=page.scale_x,
        scale_y=page.scale_y,
    )
    return PageOutput(
        html=html,
        engine="embedded-fast" if fast else "embedded",
        finish_reason=FinishReason.STOP,
        words=read,
        flags=flags,
        seconds=time.perf_counter() - started_s,
    )


def _tables_of(
    page: PageImage, words: Sequence[Word], found: Sequence[Region]
) -> tuple[list[FoundTable], Sequence[Word]]:
    """The tables of a page that OCR read, and the dashes in them that it lost."""
    tables = find_tables(page, words, found)
    dashes = lost_dashes(page, words, tables)
    if dashes:
        words = [*words, *dashes]
        tables = find_tables(page, words, found)
    return beside_prose(tables, words, lambda others: find_tables(page, others, found)), dashes


def _typed(
    words: Sequence[Word], printed: PageImage, tables: Sequence[FoundTable], found: Sequence[Region]
) -> list[Word]:
    """Words that OCR read with what their ink tells of their type, and the bullets and boxes before them."""
    headings = [region.bbox for region in found if region.kind == "heading" and region.score >= _SURE]
    typed = with_type(words, printed, [table.bbox for table in tables], headings)
    return with_bullets(with_checkboxes(typed, printed), printed)


def read_words(page: PageImage, *, languages: tuple[str, ...] = (), deadline: Deadline | None = None) -> PageOutput:
    """The words that OCR reads on a page, and nothing made of them: no regions, tables or blocks."""
    upright, pose = orientation.upright(page)
    result = ocr.read_words(enlarged(upright), languages=languages, deadline=deadline)
    return PageOutput(
        html="", engine="embedded", words=_on_page(result.words, pose), flags=(*pose.flags, *result.flags)
    )


def _from_layer(page: PageImage, words: Sequence[Word]) -> tuple[Sequence[Word], list[Block]]:
    """Words of a text layer with the signs that are drawn among them, and its line numbers as a block of their own."""
    words, numbers = part_line_numbers(with_drawn_marks(page, words))
    text = " ".join(word.text for word in numbers)
    return words, [PageFooter(text=text, bbox=union(word.bbox for word in numbers))] if numbers else []


def _on_page(words: Sequence[Word], pose: Pose) -> tuple[Word, ...]:
    """Words of the upright page where they stand on the page as displayed."""
    return tuple(word._replace(bbox=pose.back(word.bbox)) for word in words) if pose else tuple(words)


def _find_plots(page: PageImage, words: Sequence[Word], *, fast: bool) -> list[Figure]:
    """Charts, music and diagrams that the page draws."""
    em = em_of(words)
    plots = find_plots(page, words, em) if page.rules or page.shapes else []
    plots = plots if fast else with_sheets(page, words, plots)
    return with_diagrams(plots, page, words, em) if page.rules or page.shapes else plots


def _set_upright(page: PageImage, words: Sequence[Word]) -> tuple[PageImage, Sequence[Word], Pose]:
    """A page whose text layer runs sideways or upside down, turned with everything on it."""
    main, ways = turned.main_direction(words)
    turn = turned.CLOCKWISE[main]
    if not turn:
        return page, words, Pose()
    words = turned.set_upright(words, main, ways, (page.width, page.height))
    return orientation.turn_page(page, turn), words, Pose(turn, 0.0, page.width, page.height)


def _wants_ocr(page: PageImage, mode: str) -> bool:
    if mode == "never" or page.pixels is None:
        return False
    return mode == "force" or page.text.quality is not TextQuality.SOUND


def _put_in_place(blocks: Sequence[Block], printed: PageImage | None, pose: Pose) -> None:
    """Boxes to the ink of what was `printed`, where there is no text layer, and to the page as displayed."""
    if printed is not None:
        snug(blocks, printed)
    for block in blocks if pose else ():
        _set_back(block, pose)


def _set_back(block: Block, pose: Pose) -> None:
    """Every box of the block put on the page as displayed."""
    if block.bbox is not None:
        block.bbox = pose.back(block.bbox)
    for part in block.cells if isinstance(block, Table) else block.items if isinstance(block, ListBlock) else ():
        if part.bbox is not None:
            part.bbox = pose.back(part.bbox)
