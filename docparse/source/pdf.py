"""A PDF opened with MuPDF, inside the guarded child."""

from __future__ import annotations

import contextlib
import traceback
import unicodedata
from pathlib import Path

import pymupdf

from docparse.errors import DamagedFile, DocparseError, EncryptedFile, LimitExceeded, MissingDependency, WrongPassword
from docparse.schemas.page import PageImage, PixelBudget
from docparse.source import poppler
from docparse.source.mupdf import read_page
from docparse.source.protocol import FileFacts, OpenFile, OutlineItem
from docparse.source.recovery import rebuilt

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)
pymupdf.TOOLS.set_icc(False)  # exact colours are for pixels (`mupdf.read_page`); of text they take a tenth of the time

_OUTLINE_MOST = 10_000
_SHRINK_EVERY = 20  # pages; MuPDF's cache of fonts and images (256 MB at most) is halved then, and emptied after a scan
_METADATA = ("title", "author", "subject", "keywords", "creator", "producer", "creationDate", "modDate", "format")


class PdfReader:
    """Pages, outline and attachments of one PDF. Raises what `open_source` says."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._document: pymupdf.Document | None = None
        self._truncated = False
        self._read = 0
        try:
            self._document = _open(file)
            self._mend()
            self.facts = self._facts(self._document)
        except DamagedFile as refusal:
            self.close()
            self.facts = _poppler_facts(file, refusal)
        except BaseException:
            self.close()
            raise

    def page(self, number: int, budget: PixelBudget, with_poppler: bool = False) -> tuple[PageImage, bytes | None]:
        """Page `number` without pixels, and its pixels as RGB bytes; poppler does what MuPDF can't."""
        if self._document is None or with_poppler:
            return poppler.read_page(self._file, number, budget)
        shrink = 0
        try:
            page, pixels = read_page(self._document.load_page(number - 1), number, budget, self._file.limits)
            shrink = 100 if page.is_scan else 0  # its image is on no other page
            return page, pixels
        except DocparseError:
            raise
        except Exception as error:
            if out_of_memory(error):
                raise
            return self._second_try(number, budget, error)
        finally:
            self._read += 1
            shrink = shrink or (50 if self._read % _SHRINK_EVERY == 0 else 0)
            if shrink:
                pymupdf.TOOLS.store_shrink(shrink)

    def _second_try(self, number: int, budget: PixelBudget, error: Exception) -> tuple[PageImage, bytes]:
        try:
            page, pixels = poppler.read_page(self._file, number, budget)
        except DamagedFile:
            raise DamagedFile(f"page {number} can't be read: {error}", page=number) from None
        return (page.replace(flags=(*page.flags, "reader_fault")) if _is_ours(error) else page), pixels

    def attachments(self) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        document = self._document
        if document is None:
            return files
        for index in range(document.embfile_count()):
            with contextlib.suppress(RuntimeError, ValueError):  # one broken attachment does not lose the others
                info = document.embfile_info(index)
                name = info.get("ufilename") or info.get("filename") or info.get("name") or f"attachment-{index + 1}"
                files[name] = document.embfile_get(index)
        return files

    def close(self) -> None:
        if self._document is not None:
            self._document.close()
            self._document = None
        pymupdf.TOOLS.store_shrink(100)

    def _mend(self) -> None:
        """Take the rebuilt file in place of one whose page tree is lost."""
        document = self._document
        try:
            if document is None or document.page_count > 0:
                return
            again = rebuilt(document, self._file.path)
        except RuntimeError:  # MuPDF's own refusal follows when the facts are read
            return
        if again is not None:
            document.close()
            self._document, self._truncated = again, True

    def _facts(self, document: pymupdf.Document) -> FileFacts:
        name, limits = self._file.name, self._file.limits
        try:
            count = document.page_count
        except RuntimeError as error:
            raise DamagedFile(f"{name} can't be opened: {error}") from None
        if count > limits.max_pages:
            raise LimitExceeded(f"{name} has {count} pages, more than max_pages ({limits.max_pages})")
        if count < 1:
            raise DamagedFile(f"{name} has no readable page")
        metadata = document.metadata or {}
        marks = (
            ("truncated", self._truncated),
            ("repaired", document.is_repaired),
            ("encrypted", bool(metadata.get("encryption"))),
        )
        kept = {key: str(metadata[key]).strip() for key in _METADATA if metadata.get(key)}
        return FileFacts(count, kept, tuple(_outline(document)), tuple(mark for mark, holds in marks if holds))


def _outline(document: pymupdf.Document) -> list[OutlineItem]:
    try:
        entries = document.get_toc(simple=True)
    except (RuntimeError, ValueError):  # a looping or broken outline is no reason to refuse the pages
        return []
    return [(level, title.strip(), max(0, page)) for level, title, page in entries[:_OUTLINE_MOST]]


def _poppler_facts(file: OpenFile, refusal: DamagedFile) -> FileFacts:
    """Facts about a file that MuPDF can't open; `refusal` is raised when poppler can't either."""
    try:
        count = poppler.page_count(file)
    except MissingDependency as missing:
        refusal.user_action = f"{missing.user_action} It may open files that MuPDF can't."
        raise refusal from None
    if count < 1:
        raise refusal
    if count > file.limits.max_pages:
        raise LimitExceeded(f"{file.name} has {count} pages, more than max_pages ({file.limits.max_pages})")
    return FileFacts(count, flags=("repaired", "poppler"))


def _is_ours(error: Exception) -> bool:
    """Was it raised in a line of docparse? Then poppler must not hide that there is a fault to mend."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return Path(last.filename).is_relative_to(Path(__file__).parents[1])


def out_of_memory(error: Exception) -> bool:
    """Did a library fail because the child may not have more memory?"""
    return isinstance(error, MemoryError) or any(sign in str(error) for sign in ("malloc", "calloc", "out of memory"))


def _open(file: OpenFile) -> pymupdf.Document:
    try:
        document = pymupdf.open(file.path, filetype="pdf")
    except pymupdf.EmptyFileError:
        raise DamagedFile(f"{file.name} is empty") from None
    except (pymupdf.FileDataError, RuntimeError) as error:
        raise DamagedFile(f"{file.name} can't be opened: {error.__cause__ or error}") from None
    if not document.is_pdf:
        document.close()
        raise DamagedFile(f"{file.name} is no readable PDF")
    if document.needs_pass and not _unlock(document, file.password):
        document.close()
        if file.password is None:
            raise EncryptedFile(f"{file.name} is encrypted and needs a password")
        raise WrongPassword(f"the password does not open {file.name}")
    return document


def _unlock(document: pymupdf.Document, password: str | None) -> bool:
    if password is None:
        return False
    prepared = unicodedata.normalize("NFKC", password.replace("\u00ad", ""))  # SASLprep, as PDF 2.0 wants it
    return any(document.authenticate(attempt) for attempt in dict.fromkeys((password, prepared)))
