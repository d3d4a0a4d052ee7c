"""What each document is to be: layout, language, pages and paper, drawn by seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from docparse.synth.options import LANGUAGES, LAYOUTS, SynthOptions, paper

_FLOWING = ("single", "two", "three", "magazine")
_PAGED = (*_FLOWING, "slides")
_WEIGHTS = {
    "single": 5, "two": 5, "three": 2, "magazine": 2, "slides": 2, "letter": 1, "invoice": 2, "receipt": 1, "form": 1,
}  # fmt: skip
INVOICE_LANGUAGES = ("en", "de", "fr", "es")


@dataclass(frozen=True, slots=True)
class Plan:
    """One document to make; `index` counts from 0 and names it, `pages` is the most it may have."""

    index: int
    layout: str
    language: str
    pages: int
    size: tuple[float, float]
    seed: str

    @property
    def rng(self) -> random.Random:
        return random.Random(self.seed)

    @property
    def name(self) -> str:
        return f"doc-{self.index + 1:04d}"


def plans(options: SynthOptions) -> Iterator[Plan]:
    """Documents without end; each follows from the seed and its index alone."""
    layouts = [name for name in options.layouts or LAYOUTS if _can(name, options)] or ["single"]
    languages = options.languages or LANGUAGES
    index = 0
    while True:
        seed = f"{options.seed}/{index}"
        rng = random.Random(seed + "/plan")
        layout = rng.choices(layouts, [_WEIGHTS[name] for name in layouts])[0]
        able = [name for name in languages if layout != "invoice" or name in INVOICE_LANGUAGES]
        pages = rng.choice((1, 1, 2, 2, 3, 4)) if layout in _PAGED else 1
        size = options.page_size or _size(layout, rng)
        yield Plan(index, layout, rng.choice(able), min(pages, options.max_pages), size, seed)
        index += 1


def _can(layout: str, options: SynthOptions) -> bool:
    """Whether the wanted kinds and languages leave the layout anything to show."""
    if layout == "invoice":
        return options.wants("invoice") and any(name in INVOICE_LANGUAGES for name in options.languages or LANGUAGES)
    if layout == "form":
        return options.wants("form")
    if layout == "receipt":
        return not options.kinds or "table" in options.kinds
    return layout != "letter" or options.wants("paragraph")


def _size(layout: str, rng: random.Random) -> tuple[float, float]:
    if layout == "slides":
        return rng.choice(((960.0, 540.0), (720.0, 540.0), (720.0, 405.0)))
    if layout == "receipt":
        return (226.77, 640.0)
    if layout == "invoice":
        return paper("a4")
    names = ("a4", "a4", "letter", "b5", "a5") if layout == "single" else ("a4", "a4", "letter")
    return paper(rng.choice(names))
