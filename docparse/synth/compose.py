"""From a plan to a document ready for the press: pieces, running lines, page geometry."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from docparse.synth.content.text import Writer
from docparse.synth.options import SynthOptions
from docparse.synth.piece import Piece
from docparse.synth.plan import Plan
from docparse.synth.themes import RTL, theme_css


@dataclass(slots=True)
class Draft:
    """One document before it is set. Lengths are points; `margin` is top, right, bottom, left."""

    plan: Plan
    writer: Writer
    options: SynthOptions
    size_pt: float = 10.0
    columns: int = 1
    gap: float = 18.0
    margin: tuple[float, float, float, float] = (62.0, 56.0, 62.0, 56.0)
    css: str = ""
    pieces: list[Piece] = field(default_factory=list)
    running: dict[str, Piece] = field(default_factory=dict)
    running_css: dict[str, str] = field(default_factory=dict)
    first_number: int = 1
    numbers: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def rng(self) -> random.Random:
        return self.writer.rng

    @property
    def column_pt(self) -> float:
        width = self.plan.size[0] - self.margin[1] - self.margin[3]
        return (width - (self.columns - 1) * self.gap) / self.columns

    @property
    def body_pt2(self) -> float:
        """Area of the columns of one page."""
        return self.column_pt * self.columns * (self.plan.size[1] - self.margin[0] - self.margin[2])

    def count(self, name: str) -> int:
        """The next number of its kind (figure, table, note, …), from 1."""
        self.numbers[name] = self.numbers.get(name, 0) + 1
        return self.numbers[name]

    def wants(self, *kinds: str) -> bool:
        return any(self.options.wants(kind) for kind in kinds)

    def spec(self) -> dict[str, Any]:
        """What page.js is told."""
        width, height = self.plan.size
        return {
            "language": self.plan.language, "rtl": self.plan.language in RTL, "width": width, "height": height,
            "margin": self.margin, "columns": self.columns, "gap": self.gap, "css": self.css,
            "maxPages": self.plan.pages, "firstNumber": self.first_number, "pieces": [_told(p) for p in self.pieces],
            "running": {name: self._told_line(name, piece) for name, piece in self.running.items()},
        }  # fmt: skip

    def _told_line(self, name: str, piece: Piece) -> dict[str, Any]:
        return {"html": piece.html, "css": self.running_css.get(name, ""), "notFirst": piece.style == "not-first"}


def _told(piece: Piece) -> dict[str, Any]:
    return {
        "html": piece.html, "place": piece.place, "keeps": piece.keeps, "style": piece.style, "splits": piece.splits,
        "floats": piece.floats, "endsPage": piece.ends_page, "notes": [_told(note) for note in piece.notes],
    }  # fmt: skip


def compose(plan: Plan, options: SynthOptions) -> Draft:
    """The document of a plan; everything follows from the plan's seed."""
    from docparse.synth import layouts

    rng = plan.rng
    draft = Draft(plan, Writer(plan.language, rng), options)
    draft.size_pt = rng.choice((8.5, 9.0, 9.5, 10.0, 10.5, 11.0, 12.0))
    if min(plan.size) < 420:
        draft.size_pt = min(draft.size_pt, 9.0)
        draft.margin = (34.0, 26.0, 34.0, 26.0)
    layout: Callable[[Draft], None] = layouts.LAYOUTS[plan.layout]
    layout(draft)
    draft.css = theme_css(plan.language, rng, size_pt=draft.size_pt, column_pt=draft.column_pt) + draft.css
    return draft
