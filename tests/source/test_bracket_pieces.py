"""Brackets that fonts build of pieces."""

from __future__ import annotations

from docparse.schemas.page import Word
from docparse.source.bracket_pieces import with_brackets


def piece(text: str, x: float, y: float, font: str = "ABCDEF+CMEX10", height: float = 11) -> Word:
    return Word(text, (x, y, x + 9, y + height), 10, font, baseline=y + 1)


def test_a_bracket_of_two_pieces_is_one_as_tall_as_both() -> None:
    pieces = [
        piece("\uf8eb", 50, 100), Word("a", (62, 112, 67, 122), 10, "CMMI10", baseline=120), piece("\uf8f6", 90, 100),
        piece("\uf8ed", 50, 118), piece("\uf8f8", 90, 118),
    ]  # fmt: skip
    whole = with_brackets(pieces)
    assert [word.text for word in whole] == ["(", "a", ")"]
    assert whole[0].bbox == (50, 100, 59, 136)
    assert whole[0].baseline == 120.5


def test_extensions_middles_and_neighbours_find_their_own_bracket() -> None:
    column = [piece(sign, 50, 100 + 9 * i, "Symbol", 9) for i, sign in enumerate("⎧⎪⎨⎪⎩")]
    other = [piece(sign, 70, 100 + 9 * i, "Symbol", 9) for i, sign in enumerate("\uf8ee\uf8ef\uf8f0")]
    below = [piece(sign, 50, 160 + 9 * i, "Symbol", 9) for i, sign in enumerate("⎧⎨⎩")]
    whole = with_brackets([*column, *other, *below])
    assert [(word.text, word.bbox[1], word.bbox[3]) for word in whole] == [
        ("{", 100, 145), ("[", 100, 127), ("{", 160, 187),
    ]  # fmt: skip


def test_lone_pieces_and_signs_are_no_private_characters() -> None:
    words = [Word(text, (50, 20 * i, 60, 20 * i + 10), 10, "Symbol") for i, text in enumerate(("\uf8f8", "\uf8ec"), 1)]
    words += [Word("Acme\uf8e8", (50, 90, 90, 100), 10, "Symbol"), Word("\uf8e8", (50, 120, 60, 130), 10, "Symbol")]
    assert [word.text for word in with_brackets(words)][:2] == [")", "|"]
    assert [word.text for word in with_brackets(words)][2:] == ["Acme®", "®"]


def test_two_brackets_side_by_side_in_one_word_are_parted() -> None:
    words = [
        Word("⎞⎛", (50, 100, 70, 110), 10, "Symbol"), Word("⎠⎝", (50, 110, 70, 120), 10, "Symbol"),
    ]  # fmt: skip
    assert [(word.text, word.bbox) for word in with_brackets(words)] == [
        (")", (50, 100, 60, 120)), ("(", (60, 100, 70, 120)),
    ]  # fmt: skip
