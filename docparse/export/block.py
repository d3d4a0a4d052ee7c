"""One block in the formats that people copy it in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from docparse.errors import InputError
from docparse.export.files import export_bytes
from docparse.export.latex import block_latex
from docparse.export.markdown import block_markdown
from docparse.export.tables import rows_csv, to_tables
from docparse.export.text import block_text
from docparse.qwenvl.writer import write_page
from docparse.schemas.document import Block, Chemistry, Document, Formula, Music, Page

BlockFormat = Literal["json", "html", "md", "txt", "latex", "csv", "xlsx", "mathml", "svg", "musicxml", "midi"]
MEDIA_TYPES: dict[BlockFormat, str] = {
    "json": "application/json", "html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8", "latex": "application/x-tex; charset=utf-8", "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "mathml": "application/mathml+xml",
    "svg": "image/svg+xml", "musicxml": "application/vnd.recordare.musicxml+xml", "midi": "audio/midi",
}  # fmt: skip


class NotOfThisKind(InputError):
    """A format that the block's kind does not have."""

    code, http_status = "not_acceptable", 406
    default_action = (
        "Ask for json, html, md, txt or latex; csv and xlsx are for tables and charts, musicxml and midi for music."
    )


def export_block(document: Document, page: Page, block: Block, format: BlockFormat) -> bytes:
    """Raises NotOfThisKind, MissingDependency (xlsx, svg, mathml, musicxml, midi need their extras)."""
    if format == "xlsx":
        _rows_of(document, page, block)
        return export_bytes(_alone(document, page, block), "xlsx")
    if format == "musicxml" or format == "midi":  # noqa: PLR1714 - what mypy can follow
        return _tune(block, format)
    return _TEXTS[format](document, page, block).encode("utf-8", "replace")


def _html(document: Document, page: Page, block: Block) -> str:
    scale_x = page.image_width / page.width if page.width > 0 else 1.0
    scale_y = page.image_height / page.height if page.height > 0 else 1.0
    whole = write_page(
        [block], number=page.number, width_px=page.image_width, height_px=page.image_height, scale_x=scale_x,
        scale_y=scale_y, ids=True,
    )  # fmt: skip
    return whole.partition("\n")[2].rpartition("\n")[0]


def _csv(document: Document, page: Page, block: Block) -> str:
    return rows_csv(_rows_of(document, page, block))


def _mathml(document: Document, page: Page, block: Block) -> str:
    if not isinstance(block, Formula) or not block.latex:
        raise NotOfThisKind(f"{block.id} is no formula that was read")
    if block.mathml:
        return block.mathml
    from docparse.checks.formula import available, to_mathml
    from docparse.errors import MissingDependency

    if not available():
        raise MissingDependency("MathML needs latex2mathml", user_action="pip install 'docparse[math]'")
    try:
        return to_mathml(block.latex)
    except ValueError as error:
        raise NotOfThisKind(f"the LaTeX of {block.id} has no MathML: {error}") from None


def _svg(document: Document, page: Page, block: Block) -> str:
    if not isinstance(block, Chemistry) or not block.smiles:
        raise NotOfThisKind(f"{block.id} is no molecule that was read")
    from docparse.checks.chemistry import available, draw_svg
    from docparse.errors import MissingDependency

    if not available():
        raise MissingDependency("drawing molecules needs RDKit", user_action="pip install 'docparse[chem]'")
    try:
        return draw_svg(block.smiles)
    except ValueError as error:
        raise NotOfThisKind(f"the SMILES of {block.id} can't be drawn: {error}") from None


def _tune(block: Block, format: Literal["musicxml", "midi"]) -> bytes:
    if not isinstance(block, Music) or not block.abc:
        raise NotOfThisKind(f"{block.id} is no music that was read")
    from docparse.checks.music import available, convert
    from docparse.errors import MissingDependency

    if not available():
        raise MissingDependency("MusicXML and MIDI need music21", user_action="pip install 'docparse[music]'")
    try:
        return convert(block.abc, format)
    except ValueError as error:
        raise NotOfThisKind(f"the ABC of {block.id} can't be converted: {error}") from None


_TEXTS: dict[BlockFormat, Callable[[Document, Page, Block], str]] = {
    "json": lambda document, page, block: block.model_dump_json(),
    "html": _html,
    "md": lambda document, page, block: block_markdown(block),
    "txt": lambda document, page, block: block_text(block),
    "latex": lambda document, page, block: block_latex(block),
    "csv": _csv,
    "mathml": _mathml,
    "svg": _svg,
}


def _alone(document: Document, page: Page, block: Block) -> Document:
    return document.model_copy(update={"pages": [page.model_copy(update={"blocks": [block]})]})


def _rows_of(document: Document, page: Page, block: Block) -> list[list[str]]:
    found = to_tables(_alone(document, page, block))
    if not found:
        raise NotOfThisKind(f"{block.id} is no table and no chart with data")
    return found[0][1]
