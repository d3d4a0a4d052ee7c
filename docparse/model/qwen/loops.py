"""Loop stop: a token, line, table row or block that comes over and over is seen while it is written.

Boxes are left out of the comparison (a looping block often walks down the page). Real repeats are left alone: what
the page's own text holds as often as it was written is no loop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape

from docparse.model.qwen.vocabulary import Vocabulary

_BOX = b'data-bbox="'
_GRAM = 6  # pieces that must agree before a period is tried
_LONGEST = 1536  # pieces in the longest block that is recognised
_LEAST = 48  # pieces that repeat before anything is a loop
_TAG = re.compile(r"<[^<>]*>?")
_SPACE = re.compile(r"\s+")
_MARKUP_COPIES = 60  # of a unit without text, such as an empty table row


class LoopWatch:
    """Watches one request. `words` is the page's own text, None where it has none that can be trusted."""

    def __init__(self, vocabulary: Vocabulary, words: Iterable[str] | None = None) -> None:
        self._vocabulary = vocabulary
        self._layer = None if words is None else _bare("".join(words))
        self._pieces: list[bytes] = []
        self._tokens: list[int] = []  # the token that each piece belongs to
        self._count = 0
        self._last: dict[tuple[bytes, ...], int] = {}
        self._period = 0
        self._match = 0
        self._check_at = 0
        self._before = b""
        self._in_box = False
        self.keep: int | None = None

    def extend(self, tokens: Sequence[int]) -> bool:
        """Take the tokens just written. True once they are a loop; `keep` then counts the tokens before it."""
        for token in tokens:
            piece = self._unboxed(self._vocabulary.bytes_of(token))
            if piece:
                self._push(piece)
                if self._match >= max(self._check_at, _LEAST) and self._is_loop():
                    return True
            self._count += 1
        return False

    def _unboxed(self, piece: bytes) -> bytes:
        """The piece without what stands inside a data-bbox."""
        kept = b""
        while piece:
            if self._in_box:
                quote = piece.find(b'"')
                if quote < 0:
                    return kept
                self._in_box, self._before, piece = False, b"", piece[quote:]
            known = len(self._before)
            found = (self._before + piece).find(_BOX)
            if found < 0:
                self._before = (self._before + piece)[1 - len(_BOX) :]
                return kept + piece
            end = found + len(_BOX) - known
            kept, piece, self._in_box = kept + piece[:end], piece[end:], True
        return kept

    def _push(self, piece: bytes) -> None:
        """Follow the period that holds, or try the distance to where the last pieces stood before."""
        pieces = self._pieces
        pieces.append(piece)
        self._tokens.append(self._count)
        size = len(pieces)
        if self._period and piece == pieces[size - 1 - self._period]:
            self._match += 1
        else:
            self._period = self._match = self._check_at = 0
        gram = tuple(pieces[-_GRAM:])
        before = self._last.get(gram)
        if not self._period and before is not None and size - before <= _LONGEST:
            self._period, self._match = size - before, _GRAM
        self._last[gram] = size

    def _is_loop(self) -> bool:
        """Whether more copies were written than a page holds."""
        period, copies = self._period, self._match // self._period + 1
        unit = _bare(_from_tag(b"".join(self._pieces[-period:]).decode("utf-8", "ignore")))
        real = 0
        if not unit:
            allowed = _MARKUP_COPIES
        elif self._layer is None:
            allowed = 32 if period <= 4 else 12 if period <= 48 else 5
        else:
            real = self._layer.count(unit)
            allowed = max(real + 3, 8 if period <= 48 else 4)
        if copies <= allowed or self._match < _LEAST:
            self._check_at = allowed * period
            return False
        first = len(self._pieces) - self._match + max(0, real - 1) * period
        self.keep = self._tokens[min(first, len(self._tokens) - 1)]
        return True


def _from_tag(unit: str) -> str:
    """A copy that begins inside a tag, turned so that it begins behind it."""
    end, start = unit.find(">"), unit.find("<")
    return unit[end + 1 :] + unit[: end + 1] if 0 <= end < start or start < 0 <= end else unit


def _bare(text: str) -> str:
    """The text alone: no tags, no entities, no white space."""
    return _SPACE.sub("", unescape(_TAG.sub("", text)))


_END = re.compile(r"</(?:p|h[1-6]|ul|ol|table|div|address|pre|tr|li)\s*>", re.IGNORECASE)
_ANY = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:\"[^\"]*\"|[^<>\"])*>")
_CUT = re.compile(r"<[^<>]*\Z")
_TAG_REST = re.compile(r"(?:[^<>]*>)?")
_CLOSED = re.compile(r"(?:\s*</[A-Za-z0-9]+\s*>)*")
_VOID = frozenset(("img", "br", "hr", "meta", "link", "input", "col"))


def cut_back(html: str, at: int) -> str:
    """`html` up to the last good element at or before character `at`, its open elements closed.

    Where the loop is whole elements, the cut is at the end of the last one before it; inside a text it is where the
    text began to repeat.
    """
    if _CUT.search(html[:at]):
        at += len(_TAG_REST.match(html, at)[0])  # type: ignore[index]  # it matches the empty text
    at += len(_CLOSED.match(html, at)[0])  # type: ignore[index]
    head = _CUT.sub("", html[:at])
    looped = html[at:]
    ends = [match.end() for match in _END.finditer(head)]
    if _END.search(looped) and ends:
        head = head[: ends[-1]]
    return head + _closing(head)


def _closing(html: str) -> str:
    """End tags of what is open."""
    stack: list[str] = []
    for match in _ANY.finditer(html):
        name = match[2].lower()
        if name in _VOID or match[0].endswith("/>"):
            continue
        if not match[1]:
            stack.append(name)
        elif name in stack:
            while stack.pop() != name:
                pass
    return "".join(f"</{name}>" for name in reversed(stack))
