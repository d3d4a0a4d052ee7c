"""`Reading`: a value with the words it was read from; `Draft`: the readings of one invoice by field path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docparse.invoices.text import Span
from docparse.schemas.invoice import Flag


@dataclass(frozen=True, slots=True)
class Reading:
    """`spans` are where the value stands (none for a value that follows from others); `score` compares readings."""

    value: Any
    spans: tuple[Span, ...] = ()
    score: float = 0.0
    others: tuple[Any, ...] = ()
    note: str = ""

    @classmethod
    def at(cls, value: Any, span: Span, score: float = 0.0, others: tuple[Any, ...] = ()) -> Reading:
        return cls(value, (span,), score, others)


@dataclass(slots=True)
class Draft:
    """Readings so far by path, and flags. Paths are those of `Invoice`: "seller.name", "lines[0].unit"."""

    fields: dict[str, Reading] = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)
    kind: str = "unknown"
    language: str | None = None
    evidence: list[str] = field(default_factory=list)

    def put(self, path: str, reading: Reading | None) -> None:
        if reading is not None and reading.value not in (None, ""):
            self.fields[path] = reading

    def value(self, path: str) -> Any:
        reading = self.fields.get(path)
        return None if reading is None else reading.value

    def flag(self, path: str, code: str, detail: str = "") -> None:
        self.flags.append(Flag(field=path, code=code, detail=detail))

    def under(self, prefix: str) -> Iterator[tuple[str, Reading]]:
        for path, reading in self.fields.items():
            if path.startswith(prefix):
                yield path, reading


def best(readings: list[Reading]) -> Reading | None:
    """The reading with the highest score, the first of equals; None of none."""
    return max(readings, key=lambda reading: reading.score, default=None)
