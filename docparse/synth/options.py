"""What is asked of the generator, and the names it knows."""

from __future__ import annotations

from dataclasses import dataclass, field

from docparse.errors import UsageError

LANGUAGES = ("en", "zh", "fr", "de", "it", "es", "pt", "ar", "ru", "ja", "ko", "vi")
KINDS = (
    "heading", "paragraph", "list", "footnote", "page_header", "page_footer", "page_number", "caption", "code",
    "table", "chart", "formula", "chemistry", "music", "image", "form", "invoice",
)  # fmt: skip
LAYOUTS = ("single", "two", "three", "magazine", "slides", "letter", "invoice", "receipt", "form")
DEGRADATIONS = ("skew", "blur", "noise", "jpeg", "lowres", "shadow", "stamp", "fax")
_PAPERS = {"a4": (595.28, 841.89), "letter": (612.0, 792.0), "a5": (419.53, 595.28), "b5": (498.9, 708.66)}


@dataclass(frozen=True, slots=True)
class SynthOptions:
    """One set of documents. Sizes are PDF points; an empty tuple means everything there is.

    `pages` is the sum over all documents. `degrade` names what the scans suffer, each page some of it (none: no scans
    are made). `page_size` is (width, height) of every page, None for a mix of papers and the layouts' own sizes;
    `max_pages` bounds one document; `tagged` PDFs carry Chromium's structure tree. The truth does not depend on `jobs`.
    """

    pages: int = 10
    seed: int = 0
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    degrade: tuple[str, ...] = ()
    page_size: tuple[float, float] | None = None
    max_pages: int = 4
    scan_dpi: int = 150
    tagged: bool = False
    jobs: int = field(default=1, compare=False)

    def __post_init__(self) -> None:
        for name, known in (
            ("kinds", KINDS), ("languages", LANGUAGES), ("layouts", LAYOUTS), ("degrade", DEGRADATIONS),
        ):  # fmt: skip
            unknown = [value for value in getattr(self, name) if value not in known]
            if unknown:
                raise UsageError(f"--{name}: {unknown[0]!r} is not known (known: {', '.join(known)})")
        if self.pages < 1 or self.max_pages < 1 or self.jobs < 1 or not 30 <= self.scan_dpi <= 600:
            raise UsageError("pages, pages of a document and jobs count from 1; scan dpi lies between 30 and 600")
        if self.page_size is not None and not all(100 <= side <= 3000 for side in self.page_size):
            raise UsageError("page size: each side lies between 100 and 3000 points")

    def wants(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


def paper(name: str) -> tuple[float, float]:
    """(width, height) in points of "a4", "letter", "a5" or "b5"; UsageError for another name."""
    try:
        return _PAPERS[name.lower()]
    except KeyError:
        raise UsageError(f"paper {name!r} is not known (known: {', '.join(_PAPERS)})") from None
