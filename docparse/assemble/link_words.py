"""The words of a page that a link's rectangle covers, to the character."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docparse.geometry import Box
from docparse.rtl import is_rtl
from docparse.schemas.page import Word, WordStyle

_ROW = 12.0  # page units: words are looked up by rows of this height
_NARROW, _WIDE = frozenset("iljtfrI.,;:'|!()[]{}/\\-` "), frozenset("mwMW@%—…")
_FULL_WIDTH = "\u2e80"  # from here on: Chinese, Japanese, Korean
_UP_OR_DOWN, _BACKWARDS = WordStyle.UP | WordStyle.DOWN, WordStyle.UP | WordStyle.LEFT


@dataclass(slots=True)
class Piece:
    """Words `first` to `last` of the page, of these the first from `begin` on, the last up to `end`."""

    first: int
    last: int
    begin: int
    end: int


class PageWords:
    """The words of a page in the order of the file, looked up by place."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self._boxes = [word.bbox for word in words]
        self._rows: dict[float, list[int]] = defaultdict(list)
        for index, box in enumerate(self._boxes):
            self._rows[(box[1] + box[3]) // (2 * _ROW)].append(index)

    def box(self, index: int) -> Box:
        return self._boxes[index]

    def inside(self, box: Box) -> list[Piece]:
        """The words of a rectangle, apart where others stand between them in the order of the file."""
        found: list[Piece] = []
        for index in self._near(box):
            cut = _covered(self.words[index], box)
            if cut is None:
                continue
            if found and found[-1].last == index - 1 and not cut[0]:
                found[-1].last, found[-1].end = index, cut[1]
            else:
                found.append(Piece(index, index, *cut))
        return found

    def _near(self, box: Box) -> list[int]:
        x0, x1, boxes = box[0], box[2], self._boxes
        rows = range(int(box[1] // _ROW), int(box[3] // _ROW) + 1)
        near = (index for row in rows for index in self._rows.get(row, ()))
        return sorted([index for index in near if boxes[index][2] > x0 and boxes[index][0] < x1])

    def parts(self, piece: Piece) -> Iterator[tuple[int, int, int]]:
        """(word, from, to) of each word of a piece."""
        for index in range(piece.first, piece.last + 1):
            end = piece.end if index == piece.last else len(self.words[index].text)
            yield index, piece.begin if index == piece.first else 0, end

    def text(self, piece: Piece) -> str:
        words = self.words
        said = [words[i].text[begin:end] + (" " if words[i].space else "") for i, begin, end in self.parts(piece)]
        said[-1] = said[-1].removesuffix(" ")
        return "".join(said)

    def around(self, piece: Piece, count: int) -> tuple[str, str]:
        """What stands before and after a piece: the rest of its own words, and `count` words more."""
        before = [word.text for word in self.words[max(piece.first - count, 0) : piece.first]]
        after = [word.text for word in self.words[piece.last + 1 : piece.last + 1 + count]]
        opening, closing = self.words[piece.first].text[: piece.begin], self.words[piece.last].text[piece.end :]
        return "".join([*before, opening]), "".join([closing, *after])

    def without(self, piece: Piece, count: int) -> Iterator[Piece]:
        """The piece less `count` words at its begin, and at its end."""
        yield Piece(piece.first + count, piece.last, 0, piece.end)
        last = piece.last - count
        yield Piece(piece.first, last, piece.begin, len(self.words[last].text))


def _covered(word: Word, box: Box) -> tuple[int, int] | None:
    """The characters of a word whose middle lies in a rectangle, (from, to); None for none."""
    low, top, high, bottom = word.bbox
    begin, above, end, below = box
    style, length = word.style, len(word.text)
    if style & _UP_OR_DOWN:
        low, top, high, bottom, begin, above, end, below = top, low, bottom, high, above, begin, below, end
    if not above <= (top + bottom) / 2 <= below:
        return None
    if (begin <= low and high <= end) or length == 1 or any(map(is_rtl, word.text)):
        return (0, length) if begin <= (low + high) / 2 <= end else None
    if style & _BACKWARDS:
        low, high, begin, end = -high, -low, -end, -begin
    widths = [0.5 if char in _NARROW else 1.5 if char in _WIDE or char > _FULL_WIDTH else 1.0 for char in word.text]
    unit = (high - low) / sum(widths)
    inside: list[int] = []
    at = low
    for place, width in enumerate(widths):
        if begin <= at + width * unit / 2 <= end:
            inside.append(place)
        at += width * unit
    return _snapped(word.text, inside[0], inside[-1] + 1) if inside else None


def _snapped(text: str, begin: int, end: int) -> tuple[int, int]:
    """The edges moved by one character to where letters end: widths were only guessed."""
    for near in (begin, begin - 1, begin + 1):
        if 0 <= near < end and (near == 0 or text[near].isalnum() != text[near - 1].isalnum()):
            begin = near
            break
    for near in (end, end + 1, end - 1):
        if begin < near <= len(text) and (near == len(text) or text[near].isalnum() != text[near - 1].isalnum()):
            end = near
            break
    return begin, end
