"""Links of a page tied to the words that they lie on: in blocks, cells and items, else on pictures, else on the page.

A link of a PDF is a rectangle and an address. The words in it are looked for in the text of the block that stands
there, with the words before and after where they come more than once: texts were joined, cut, written in other signs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from docparse.geometry import Box, area, clip, contains_point, overlap
from docparse.links import Owner, merged, owners_of, text_of
from docparse.raised import flat
from docparse.rtl import is_rtl
from docparse.schemas.document import Block, Chemistry, Formula, Image, Link, ListBlock, Music, Page, Part, Table
from docparse.schemas.page import Link as Annotation
from docparse.schemas.page import PageImage, Word, WordStyle

_RUN = re.compile(r"[^\W_]+")
_ROW = 12.0  # page units: words are looked up by rows of this height
_CONTEXT = (0, 1, 3, 8)  # words on either side, until a place is the only one
_CUT = 3  # words at either end that the text may lack: a list's mark, a page number
_MOST_WORK = 50_000  # words under all links of a page together: thousands of links as large as the page
_PICTURE_SHARE = 0.3  # of a link or a picture that the other covers
_NARROW, _WIDE = frozenset("iljtfrI.,;:'|!()[]{}/\\-` "), frozenset("mwMW@%—…")
_FULL_WIDTH = "\u2e80"  # from here on: Chinese, Japanese, Korean
_UP_OR_DOWN, _BACKWARDS = WordStyle.UP | WordStyle.DOWN, WordStyle.UP | WordStyle.LEFT


def tie_links(page: Page, image: PageImage, words: Sequence[Word]) -> None:
    """Put the links of the page image into the blocks that they lie on; none is dropped."""
    if image.links:
        _Tying(page, words).tie(image.links)


@dataclass(slots=True)
class _Piece:
    """Words `first` to `last` of the page, of these the first from `begin` on, the last up to `end`."""

    first: int
    last: int
    begin: int
    end: int


@dataclass
class _Text:
    """A text that links are looked for in, also as its letters and digits alone."""

    owner: Owner
    text: str
    begins: list[int] = field(default_factory=list)  # of each run in `plain`
    places: list[int] = field(default_factory=list)  # of each run in `text`
    taken: list[tuple[int, int]] = field(default_factory=list)

    @cached_property
    def plain(self) -> str:
        size = 0
        runs = []
        for match in _RUN.finditer(self.text):
            run = match[0]
            self.begins.append(size)
            self.places.append(match.start())
            runs.append(run)
            size += len(run)
        return flat("".join(runs))

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where letters `start` to `end` of `plain` stand in the text."""
        return self._at(start), self._at(end - 1) + 1

    def _at(self, offset: int) -> int:
        run = bisect_right(self.begins, offset) - 1
        return self.places[run] + offset - self.begins[run]


