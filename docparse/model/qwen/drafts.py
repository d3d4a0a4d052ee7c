"""Drafts: tokens that the page's own text says may come next.

Known in print for one request at a time (LLMA, arXiv 2304.04487; CLD, arXiv 2512.18122). Here the batcher verifies
the drafts of all requests in the step that it makes anyway, and `gate` says how long they may be.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from html import unescape
from typing import Protocol

from docparse.schemas.page import Word, plain_text

_MOST = 16
_TAG = re.compile(r"<[^<>]*>")
_ANCHOR = 2  # tokens that must agree with the text
_OWN_ANCHOR = 3  # tokens that must agree with what was written before
_PRIMER = (
    '<html><body>\n<h1 data-bbox="</h1>\n<p data-bbox="</p>\n<h2 data-bbox="</h2>\n<p data-bbox="</p>\n'
    '<table data-bbox="<tr><td></td></tr></table>\n<div class="image" data-bbox="<img data-bbox="</p>\n<p data-bbox="'
)


class Lexicon(Protocol):
    """What a drafter must know of the tokenizer."""

    def encode(self, text: str) -> list[int]: ...

    def bytes_of(self, token: int) -> bytes: ...

    def bare(self, token: int) -> int | None:
        """The token of the same text without its leading blank, if there is one."""
        ...


class TextDrafter:
    """Proposes what follows, in the page's `text`, the place where the last written tokens stand.

    Of several such places the next one in the order of the text is taken. At the start of an element the text goes on
    where it was left. The second source is what the request wrote itself, primed with the format's usual markup. Drafts
    from a source grow while they hold and shrink when they don't.
    """

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._source = lexicon.encode(text)
        self._places: dict[tuple[int, ...], list[int]] = {}
        for end in range(_ANCHOR, len(self._source)):
            self._places.setdefault(tuple(self._source[end - _ANCHOR : end]), []).append(end)
        self._next = 0  # where the text goes on
        self._written: list[int] = []
        self._own: dict[tuple[int, ...], int] = {}
        self._own_place: int | None = None
        self._proposed: list[int] = []
        self._kind = ""
        self._trust = {"text": 6, "start": 2, "own": 4}
        self._record(lexicon.encode(_PRIMER))

    def extend(self, tokens: Sequence[int]) -> None:
        self._judge(tokens)
        self._record(tokens)
        self._follow(len(tokens))

    def propose(self, limit: int) -> list[int]:
        found, self._kind = self._find()
        self._proposed = found[: min(limit, self._trust[self._kind])] if found else []
        return list(self._proposed)

    def _find(self) -> tuple[list[int], str]:
        """(tokens that may follow, which source they are from)."""
        written, source = self._written, self._source
        last = self._lexicon.bytes_of(written[-1])
        if last.endswith(b'">') or (last.endswith(b">") and self._own_place is None):
            start = self._next_word()
            first = self._lexicon.bare(source[start]) if start < len(source) else None
            if first is not None:
                return [first, *source[start + 1 : start + _MOST]], "start"
        if tuple(written[-_ANCHOR:]) in self._places:
            return source[self._next : self._next + _MOST], "text"
        if self._own_place is not None:
            return written[self._own_place : self._own_place + _MOST], "own"
        return [], "own"

    def _start_of_element(self, token: int) -> None:
        """The first word of an element lacks the blank by which the text would be found."""
        if self._written and self._lexicon.bytes_of(self._written[-1]).endswith(b">"):
            start = self._next_word()
            if start < len(self._source) and self._lexicon.bare(self._source[start]) == token:
                self._next = start + 1

    def _next_word(self) -> int:
        """Where the next word begins in the text: the last element may have ended before its full stop."""
        start = self._next
        while start < min(len(self._source), self._next + 4):
            if self._lexicon.bytes_of(self._source[start]).startswith(b" "):
                break
            start += 1
        return start

    def _record(self, tokens: Sequence[int]) -> None:
        """Note where each short run of written tokens stood last; of markup a single token is enough."""
        for token in tokens:
            self._start_of_element(token)
            self._written.append(token)
            end = len(self._written)
            keys = [tuple(self._written[-_OWN_ANCHOR:])]
            if b"<" in self._lexicon.bytes_of(token):
                keys.append((token,))
            self._own_place = next((self._own[key] for key in keys if key in self._own), None)
            for key in keys:
                self._own[key] = end

    def _follow(self, count: int) -> None:
        """Move on in the text to where the last tokens stand, each place after the one before."""
        written = self._written
        for end in range(len(written) - count + 1, len(written) + 1):
            places = self._places.get(tuple(written[end - _ANCHOR : end]))
            if places:
                number = bisect_left(places, self._next)
                self._next = places[number if number < len(places) else 0]

    def _judge(self, tokens: Sequence[int]) -> None:
        """How the last proposal did decides how long the next one may be."""
        proposed, self._proposed = self._proposed, []
        if not proposed:
            return
        held = 0
        while held < min(len(proposed), len(tokens)) and proposed[held] == tokens[held]:
            held += 1
        trust = self._trust[self._kind]
        if held == len(proposed):
            self._trust[self._kind] = min(_MOST, 2 * trust)
        elif 2 * held < len(proposed):
            self._trust[self._kind] = max(1, trust // 2)


def layer_text(words: Sequence[Word]) -> str:
    """The text layer as a model would write it: words with a blank where white space follows."""
    return " " + plain_text(words)


def html_text(html: str) -> str:
    """The text of an engine's HTML, one blank between words."""
    return " " + " ".join(unescape(_TAG.sub(" ", html)).split())
