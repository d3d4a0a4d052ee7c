"""Brackets, bars, roots and braces that TeX builds of pieces, as the one sign that they are.

The pieces stand over one another (or beside one another: the braces over and under a formula) and touch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

Line = dict[str, Any]
Char = dict[str, Any]

AXIS_EM = 0.25  # from the baseline up to the middle of brackets and sums
UNDER_BRACE, OVER_BRACE = "⏟", "⏞"
_TOUCH_EM = 0.12
_BRACE_EM = 0.3  # from a brace's line up and down
# MuPDF has glyphs by their PostScript names in Adobe's corner of Unicode
ADOBE = {chr(0xF8EB + at): sign for at, sign in enumerate("⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪⎮⎞⎟⎠⎤⎥⎦⎫⎬⎭")}
PIECES = frozenset(ADOBE)
# of each piece: the whole sign, and how deep it hangs in em
_UPRIGHT = {
    "⎛": ("(", 1.76), "⎜": ("(", 0.6), "⎝": ("(", 1.76), "⎞": (")", 1.76), "⎟": (")", 0.6), "⎠": (")", 1.76),
    "⎡": ("[", 1.76), "⎢": ("[", 0.6), "⎣": ("[", 1.76), "⎤": ("]", 1.76), "⎥": ("]", 0.6), "⎦": ("]", 1.76),
    "⎧": ("{", 0.9), "⎨": ("{", 1.8), "⎩": ("{", 0.9), "⎫": ("}", 0.9), "⎬": ("}", 1.8), "⎭": ("}", 0.9),
    "⎪": ("⎪", 0.3), "|": ("|", 0.6), "‖": ("‖", 0.6), "⎷": ("√", 1.76), "│": ("√", 0.6), "┌": ("√", 0.6),
}  # fmt: skip
_STARTS = frozenset("⎛⎞⎡⎤⎧⎫┌")
_HALVES = {  # what a bracket is without its upper or lower hook
    ("[", False, True): "⌊", ("]", False, True): "⌋", ("[", True, False): "⌈", ("]", True, False): "⌉",
}  # fmt: skip
_HOOKS = (frozenset("⎡⎤"), frozenset("⎣⎦"))
_LEVEL = {"╭": OVER_BRACE, "╰": UNDER_BRACE}
_LOOSE = "│┌"  # alone they are no text
LEVEL_PIECES = "╭╮╰╯"  # codes 0x7A to 0x7D: the ends of braces that lie


class _Piece(NamedTuple):
    char: Char
    size: float
    sign: str

    @property
    def x(self) -> float:
        return float(self.char["origin"][0])

    @property
    def y(self) -> float:
        return float(self.char["origin"][1])

    @property
    def end(self) -> float:
        """Where the next piece below it begins."""
        return self.y + _UPRIGHT[self.sign][1] * self.size


def join_pieces(spans: Sequence[Line]) -> set[int]:
    """Pieces among the characters of "rawdict" spans, named already, made one character each sign, in place.

    Gives the ids of those characters, which have their places now; pieces that belong to nothing are dropped.
    """
    upright: list[_Piece] = []
    level: list[_Piece] = []
    for span in spans:
        for char in span["chars"]:
            char["c"] = ADOBE.get(char["c"], char["c"])
            if char["c"] in _UPRIGHT:
                upright.append(_Piece(char, span["size"], char["c"]))
            elif char["c"] in LEVEL_PIECES:
                level.append(_Piece(char, span["size"], char["c"]))
    whole: set[int] = set()
    gone = {id(piece.char) for piece in level}
    for chain in _columns(upright):
        gone.update(id(piece.char) for piece in chain[1:])
        whole.add(id(chain[0].char))
        _stand(chain)
    for chain in _braces(level):
        gone.discard(id(chain[0].char))
        whole.add(id(chain[0].char))
        _lie(chain)
    for span in spans:
        span["chars"] = [char for char in span["chars"] if id(char) not in gone and char["c"] not in _LOOSE]
    return whole


def _columns(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Two pieces and more that stand on one another."""
    chains: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.y, piece.x)):
        near = _TOUCH_EM * piece.size
        host = next(
            (
                chain for chain in reversed(chains)
                if abs(chain[-1].x - piece.x) < near and abs(chain[-1].end - piece.y) < near
                and piece.sign not in _STARTS
            ), None,
        )  # fmt: skip
        if host is not None:
            host.append(piece)
        else:
            chains.append([piece])
    return (chain for chain in chains if len(chain) > 1)


def _stand(chain: list[_Piece]) -> None:
    """The first piece made the whole sign, half of it above and half below the axis of its formula."""
    first, last = chain[0], chain[-1]
    signs = {piece.sign for piece in chain}
    whole = next((_UPRIGHT[sign][0] for sign in signs if sign != "⎪"), "|")
    upper, lower = (bool(signs & hooks) for hooks in _HOOKS)
    if whole in "[]" and not upper and not lower:
        whole = "|"
    x0, _, x1, _ = first.char["bbox"]
    first.char["c"] = _HALVES.get((whole, upper, lower), whole)
    first.char["bbox"] = (x0, first.y - 0.04 * first.size, x1, last.end)
    first.char["origin"] = (first.x, (first.y + last.end) / 2 + AXIS_EM * first.size)


def _braces(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """The four pieces of a brace that lies: its ends and, in its middle, its tip."""
    rest = sorted(pieces, key=lambda piece: (round(piece.y), piece.x))
    while len(rest) >= 4:
        chain, rest = rest[:4], rest[4:]
        if "".join(piece.sign for piece in chain) in ("╭╯╰╮", "╰╮╭╯"):
            yield chain


def _lie(chain: list[_Piece]) -> None:
    first, last = chain[0].char, chain[-1].char
    reach = _BRACE_EM * chain[0].size
    first["c"] = _LEVEL[chain[0].sign]
    first["bbox"] = (first["bbox"][0], chain[0].y - reach, last["bbox"][2], chain[0].y + reach)
