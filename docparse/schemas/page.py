"""`PageImage` (what an engine sees) and `PageOutput` (what it said): plain, picklable, no library handle."""

from __future__ import annotations

import dataclasses
import enum
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

from docparse.geometry import Box


class WordStyle(enum.IntFlag):
    """Bits of `Word.style`."""

    NONE = 0
    BOLD = 1
    ITALIC = 2
    MONO = 4
    SERIF = 8
    SUPERSCRIPT = 16
    SUBSCRIPT = 32
    HIDDEN = 64  # no reader sees it: white on white, outside the page, size 0, under an image, render mode 3
    ROTATED = 128  # its baseline is not horizontal on the displayed page, or runs to the left
    DOWN = 256  # with ROTATED: the way it runs, where the file says so
    LEFT = 512
    UP = 1024
    FIELD = 2048  # filled into a field of a form


HOLE = "\ufffd"  # a glyph that names no character


class Word(NamedTuple):
    """A run of characters of one font and size without white space in it.

    "x₁²" is three words with `space` false between them: whoever joins words adds a blank where `space` is true.
    `bbox` and `size` are in page units, `baseline` is the y of the origin; `line` numbers the source's own text lines
    in the order in which the file draws them; `confidence` is 1 for a text layer, the OCR's own otherwise.
    """

    text: str
    bbox: Box
    size: float = 0.0
    font: str = ""
    style: int = 0
    colour: int = 0
    baseline: float = 0.0
    line: int = -1
    space: bool = True
    confidence: float = 1.0

    @property
    def has_hole(self) -> bool:
        """Whether a glyph of it names no character, among others that do."""
        return HOLE in self.text and any(map(str.isalpha, self.text))


def plain_text(words: Sequence[Word]) -> str:
    """Words in their order, with a blank where one stands."""
    return "".join([f"{word.text} " if word.space else word.text for word in words]).rstrip()


make_word: Callable[[Any], Word] = partial(tuple.__new__, Word)  # of all fields in their order, in half the time


class Rule(NamedTuple):
    """A straight horizontal or vertical stroke, or a filled box thin enough to be one (page units)."""

    bbox: Box
    horizontal: bool
    width: float
    colour: int = 0


class Shape(NamedTuple):
    """A drawn path that is no rule: box, number of segments, filled or only stroked."""

    bbox: Box
    segments: int
    filled: bool
    colour: int = 0


class Picture(NamedTuple):
    """A raster image on the page: where it stands, and its own size in pixels."""

    bbox: Box
    width_px: int
    height_px: int


class Link(NamedTuple):
    """A link annotation: `uri`, or `page` (from 1) for a jump inside the document."""

    bbox: Box
    uri: str = ""
    page: int = 0


class Note(NamedTuple):
    """A comment that a reader of the file left: its words stand on no page."""

    bbox: Box
    text: str
    author: str = ""


HEADING_ROLES = frozenset(("H", "H1", "H2", "H3", "H4", "H5", "H6", "Title"))


class Tag(NamedTuple):
    """An element of a tagged PDF's structure tree, as far as it stands on the page.

    `role` is one of the standard structure types of ISO 32000 ("Table", "TD", "H1", "P", "L", "Figure", …); elements
    that only group others or mark words within a line (Sect, Span, Link, …) are left out, their content is that of the
    element around them. `lines` are the boxes of the lines of text that are marked as its own, `alt` is what the author
    wrote for those who can't see it. The kids of a table are its cells, empty ones too, row by row; `row` and `col`
    are a cell's place in the grid, from 0, rows from the first that stands on the page.
    """

    role: str
    lines: tuple[Box, ...] = ()
    kids: tuple[Tag, ...] = ()
    alt: str = ""
    row: int = 0
    col: int = 0
    rowspan: int = 1
    colspan: int = 1


