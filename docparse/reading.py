"""One page after the engine: its HTML read into blocks, checked, crops cut out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from docparse.assemble import PageDraft
from docparse.assemble.links import tie_links
from docparse.checks import check_page, doubt
from docparse.checks.correct import correct_blocks
from docparse.checks.links import check_links
from docparse.checks.trust import worth
from docparse.checks.witness import Heard, find_witness
from docparse.crops import add_crops
from docparse.errors import DocparseError
from docparse.model.confidence import add_confidence
from docparse.options import ParseOptions
from docparse.qwenvl.reader import read_page
from docparse.schemas.document import Block, ListBlock, Note, Page, Problem, Source, Table
from docparse.schemas.page import PageImage, PageOutput

if TYPE_CHECKING:
    from docparse.model.embedded.orientation import Turn

_SOURCES: dict[str, Source] = {"qwen": "qwen", "remote": "remote"}


def read_output(
    image: PageImage, output: PageOutput, options: ParseOptions, *, seen: PageImage | None = None, turn: Turn = 0,
    heard: Heard | None = None,
) -> PageDraft:  # fmt: skip
    """The typed page of an engine's answer, in page coordinates, corrected and checked.

    `seen` is what the engine saw where that was not `image` itself: another size, or the page turned clockwise by
    `turn` degrees. `heard` is what OCR read beside a model, on pages without a sound text layer.
    """
    page = typed_page(image, output, seen=seen, turn=turn)
    witness = find_witness(image, output, heard)
    if options.correct and witness is not None and witness.source == "text_layer" and page.engine in _SOURCES:
        correct_blocks(page.blocks, witness)
    words = output.words or image.text.words or (heard.words if heard is not None else ()) or image.text.hidden
    tie_links(page, image, words)
    if page.engine in _SOURCES:
        check_links(page.blocks, image, words)
    verdict = check_page(page, image, output, witness, heard)
    if options.crops:
        add_crops(page, image)
    draft = PageDraft.of(page, image, output)
    draft.doubt, draft.score = doubt(verdict, page, output), worth(verdict, page, witness)
    return draft


def typed_page(image: PageImage, output: PageOutput, *, seen: PageImage | None = None, turn: Turn = 0) -> Page:
    """The blocks of an engine's answer, as they are."""
    found = read_page(
        output.html, seen or image, source=_SOURCES.get(output.engine, "embedded"), coordinates=output.coordinates
    )
    add_confidence(found.blocks, output, seen or image)
    if turn:
        _set_back(found.blocks, turn, image)
    return Page(
        number=image.number, width=image.width, height=image.height, unit="px" if image.unit == "px" else "pt",
        rotation=image.rotation, image_width=image.width_px, image_height=image.height_px, engine=output.engine,
        text_layer=image.text.quality.value, seconds=round(output.seconds, 4), blocks=list(found.blocks),
        flags=list(dict.fromkeys((*image.flags, *output.flags, *found.flags))),
        notes=[Note(text=note.text, author=note.author, bbox=note.bbox) for note in image.notes],
    )  # fmt: skip


def _set_back(blocks: Sequence[Block], turn: Turn, image: PageImage) -> None:
    """Boxes of a page that was read turned, on the page as displayed."""
    from docparse.model.embedded.orientation import turn_box

    for block in blocks:
        parts = block.cells if isinstance(block, Table) else block.items if isinstance(block, ListBlock) else ()
        for part in (block, *parts):
            if part.bbox is not None:
                part.bbox = turn_box(part.bbox, turn, image.width, image.height)


def failed_page(number: int, image: PageImage | None, error: DocparseError, engine: str) -> PageDraft:
    """The place of a page that could not be recognised: empty, with its error."""
    size = (image.width, image.height, image.width_px, image.height_px) if image else (0.0, 0.0, 0, 0)
    page = Page(
        number=number, width=size[0], height=size[1], image_width=size[2], image_height=size[3], status="failed",
        engine=engine, flags=[f"failed:{error.code}"],
        error=Problem(code=error.code, message=error.message, user_action=error.user_action, page=number),
    )  # fmt: skip
    return PageDraft(page=page, error=error)
