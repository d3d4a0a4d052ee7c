"""The loop stop of the in-process engine on text that a server streams: the text is cut into pieces like tokens."""

from __future__ import annotations

import re

from docparse.model.qwen.loops import LoopWatch, cut_back
from docparse.model.qwen.vocabulary import Vocabulary
from docparse.schemas.page import PageImage, TextQuality

_PIECE = re.compile(r"[ ]?[^\W\d_]+|\d|\n+|[^\w\s]|\s|_")


class _Pieces(Vocabulary):
    """Numbers for pieces of text, given out as they come."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._bytes: list[bytes] = []

    def id_of(self, piece: str) -> int:
        found = self._ids.get(piece)
        if found is None:
            found = self._ids[piece] = len(self._bytes)
            self._bytes.append(piece.encode("utf-8", "replace"))
        return found

    def bytes_of(self, token: int) -> bytes:
        return self._bytes[token]


class StreamWatch:
    """Watches the text of one page as it comes."""

    def __init__(self, page: PageImage | None) -> None:
        sound = page is not None and page.text.quality is TextQuality.SOUND
        self._pieces = _Pieces()
        self._watch = LoopWatch(self._pieces, [word.text for word in page.text.words] if page and sound else None)
        self._starts: list[int] = []
        self._tail = ""  # a piece that may go on
        self._seen = 0

    def extend(self, text: str) -> bool:
        """Take text that just came. True once it is a loop."""
        waiting = self._tail + text
        cuts = list(_PIECE.finditer(waiting))
        if not cuts:
            self._tail = waiting
            return False
        last = cuts.pop()
        tokens = []
        for cut in cuts:
            self._starts.append(self._seen + cut.start())
            tokens.append(self._pieces.id_of(cut[0]))
        self._seen += last.start()
        self._tail = waiting[last.start() :]
        return self._watch.extend(tokens)

    def kept(self, text: str) -> str:
        """`text` up to where the loop began, its open elements closed."""
        keep = self._watch.keep
        if keep is None:
            return text
        return cut_back(text, self._starts[keep] if keep < len(self._starts) else len(text))
