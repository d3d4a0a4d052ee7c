"""Where the text of a block, cell or item has the words of a link."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from docparse.assemble.link_words import PageWords, Piece
from docparse.links import Owner, text_of
from docparse.raised import flat

_RUN = re.compile(r"[^\W_]+")
_CONTEXT = (0, 1, 3, 8)  # words on either side, until a place is the only one
_CUT = 3  # words at either end that the text may lack: a list's mark, a page number
_Place = tuple[int, int]


class LinkText:
    """A text that links are looked for in, also as its letters and digits alone."""

    def __init__(self, owner: Owner) -> None:
        self.owner, self.text = owner, text_of(owner)
        self._begins: list[int] = []  # of each run in `_plain`
        self._places: list[int] = []  # of each run in `text`
        self._taken: set[_Place] = set()

    def take(self, words: PageWords, piece: Piece) -> _Place | None:
        """The place of the words of a piece, less words at its ends that the text has not; None without one."""
        place = self._find(words, piece)
        if place is not None:
            self._taken.add(place)
        return place

    def _find(self, words: PageWords, piece: Piece) -> _Place | None:
        said = words.text(piece)
        if self.text.count(said) == 1:
            start = self.text.index(said)
            return start, start + len(said)
        plain = _plain(said)
        if not plain:
            return self._free([match.span() for match in re.finditer(re.escape(said), self.text)])
        place = self._find_plain(words, piece, plain)
        if place is not None:
            return _with_edges(self.text, place, said)
        for count in range(1, min(_CUT, piece.last - piece.first) + 1):
            for part in words.without(piece, count):
                plain = _plain(words.text(part))
                place = self._find_plain(words, part, plain) if len(plain) > 1 else None
                if place is not None:
                    return place
        return None

    def _find_plain(self, words: PageWords, piece: Piece, plain: str) -> _Place | None:
        """By letters and digits: with more and more of the words around it, until it is the only place."""
        times = self._plain.count(plain)
        if not times:
            return None
        for count in _CONTEXT if times > 1 else (0,):
            before, after = map(_plain, words.around(piece, count))
            for left, right in ((before, after), (before, ""), ("", after)):
                around = left + plain + right
                if self._plain.count(around) == 1:
                    start = self._plain.index(around) + len(left)
                    return self._place(start, start + len(plain))
        starts = [match.start() for match in re.finditer(re.escape(plain), self._plain)]
        return self._free([self._place(start, start + len(plain)) for start in starts])

    def _free(self, places: Sequence[_Place]) -> _Place | None:
        """The first of several places that no other link has."""
        return next((place for place in places if place not in self._taken), places[0] if places else None)

    @cached_property
    def _plain(self) -> str:
        size = 0
        runs = []
        for match in _RUN.finditer(self.text):
            run = match[0]
            self._begins.append(size)
            self._places.append(match.start())
            runs.append(run)
            size += len(run)
        return flat("".join(runs))

    def _place(self, start: int, end: int) -> _Place:
        """Where letters `start` to `end` of `_plain` stand in the text."""
        return self._at(start), self._at(end - 1) + 1

    def _at(self, offset: int) -> int:
        run = bisect_right(self._begins, offset) - 1
        return self._places[run] + offset - self._begins[run]


def _plain(text: str) -> str:
    return flat("".join(_RUN.findall(text)))


def _with_edges(text: str, place: tuple[int, int], needle: str) -> tuple[int, int]:
    """A place of letters and digits with the signs around them that belong to the words."""
    start, end = place
    runs = list(_RUN.finditer(needle))
    lead, trail = needle[: runs[0].start()], needle[runs[-1].end() :]
    while lead and start and text[start - 1] == lead[-1]:
        start, lead = start - 1, lead[:-1]
    while trail and end < len(text) and text[end] == trail[0]:
        end, trail = end + 1, trail[1:]
    return start, end
