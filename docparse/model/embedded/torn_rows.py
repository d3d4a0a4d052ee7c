"""Rows of pieces that wide blanks part although they are one line: labels before a tab, stretched lines of a text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docparse.model.embedded.gutters import Gutters
from docparse.model.embedded.line_pieces import SPLIT_GAP_EM, Piece

_LABEL_WORDS, _LABEL_LETTERS = 3, 16  # of a label at the head of a note
_TAB_EM, _NEXT_EM, _CLOSE_EM = 4.0, 1.6, 2.6  # the blank behind it, the next line, lines above and below
_SAME_SIZE, _SAME_EDGE_EM = 0.05, 0.3


def mend_rows(rows: list[list[Piece]], gutters: Gutters) -> list[list[Piece]]:
    """Rows in which pieces that wide blanks part are one: a label and its text ("NOTE    Of goals …"), where a line
    below goes on under both in the middle of the sentence, or all of a line, where those above and below run on over
    its blanks."""
    for i, row in enumerate(rows[:-1]):
        pairs = list(pairwise(row))
        if not pairs or any(gutters.part(one.x1, other.x0, other.baseline, other.size) for one, other in pairs):
            continue
        around = (rows[i - 1], rows[i + 1]) if i else ()
        if around and all(_runs_over(each, *pair) for each in around for pair in pairs):
            rows[i] = [Piece.of([word for piece in row for word in piece.words])]
            continue
        label, text = pairs[0]
        far = text.x0 - label.x1 > _TAB_EM * text.size
        if not far and _is_label(label, text) and any(_goes_on_under(piece, label, text) for piece in rows[i + 1]):
            rows[i] = [Piece.of(label.words + text.words), *row[2:]]
    return rows


def _runs_over(row: Sequence[Piece], label: Piece, text: Piece) -> bool:
    """Whether a line close by runs well over the blank between two pieces, which is no wide one."""
    em = max(label.size, text.size)
    if text.x0 - label.x1 > SPLIT_GAP_EM * em or not text.words[0].text[0].isalnum():
        return False
    return any(
        piece.x0 < label.x1 - em and text.x0 + em < piece.x1 and abs(piece.baseline - text.baseline) < _CLOSE_EM * em
        for piece in row
        if abs(piece.size - em) < _SAME_SIZE * em
    )


def _is_label(label: Piece, text: Piece) -> bool:
    few = len(label.words) <= _LABEL_WORDS < len(text.words) and label.letters <= _LABEL_LETTERS
    return few and label.words[0].text[0].isalpha() and abs(label.size - text.size) < _SAME_SIZE * text.size


def _goes_on_under(piece: Piece, label: Piece, text: Piece) -> bool:
    em = text.size
    return (
        abs(piece.x0 - label.x0) < _SAME_EDGE_EM * em
        and label.x1 < piece.x1 < text.x1 + em
        and 0 < piece.baseline - text.baseline < _NEXT_EM * em
        and abs(piece.size - em) < _SAME_SIZE * em
        and len(piece.words) > 1
        and piece.words[0].text[0].islower()
    )
