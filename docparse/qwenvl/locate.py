"""Boxes for blocks that came without one, by finding their text among the words of the page."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from docparse.geometry import Box, union
from docparse.qwenvl.drafts import Draft
from docparse.schemas.page import Word

_MAX_SEARCH = 20_000_000  # characters compared over all blocks of a page
FLAG = "box_from_text"


def locate_drafts(drafts: Sequence[Draft], words: Sequence[Word]) -> list[str]:
    """Set the missing boxes; returns flags for the page."""
    missing = [draft for draft in drafts if draft.box is None]
    if not missing:
        return []
    index = _WordIndex(words) if words else None
    budget = _MAX_SEARCH
    for draft in missing:
        if index is not None and budget > 0:
            draft.box = index.find(draft.text)
            budget -= index.length
            if draft.box is not None:
                draft.flags.append(FLAG)
        if draft.box is None and draft.fallback is not None:
            draft.box = draft.fallback
            draft.flags.append("box_of_parent")
    flags = ["box_missing"] if any(draft.box is None for draft in missing) else []
    return ["boxes_from_text", *flags] if any(FLAG in draft.flags for draft in missing) else flags


class _WordIndex:
    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.starts: list[int] = []
        parts, position = [], 0
        for word in words:
            text = _squeeze(word.text)
            self.starts.append(position)
            parts.append(text)
            position += len(text)
        self.text = "".join(parts)
        self.length = max(position, 1)
        self.cursor = 0

    def find(self, text: str) -> Box | None:
        """Box around the words of `text`, looked for after the last find first."""
        wanted = _squeeze(text)
        if len(wanted) < 2:
            return None
        start = self.text.find(wanted, self.cursor)
        if start < 0:
            start = self.text.find(wanted)
        if start < 0:
            return self._find_ends(wanted)
        self.cursor = start + len(wanted)
        return self._box(start, start + len(wanted))

    def _find_ends(self, wanted: str) -> Box | None:
        """The stretch between the block's first and its last characters, for text with misreadings inside."""
        size = 12
        if len(wanted) < 2 * size:
            return None
        start = self.text.find(wanted[:size])
        end = self.text.find(wanted[-size:], start + size) if start >= 0 else -1
        if end < 0 or not 0.7 < (end + size - start) / len(wanted) < 1.4:
            return None
        return self._box(start, end + size)

    def _box(self, start: int, end: int) -> Box:
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        x0, y0, x1, y1 = union(word.bbox for word in self.words[first : last + 1])
        return (round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2))


def _squeeze(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
