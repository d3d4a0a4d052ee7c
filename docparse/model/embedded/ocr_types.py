"""What the OCR engines hand to `ocr`. Boxes are in pixels of the image that was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from docparse.geometry import Box
from docparse.schemas.page import Word


class OcrWord(NamedTuple):
    """A word as an engine read it; `space` is false where the next word of its line follows without a blank."""

    text: str
    bbox: Box
    confidence: float
    space: bool = True


class OcrLine(NamedTuple):
    """A line of words, left to right as they are written (right to left scripts: in reading order).

    The boxes of `tight` lines are those of the ink, word by word; others are as generous as the detector.
    """

    words: tuple[OcrWord, ...]
    bbox: Box
    confidence: float
    tight: bool = False

    @property
    def text(self) -> str:
        return "".join(word.text + (" " if word.space else "") for word in self.words).strip()


@dataclass(frozen=True, slots=True)
class OcrResult:
    """The words of a page in page units, `Word.line` numbered in reading order, and what there is to say about them.

    `unread` are the places of text that was seen but is in a script which no engine here reads: nothing stands for
    it in the words, for what an engine makes of such letters is none of the page's.

    Flags: `ocr_unavailable` (no engine installed), `script_unsupported:<script>`, `low_confidence`, `ocr_incomplete`
    (the deadline passed), `deskewed`, `ocr:<engine>`.
    """

    words: list[Word] = field(default_factory=list)
    flags: tuple[str, ...] = ()
    unread: tuple[Box, ...] = ()
