"""Drafts: tokens that the page's own text says may come next, and when proposing them pays."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.schemas.page import Word


class TextDrafter:
    """Proposes what follows, in `source`, the place where the last `anchor` written tokens stand.

    Of several such places the first after the last one used is taken: pages are mostly read in the order of the source.
    What the request wrote itself is a second source (the markup repeats), used where the text has no anchor.
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
        self._last_own: int | None = None

    def extend(self, tokens: Sequence[int]) -> None:
        size = self._own_anchor
        for token in tokens:
            self._written.append(token)
            if len(self._written) >= size:
                key = tuple(self._written[-size:])
                self._last_own = self._own.get(key)
                self._own[key] = len(self._written)

    def propose(self, limit: int) -> list[int]:
        places = self._places.get(tuple(self._written[-self._anchor :]))
        if places:
            place = next((place for place in places if place >= self._at), places[0])
            self._at = place
            return self._source[place : place + limit]
        if self._last_own is not None:
            return self._written[self._last_own : self._last_own + limit]
        return []


class DraftGate:
    """Decides how long drafts may be, from what a step costs and how often drafts hold.

    The time of a step is fitted as a + b * tokens; `share` is how likely the next drafted token holds.
    """

    longest = 8

    def __init__(self) -> None:
        self.share = 0.7
        self._weight = 1e-9
        self._sums = [0.0, 0.0, 0.0, 0.0]

    def judge(self, drafted: int, held: int) -> None:
        tried = min(held + 1, drafted)
        for number in range(tried):
            self.share += 0.02 * ((1.0 if number < held else 0.0) - self.share)

    def observe(self, tokens: int, seconds: float) -> None:
        keep = 0.98
        self._weight = self._weight * keep + 1
        for number, value in enumerate((tokens, seconds, tokens * tokens, tokens * seconds)):
            self._sums[number] = self._sums[number] * keep + value

    def cost(self) -> tuple[float, float]:
        """(a, b) of the fit."""
        x, y, xx, xy = (value / self._weight for value in self._sums)
        spread = xx - x * x
        if spread < 1e-6:
            return y, 0.0
        slope = max(0.0, (xy - x * y) / spread)
        return max(y - slope * x, 0.0), slope

    def limit(self, running: int) -> int:
        return self.longest


def layer_text(words: Sequence[Word]) -> str:
    """The text layer as a model would write it: words with a blank where white space follows."""
    return "".join(word.text + " " if word.space else word.text for word in words)
