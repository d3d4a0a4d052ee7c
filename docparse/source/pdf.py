"""A PDF opened with MuPDF, inside the guarded child."""

from __future__ import annotations

import contextlib

import pymupdf

from docparse.errors import DamagedFile, EncryptedFile, LimitExceeded, WrongPassword
from docparse.schemas.page import PageImage, PixelBudget
from docparse.source.mupdf import read_page
from docparse.source.protocol import FileFacts, OpenFile, OutlineItem

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)

_OUTLINE_MOST = 10_000
_METADATA = ("title", "author", "subject", "keywords", "creator", "producer", "creationDate", "modDate", "format")


class PdfReader:
    """Pages, outline and attachments of one PDF. Raises what `open_source` says."""

    def __init__(self, file: OpenFile) -> None:
        self._limits = file.limits
        self._document = _open(file)
        try:
            self.facts = self._facts(file)
        except BaseException:
            self._document.close()
            raise

    def page(self, number: int, budget: PixelBudget) -> tuple[PageImage, bytes | None]:
        """Page `number` without pixels, and its pixels as RGB bytes."""
        try:
            page = self._document.load_page(number - 1)
        except (RuntimeError, ValueError) as error:
            raise DamagedFile(f"page {number} can't be read: {error}", page=number) from None
        try:
            return read_page(page, number, budget, self._limits)
        finally:
            del page
            pymupdf.TOOLS.store_shrink(50)

    def attachments(self) -> dict[str, bytes]:
        files = {}
        for index in range(self._document.embfile_count()):
            with contextlib.suppress(RuntimeError, ValueError):  # one broken attachment does not lose the others
                info = self._document.embfile_info(index)
                name = info.get("ufilename") or info.get("filename") or info.get("name") or f"attachment-{index + 1}"
                files[name] = self._document.embfile_get(index)
        return files

    def close(self) -> None:
        self._document.close()
        pymupdf.TOOLS.store_shrink(100)

    def _facts(self, file: OpenFile) -> FileFacts:
        count = self._document.page_count
        if count > file.limits.max_pages:
            raise LimitExceeded(f"{file.name} has {count} pages, more than max_pages ({file.limits.max_pages})")
        if count < 1:
            raise DamagedFile(f"{file.name} has no readable page")
        flags = [
            flag for flag, holds in (("repaired", self._document.is_repaired), ("encrypted", self._encrypted)) if holds
        ]
        return FileFacts(count, self._metadata(), tuple(self._outline()), tuple(flags))

    @property
    def _encrypted(self) -> bool:
        return bool((self._document.metadata or {}).get("encryption"))

    def _metadata(self) -> dict[str, str]:
        metadata = self._document.metadata or {}
        return {key: str(metadata[key]).strip() for key in _METADATA if metadata.get(key)}

    def _outline(self) -> list[OutlineItem]:
        try:
            entries = self._document.get_toc(simple=True)
        except (RuntimeError, ValueError):  # a looping or broken outline is no reason to refuse the pages
            return []
        return [(level, title.strip(), max(0, page)) for level, title, page in entries[:_OUTLINE_MOST]]


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
    return password is not None and bool(document.authenticate(password))
