"""Drafts: tokens that the page's own text says may come next.

Known in print for one request at a time (LLMA, arXiv 2304.04487; CLD, arXiv 2512.18122). Here the batcher verifies
the drafts of all requests in the step that it makes anyway, and `gate` says how long they may be.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from docparse.schemas.page import Word

_MOST = 16


class TextDrafter:
    """Proposes what follows, in `source`, the place where the last `anchor` written tokens stand.

    Of several such places the next one in the order of the source is taken. What the request wrote itself is a second
    source (markup repeats), used where the text has no anchor. Drafts grow while they hold and shrink when they don't.
    """

    def __init__(self, source: Sequence[int], *, anchor: int = 2, own_anchor: int = 3) -> None:
        self._source = list(source)
        self._anchor = anchor
        self._own_anchor = own_anchor
        self._places: dict[tuple[int, ...], list[int]] = {}
        for end in range(anchor, len(self._source)):
            self._places.setdefault(tuple(self._source[end - anchor : end]), []).append(end)
        self._at = 0
        self._written: list[int] = []
        self._own: dict[tuple[int, ...], int] = {}
        self._own_place: int | None = None
        self._proposed: list[int] = []
        self._from_text = True
        self._trust = {True: 4, False: 2}

    def extend(self, tokens: Sequence[int]) -> None:
        self._judge(tokens)
        size = self._own_anchor
        for token in tokens:
            self._written.append(token)
            if len(self._written) >= size:
                key = tuple(self._written[-size:])
                self._own_place = self._own.get(key)
                self._own[key] = len(self._written)

    def propose(self, limit: int) -> list[int]:
        written, source = self._written, self._source
        places = self._places.get(tuple(written[-self._anchor :]))
        if places:
            number = bisect_left(places, self._at)
            self._at = places[number if number < len(places) else 0]
            start, origin = self._at, source
        elif self._own_place is not None:
            start, origin = self._own_place, written
        else:
            return []
        self._from_text = origin is source
        self._proposed = origin[start : start + min(limit, self._trust[self._from_text])]
        return list(self._proposed)

    def _judge(self, tokens: Sequence[int]) -> None:
        """How the last proposal did decides how long the next one may be."""
        proposed, self._proposed = self._proposed, []
        if not proposed:
            return
        held = 0
        while held < min(len(proposed), len(tokens)) and proposed[held] == tokens[held]:
            held += 1
        trust = self._trust[self._from_text]
        if held == len(proposed):
            self._trust[self._from_text] = min(_MOST, 2 * trust)
        elif 2 * held < len(proposed):
            self._trust[self._from_text] = max(1, trust // 2)


def layer_text(words: Sequence[Word]) -> str:
    """The text layer as a model would write it: words with a blank where white space follows."""
    return "".join(word.text + " " if word.space else word.text for word in words)