class TextQuality(enum.StrEnum):
    """What the text layer of a page is worth."""

    SOUND = "sound"
    GARBLED = "garbled"  # wrong ToUnicode, private-use glyphs: looks right, reads wrong
    HIDDEN = "hidden"  # an invisible layer only (an OCR result under a scan, or a trap)
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The page's own text in the order the file draws it; hidden words stand apart."""

    words: tuple[Word, ...] = ()
    quality: TextQuality = TextQuality.ABSENT
    reason: str = ""
    hidden: tuple[Word, ...] = ()

    @property
    def has_holes(self) -> bool:
        """Whether some of its words name only part of what they show."""
        return any(word.has_hole for word in self.words if HOLE in word.text)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled by columns: a third of the time of word by word, and every page goes through a pipe."""
        return _unpacked, (_columns(self.words), self.quality, self.reason, _columns(self.hidden))


def _columns(words: Sequence[Word]) -> tuple[Any, ...]:
    texts, boxes, sizes, *others = zip(*words, strict=True) if words else ((),) * len(Word._fields)
    sides = array("d", chain.from_iterable(boxes)).tobytes()
    return (texts, sides, array("d", sizes).tobytes(), *others)


def _words(columns: tuple[Any, ...]) -> tuple[Word, ...]:
    texts, sides, sizes, *others = columns
    side = iter(array("d", sides))
    boxes = zip(side, side, side, side, strict=True)
    return tuple(map(make_word, zip(texts, boxes, array("d", sizes), *others, strict=True)))


def _unpacked(words: tuple[Any, ...], quality: TextQuality, reason: str, hidden: tuple[Any, ...]) -> TextLayer:
    return TextLayer(_words(words), quality, reason, _words(hidden))


@dataclass(frozen=True, slots=True)
class PixelBudget:
    """How large a page image an engine wants: bounds on width x height.

    `max_scan_pixels` holds for pages that must be read from pixels (scans, garbled or absent text layer). `render`
    false means that the engine reads no pixels of a page whose text layer is sound, so none are made.
    """

    min_pixels: int = 4 * 28 * 28
    max_pixels: int = 2048 * 28 * 28
    max_scan_pixels: int = 2048 * 28 * 28
    render: bool = True


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as an engine sees it.

    `width_px` and `height_px` are multiples of 28; `pixels` is uint8 RGB of shape (height_px, width_px, 3), or None
    when the engine's budget asked for none. `width` and `height` are the displayed page (rotation and crop box applied)
    in `unit` ("pt" for PDF, "px" for images). Everything else on the page is in those units too.
    """

    number: int
    width_px: int
    height_px: int
    width: float
    height: float
    unit: str = "pt"
    pixels: NDArray[np.uint8] | None = None
    text: TextLayer = field(default_factory=TextLayer)
    rules: tuple[Rule, ...] = ()
    shapes: tuple[Shape, ...] = ()
    pictures: tuple[Picture, ...] = ()
    links: tuple[Link, ...] = ()
    notes: tuple[Note, ...] = ()
    tags: tuple[Tag, ...] = ()
    rotation: int = 0
    is_scan: bool = False
    flags: tuple[str, ...] = ()

    @property
    def scale_x(self) -> float:
        """Pixels of the page image per page unit."""
        return self.width_px / self.width

    @property
    def scale_y(self) -> float:
        return self.height_px / self.height

    def to_px(self, box: Box) -> Box:
        return (box[0] * self.scale_x, box[1] * self.scale_y, box[2] * self.scale_x, box[3] * self.scale_y)

    def to_units(self, box: Box) -> Box:
        return (box[0] / self.scale_x, box[1] / self.scale_y, box[2] / self.scale_x, box[3] / self.scale_y)

    def replace(self, **changes: object) -> PageImage:
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


class FinishReason(enum.StrEnum):
    STOP = "stop"
    LENGTH = "length"
    REPETITION = "repetition"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PageOutput:
    """What an engine said about one page: QwenVL HTML as it was written.

    `token_logprobs` pairs with `token_offsets` (start of each token in `html`, characters) where the engine has them.
    `words` are what an OCR engine read, in page units: the verifier's witness on pages without a text layer.
    `coordinates` says what boxes count in: pixels of the page image, or thousandths of the page.
    """

    html: str
    engine: str
    finish_reason: FinishReason = FinishReason.STOP
    token_logprobs: tuple[float, ...] = ()
    token_offsets: tuple[int, ...] = ()
    words: tuple[Word, ...] = ()
    flags: tuple[str, ...] = ()
    model: str = ""
    coordinates: Literal["pixels", "thousandths"] = "pixels"
    tokens: int = 0
    seconds: float = 0.0
