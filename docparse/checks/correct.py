"""Small misreadings of a model, put right after a sound text layer: `source: text_layer`, the model's own text kept.

Block by block, the words of the output are laid beside the words in the block's box. Where single words differ a little
between stretches that agree, the page's own word is taken. Blocks that differ much are left to the verifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from docparse.checks.printed import squeeze
from docparse.checks.witness import Witness, owners
from docparse.geometry import Box
from docparse.schemas.document import Block, Cell, Check, Code, Formula, ListBlock, ListItem, Table
from docparse.schemas.page import Word

_LEAST_AGREED = 0.7  # share of a block's words that must agree before the others are touched
_SIMILAR = 0.6
_MOST_WORDS = 3000
_MOST_NAMED = 40  # corrections named in the check's detail
_PIECE = re.compile(r"\$[^$]*\$|\S+")
_EDGES = re.compile(r"^([\W_]*)(.*?)([\W_]*)$", re.DOTALL)


class _Spot(NamedTuple):
    """Words of one text holder in order: where each stands in its text, and its letters and digits."""

    holder: Block | ListItem | Cell
    start: int
    end: int
    plain: str


def correct_blocks(blocks: Sequence[Block], witness: Witness) -> int:
    """Correct the blocks in place; returns how many words were changed."""
    if witness.source != "text_layer":
        return 0
    seats = [(block, list(_holders(block))) for block in blocks if block.bbox is not None]
    boxes: list[Box | None] = [block.bbox for block, _ in seats]
    owner = owners(witness.words, boxes, [False] * len(boxes)).tolist()
    inside: list[list[int]] = [[] for _ in seats]
    for word, place in enumerate(owner):
        if place >= 0:
            inside[place].append(word)
    return sum(
        _correct(block, holders, _page_words(words, witness))
        for (block, holders), words in zip(seats, inside, strict=True)
        if holders and words
    )


def _holders(block: Block) -> Iterator[Block | ListItem | Cell]:
    match block:
        case Table():
            yield from block.cells
        case ListBlock():
            yield from block.items
        case Formula() | Code():
            return
        case _:
            if getattr(block, "text", "") and block.kind != "chart":
                yield block


def _page_words(words: Sequence[int], witness: Witness) -> list[tuple[str, str]]:
    """(text, letters and digits) of the page's words, joined where there is no blank between them."""
    joined: list[tuple[str, str]] = []
    glue = False
    for place in words:
        word: Word = witness.words[place]
        if glue and joined:
            joined[-1] = (joined[-1][0] + word.text, joined[-1][1] + witness.plain[place])
        else:
            joined.append((word.text, witness.plain[place]))
        glue = not word.space
    return [pair for pair in joined if pair[1]]


def _correct(block: Block, holders: Sequence[Block | ListItem | Cell], page: list[tuple[str, str]]) -> int:
    spots = [spot for holder in holders for spot in _spots(holder)]
    if not spots or not page or len(spots) > _MOST_WORDS or len(page) > _MOST_WORDS:
        return 0
    ours, theirs = [spot.plain for spot in spots], [plain for _, plain in page]
    if ours == theirs:
        return 0
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    steps = matcher.get_opcodes()
    agreed = sum(i2 - i1 for tag, i1, i2, _, _ in steps if tag == "equal")
    if agreed < _LEAST_AGREED * len(ours):
        return 0
    changes: list[tuple[_Spot, str]] = []
    for tag, i1, i2, j1, j2 in steps:
        if tag == "replace" and i2 - i1 == j2 - j1 <= 3:
            pairs = zip(spots[i1:i2], page[j1:j2], strict=True)
            changes += [
                (spot, text) for spot, (text, plain) in pairs if spot.plain != plain and _like(spot.plain, plain)
            ]
    if changes:
        _apply(block, changes)
    return len(changes)


def _spots(holder: Block | ListItem | Cell) -> Iterator[_Spot]:
    text: str = holder.text  # type: ignore[union-attr]
    for match in _PIECE.finditer(text):
        plain = "" if "$" in match[0] else squeeze(match[0])
        if plain:
            yield _Spot(holder, match.start(), match.end(), plain)


def _like(ours: str, theirs: str) -> bool:
    """Whether one is a misreading of the other: most letters are the same, or it is a number of about that length."""
    if ours.isdigit() and theirs.isdigit():
        return abs(len(ours) - len(theirs)) <= 1
    return SequenceMatcher(None, ours, theirs, autojunk=False).ratio() >= _SIMILAR


def _apply(block: Block, changes: list[tuple[_Spot, str]]) -> None:
    """Put the page's words into the text, last first; what surrounds a word (brackets, commas) stays."""
    named = []
    if hasattr(block, "text"):
        block.original = block.text
    for spot, word in reversed(changes):
        text: str = spot.holder.text  # type: ignore[union-attr]
        old = text[spot.start : spot.end]
        edges, core = _EDGES.match(old), _EDGES.match(word)
        assert edges is not None
        assert core is not None
        new = edges[1] + core[2] + edges[3]
        spot.holder.text = text[: spot.start] + new + text[spot.end :]  # type: ignore[union-attr]
        named.append(f"{old} → {new}")
    block.source = "text_layer"
    detail = "; ".join(named[::-1][:_MOST_NAMED])
    block.checks.append(Check(name="corrected", outcome="repaired", detail=detail))
    block.flags.append("corrected")
