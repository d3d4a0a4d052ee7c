"""Links of a page tied to the words that they lie on: in blocks, cells and items, else on pictures, else on the page.

A link of a PDF is a rectangle and an address. The words in it are looked for in the text of the block that stands
there, with the words before and after where they come more than once: texts were joined, cut, written in other signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docparse.assemble.link_texts import LinkText
from docparse.assemble.link_words import PageWords, Piece
from docparse.geometry import Box, area, clip, contains_point, overlap
from docparse.links import Owner, merged, owners_of
from docparse.schemas.document import Block, Chemistry, Formula, Image, Link, ListBlock, Music, Page, Part, Table
from docparse.schemas.page import Link as Annotation
from docparse.schemas.page import PageImage, Word

_MOST_WORK = 50_000  # words under all links of a page together: thousands of links as large as the page
_PICTURE_SHARE = 0.3  # of a link or a picture that the other covers


def tie_links(page: Page, image: PageImage, words: Sequence[Word]) -> None:
    """Put the links of the page image into the blocks that they lie on; none is dropped."""
    if image.links:
        _Tying(page, words).tie(image.links)


class _Tying:
    def __init__(self, page: Page, words: Sequence[Word]) -> None:
        self.page, self.words = page, PageWords(words)
        self.blocks = sorted(
            ((block.bbox, block) for block in page.blocks if block.bbox is not None), key=lambda pair: area(pair[0])
        )
        self.texts: dict[int, LinkText] = {}
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
        for piece in self.words.inside(box) if self.work < _MOST_WORK else ():
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

    def _by_block(self, piece: Piece) -> Iterator[tuple[Block | None, Piece]]:
        """The piece cut where another block, cell or item begins."""
        run: Piece | None = None
        before: Owner | None = None
        block: Block | None = None
        for index, begin, end in self.words.parts(piece):
            found, owner = self._owner(self.words.box(index))
            if run is not None and owner is before:
                run.last, run.end = index, end
                continue
            if run is not None:
                yield block, run
            run, before, block = Piece(index, index, begin, end), owner, found
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

    def _put(self, block: Block | None, piece: Piece, annotation: Annotation) -> None:
        if block is None:
            self.page.links.append(self._link(annotation, self.words.text(piece)))
            return
        owners = self._candidates(block, piece)
        for owner in owners:
            text = self._text(owner)
            place = text.take(self.words, piece)
            if place is not None:
                owner.links.append(self._link(annotation, text.text[slice(*place)], place[0]))
                return
        (owners[0] if len(owners) == 1 else block).links.append(self._link(annotation, self.words.text(piece)))

    def _candidates(self, block: Block, piece: Piece) -> Sequence[Owner]:
        if isinstance(block, Music | Chemistry) or (isinstance(block, Formula) and block.latex):
            return ()
        if not isinstance(block, Table | ListBlock):
            return (block,)
        _, owner = self._owner(self.words.box(piece.first))
        return owners_of(block)[1:] if owner is block or owner is None else (owner,)

    def _text(self, owner: Owner) -> LinkText:
        found = self.texts.get(id(owner))
        if found is None:
            found = self.texts[id(owner)] = LinkText(owner)
        return found

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
