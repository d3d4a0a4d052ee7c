"""`ParseOptions`: what was asked of one document."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from docparse.errors import PageRangeInvalid

_PART = re.compile(r"(?P<first>\d+|end)?\s*(?P<dash>-)?\s*(?P<last>\d+|end)?")


class ParseOptions(BaseModel):
    """What the caller wants of a document; the same object in CLI, Python and REST.

    Switches of what is done after recognition: `join` paragraphs and tables over page breaks, `dehyphenate` them,
    label `running` headers and footers, set heading `levels` over the document, tie `captions` and `footnotes` to what
    they belong to, `reorder` blocks that stand against the page, `correct` a model's small misreadings to a sound text
    layer, `retry` pages that the verifier does not believe. `witness`: OCR reads the scans that a model reads too, so
    that the verifier has words to compare them with.

    Pages count from 1; `pages` is a range text such as "1,3-5,8-end", None for all. Times are seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pages: str | None = None
    password: str | None = Field(default=None, repr=False)
    engine: Literal["auto", "embedded", "embedded-fast", "qwen", "remote"] = "auto"
    model: str | None = None
    ocr: Literal["auto", "force", "never"] = "auto"
    languages: tuple[str, ...] = ()
    crops: bool = True
    join: bool = True
    dehyphenate: bool = True
    running: bool = True
    levels: bool = True
    captions: bool = True
    footnotes: bool = True
    reorder: bool = True
    correct: bool = True
    retry: bool = True
    witness: bool = True
    page_timeout_s: float = Field(default=120.0, gt=0)
    document_timeout_s: float | None = Field(default=None, gt=0)
    jobs: int | None = Field(default=None, ge=1, le=256)

    @field_validator("pages")
    @classmethod
    def _syntax(cls, value: str | None) -> str | None:
        if value is not None:
            select_pages(value, 10**9, check_only=True)
        return value


def select_pages(ranges: str | None, count: int, *, check_only: bool = False) -> list[int]:
    """Page numbers (from 1, ascending order of mention, no doubles) of "1,3-5,8-end" in a file of `count` pages.

    Raises PageRangeInvalid for bad syntax or a page that the file does not have.
    """
    if ranges is None or not ranges.strip():
        return [] if check_only else list(range(1, count + 1))
    chosen: dict[int, None] = {}
    for part in ranges.split(","):
        match = _PART.fullmatch(part.strip())
        if not part.strip() or match is None or not (match["first"] or match["last"]):
            raise PageRangeInvalid(f"page range {ranges!r}: {part.strip()!r} is no page or range")
        first = _number(match["first"] or "1", count)
        last = _number(match["last"] or "end", count) if match["dash"] else first
        if first < 1 or last < first:
            raise PageRangeInvalid(f"page range {ranges!r}: {part.strip()!r} runs backwards or starts below 1")
        if check_only:
            continue
        if last > count:
            pages = "page" if count == 1 else "pages"
            raise PageRangeInvalid(f"page range {ranges!r}: the file has {count} {pages}")
        chosen.update(dict.fromkeys(range(first, last + 1)))
    return list(chosen)


def _number(text: str, count: int) -> int:
    return count if text == "end" else int(text)
