"""One page after the engine: its HTML read into blocks, checked, crops cut out."""

from __future__ import annotations

from docparse.assemble import PageDraft
from docparse.checks import check_page
from docparse.crops import add_crops
from docparse.errors import DocparseError
from docparse.options import ParseOptions
from docparse.qwenvl.reader import read_page
from docparse.schemas.document import Page, Problem, Source
from docparse.schemas.page import PageImage, PageOutput

_SOURCES: dict[str, Source] = {"qwen": "qwen", "remote": "remote"}


def read_output(image: PageImage, output: PageOutput, options: ParseOptions) -> PageDraft:
    """The typed page of an engine's answer, in page coordinates, checked."""
    page = typed_page(image, output)
    check_page(page, image, output)
    if options.crops:
        add_crops(page, image)
    return PageDraft.of(page, image, output)


def typed_page(image: PageImage, output: PageOutput) -> Page:
    """The blocks of an engine's answer, as they are."""
    found = read_page(output.html, image, source=_SOURCES.get(output.engine, "embedded"))
    return Page(
        number=image.number, width=image.width, height=image.height, unit="px" if image.unit == "px" else "pt",
        rotation=image.rotation, image_width=image.width_px, image_height=image.height_px, engine=output.engine,
        text_layer=image.text.quality.value, seconds=round(output.seconds, 4), blocks=list(found.blocks),
        flags=list(dict.fromkeys((*image.flags, *output.flags, *found.flags))),
    )  # fmt: skip


def failed_page(number: int, image: PageImage | None, error: DocparseError, engine: str) -> PageDraft:
    """The place of a page that could not be recognised: empty, with its error."""
    size = (image.width, image.height, image.width_px, image.height_px) if image else (0.0, 0.0, 0, 0)
    page = Page(
        number=number, width=size[0], height=size[1], image_width=size[2], image_height=size[3], status="failed",
        engine=engine, flags=[f"failed:{error.code}"],
        error=Problem(code=error.code, message=error.message, user_action=error.user_action, page=number),
    )  # fmt: skip
    return PageDraft(page=page, error=error)
