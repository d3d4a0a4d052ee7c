"""From a file to the words of its pages: the text layer where it is sound, else what OCR reads."""

from __future__ import annotations

import re
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from docparse.errors import InputError, LimitExceeded
from docparse.invoices.options import InvoiceOptions
from docparse.invoices.text import Sheet, build_sheet
from docparse.model.base import Deadline, Engine
from docparse.options import ParseOptions
from docparse.pipeline import parse_drafts
from docparse.schemas.document import Page
from docparse.schemas.page import PageImage, PageOutput, PixelBudget, TextQuality
from docparse.settings import Settings
from docparse.source import open_source
from docparse.source.sniff import PDF


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
    """A file as the readers of invoices want it: words by page, the parsed pages, the embedded files."""

    name: str
    sha256: str = ""
    sheets: list[Sheet] = field(default_factory=list)
    pages: dict[int, Page] = field(default_factory=dict)
    attachments: dict[str, bytes] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    images: list[PageImage] = field(default_factory=list)


def open_file(
    source: str | Path | bytes, options: InvoiceOptions, settings: Settings, engine: Engine, name: str | None
) -> Opened:
    """Words and embedded files of a PDF or image. Raises what opening and parsing raise."""
    parse = options.parse.model_copy(update={"crops": False, "join": False, "jobs": 1})
    document, drafts = parse_drafts(source, options=parse, settings=settings, engine=engine, name=name)
    opened = Opened(document.source.name, document.source.sha256)
    for draft in drafts:
        page = draft.page
        opened.pages[page.number] = page
        ocr = page.text_layer != TextQuality.SOUND.value
        opened.sheets.append(build_sheet(draft.words, page.number, page.width, page.height, ocr=ocr))
        opened.flags += [f"page_failed:{page.number}"] if page.status == "failed" else []
    if options.xml and document.source.media_type == PDF:
        with open_source(source, options=parse, settings=settings, name=name) as file:
            opened.attachments = file.attachments()
    return opened


def page_images(
    source: str | Path | bytes, options: InvoiceOptions, settings: Settings, budget: PixelBudget, name: str | None
) -> list[PageImage]:
    """The pages as a model sees them. A page that can't be rendered is left out: its words are flagged already."""
    with open_source(source, options=options.parse, settings=settings, name=name) as file:
        return [page for page in file.pages(budget) if isinstance(page, PageImage)]


def is_xml(source: str | Path | bytes) -> bool:
    """Does a file begin like XML? False for what can't be read: opening says why."""
    if isinstance(source, bytes):
        head = source[:512]
    else:
        try:
            with Path(source).open("rb") as file:
                head = file.read(512)
        except OSError:
            return False
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<?xml") or re.match(rb"<(?:\w+:)?(?:CrossIndustry|Invoice|CreditNote)", head) is not None


def read_bytes(source: str | Path | bytes, settings: Settings) -> bytes:
    """All of a small file. Raises LimitExceeded, InputError."""
    if isinstance(source, bytes):
        return source
    path = Path(source)
    try:
        if path.stat().st_size > settings.max_file_mb * 1024 * 1024:
            raise LimitExceeded(f"{path.name} is larger than max_file_mb ({settings.max_file_mb:g} MiB)")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"can't read {path.name}: {error.strerror or error}") from None
