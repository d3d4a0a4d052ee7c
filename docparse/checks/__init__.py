"""Checks: each block by its kind, and the page as a whole against what is known to stand on it."""

from __future__ import annotations

from docparse.checks.kinds import check_block
from docparse.checks.page import Verdict, verify_page, write_verdict
from docparse.checks.printed import printed
from docparse.checks.trust import doubt
from docparse.checks.witness import Heard, Witness
from docparse.schemas.document import Page
from docparse.schemas.page import HOLE, PageImage, PageOutput

__all__ = ["Verdict", "check_page", "doubt"]


def check_page(
    page: Page, image: PageImage, output: PageOutput, witness: Witness | None = None, heard: Heard | None = None
) -> Verdict:
    """Judge a page and write what was found on it and its blocks: checks, flags, confidence.

    `heard` says why OCR gave no witness where there is none.
    """
    quick = output.engine == "embedded-fast"
    for block in page.blocks:
        check_block(block, quick=quick)
    verdict = verify_page(page, image, output, witness, heard)
    write_verdict(page, verdict, output)
    if HOLE in output.html:
        _flag_holes(page)
    return verdict


def _flag_holes(page: Page) -> None:
    """Glyphs that the file gives no character for, and that nobody read."""
    holed = [block for block in page.blocks if HOLE in printed(block).text]
    for item in (page, *holed) if holed else ():
        item.flags = list(dict.fromkeys((*item.flags, "unknown_glyphs")))
