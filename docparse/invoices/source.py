"""From a file to the words of its pages: the text layer where it is sound, else what OCR reads."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field

from docparse.invoices.text import Sheet, build_sheet
from docparse.model.base import Deadline, Engine
from docparse.options import ParseOptions
from docparse.schemas.document import Page
from docparse.schemas.page import PageImage, PageOutput, PixelBudget, TextQuality
from docparse.settings import Settings


class PageByPage:
    """The embedded engine for invoices: geometry alone where the text layer is sound, OCR and layout model elsewhere.

    An `Engine`. The layout model costs more than all the rest and tells nothing about an invoice that its words do not.
    """

    def __init__(self, fast: Engine, thorough: Engine) -> None:
        self.name = "embedded"
        self._fast, self._thorough = fast, thorough

    @property
    def budget(self) -> PixelBudget:
        """No pixels where the text layer is sound."""
        full = self._thorough.budget
        return PixelBudget(full.min_pixels, full.max_pixels, full.max_scan_pixels, render=False)

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        sound = page.text.quality is TextQuality.SOUND
        return (self._fast if sound else self._thorough).submit(page, deadline=deadline)

    def close(self) -> None:
        self._fast.close()
        self._thorough.close()


def open_reader(options: ParseOptions, settings: Settings) -> Engine:
    """The engine that gives words: page by page, or by geometry alone for "embedded-fast"."""
    from docparse.model.embedded.engine import EmbeddedEngine

    jobs = options.jobs or settings.jobs
    fast = EmbeddedEngine(fast=True)
    if options.engine == "embedded-fast" or options.ocr == "never":
        return fast
    return PageByPage(fast, EmbeddedEngine(jobs=jobs, languages=options.languages, ocr=options.ocr))


@dataclass(slots=True)
class Opened:
    """A file as its invoice readers want it. `xml` are embedded or bare e-invoices, by name."""

    name: str
    sha256: str = ""
    sheets: list[Sheet] = field(default_factory=list)
    pages: dict[int, Page] = field(default_factory=dict)
    attachments: dict[str, bytes] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)


def to_sheets(drafts: list[object]) -> list[Sheet]:
    from docparse.assemble import PageDraft

    sheets = []
    for draft in drafts:
        assert isinstance(draft, PageDraft)
        page = draft.page
        ocr = page.text_layer != TextQuality.SOUND.value
        sheets.append(build_sheet(draft.words, page.number, page.width, page.height, ocr=ocr))
    return sheets
