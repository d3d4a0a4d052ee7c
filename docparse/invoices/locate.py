"""Finding a given value in the words of the pages: the proof of values that something else than a reader gave."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from docparse.invoices.dates import Order, find_dates
from docparse.invoices.numbers import decimal_mark, find_numbers
from docparse.invoices.reading import Reading
from docparse.invoices.text import Row, Sheets, Span, Token, squash

_FUZZY = 88.0  # similarity of a quote from which on it counts as found
_LONGEST = 400  # characters of a quote that are looked for


class Finder:
    """Index of the words, numbers and dates of some pages."""

    def __init__(self, sheets: Sheets, order: Order = "") -> None:
        self._sheets = sheets
        self._order = order

    @cached_property
    def _numbers(self) -> dict[Decimal, list[Span]]:
        found: dict[Decimal, list[Span]] = {}
        decimal = decimal_mark([row.text for row in self._sheets.rows])
        for row in self._sheets.rows:
            for number in find_numbers(row.text, decimal):
                span = Span(row.page, tuple(row.between(number.start, number.end)))
                for value in (number.value, *number.others):
                    found.setdefault(abs(value).normalize(), []).append(span)
        return found

    @cached_property
    def _dates(self) -> dict[datetime.date, Span]:
        found: dict[datetime.date, Span] = {}
        for row in self._sheets.rows:
            for when in find_dates(row.text, self._order):
                span = Span(row.page, tuple(row.between(when.start, when.end)))
                found.setdefault(when.value, span)
                if when.other is not None:
                    found.setdefault(when.other, span)
        return found

    @cached_property
    def _stream(self) -> tuple[str, list[tuple[Row, Token]], list[int]]:
        """All squashed words in one text, with the token of each and where it begins."""
        tokens = [(row, token) for row in self._sheets.rows for token in row.tokens if token.key]
        starts, length = [], 0
        for _, token in tokens:
            starts.append(length)
            length += len(token.key)
        return "".join(token.key for _, token in tokens), tokens, starts

    def find(self, value: Any, path: str = "") -> Reading | None:
        """Where a value is printed, or None. Short codes are not looked for: they prove nothing."""
        if isinstance(value, bool):
            return None
        if isinstance(value, (Decimal, int, float)):
            spans = self._numbers.get(abs(Decimal(str(value))).normalize())
            return Reading(value, (spans[-1],), 1.0) if spans else None
        if isinstance(value, datetime.date):
            span = self._dates.get(value)
            return Reading(value, (span,), 1.0) if span else None
        if path == "currency":
            return self._currency(str(value))
        return self.find_text(str(value))

    def _currency(self, code: str) -> Reading | None:
        for row in self._sheets.rows:
            for token in row.tokens:
                if token.text.strip("()[]:,.;/") == code:
                    return Reading(code, (Span(row.page, (token,)),), 1.0)
        for row in self._sheets.rows:
            for number in find_numbers(row.text):
                if number.currency == code:
                    return Reading(code, (Span(row.page, tuple(row.between(number.start, number.end))),), 1.0)
        return None

    def find_text(self, quote: str, *, fuzzy: bool = False) -> Reading | None:
        """A text as it stands, whatever its blanks, case and line breaks; with `fuzzy` also a similar one."""
        key = squash(quote[:_LONGEST])
        if len(key) < 3:
            return self._whole_token(key, quote) if key else None
        stream, _, starts = self._stream
        begins = dict(zip(starts, range(len(starts)), strict=True))
        at = stream.find(key)
        while at >= 0 and at not in begins:
            at = stream.find(key, at + 1)
        if at < 0:
            at = stream.find(key) if len(key) >= 8 else -1
        if at >= 0:
            return Reading(quote, self._spans(at, at + len(key)), 1.0)
        return self._similar(quote, key) if fuzzy and len(key) >= 6 else None

    def _whole_token(self, key: str, quote: str) -> Reading | None:
        for row in self._sheets.rows:
            for token in row.tokens:
                if token.key == key:
                    return Reading(quote, (Span(row.page, (token,)),), 0.5)
        return None

    def _spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Runs of tokens under a part of the stream, one for each row."""
        _, tokens, starts = self._stream
        found: list[tuple[Row, list[Token]]] = []
        for (row, token), at in zip(tokens, starts, strict=True):
            if at + len(token.key) <= start:
                continue
            if at >= end:
                break
            if found and found[-1][0] is row:
                found[-1][1].append(token)
            else:
                found.append((row, [token]))
        return tuple(Span(row.page, tuple(part)) for row, part in found)

    def _similar(self, quote: str, key: str) -> Reading | None:
        from rapidfuzz import fuzz

        stream, _, _ = self._stream
        match = fuzz.partial_ratio_alignment(key, stream, score_cutoff=_FUZZY)
        if match is None or match.dest_end - match.dest_start < 0.7 * len(key):
            return None
        return Reading(quote, self._spans(match.dest_start, match.dest_end), match.score / 100, note="fuzzy")

    def reads(self, quoted: Reading, value: Any) -> bool:
        """Does a quoted run of words say this value?"""
        text = " ".join(span.text for span in quoted.spans)
        if isinstance(value, Decimal):
            return any(abs(value) in (abs(n.value), *map(abs, n.others)) for n in find_numbers(text))
        if isinstance(value, datetime.date):
            return any(value in (when.value, when.other) for when in find_dates(text, self._order))
        return squash(str(value)) in squash(text)

    def resembles(self, quoted: Reading, value: str) -> bool:
        """Is a text much like the words quoted for it?"""
        from rapidfuzz import fuzz

        text = " ".join(span.text for span in quoted.spans)
        return bool(fuzz.partial_ratio(squash(value), squash(text)) >= _FUZZY)