class _Tying:
    def __init__(self, page: Page, words: Sequence[Word]) -> None:
        self.page, self.words = page, words
        self.blocks = sorted(
            ((block.bbox, block) for block in page.blocks if block.bbox is not None), key=lambda pair: area(pair[0])
        )
        self.boxes = [word.bbox for word in words]
        self.rows: dict[float, list[int]] = defaultdict(list)
        for index, box in enumerate(self.boxes):
            self.rows[(box[1] + box[3]) // (2 * _ROW)].append(index)
        self.texts: dict[int, _Text] = {}
        self.work = 0

    def tie(self, annotations: Sequence[Annotation]) -> None:
        seen: set[tuple[str, int, tuple[int, ...]]] = set()
        for annotation in annotations:
            key = (annotation.uri, annotation.page, tuple(map(round, annotation.bbox)))
            if key not in seen and (annotation.uri or annotation.page):
                seen.add(key)
                self._tie(annotation)
        for text in self.texts.values():
            if len(text.owner.links) > 1:
                text.owner.links = merged(text.text, _without_guesses(text.owner.links))

    def _tie(self, annotation: Annotation) -> None:
        tied = False
        box = clip(annotation.bbox, self.page.width, self.page.height)  # a rectangle may be as large as the file says
        for piece in self._pieces(box) if self.work < _MOST_WORK else ():
            self.work += piece.last - piece.first + 1
            for block, part in self._by_block(piece):
                tied = True
                self._put(block, part, annotation)
        if not tied:
            self._add_loose((self._under(box) or self.page).links, self._link(annotation))

    def _add_loose(self, links: list[Link], link: Link) -> None:
        """Browsers link a picture and the line that it stands in: one link."""
        for known in links:
            if known.start is None and not known.text and (known.uri, known.to_page) == (link.uri, link.to_page):
                known.parts += link.parts
                return
        links.append(link)

    def _link(self, annotation: Annotation, text: str = "", start: int | None = None) -> Link:
        part = Part(page=self.page.number, bbox=annotation.bbox)
        return Link(text=text, start=start, uri=annotation.uri, to_page=annotation.page or None, parts=[part])

    # -- words in a rectangle

    def _pieces(self, box: Box) -> list[_Piece]:
        """The words of a rectangle, apart where others stand between them in the order of the file."""
        found: list[_Piece] = []
        x0, x1, boxes = box[0], box[2], self.boxes
        rows = range(int(box[1] // _ROW), int(box[3] // _ROW) + 1)
        near = [
            index for row in rows for index in self.rows.get(row, ()) if boxes[index][2] > x0 and boxes[index][0] < x1
        ]
        for index in sorted(near):
            cut = _covered(self.words[index], box)
            if cut is None:
                continue
            if found and found[-1].last == index - 1 and not cut[0]:
                found[-1].last, found[-1].end = index, cut[1]
            else:
                found.append(_Piece(index, index, *cut))
        return found

    def _by_block(self, piece: _Piece) -> Iterator[tuple[Block | None, _Piece]]:
        """The piece cut where another block, cell or item begins."""
        run: _Piece | None = None
        before: Owner | None = None
        block: Block | None = None
        for index in range(piece.first, piece.last + 1):
            found, owner = self._owner(self.words[index].bbox)
            begin = piece.begin if index == piece.first else 0
            end = piece.end if index == piece.last else len(self.words[index].text)
            if run is not None and owner is before:
                run.last, run.end = index, end
                continue
            if run is not None:
                yield block, run
            run, before, block = _Piece(index, index, begin, end), owner, found
        if run is not None:
            yield block, run

    def _owner(self, box: Box) -> tuple[Block | None, Owner | None]:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        for place, block in self.blocks:
            if contains_point(place, x, y):
                parts = owners_of(block)[1:]
                inside = (part for part in parts if part.bbox is not None and contains_point(part.bbox, x, y))
                return block, next(inside, block)
        return None, None

    # -- the words in a text

    def _put(self, block: Block | None, piece: _Piece, annotation: Annotation) -> None:
        needle = self._needle(piece)
        if block is None:
            self.page.links.append(self._link(annotation, needle))
            return
        owners = self._candidates(block, piece)
        for owner in owners:
            text = self._text(owner)
            place = self._find(text, piece, needle)
            if place is not None:
                text.taken.append(place)
                owner.links.append(self._link(annotation, text.text[slice(*place)], place[0]))
                return
        (owners[0] if len(owners) == 1 else block).links.append(self._link(annotation, needle))

    def _candidates(self, block: Block, piece: _Piece) -> Sequence[Owner]:
        if isinstance(block, Music | Chemistry) or (isinstance(block, Formula) and block.latex):
            return ()
        if not isinstance(block, Table | ListBlock):
            return (block,)
        _, owner = self._owner(self.words[piece.first].bbox)
        return owners_of(block)[1:] if owner is block or owner is None else (owner,)

    def _text(self, owner: Owner) -> _Text:
        found = self.texts.get(id(owner))
        if found is None:
            found = self.texts[id(owner)] = _Text(owner, text_of(owner))
        return found

    def _needle(self, piece: _Piece) -> str:
        parts = []
        for index in range(piece.first, piece.last + 1):
            word = self.words[index]
            begin = piece.begin if index == piece.first else 0
            end = piece.end if index == piece.last else len(word.text)
            parts.append(word.text[begin:end] + (" " if word.space and index < piece.last else ""))
        return "".join(parts)

    def _find(self, text: _Text, piece: _Piece, needle: str) -> tuple[int, int] | None:
        """Where the words of a piece stand in a text, less words at its ends that the text has not."""
        if text.text.count(needle) == 1:
            start = text.text.index(needle)
            return start, start + len(needle)
        plain = _plain(needle)
        if not plain:
            return _free(text, [match.span() for match in re.finditer(re.escape(needle), text.text)])
        place = self._find_plain(text, piece, plain)
        if place is not None:
            return _with_edges(text.text, place, needle)
        for cut in range(1, min(_CUT, piece.last - piece.first) + 1):
            for first, last in ((piece.first + cut, piece.last), (piece.first, piece.last - cut)):
                begin = piece.begin if first == piece.first else 0
                end = piece.end if last == piece.last else len(self.words[last].text)
                part = _Piece(first, last, begin, end)
                plain = _plain(self._needle(part))
                place = self._find_plain(text, part, plain) if len(plain) > 1 else None
                if place is not None:
                    return place
        return None

    def _find_plain(self, text: _Text, piece: _Piece, plain: str) -> tuple[int, int] | None:
        """By letters and digits: with more and more of the words around it, until it is the only place."""
        count = text.plain.count(plain)
        if not count:
            return None
        for size in _CONTEXT if count > 1 else (0,):
            before = _plain(self._joined(piece.first - size, piece.first) + self.words[piece.first].text[: piece.begin])
            after = _plain(
                self.words[piece.last].text[piece.end :] + self._joined(piece.last + 1, piece.last + 1 + size)
            )
            for left, right in ((before, after), (before, ""), ("", after)):
                around = left + plain + right
                if text.plain.count(around) == 1:
                    start = text.plain.index(around) + len(left)
                    return text.place(start, start + len(plain))
        places = [match.start() for match in re.finditer(re.escape(plain), text.plain)]
        return _free(text, [text.place(start, start + len(plain)) for start in places])

    def _joined(self, first: int, last: int) -> str:
        return "".join(word.text for word in self.words[max(first, 0) : last])

    # -- what is no text

    def _under(self, box: Box) -> Owner | None:
        """The picture that a link without words lies on, else the block, cell or item around its middle."""
        size = area(box) or 1.0
        pictures = [
            (shared, block)
            for place, block in self.blocks
            if isinstance(block, Image | Formula | Music | Chemistry) or block.kind == "chart"
            if (shared := overlap(place, box)) > _PICTURE_SHARE * min(size, area(place) or size)
        ]
        if pictures:
            return max(pictures, key=lambda pair: pair[0])[1]
        return self._owner(box)[1]


def _without_guesses(links: Sequence[Link]) -> list[Link]:
    """Without the links of a model on words that the file itself links."""
    known = [link for link in links if link.parts and link.start is not None]
    return [link for link in links if link.parts or not any(_share_words(link, other) for other in known)]


def _share_words(link: Link, other: Link) -> bool:
    if link.start is None or other.start is None:
        return False
    return link.start < other.start + len(other.text) and other.start < link.start + len(link.text)


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


def _plain(text: str) -> str:
    return flat("".join(_RUN.findall(text)))


def _free(text: _Text, places: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The first of several places that no other link has."""
    return next((place for place in places if place not in text.taken), places[0] if places else None)


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
