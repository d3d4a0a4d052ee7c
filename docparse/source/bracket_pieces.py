"""Tall brackets that a font builds of pieces: put together, each as one bracket as tall as its pieces.

The pieces have characters of their own (U+239B to U+23AD) or, as Adobe's glyph list names them, private ones from
U+F8E5 on, which no reader can show. Pieces without a partner become the plain bracket that they are a part of. Those
of TeX's own fonts are whole before they come here (`tex_pieces`).
"""

from __future__ import annotations

from collections.abc import Sequence

from docparse.schemas.page import Word, WordStyle
from docparse.source.tex_pieces import AXIS_EM

_ROTATED = int(WordStyle.ROTATED)
# bracket, its pieces from top to bottom as Unicode and as Adobe numbers them
_BRACKETS = (
    ("(", "⎛⎜⎝", "\uf8eb\uf8ec\uf8ed"), (")", "⎞⎟⎠", "\uf8f6\uf8f7\uf8f8"),
    ("[", "⎡⎢⎣", "\uf8ee\uf8ef\uf8f0"), ("]", "⎤⎥⎦", "\uf8f9\uf8fa\uf8fb"),
    ("{", "⎧⎪⎩", "\uf8f1\uf8f4\uf8f3"), ("}", "⎫⎪⎭", "\uf8fc\uf8f4\uf8fe"),
    ("{", "⎨", "\uf8f2"), ("}", "⎬", "\uf8fd"),
)  # fmt: skip
_TOPS, _EXTENSIONS, _ENDS, _MIDDLES = "⎛⎞⎡⎤⎧⎫", "⎜⎟⎢⎥⎪", "⎝⎠⎣⎦⎩⎭", "⎨⎬"
_UNICODE = {a: u for _, pieces, private in _BRACKETS for u, a in zip(pieces, private, strict=True)}
_PLAIN = {piece: bracket for bracket, pieces, _ in _BRACKETS for piece in pieces}
_SIGNS = {"\uf8e5": "", "\uf8e6": "|", "\uf8e7": "—", "\uf8e8": "®", "\uf8e9": "©", "\uf8ea": "™"}
_KNOWN = frozenset((*_UNICODE, *_PLAIN, *_SIGNS))
_NEXT_EM, _OFFSET_EM = 2.1, 0.25


def with_brackets(words: list[Word]) -> list[Word]:
    """The words with built brackets whole, and no private character for a piece of one."""
    if _KNOWN.isdisjoint("".join([word.text for word in words])):
        return words
    kept: list[Word] = []
    pieces: list[tuple[int, Word]] = []
    for word in words:
        if _KNOWN.isdisjoint(word.text) or word.style & _ROTATED:
            kept.append(word)
            continue
        for part in _parts(word):
            if part.text in _PLAIN:
                pieces.append((len(kept), part))
            kept.append(part)
    gone: set[int] = set()
    for place, word in sorted(pieces, key=lambda piece: piece[1].bbox[1]):
        if place not in gone:
            stack = _stack(place, word, pieces, gone)
            gone.update(at for at, _ in stack[1:])
            kept[place] = _whole([piece for _, piece in stack])
    return [word for place, word in enumerate(kept) if place not in gone and word.text]


def _parts(word: Word) -> list[Word]:
    """A word of pieces as one word for each: brackets that stand side by side."""
    text = "".join(_SIGNS.get(char, _UNICODE.get(char, char)) for char in word.text)
    if len(text) < 2 or any(char not in _PLAIN for char in text):
        return [word._replace(text=text if text in _PLAIN else "".join(_PLAIN.get(char, char) for char in text))]
    x0, y0, x1, y1 = word.bbox
    wide = (x1 - x0) / len(text)
    return [
        word._replace(text=char, bbox=(x0 + i * wide, y0, x0 + (i + 1) * wide, y1), space=False)
        for i, char in enumerate(text)
    ]


def _stack(place: int, word: Word, pieces: Sequence[tuple[int, Word]], gone: set[int]) -> list[tuple[int, Word]]:
    """The pieces of the bracket that a piece begins, from top to bottom."""
    stack = [(place, word)]
    if word.text not in _TOPS and word.text not in _EXTENSIONS:
        return stack
    for at, other in sorted(pieces, key=lambda piece: piece[1].bbox[1]):
        last = stack[-1][1]
        below = other.bbox[1] - last.bbox[1]
        if at in gone or at == place or not 0.1 * last.size < below < _NEXT_EM * last.size:
            continue
        if other.text in _TOPS or abs(other.bbox[0] - word.bbox[0]) > _OFFSET_EM * word.size or not _fit(stack, other):
            continue
        stack.append((at, other))
        if other.text in _ENDS:
            break
    return stack


def _fit(stack: Sequence[tuple[int, Word]], other: Word) -> bool:
    """Whether a piece is of the same bracket; the straight piece of braces is of both."""
    kinds = {_PLAIN[word.text] for _, word in stack if word.text != "⎪"}
    return other.text == "⎪" or not kinds or _PLAIN[other.text] in kinds


def _whole(pieces: Sequence[Word]) -> Word:
    first = pieces[0]
    bracket = next((_PLAIN[piece.text] for piece in pieces if piece.text != "⎪"), "|")
    if len(pieces) == 1 and first.text in _EXTENSIONS:
        bracket = "|"
    x0, top, x1, _ = first.bbox
    # some fonts hang their pieces from the top, with boxes that tell nothing: the last is as tall as the first
    step = pieces[1].bbox[1] - top if len(pieces) > 1 else 0.0
    bottom = max(pieces[-1].bbox[3], pieces[-1].bbox[1] + step)
    return first._replace(text=bracket, bbox=(x0, top, x1, bottom), baseline=(top + bottom) / 2 + AXIS_EM * first.size)
